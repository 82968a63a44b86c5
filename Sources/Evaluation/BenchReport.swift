public import Foundation

/// A benchmark as one HTML page that needs nothing else: no network, no script, no file beside it.
///
/// Equal results give equal pages, byte for byte.
public struct BenchReport: Sendable {
  /// The sound of an utterance and its type; nil where there is none, or too much.
  public typealias Audio = (UtteranceResult) -> (mimeType: String, data: Data)?

  /// The page, UTF-8.
  public let html: String

  /// Sets the page.
  ///
  /// - Parameters:
  ///   - comparisons: what was found of pairs of systems.
  ///   - ruler: what the result was measured with; the words of single utterances are compared with it again.
  ///   - worstUtterances: how many of each system are shown.
  ///   - audio: an utterance's recording as the page is to carry it, asked once for each recording, or part of one, in the
  ///     order of the page; nil for one that it is not to carry.
  public init(
    _ result: BenchResult, comparisons: [BenchComparison] = [], ruler: Ruler, worstUtterances: Int = 20,
    audio: Audio = { _ in nil }
  ) {
    let page = ReportPage(result: result, comparisons: comparisons, ruler: ruler)
    html = page.html(worst: WorstUtterances(result.runs, ruler: ruler, limit: worstUtterances), audio: audio).source
  }
}

/// The parts of a report, in the order in which they are read.
struct ReportPage {
  var result: BenchResult
  var comparisons: [BenchComparison]
  var ruler: Ruler
  /// Names of the systems; a run's index is its letter everywhere.
  var systems: [String] { result.systemNames }

  func html(worst: WorstUtterances, audio: BenchReport.Audio) -> HTML {
    let rates = ErrorRates(result, ruler: ruler)
    let sections: [(id: String, title: String, body: HTML?)] = [
      ("systems", "Systems", systemsSection),
      ("scores", "Scores", scoresSection(rates)),
      ("comparisons", "Comparisons", comparisonsSection),
      ("errors", "Error rate by set", errorRateSection(rates)),
      ("composition", "What the errors are", compositionSection(rates)),
      ("translation", "Translation", translationSection),
      ("speed", "Speed", speedSection),
      ("confusions", "Confusions", confusionsSection),
      ("utterances", "Worst utterances", utterancesSection(worst, audio: audio)),
      ("failures", "Failures", failuresSection),
      ("warnings", "Warnings", warningsSection),
      ("made", "How it was made", makingSection),
    ]
    let present = sections.compactMap { section in section.body.map { (section.id, section.title, $0) } }
    let links: [HTML] = present.map { "<li><a href=\"#\($0.0)\">\($0.1)</a></li>" }
    let bodies: [HTML] = present.map { id, title, body in
      "<section id=\"\(id)\">\n<h2>\(title)</h2>\n\(body)</section>\n"
    }
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; media-src data:">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <title>Dragoman benchmark</title>
      <style>
      \(ReportStyle.sheet)
      </style>
      </head>
      <body>
      <header>
      <h1>Dragoman benchmark</h1>
      <p>\(headline)</p>
      \(environment)
      <nav aria-label="Sections"><ul>\(links)</ul></nav>
      </header>
      <main>
      \(bodies)</main>
      \(ReportStyle.patterns)
      </body>
      </html>

      """
  }

  /// Where it was made, in a line; in full at the end.
  private var environment: HTML? {
    let facts: [HTML] = result.environment.sorted { $0.key < $1.key }.map { name, value in
      "<span><small>\(name)</small> \(value)</span> "
    }
    return facts.isEmpty ? nil : "<p class=\"environment\">\(facts)</p>"
  }

  private var headline: String {
    func count(_ number: Int, _ one: String, _ many: String) -> String { "\(number) \(number == 1 ? one : many)" }
    let sets = result.setNames
    var line = count(systems.count, "system", "systems") + " on " + count(sets.count, "set", "sets")
    line += " of " + count(result.summaries.map(\.total.utterances).max() ?? 0, "utterance", "utterances")
    if let audio = result.summaries.compactMap(\.total.audioSeconds).max() {
      let length =
        audio < 90 ? Formatted.fixed(audio, places: 0) + " s" : Formatted.fixed(audio / 60, places: 1) + " min"
      line += ", \(length) of audio"
    }
    return line + "."
  }
}
