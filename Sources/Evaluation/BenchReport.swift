public import Foundation

/// A result as one page that needs nothing else: plots, tables, confusions, and the worst utterances to read and hear.
public struct BenchReport {
  /// The sound of an utterance; nil where there is none to be had.
  public typealias Audio = (UtteranceResult) -> (mimeType: String, data: Data)?

  /// Utterances that are shown of each run.
  static let worstCount = 20
  /// Confusions that are shown of each kind.
  static let confusionCount = 15
  /// Bytes of sound in the page; what is beyond stays out.
  static let mostAudio = 24_000_000

  private let result: BenchResult
  private let comparisons: [BenchComparison]
  private let ruler: Ruler
  private let audio: Audio

  /// A report.
  ///
  /// - Parameters:
  ///   - comparisons: shown below the tables.
  ///   - ruler: that of the result, to align words again.
  ///   - audio: asked for the utterances that are shown, worst first.
  public init(_ result: BenchResult, comparisons: [BenchComparison] = [], ruler: Ruler, audio: @escaping Audio) {
    (self.result, self.comparisons, self.ruler, self.audio) = (result, comparisons, ruler, audio)
  }

  /// The page.
  public var html: String {
    var sections = [head, plots, tables]
    if !comparisons.isEmpty { sections.append(compared) }
    var room = Self.mostAudio
    for run in result.runs { sections.append(details(of: run, audioRoom: &room)) }
    return """
      <!DOCTYPE html>
      <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
      <title>Dragoman bench</title><style>\(ReportStyle.css)</style></head><body><main>
      \(sections.joined(separator: "\n"))
      </main></body></html>

      """
  }

  // MARK: Sections

  private var head: String {
    let facts = result.environment.sorted { $0.key < $1.key } + result.rulers.sorted { $0.key < $1.key }
    let items = facts.filter { !$0.value.isEmpty }
      .map { "<dt>\(HTML.escape($0.key))</dt><dd>\(HTML.escape($0.value))</dd>" }
    let count = result.runs.map(\.utterances.count).max() ?? 0
    return """
      <h1>Dragoman bench</h1>
      <p>\(result.runs.count) \(result.runs.count == 1 ? "system" : "systems"), \(count) utterances.
      Intervals are 95 % percentile bootstraps over utterances: other utterances of the same kind would give other figures,
      about that far apart.</p>
      <details><summary>How it was made</summary><dl>\(items.joined())</dl></details>
      """
  }

  private var systems: [String] { result.runs.map(\.system) }

  private var plots: String {
    var names: [String] = []
    for run in result.runs { for name in BenchTable.sets(of: run) where !names.contains(name) { names.append(name) } }
    func values(_ bar: (BenchSummary.Scores) -> ReportPlots.Bar?) -> [[ReportPlots.Bar?]] {
      names.map { name in result.summaries.map { $0.sets[name].flatMap(bar) } }
    }
    var parts = systems.count > 1 ? [legend] : []
    let rates = values {
      $0.wordErrorRate.map { .init(value: 100 * $0.score, lower: 100 * $0.lower, upper: 100 * $0.upper) }
    }
    if rates.joined().contains(where: { $0 != nil }) {
      parts.append(
        "<h2>Word error rate by set</h2>"
          + ReportPlots.bars(labels: names, systems: systems, values: rates, unit: "WER, %"))
    }
    let points = result.summaries.compactMap { summary in
      summary.total.wordErrorRate.flatMap { rate in
        summary.total.realTimeFactor.map { (name: summary.system, x: $0, y: 100 * rate.score) }
      }
    }
    if !points.isEmpty {
      parts.append(
        "<h2>Word error rate against speed</h2>"
          + ReportPlots.scatter(
            points, xUnit: "real-time factor: seconds of work for a second of audio", yUnit: "WER, %"))
    }
    let bleu = values { $0.bleu.map { .init(value: $0.score, lower: $0.lower, upper: $0.upper) } }
    if bleu.joined().contains(where: { $0 != nil }) {
      parts.append(
        "<h2>BLEU by set</h2>" + ReportPlots.bars(labels: names, systems: systems, values: bleu, unit: "BLEU"))
    }
    for summary in result.summaries {
      guard let reference = summary.total.bleuOfReference, let recognised = summary.total.bleu else { continue }
      parts.append(
        """
        <h2>What recognition costs</h2><p>\(HTML.escape(summary.system)): the reference transcript translated scores
        <b>\(BenchTable.fixed(reference))</b> BLEU, what was recognised translated <b>\(BenchTable.fixed(recognised.score))</b>:
        <b>\(BenchTable.signed(recognised.score - reference))</b> is lost in recognition, the rest to 100 in translation.</p>
        """)
    }
    return parts.joined(separator: "\n")
  }

  private var legend: String {
    let items = systems.enumerated().map { index, name in
      "<li><span class=\"swatch\" style=\"background:\(ReportPlots.colour(index))\"></span>\(HTML.escape(name))</li>"
    }
    return "<ul class=\"legend\">\(items.joined())</ul>"
  }

  private var tables: String {
    "<h2>Scores</h2>"
      + zip(result.runs, result.summaries).map { run, summary in
        var rows = BenchTable.sets(of: run).compactMap { name in summary.sets[name].map { (name, $0) } }
        if rows.count != 1 { rows.append(("all", summary.total)) }
        let used = BenchTable.columns.filter { column in rows.contains { column.value($0.1) != nil } }
        let memory = run.peakMemory.map { "<p>Peak memory \($0 / 1_000_000) MB.</p>" } ?? ""
        return "<h3>\(HTML.escape(run.system))</h3>"
          + HTML.table(
            head: ["set"] + used.map(\.title),
            rows: rows.map { name, scores in [name] + used.map { $0.value(scores) ?? "" } })
          + memory
      }.joined(separator: "\n")
  }

  private var compared: String {
    "<h2>Comparisons</h2>"
      + comparisons.map { comparison in
        "<h3>A: \(HTML.escape(comparison.first))<br>B: \(HTML.escape(comparison.second))</h3>"
          + HTML.table(
            head: ["metric", "A", "B", "A - B", "95 %", "p", "verdict"],
            rows: comparison.metrics.sorted { $0.key < $1.key }.map { name, paired in
              [
                name, BenchTable.fixed(paired.first), BenchTable.fixed(paired.second),
                BenchTable.signed(paired.difference),
                "\(BenchTable.signed(paired.lower)) to \(BenchTable.signed(paired.upper))",
                BenchTable.fixed(paired.randomizationPValue, 4), BenchTable.verdict(paired),
              ]
            })
      }.joined()
      + "<p class=\"note\">The interval is a paired bootstrap of the difference, p that of approximate randomisation.</p>"
  }

  // MARK: One run

  private func details(of run: BenchRun, audioRoom room: inout Int) -> String {
    var parts = ["<h2>\(HTML.escape(run.system))</h2>"]
    let confusions = Confusions(run, ruler: ruler)
    func list(_ title: String, _ items: [Confusions.Item], _ text: (Confusions.Item) -> String) -> String {
      guard !items.isEmpty else { return "" }
      let lines = items.prefix(Self.confusionCount).map { "<li><b>\($0.count)</b> \(text($0))</li>" }
      return "<div><h4>\(title)</h4><ul>\(lines.joined())</ul></div>"
    }
    func word(_ word: String?) -> String { "<bdi>\(HTML.escape(word ?? ""))</bdi>" }
    let columns = [
      list("Taken for another", confusions.substitutions) { "\(word($0.reference)) → \(word($0.hypothesis))" },
      list("Left out", confusions.deletions) { word($0.reference) },
      list("Invented", confusions.insertions) { word($0.hypothesis) },
    ].joined()
    if !columns.isEmpty { parts.append("<h3>Confusions</h3><div class=\"columns\">\(columns)</div>") }

    let judged = run.utterances.compactMap { utterance in
      ruler.alignment(of: utterance).map { (utterance: utterance, alignment: $0) }
    }
    let worst = judged.filter { $0.alignment.counts.errors > 0 }.sorted {
      ($1.alignment.counts.errors, $1.alignment.counts.rate, $0.utterance.key)
        < ($0.alignment.counts.errors, $0.alignment.counts.rate, $1.utterance.key)
    }
    if !worst.isEmpty {
      parts.append(
        "<h3>Worst utterances</h3><p class=\"note\"><del>left out</del>, <ins>invented</ins>, \(Self.swap("said", "heard"))</p>"
      )
      for item in worst.prefix(Self.worstCount) {
        parts.append(article(item.utterance, item.alignment, audioRoom: &room))
      }
    } else if judged.isEmpty {
      parts.append(translations(of: run))
    }
    if !run.failures.isEmpty {
      let items = run.failures.sorted { $0.key < $1.key }
        .map { "<li>\(HTML.escape($0.key)): \(HTML.escape($0.value))</li>" }
      parts.append("<h3>Not scored</h3><ul>\(items.joined())</ul>")
    }
    return parts.joined(separator: "\n")
  }

  private func article(_ utterance: UtteranceResult, _ alignment: TokenAlignment, audioRoom room: inout Int) -> String {
    let counts = alignment.counts
    var html = """
      <article><header><b>\(HTML.escape(utterance.key))</b> \(counts.errors) errors in \(counts.referenceCount) words</header>
      <p class="diff" dir="auto">\(alignment.tokens.map(Self.word).joined(separator: " "))</p>
      """
    if let translation = utterance.translation {
      html += "<p class=\"note\">Translation: <bdi>\(HTML.escape(translation))</bdi><br>Wanted: "
      html += "<bdi>\(HTML.escape(utterance.translationReference ?? ""))</bdi></p>"
    }
    if let sound = room > 0 ? audio(utterance) : nil, sound.data.count <= room {
      room -= sound.data.count
      html +=
        "<audio controls preload=\"none\" src=\"data:\(sound.mimeType);base64,\(sound.data.base64EncodedString())\"></audio>"
    } else if let path = utterance.audio {
      html += "<p class=\"note\">Recording: \(HTML.escape(path))</p>"
    }
    return html + "</article>"
  }

  /// The translations with the least chrF, for runs that recognise nothing.
  private func translations(of run: BenchRun) -> String {
    let chrf = CharacterFScore()
    let scored = run.utterances.compactMap { utterance in
      utterance.translation.flatMap { text in
        utterance.translationReference.map {
          (utterance: utterance, score: chrf.score(hypotheses: [text], references: [$0]))
        }
      }
    }.sorted { ($0.score, $0.utterance.key) < ($1.score, $1.utterance.key) }
    guard !scored.isEmpty else { return "" }
    return "<h3>Translations furthest from their references</h3>"
      + scored.prefix(Self.worstCount).map { item in
        """
        <article><header><b>\(HTML.escape(item.utterance.key))</b> chrF2 \(BenchTable.fixed(item.score))</header>
        <p dir="auto">\(HTML.escape(item.utterance.reference))</p><p dir="auto">\(HTML.escape(item.utterance.translation!))</p>
        <p class="note" dir="auto">\(HTML.escape(item.utterance.translationReference!))</p></article>
        """
      }.joined(separator: "\n")
  }

  private static func word(_ token: AlignedToken) -> String {
    switch token.kind {
    case .hit: HTML.escape(token.reference!)
    case .deletion: "<del>\(HTML.escape(token.reference!))</del>"
    case .insertion: "<ins>\(HTML.escape(token.hypothesis!))</ins>"
    case .substitution: swap(token.reference!, token.hypothesis!)
    }
  }

  private static func swap(_ reference: String, _ hypothesis: String) -> String {
    "<span class=\"swap\"><del>\(HTML.escape(reference))</del><ins>\(HTML.escape(hypothesis))</ins></span>"
  }
}

/// The look of a report: by day and by night, on a wide screen and on a telephone.
enum ReportStyle {
  static let css = """
    :root{color-scheme:light dark;--ink:#1b1f24;--soft:#5a6572;--line:#d5dbe1;--page:#fff;--card:#f6f8fa;--bad:#a01c1c;--new:#0b5d3b}
    @media (prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9aa7b4;--line:#36404a;--page:#0f1419;--card:#182028;--bad:#ff8f8f;--new:#7ee2b0}}
    body{margin:0;background:var(--page);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
    main{max-width:60rem;margin:0 auto;padding:1.5rem 1rem 4rem}
    h1{margin:0 0 .5rem}h2{margin:2.5rem 0 .5rem;border-bottom:1px solid var(--line);padding-bottom:.25rem}h3{margin:1.5rem 0 .5rem}
    h4{margin:.5rem 0}.note,.tick{color:var(--soft);font-size:.875rem}
    svg{display:block;width:100%;height:auto;margin:.5rem 0}
    svg text{fill:var(--ink);font:12px system-ui,sans-serif}svg .tick,svg .axis{fill:var(--soft)}
    svg .grid{stroke:var(--line)}svg .whisker{stroke:var(--ink);stroke-width:1.5}
    .legend{list-style:none;padding:0;display:flex;flex-wrap:wrap;gap:.25rem 1.25rem}
    .swatch{display:inline-block;width:.8em;height:.8em;margin-right:.4em}
    .scroll{overflow-x:auto}table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.9rem}
    th,td{padding:.25rem .6rem;text-align:right;white-space:nowrap;border-bottom:1px solid var(--line)}
    th:first-child,td:first-child{text-align:left}tbody tr:hover{background:var(--card)}
    dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem;font-size:.875rem}dd{margin:0;overflow-wrap:anywhere}
    .columns{display:grid;grid-template-columns:repeat(auto-fit,minmax(14rem,1fr));gap:1rem}.columns ul{padding-left:0;list-style:none;margin:0}
    article{background:var(--card);border:1px solid var(--line);border-radius:6px;padding:.75rem 1rem;margin:.75rem 0}
    article header{font-size:.875rem;color:var(--soft)}article p{margin:.4rem 0;overflow-wrap:anywhere}
    del{color:var(--bad);text-decoration:line-through}ins{color:var(--new);text-decoration:underline;font-weight:600}
    .swap{border-bottom:1px dotted var(--soft)}.swap del{margin-right:.25em}audio{width:100%;height:2.25rem;margin-top:.25rem}
    """
}
