import Foundation
import Testing

@testable import Evaluation

@Suite struct BenchReportTests {
  @Test func confusionsAreCountedMostFrequentFirst() {
    let confusions = Confusions(
      [("the cat the", "a cat a"), ("the dog", "a dog the"), ("in it", "it"), ("so far", "as far")].map {
        TokenAlignment(reference: $0, hypothesis: $1, unit: .word)
      })
    let substitutions = confusions.substitutions.map { "\($0.reference!) \($0.hypothesis!) \($0.count)" }
    #expect(substitutions == ["the a 3", "so as 1"])
    #expect(confusions.deletions.map(\.reference) == ["in"] && confusions.insertions.map(\.hypothesis) == ["the"])
  }

  @Test func confusionsTellComposedLettersFromDecomposedOnes() {
    let confusions = Confusions([
      TokenAlignment(reference: ["caf\u{E9}"], hypothesis: ["cafe\u{301}"]),
      TokenAlignment(reference: ["cafe\u{301}"], hypothesis: ["x"]),
      TokenAlignment(reference: ["caf\u{E9}"], hypothesis: ["x"]),
    ])
    #expect(confusions.substitutions.count == 3)
  }

  @Test func nothingInATextCanBreakThePage() {
    var runs = [BenchSamples.run("<b>&\"'", isGood: false)]
    runs[0].utterances[0].hypothesis = "<script>alert(1)</script>\u{0}\u{1B}[31m"
    runs[0].utterances[0].id = "\"><img src=x>"
    runs[0].utterances[0].language = "en\" onclick=\"x"
    runs[0].failures = ["<i>": "</details>"]
    let result = BenchResult(environment: ["<u>": "</style>"], ruler: BenchSamples.ruler, runs: runs)
    let html = BenchReport(result, ruler: BenchSamples.ruler) { _ in ("audio/\"flac", Data([1, 2, 3])) }.html
    #expect(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;\u{FFFD}\u{FFFD}[31m"))
    for broken in [
      "<script", "<img", "<i>", "<u>", "onclick=\"", "</details>\n</bdi>", "\u{0}", "\u{1B}", "audio/\"flac",
    ] {
      #expect(!html.contains(broken), "\(broken)")
    }
    #expect(html.components(separatedBy: "</style>").count == 2)
  }

  @Test func thePageNeedsNothingElseAndIsTheSameEveryTime() {
    let result = BenchSamples.result()
    let comparison = BenchComparison(result.runs[0], result.runs[1], ruler: BenchSamples.ruler)
    func page() -> String {
      BenchReport(result, comparisons: [comparison], ruler: BenchSamples.ruler) { utterance in
        utterance.audio!.hasSuffix("r2.flac") ? ("audio/flac", Data("clip".utf8)) : nil
      }.html
    }
    let html = page()
    #expect(html == page())
    for word in ["http:", "https:", "//", "url(h", "@import", "<script", "<link", "<iframe"] {
      #expect(!html.contains(word), "\(word)")
    }
    #expect(html.contains("src=\"data:audio/flac;base64,Y2xpcA==\""))
    #expect(html.contains("The recording is not in this page: <code dir=\"auto\">/clips/r1.flac</code>"))
    #expect(html.contains("1 of 2 recordings were left out"))
    for section in [
      "systems", "scores", "comparisons", "errors", "composition", "translation", "speed", "confusions", "utterances",
      "failures", "made",
    ] {
      #expect(html.contains("<section id=\"\(section)\">") && html.contains("href=\"#\(section)\""), "\(section)")
    }
  }

  @Test func whatIsSaidOfRecordingsAndSilence() {
    var run = BenchSamples.run("base", isGood: true)
    run.utterances[0].reference = ""
    run.utterances[1].warning = "ends early"
    let html = BenchReport(
      BenchResult(environment: [:], ruler: BenchSamples.ruler, runs: [run]), ruler: BenchSamples.ruler
    ).html
    #expect(html.contains("6 words where nothing is said"))
    #expect(html.contains("<section id=\"warnings\">"))
    #expect(html.contains("<code dir=\"auto\">read/r2</code> <bdi>ends early</bdi>"))
  }

  @Test func channelsOfARecordingAreHeardApart() {
    var run = BenchSamples.run("tiny", isGood: false)
    for index in 0..<2 { (run.utterances[index].audio, run.utterances[index].channel) = ("/clips/call.wav", index) }
    var asked: [Int?] = []
    _ = BenchReport(
      BenchResult(environment: [:], ruler: BenchSamples.ruler, runs: [run]), ruler: BenchSamples.ruler
    ) { utterance in
      asked.append(utterance.channel)
      return ("audio/wav", Data())
    }
    #expect(Set(asked) == [0, 1] && asked.count == 2)
  }

  @Test func recordingsAreAskedForOnce() {
    var asked: [String] = []
    _ = BenchReport(BenchSamples.result(), ruler: BenchSamples.ruler) { utterance in
      asked.append(utterance.audio!)
      return ("audio/flac", Data())
    }
    #expect(asked.sorted() == ["/clips/r1.flac", "/clips/r2.flac"])
  }

  @Test func anEmptyResultIsStillAPage() {
    let html = BenchReport(
      BenchResult(environment: [:], ruler: BenchSamples.ruler, runs: []), ruler: BenchSamples.ruler
    ).html
    #expect(html.hasPrefix("<!DOCTYPE html>") && html.contains("0 systems"))
    #expect(BenchTable.text(of: BenchResult(environment: [:], ruler: BenchSamples.ruler, runs: [])).isEmpty)
  }

  @Test func theWorstComeFirstWithEverySystemsAttempt() {
    let worst = WorstUtterances(BenchSamples.result().runs, ruler: BenchSamples.ruler, limit: 1)
    #expect(worst.entries.map(\.utterance.id) == ["r2"] || worst.entries.map(\.utterance.id) == ["r1", "r2"])
    #expect(worst.entries.allSatisfy { $0.attempts.map(\.system) == [0, 1] })
    let all = WorstUtterances(BenchSamples.result().runs, ruler: BenchSamples.ruler, limit: 20)
    // Two errors each; of four words, of four, and of six. The first two keep the order of the data.
    #expect(all.entries.map(\.utterance.id) == ["r2", "t1", "r1"])
  }

  @Test func translationsAloneAreRankedByTheirOwnScore() {
    let run = BenchRun(
      system: "mt", settings: [:],
      utterances: [("a", "good day"), ("b", "x"), ("c", "good bay")].map { id, translation in
        UtteranceResult(
          set: "s", id: id, language: "pt", reference: "bom dia", translationReference: "good day",
          translation: translation)
      })
    let worst = WorstUtterances([run], ruler: BenchSamples.ruler, limit: 20)
    #expect(worst.entries.map(\.utterance.id) == ["b", "c"])
  }

  @Test func differencesAreMarkedByTheirElements() {
    let words = TokenAlignment(reference: "the cat sat here", hypothesis: "a cat sat on", unit: .word)
    #expect(
      ReportPage.diff(words, unit: .word).source
        == "<span class=\"pair\"><del>the</del><ins>a</ins></span> cat sat "
        + "<span class=\"pair\"><del>here</del><ins>on</ins></span>")
    let characters = TokenAlignment(reference: "東京の天気", hypothesis: "東京天気は", unit: .character)
    #expect(ReportPage.diff(characters, unit: .character).source == "東京<del>の</del>天気<ins>は</ins>")
    #expect(ErrorUnit.forLanguage("zh-Hant") == .character && ErrorUnit.forLanguage("ko") == .word)
    #expect(HTML.languageTag("pt_BR") == "pt-BR" && HTML.languageTag("a b") == "" && HTML.languageTag(nil) == "")
  }

  @Test func axesEndAtRoundNumbers() {
    #expect(PlotScale(upTo: 37).ticks == [0, 10, 20, 30, 40] && PlotScale(upTo: 40).upper == 40)
    #expect(PlotScale(upTo: 0).upper == 1 && PlotScale(upTo: .nan).lower == 0)
    let small = PlotScale(upTo: 0.34)
    #expect(small.label(small.ticks[1]) == "0.1" && small.percent(0.2) == 50)
    let wide = PlotScale(logarithmicFrom: 0.03, to: 1.2)
    #expect(wide.ticks.map(wide.label) == ["0.02", "0.05", "0.1", "0.2", "0.5", "1", "2"])
    #expect(abs(wide.percent(0.2) - 50) < 1e-9)
  }

  @Test func aWhiskerStandsWhereItsIntervalEnds() {
    let marks = RowPlot.whisker(
      PlotKey(system: 1), score: 10, lower: 5, upper: 30, scale: PlotScale(upTo: 40), title: "<t>")
    #expect(marks.source.contains("<line x1=\"12.5%\" x2=\"75%\" y1=\"12\" y2=\"12\"/>"))
    #expect(marks.source.contains("<line x1=\"12.5%\" x2=\"12.5%\" y1=\"7\" y2=\"17\"/>"))
    #expect(marks.source.contains("<line x1=\"75%\" x2=\"75%\" y1=\"7\" y2=\"17\"/>"))
    #expect(marks.source.contains("<svg x=\"25%\" y=\"12\" class=\"mark c1 solid\"><title>&lt;t&gt;</title>"))
  }

  @Test func barsOfErrorsLieEndToEnd() {
    let result = BenchSamples.result()
    let plot = ReportPlots.composition(ErrorRates(result, ruler: BenchSamples.ruler), systems: ["base", "tiny"])
    // tiny on "read": the → in, mat missing; a → the, now added: 2 S, 1 D, 1 I of 10 words; the axis ends at 50 %.
    #expect(plot.scale.upper == 50)
    let marks = plot.rows[0].lines[1].marks.source
    #expect(marks.contains("<rect class=\"substitution\" x=\"0%\" y=\"4\" width=\"40%\""))
    #expect(marks.contains("<rect class=\"deletion\" x=\"40%\" y=\"4\" width=\"20%\""))
    #expect(marks.contains("<rect class=\"insertion\" x=\"60%\" y=\"4\" width=\"20%\""))
    #expect(plot.rows.map(\.label) == ["read", "told", "all sets"])
  }

  @Test func fastAndSlowSystemsShareALogarithmicAxis() throws {
    var result = BenchSamples.result()
    let plot = try #require(SpeedPlot(result))
    #expect(!plot.horizontal.isLogarithmic && plot.points.map(\.realTimeFactor) == [0.5, 0.125])
    #expect(plot.y(0) == SpeedPlot.height && plot.y(plot.vertical.upper) == 0)
    result.summaries[1].total.realTimeFactor = 0.01
    #expect(try #require(SpeedPlot(result)).horizontal.isLogarithmic)
    result.summaries.removeLast()
    #expect(SpeedPlot(result) == nil)
  }

  @Test func systemsDifferInLetterShapeAndColour() {
    #expect(
      PlotKey(system: 25).letter == "Z" && PlotKey(system: 26).letter == "AA" && PlotKey(system: 52).letter == "BA")
    #expect(Set((0..<30).map { PlotKey(system: $0).inline.source }).count == 30)
  }
}
