import Testing

@testable import Evaluation

@Suite struct BenchTableTests {
  @Test func figuresStandInColumns() {
    let expected = """
      set       system  utt.  words  WER %         95 %  S  D  I  CER %  transl.    BLEU           95 %    chrF  chrF++  refs  oracle BLEU     loss    RTF  p50 s  p95 s  MiB  failed
      read      base       2     10  10.00   0.00–25.00  0  1  0  13.89                                                                              0.500  1.000  1.000
                tiny       2     10  40.00  33.33–50.00  2  1  1  33.33                                                                              0.125  0.250  0.250

      told      base       1      4   0.00    0.00–0.00  0  0  0   0.00           100.00  100.00–100.00  100.00  100.00             100.00     0.00  0.500  1.000  1.000
                tiny       1      4  50.00  50.00–50.00  0  2  0  53.33             0.00      0.00–0.00   56.53   51.94             100.00  +100.00  0.125  0.250  0.250

      all sets  base       3     14   7.14   0.00–25.00  0  1  0   9.80        1  100.00  100.00–100.00  100.00  100.00     1       100.00     0.00  0.500  1.000  1.000  300       0
                tiny       3     14  42.86  33.33–50.00  2  3  1  39.22        1    0.00      0.00–0.00   56.53   51.94     1       100.00  +100.00  0.125  0.250  0.250  100       1

      """
    #expect(BenchTable.text(of: BenchSamples.result()) == expected)
  }

  @Test func aNarrowTerminalGetsSeveralTablesAndLosesNoFigure() {
    let result = BenchSamples.result()
    let (wide, narrow) = (BenchTable.text(of: result), BenchTable.text(of: result, width: 50))
    let lines = narrow.split(separator: "\n")
    #expect(lines.allSatisfy { $0.count <= 50 })
    #expect(narrow.hasPrefix("A  base\nB  tiny\n\nset"))
    let figures = { (text: String) in Set(text.split { $0 == " " || $0 == "\n" }.map(String.init)) }
    #expect(figures(wide).subtracting(figures(narrow)).isEmpty)
    #expect(BenchTable.text(of: result, width: 500) == wide)
  }

  @Test func whatNoRunHasTakesNoColumn() {
    var run = BenchSamples.run("base", isGood: true)
    run.peakMemory = nil
    run.utterances = run.utterances.filter { $0.set == "read" }
    let text = BenchTable.text(of: BenchResult(environment: [:], ruler: BenchSamples.ruler, runs: [run]))
    for heading in ["BLEU", "loss", "chrF", "MiB", "failed", "all sets", "system"] { #expect(!text.contains(heading)) }
    #expect(text.hasPrefix("base\n\nset   utt.  words  WER %"))
  }

  @Test func wideLettersTakeTwoColumns() {
    var run = BenchSamples.run("base", isGood: true)
    run.utterances[0].set = "日本語"
    let lines = BenchTable.text(of: BenchResult(environment: [:], ruler: BenchSamples.ruler, runs: [run]))
      .split(separator: "\n")
    let (first, second) = (lines[2], lines[3])
    #expect(first.hasPrefix("日本語") && second.hasPrefix("read"))
    #expect(first.count + 3 == second.count)
  }

  @Test func aComparisonEndsInWords() {
    let utterances = (0..<40).map { index in
      UtteranceResult(
        set: "s", id: "\(index)", language: "en", reference: "red green blue grey",
        hypothesis: "Red, green, blue, gray.")
    }
    let worse = utterances.map { utterance in
      var utterance = utterance
      utterance.hypothesis = "red green blue black"
      return utterance
    }
    let (good, bad) = (
      BenchRun(system: "base", settings: [:], utterances: utterances),
      BenchRun(system: "tiny", settings: [:], utterances: worse)
    )
    let text = BenchTable.text(of: BenchComparison(good, bad, ruler: BenchSamples.ruler))
    #expect(
      text == """
        A  base
        B  tiny
        40 utterances that both have

        metric  utt.     A      B   A - B              95 %       p  verdict
        WER %     40  0.00  25.00  -25.00  -25.00 to -25.00  <0.001  A is better

        """)
    let same = BenchTable.text(of: BenchComparison(good, good, ruler: BenchSamples.ruler))
    #expect(same.contains("no significant difference"))
    let nothing = BenchTable.text(
      of: BenchComparison(good, BenchRun(system: "x", settings: [:]), ruler: BenchSamples.ruler))
    #expect(nothing.contains("0 utterances") && nothing.contains("nothing that both can be measured with"))
  }

  @Test func onlyWhatIsTheSameIsCompared() {
    func run(_ utterances: (id: String, language: String, reference: String)...) -> BenchRun {
      BenchRun(
        system: "s", settings: [:],
        utterances: utterances.map {
          UtteranceResult(set: "a", id: $0.id, language: $0.language, reference: $0.reference, hypothesis: "これ")
        })
    }
    let comparison = BenchComparison(
      run(("1", "ja", "これ"), ("2", "ja", "それ"), ("3", "ja", "あれ")), run(("1", "ja", "これ"), ("2", "ja", "どれ")),
      ruler: BenchSamples.ruler)
    #expect(comparison.utterances == 1 && comparison.unpaired == 1 && comparison.differing == 1)
    #expect(comparison.metrics.keys.sorted() == ["CER", "WER"] && comparison.metrics["CER"]?.trials == 2_000)
    #expect(comparison.metrics["WER"]?.utterances == 1)
    let text = BenchTable.text(of: comparison)
    #expect(text.contains("left out: 1 that only one has; left out: 1 of other references"), "\(text)")
  }

  /// One set under two names, as before and after a file was moved.
  @Test func oneSetOfAnotherNameIsTheSame() {
    func run(_ set: String) -> BenchRun {
      let utterances = ["1", "2"].map {
        UtteranceResult(set: set, id: $0, language: "en", reference: "one two", hypothesis: "one")
      }
      return BenchRun(system: set, settings: [:], utterances: utterances)
    }
    let comparison = BenchComparison(run("old"), run("new"), ruler: BenchSamples.ruler)
    #expect(comparison.utterances == 2 && comparison.unpaired == 0)
    var two = run("old")
    two.utterances[1].set = "other"
    #expect(BenchComparison(two, run("new"), ruler: BenchSamples.ruler).utterances == 0)
  }

  @Test func figuresOfSomeUtterancesSayOfHowMany() {
    let all = BenchSamples.run("base", isGood: true)
    let text = BenchTable.text(of: BenchResult(environment: [:], ruler: BenchSamples.ruler, runs: [all]))
    // In all there are three utterances and one translation.
    #expect(text.contains("transl.") && text.contains("refs") && !text.contains("heard"), "\(text)")
    var half = all
    half.utterances[2].translationOfReference = nil
    var other = half.utterances[2]
    (other.id, other.translationOfReference, other.translation) = ("t2", other.translationReference, "morning")
    half.utterances.append(other)
    let scores = BenchSummary(half, ruler: BenchSamples.ruler).total
    #expect(scores.translated == 2 && scores.referencesTranslated == 1 && scores.recognized == 4)
    let lost = BenchSamples.ruler.bleu.score(hypotheses: ["morning"], references: [other.translationReference!])
    #expect(abs(scores.recognitionLoss! - (100 - lost)) < 1e-9)
  }

  @Test func aSystemThatHeardNothingIsTold() {
    let heard = BenchSamples.run("base", isGood: true)
    let one = BenchRun(
      system: "base", settings: [:], utterances: Array(heard.utterances.prefix(2)), systemSeconds: 1)
    let none = BenchRun(system: "none", settings: [:], failures: ["read/r1": "no", "read/r2": "no"])
    let text = BenchTable.text(of: BenchResult(environment: [:], ruler: BenchSamples.ruler, runs: [one, none]))
    #expect(text.split(separator: "\n").contains { $0.contains("none") && $0.hasSuffix("2") }, "\(text)")
  }

  @Test func figuresAreWrittenTheSameEverywhere() {
    #expect(Formatted.fixed(-0.001) == "0.00" && Formatted.fixed(.nan) == "-" && Formatted.fixed(1234.5) == "1234.50")
    #expect(Formatted.signed(0.001) == "0.00" && Formatted.signed(1) == "+1.00" && Formatted.signed(-1) == "-1.00")
    #expect(Formatted.probability(0.0001) == "<0.001" && Formatted.percent(0.1234) == "12.34")
  }

  @Test func whatWasHeardIsComparedAcrossTranslations() {
    let cascade = BenchSamples.run("cascade", isGood: true)
    var heard = BenchSamples.run("heard", isGood: false), other = heard, text = cascade
    heard.utterances[2].translationReference = nil
    other.utterances[2].translationReference = "buenos días a todos"
    for run in [heard, other] {
      let comparison = BenchComparison(cascade, run, ruler: BenchSamples.ruler)
      #expect(comparison.utterances == 3 && comparison.differing == 0)
      #expect(comparison.metrics["WER"]?.utterances == 3 && comparison.metrics["BLEU"] == nil)
    }
    // Of text alone there is nothing else to compare.
    for index in text.utterances.indices { text.utterances[index].hypothesis = nil }
    #expect(BenchComparison(text, other, ruler: BenchSamples.ruler).differing == 1)
  }
}
