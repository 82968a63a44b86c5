import Foundation
import TestSupport
import Testing

@testable import Evaluation

/// Every text of `../shared/data`, real hypotheses and thousands of seeded strings, against the Python packages.
///
/// `make verify` lets `Tests/Reference/evaluation_verify.py` write what they say to `.build-test/evaluation.json`.
@Suite(
  .serialized,
  .enabled(if: ProcessInfo.processInfo.environment["DRAGOMAN_VERIFY"] == "1", "needs ../shared/data: `make verify`"))
struct VerifyEvaluation {
  let reference: Reference

  init() throws {
    let url = Places.root.appending(path: ".build-test/evaluation.json")
    try #require(FileManager.default.fileExists(atPath: url.path), "no \(url.path): run `make verify`, which writes it")
    reference = try Reference(contentsOf: url)
  }

  @Test func normalizedTexts() {
    #expect(reference.normalizations.count > 30_000)
    let start = clock()
    let findings = reference.normalizationFindings()
    // Of the processor's time, since other programs may run beside this one.
    let microseconds = Double(clock() - start) * 1e6 / Double(CLOCKS_PER_SEC * 2 * reference.normalizations.count)
    print(
      "normalisation: \(findings.count) of \(2 * reference.normalizations.count) strings differ; "
        + "\(Int(microseconds)) microseconds each")
    #expect(findings.isEmpty, "\(Reference.excerpt(findings))")
    // Recognising an utterance takes some hundred milliseconds, of which 3 % may go into scoring.
    #expect(microseconds < 500)
  }

  @Test func alignments() {
    #expect(reference.alignments.count > 1000)
    let findings = reference.alignmentFindings()
    print("alignment: \(findings.count) of \(reference.alignments.count) pairs differ")
    #expect(findings.isEmpty, "\(Reference.excerpt(findings))")
  }

  @Test func scores() {
    #expect(!reference.corpora.isEmpty)
    let findings = reference.scoreFindings(tolerance: 1e-6)
    print("BLEU and chrF: \(findings.count) scores differ on \(reference.corpora.count) corpora and their lines")
    #expect(findings.isEmpty, "\(Reference.excerpt(findings))")
  }

  /// Draws differ from sacrebleu's, so p-values and intervals agree as two draws do: within a few standard errors.
  @Test func significance() {
    #expect(!reference.comparisons.isEmpty)
    for entry in reference.comparisons {
      let (bleu, chrF) = (BLEU(), CharacterFScore())
      check(entry, "BLEU", statistics: bleu.statistics, score: bleu.score)
      check(entry, "chrF2", statistics: chrF.statistics, score: chrF.score)
    }
  }

  private func check<Statistics: AdditiveStatistics>(
    _ entry: Reference.Comparison, _ metric: String, statistics: (String, String) -> Statistics,
    score: (Statistics) -> Double
  ) {
    guard let bootstrap = entry.tests["bs"]?[metric], let randomization = entry.tests["ar"]?[metric],
      let bootstrapP = bootstrap[0], let mean = bootstrap[1], let halfWidth = bootstrap[2],
      let randomizationP = randomization[0]
    else {
      Issue.record("\(entry.name): the reference has no tests with \(metric)")
      return
    }
    let first = zip(entry.first, entry.references).map(statistics)
    let second = zip(entry.second, entry.references).map(statistics)
    let comparison = PairedComparison(first, second, direction: .higherIsBetter, score: score)
    let interval = BootstrapInterval(second, score: score)
    let ourHalfWidth = (interval.upper - interval.lower) / 2
    let format = { (value: Double) in String(format: "%.4f", value) }
    let line =
      "\(entry.name), \(metric): difference \(format(comparison.difference)); interval of the second "
      + "\(format(interval.mean)) ± \(format(ourHalfWidth)), theirs \(format(mean)) ± \(format(halfWidth)); p by "
      + "randomisation \(format(comparison.randomizationPValue)), theirs \(format(randomizationP)); by bootstrap "
      + "\(format(comparison.bootstrapPValue)), theirs \(format(bootstrapP))"
    print(line)
    #expect(abs(interval.mean - mean) < halfWidth / 4, "\(line)")
    #expect(abs(ourHalfWidth - halfWidth) < halfWidth / 5, "\(line)")
    #expect(abs(comparison.randomizationPValue - randomizationP) < 0.03, "\(line)")
    // Theirs folds the differences at zero before it centres them, so only the verdict compares.
    #expect(!(comparison.bootstrapPValue < 0.01 && bootstrapP > 0.1), "\(line)")
    #expect(!(comparison.bootstrapPValue > 0.1 && bootstrapP < 0.01), "\(line)")
  }
}
