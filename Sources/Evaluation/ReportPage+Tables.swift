extension ReportPage {
  /// A row of a table; the first `names` cells are text.
  private func tableRow(_ cells: [HTML], names: Int, heading: Bool = false, kind: HTML = "") -> HTML {
    let tag: HTML = heading ? "th" : "td"
    let set: [HTML] = cells.enumerated().map { index, cell in
      let style: HTML = index < names ? "" : " class=\"figure\""
      return "<\(tag)\(style)>\(cell)</\(tag)>"
    }
    return "<tr\(kind)>\(set)</tr>\n"
  }

  private func table(_ heading: [HTML], names: Int, rows: [HTML]) -> HTML {
    """
    <div class="scroll" tabindex="0"><table>
    <thead>\(tableRow(heading, names: names, heading: true))</thead>
    <tbody>\(rows)</tbody>
    </table></div>

    """
  }

  private func key(_ system: Int) -> HTML {
    let key = PlotKey(system: system)
    return "<span class=\"system\">\(key.inline)<b>\(key.letter)</b> \(systems[system])</span>"
  }

  private func letterKey(_ system: Int) -> HTML {
    let key = PlotKey(system: system)
    return "<span class=\"system\" title=\"\(systems[system])\">\(key.inline)<b>\(key.letter)</b></span>"
  }

  private var legend: HTML { HTML.legend(systems.enumerated().map { ($0, $1) }) }

  /// Letters, names and the settings in which the systems differ or agree.
  var systemsSection: HTML? {
    guard !systems.isEmpty else { return nil }
    let names = Set(result.runs.flatMap(\.settings.keys)).sorted()
    let shared = names.filter { name in Set(result.runs.map { $0.settings[name] }).count == 1 }
    let different = result.runs.count > 1 ? names.filter { !shared.contains($0) } : []
    let rows = systems.indices.map { system in
      let settings = result.runs.indices.contains(system) ? result.runs[system].settings : [:]
      let cells: [HTML] = different.map { "\(settings[$0] ?? "")" }
      return tableRow([key(system)] + cells, names: 1 + different.count)
    }
    let heading: [HTML] = different.map { "\($0)" }
    let common: [HTML] = (result.runs.count > 1 ? shared : names).map { name in
      "<div><dt>\(name)</dt><dd>\(result.runs[0].settings[name] ?? "")</dd></div>"
    }
    let list: HTML = common.isEmpty ? "" : "<dl class=\"facts inline\">\(common)</dl>\n"
    return table(["system"] + heading, names: 1 + different.count, rows: rows) + list
  }

  /// The table of all figures.
  func scoresSection(_ rates: ErrorRates) -> HTML? {
    let table = ScoreTable(result)
    func unbroken(_ heading: String) -> String { heading.hasSuffix(" %") ? heading.dropLast(2) + "\u{A0}%" : heading }
    guard !table.rows.isEmpty else { return nil }
    let headings: [HTML] = table.columns.map { "<abbr title=\"\($0.meaning)\">\(unbroken($0.heading))</abbr>" }
    let rows: [HTML] = table.rows.enumerated().map { index, row in
      let cells: [HTML] = table.columns.map { "<td class=\"figure\">\($0.cell(row) ?? "")</td>" }
      let rest: HTML = "<td class=\"letter\">\(letterKey(row.system))</td>\(cells)"
      guard index == 0 || table.rows[index - 1].set != row.set else { return "<tr>\(rest)</tr>\n" }
      let span = table.rows.count { $0.set == row.set }
      return """
        <tr class="begins"><td class="set" rowspan="\(span)">\(row.set ?? "all sets")</td>\(rest)</tr>

        """
    }
    var seen: Set<String> = []
    let meanings: [HTML] = table.columns.filter { seen.insert($0.heading).inserted }.map {
      "<div><dt>\($0.heading)</dt><dd>\($0.meaning)</dd></div>"
    }
    let unspaced = rates.rows.filter { $0.unit == .character }.map(\.label)
    let note: HTML =
      unspaced.isEmpty
      ? ""
      : """
      <p class="caption">Read CER, not WER, for \(unspaced.joined(separator: ", ")): without spaces a whole sentence is one word.</p>

      """
    return legend + self.table(["set", ""] + headings, names: 2, rows: rows) + note
      + "<details><summary>What the columns are</summary><dl class=\"facts\">\(meanings)</dl></details>\n"
  }

  /// Pairs of systems.
  var comparisonsSection: HTML? {
    guard !comparisons.isEmpty else { return nil }
    let rows: [HTML] = comparisons.flatMap { pair in
      let names = [pair.first, pair.second].map { name in systems.firstIndex(of: name).map(letterKey) ?? "\(name)" }
      return pair.orderedMetrics.enumerated().map { index, metric in
        let it = metric.comparison
        let cells: [HTML] = [
          index == 0 ? "\(names[0]) against \(names[1])" : "", "\(metric.heading)",
          "\(it.verdict(first: letter(pair.first), second: letter(pair.second)))",
          "\(Formatted.fixed(it.first))", "\(Formatted.fixed(it.second))", "\(Formatted.signed(it.difference))",
          "\(Formatted.signed(it.lower)) to \(Formatted.signed(it.upper))",
          "\(Formatted.probability(it.randomizationPValue))", "\(it.utterances)",
        ]
        return tableRow(cells, names: 3, kind: index == 0 ? " class=\"begins\"" : "")
      }
    }
    let head: [HTML] = ["systems", "metric", "verdict", "first", "second", "difference", "95 %", "p", "utt."]
    let trials = comparisons.flatMap { $0.metrics.values }.map(\.trials).max() ?? 0
    let caption: HTML = """
      <p class="caption">First less second on the utterances that both have; the interval is a bootstrap over them. p is \
      that of approximate randomisation, two-sided, \(trials) trials; a difference is called one below 0.05. Nothing is \
      corrected for many comparisons.</p>

      """
    return legend + table(head, names: 3, rows: rows) + caption
  }

  private func letter(_ name: String) -> String {
    systems.firstIndex(of: name).map { PlotKey(system: $0).letter } ?? name
  }

  /// Times, memory and the plot of error rate against speed.
  var speedSection: HTML? {
    let rows: [HTML] = result.summaries.enumerated().compactMap { system, summary in
      guard let latency = summary.total.latency else { return nil }
      let run = result.runs.indices.contains(system) ? result.runs[system] : nil
      let cells: [String] = [
        summary.total.realTimeFactor.map { Formatted.fixed($0, places: 3) } ?? "", Formatted.seconds(latency.p50),
        Formatted.seconds(latency.p90), Formatted.seconds(latency.p95), Formatted.seconds(latency.p99),
        Formatted.seconds(latency.max), run?.peakMemory.map(Formatted.mebibytes) ?? "",
        summary.overhead.map { Formatted.percent($0, places: 1) } ?? "",
      ]
      return tableRow([key(system)] + cells.map { "\($0)" }, names: 1)
    }
    guard !rows.isEmpty else { return nil }
    let headings: [HTML] = [
      "<abbr title=\"real-time factor\">RTF</abbr>", "p50 s", "p90 s", "p95 s", "p99 s", "max s", "peak MiB",
      "scoring %",
    ]
    var html = table(["system"] + headings, names: 1, rows: rows)
    html =
      html + """
        <p class="caption">Times of single utterances over all sets, nearest rank: each is a time that was measured. RTF is \
        seconds of work for a second of audio; below 1 is faster than speech. Scoring is time spent on judging for time \
        spent on the work itself.</p>

        """
    if let plot = SpeedPlot(result) {
      html =
        html + """
          <figure>
          <h3>Error rate against speed</h3>
          \(HTML.legend(plot.points.map { ($0.system, systems[$0.system]) }))\(plot.html(systems: systems))\
          <figcaption>All sets together. Lower is more accurate, further left is faster; the best place is the lower left \
          corner. Whiskers are 95 % intervals of the error rate.</figcaption>
          </figure>

          """
    }
    return html
  }

  /// What could not be heard or read.
  var failuresSection: HTML? {
    list(
      result.runs.map(\.failures),
      caption: "Utterances that could not be heard or read. They are in no score above.")
  }

  /// What was heard and scored, though something is wrong with its recording.
  var warningsSection: HTML? {
    let warnings = result.runs.map { run in
      Dictionary(
        run.utterances.compactMap { utterance in utterance.warning.map { (utterance.key, $0) } },
        uniquingKeysWith: { first, _ in first })
    }
    return list(warnings, caption: "Utterances whose recordings have a fault. They are scored as they were heard.")
  }

  /// Utterances of each system with what is said of them; nil without any.
  private func list(_ reasons: [[String: String]], caption: HTML) -> HTML? {
    let parts: [HTML] = reasons.enumerated().filter { !$0.element.isEmpty }.map { system, reasons in
      let items: [HTML] = reasons.sorted { $0.key < $1.key }.map { utterance, reason in
        "<li><code dir=\"auto\">\(utterance)</code> <bdi>\(reason)</bdi></li>"
      }
      return """
        <details open><summary>\(key(system)): \(reasons.count)</summary><ul class="failures">\(items)</ul></details>

        """
    }
    return parts.isEmpty ? nil : "<p class=\"caption\">\(caption)</p>\n\(parts)"
  }

  /// Environment, and rulers with their versions.
  var makingSection: HTML? {
    func facts(_ facts: [String: String]) -> HTML {
      let items: [HTML] = facts.sorted { $0.key < $1.key }.map { name, value in
        "<div><dt>\(name)</dt><dd>\(value)</dd></div>"
      }
      return "<dl class=\"facts\">\(items)</dl>\n"
    }
    return """
      <h3>Where</h3>
      \(facts(result.environment))<h3>Measured with</h3>
      \(facts(result.rulers))
      """
  }
}
