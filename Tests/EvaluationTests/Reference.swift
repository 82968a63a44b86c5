import Foundation
import TestSupport
import Testing

@testable import Evaluation

/// What the Python packages say, as `Tests/Reference/evaluation_common.py` writes it.
struct Reference: Decodable {
  struct Normalization: Decodable {
    var text: String, english: String, basic: String
  }
  struct Alignment: Decodable {
    var reference: String, hypothesis: String, unit: ErrorUnit
    /// Hits, substitutions, deletions, insertions.
    var counts: [Int]
  }
  struct Corpus: Decodable {
    var name: String
    var hypotheses: [String], references: [String]
    var scores: [String: Double]
    var sentenceBLEU: [Double], sentenceChrF: [Double]
    var tokens: [String: [[String]]]
  }
  struct Comparison: Decodable {
    var name: String
    var first: [String], second: [String], references: [String]
    /// For `bs` and `ar`, for each metric: p-value, mean and half the width of the interval (no interval for `ar`).
    var tests: [String: [String: [Double?]]]
  }
  var versions: [String: String]
  var normalizations: [Normalization]
  var alignments: [Alignment]
  var corpora: [Corpus]
  var comparisons: [Comparison]

  init(contentsOf url: URL) throws { self = try JSONDecoder().decode(Reference.self, from: Data(contentsOf: url)) }

  /// The first few lines of what differs, for a failing test to show.
  static func excerpt(_ findings: [String]) -> String {
    "\(findings.count) differ:\n" + findings.prefix(20).joined(separator: "\n")
  }

  /// Compared byte by byte: Swift's own equality knows no difference between composed and decomposed letters.
  func normalizationFindings() -> [String] {
    normalizations.flatMap { entry in
      [(TextNormalizer.english, entry.english), (.basic, entry.basic)].compactMap { normalizer, expected in
        let found = normalizer.normalize(entry.text)
        guard !found.utf8.elementsEqual(expected.utf8) else { return nil }
        return "\(normalizer) of \(entry.text.debugDescription): expected \(expected.debugDescription), "
          + "found \(found.debugDescription)"
      }
    }
  }

  func alignmentFindings() -> [String] {
    alignments.compactMap { entry in
      let counts = TokenAlignment(reference: entry.reference, hypothesis: entry.hypothesis, unit: entry.unit).counts
      let found = [counts.hits, counts.substitutions, counts.deletions, counts.insertions]
      guard found != entry.counts else { return nil }
      return "\(entry.unit) \(entry.reference.prefix(80)) | \(entry.hypothesis.prefix(80)): expected \(entry.counts), "
        + "found \(found) (hits, substitutions, deletions, insertions)"
    }
  }

  func scoreFindings(tolerance: Double) -> [String] {
    corpora.flatMap { $0.scoreFindings(tolerance: tolerance) + $0.tokenFindings() }
  }
}

extension Reference.Corpus {
  fileprivate func scoreFindings(tolerance: Double) -> [String] {
    var found: [String: Double] = [:]
    for tokenizer in BLEU.Tokenizer.allCases {
      found["bleu-\(tokenizer.rawValue)"] = BLEU(tokenizer: tokenizer)
        .score(hypotheses: hypotheses, references: references)
    }
    found["bleu-13a-lc"] = BLEU(isLowercase: true).score(hypotheses: hypotheses, references: references)
    found["chrf"] = CharacterFScore().score(hypotheses: hypotheses, references: references)
    found["chrf++"] = CharacterFScore.plusPlus.score(hypotheses: hypotheses, references: references)
    var findings = scores.sorted { $0.key < $1.key }.compactMap { metric, expected in
      finding(metric, expected: expected, found: found[metric] ?? .nan, tolerance: tolerance)
    }
    let (sentence, character) = (BLEU(usesEffectiveOrder: true), CharacterFScore())
    for (index, (hypothesis, reference)) in zip(hypotheses, references).enumerated() {
      let bleu = sentence.score(sentence.statistics(hypothesis: hypothesis, reference: reference))
      let chrF = character.score(character.statistics(hypothesis: hypothesis, reference: reference))
      findings += [
        finding("BLEU of line \(index)", expected: sentenceBLEU[index], found: bleu, tolerance: tolerance),
        finding("chrF of line \(index)", expected: sentenceChrF[index], found: chrF, tolerance: tolerance),
      ].compactMap { $0 }
    }
    return findings
  }

  private func finding(_ what: String, expected: Double, found: Double, tolerance: Double) -> String? {
    guard !(abs(expected - found) <= tolerance) else { return nil }
    return "\(name), \(what): expected \(expected), found \(found), tolerance \(tolerance)"
  }

  fileprivate func tokenFindings() -> [String] {
    BLEU.Tokenizer.allCases.flatMap { tokenizer in
      zip(hypotheses, tokens[tokenizer.rawValue] ?? []).compactMap { line, expected in
        let found = tokenizer.tokens(of: line)
        guard !found.elementsEqual(expected, by: { $0.utf8.elementsEqual($1.utf8) }) else { return nil }
        return "\(name), \(tokenizer.rawValue) of \(line.debugDescription): expected \(expected), found \(found)"
      }
    }
  }
}
