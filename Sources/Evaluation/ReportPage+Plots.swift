extension ReportPage {
  private func figure(_ plot: RowPlot, legend: [Int], extra: HTML = "", caption: HTML) -> HTML {
    """
    <figure>
    \(HTML.legend(legend.map { ($0, systems[$0]) }))\(extra)\(plot.html)\
    <figcaption>\(caption)</figcaption>
    </figure>

    """
  }

  private func systems(in rates: ErrorRates) -> [Int] { Set(rates.rows.flatMap(\.cells).map(\.system)).sorted() }

  /// A remark where some sets are counted in characters.
  private func unitNote(_ rates: ErrorRates) -> HTML {
    guard rates.rows.contains(where: { $0.unit == .character }) else { return "" }
    return """
       Sets in languages that are written without spaces are counted in characters, marked CER; all sets together are \
      counted in words.
      """
  }

  /// Error rates with intervals.
  func errorRateSection(_ rates: ErrorRates) -> HTML? {
    guard !rates.rows.isEmpty else { return nil }
    return figure(
      ReportPlots.errorRates(rates, systems: systems), legend: systems(in: rates),
      caption: """
        Lower is better. Whiskers and brackets are 95 % intervals from \(ruler.resamples) bootstrap draws over utterances: \
        where the figure might stand had other utterances of the same kind been recorded. Whiskers that overlap do not \
        show that two systems are equal, for both heard the same utterances; a comparison of pairs can tell.\
        \(unitNote(rates))
        """)
  }

  /// Substitutions, deletions and insertions.
  func compositionSection(_ rates: ErrorRates) -> HTML? {
    guard !rates.rows.isEmpty else { return nil }
    let kinds: [HTML] = ["substitution", "deletion", "insertion"].map { kind in
      let style = HTML(trusted: kind)
      return """
        <li><svg class="key" width="22" height="14" aria-hidden="true"><rect class="\(style)" x="1" y="1" width="20" \
        height="12"/></svg> \(style)s</li>
        """
    }
    return figure(
      ReportPlots.composition(rates, systems: systems), legend: systems(in: rates),
      extra: "<ul class=\"legend\">\(kinds)</ul>",
      caption: """
        The length of a bar is the error rate; at its right the shares of substitutions, deletions and insertions, which \
        add up to it.\(unitNote(rates))
        """)
  }

  /// BLEU with intervals, and what recognition cost it.
  var translationSection: HTML? {
    guard let plot = ReportPlots.bleu(result) else { return nil }
    let hasOracle = result.summaries.contains { summary in
      summary.total.bleuOfReference != nil || summary.sets.values.contains { $0.bleuOfReference != nil }
    }
    let extra: HTML =
      hasOracle
      ? """
      <ul class="legend"><li><svg class="key solid" width="14" height="14" viewBox="-7 -7 14 14" aria-hidden="true">\
      <path d="M-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0z"/></svg> filled: what was recognised, translated</li>\
      <li><svg class="key hollow" width="14" height="14" viewBox="-7 -7 14 14" aria-hidden="true">\
      <path d="M-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0z"/></svg> hollow: the reference transcript, translated</li></ul>
      """ : ""
    let oracle: HTML =
      hasOracle
      ? """
       The hollow mark is what a perfect recogniser would have led to; the distance between both marks is the loss that \
      recognition caused, and what the hollow mark lacks of 100 is not recognition's.
      """ : ""
    return figure(
      plot, legend: plotSystems(plot), extra: extra,
      caption: """
        Higher is better. Whiskers and brackets are 95 % intervals from \(ruler.resamples) bootstrap draws over \
        utterances. BLEU of different sets and languages cannot be compared.\(oracle)
        """)
  }

  private func plotSystems(_ plot: RowPlot) -> [Int] { Set(plot.rows.flatMap(\.lines).map(\.system)).sorted() }

  /// The most frequent errors.
  var confusionsSection: HTML? {
    let shown = 15
    func visible(_ token: String) -> String { token.allSatisfy(\.isWhitespace) ? "␣" : token }
    let parts: [HTML] = result.runs.enumerated().compactMap { system, run in
      let confusions = Confusions(run, ruler: ruler)
      let lists: [(name: String, entries: [Confusions.Entry])] = [
        ("Substitutions", confusions.substitutions), ("Deletions", confusions.deletions),
        ("Insertions", confusions.insertions),
      ]
      guard lists.contains(where: { !$0.entries.isEmpty }) else { return nil }
      let largest = lists.compactMap { $0.entries.first?.count }.max() ?? 1
      let tables: [HTML] = lists.map { name, entries in
        let rows: [HTML] = entries.prefix(shown).map { entry in
          let words: HTML =
            switch (entry.reference, entry.hypothesis) {
            case (let reference?, let hypothesis?):
              "<bdi>\(visible(reference))</bdi> → <bdi>\(visible(hypothesis))</bdi>"
            case (let reference?, nil): "<del><bdi>\(visible(reference))</bdi></del>"
            case (_, let hypothesis): "<ins><bdi>\(visible(hypothesis ?? ""))</bdi></ins>"
            }
          let share = Double(entry.count) / Double(largest) * 100
          return """
            <tr><td class="figure">\(entry.count)</td><td class="share" style="--part:\(share)%">\(words)</td></tr>

            """
        }
        let total = entries.reduce(0) { $0 + $1.count }
        let rest = entries.count > shown ? "; \(entries.count - shown) more kinds are not shown" : ""
        return """
          <div><h4>\(name) <small>\(total) in all, of \(entries.count) \(entries.count == 1 ? "kind" : "kinds")\(rest)</small></h4>
          <table class="confusions"><tbody>\(rows)</tbody></table></div>

          """
      }
      let key = PlotKey(system: system)
      return """
        <h3>\(key.inline)<b>\(key.letter)</b> \(systems[system])</h3>
        <div class="columns">\(tables)</div>

        """
    }
    guard !parts.isEmpty else { return nil }
    return """
      <p class="caption">Reference → hypothesis, after normalisation, over all sets, the most frequent first. Characters take the \
      place of words in languages that are written without spaces.</p>
      \(parts)
      """
  }
}
