/// Results as plain text in columns, for a terminal or a log.
public enum BenchTable {
  /// Scores by set and system; a figure that no run has takes no column.
  ///
  /// - Parameter width: columns of the terminal. A wider table is broken into several below each other, each with the
  ///   names of sets and systems; nil leaves it in one.
  public static func text(of result: BenchResult, width: Int? = nil) -> String {
    let table = ScoreTable(result)
    guard !table.rows.isEmpty else { return "" }
    let systems = result.summaries.map(\.system)
    let figures = table.columns.map { column in [column.heading] + table.rows.map { column.cell($0) ?? "" } }
    func names(_ sets: Int?, _ system: (Int) -> String) -> [[String]] {
      let sets = ["set"] + table.rows.map { TextGrid.shortened($0.set ?? "all sets", to: sets) }
      return systems.count == 1 ? [sets] : [sets, ["system"] + table.rows.map { system($0.system) }]
    }

    var legend = systems.count == 1 ? systems[0] + "\n\n" : ""
    let full = names(nil) { systems[$0] }
    guard let width, TextGrid.total(full + figures) > width else {
      return legend + TextGrid.grid(full, figures, groups: table.rows.map(\.set))
    }
    // Too wide: letters for the systems, and several tables below each other.
    let short = names(max(12, width / 3)) { PlotKey(system: $0).letter }
    if systems.count > 1 {
      legend = systems.enumerated().map { "\(PlotKey(system: $0).letter)  \($1)\n" }.joined() + "\n"
    }
    // An interval stays with the figure that it belongs to.
    let blocks = TextGrid.blocks(figures, beside: short, width: width) { $0[0] == interval }
    return legend + blocks.map { TextGrid.grid(short, $0, groups: table.rows.map(\.set)) }.joined(separator: "\n")
  }

  /// Two systems on the same utterances: scores, difference with its interval, p-value and what follows from it.
  public static func text(of comparison: BenchComparison) -> String {
    let heading =
      "A  \(comparison.first)\nB  \(comparison.second)\n\(comparison.utterances) utterances that both have"
      + (comparison.unpaired > 0 ? "; left out: \(comparison.unpaired) that only one has" : "")
      + (comparison.differing > 0 ? "; left out: \(comparison.differing) of other references" : "") + "\n"
    let metrics = comparison.orderedMetrics
    guard !metrics.isEmpty else { return heading + "\nThere is nothing that both can be measured with.\n" }
    func column(_ name: String, _ cell: (PairedComparison) -> String) -> [String] {
      [name] + metrics.map { cell($0.comparison) }
    }
    return heading + "\n"
      + TextGrid.grid(
        [["metric"] + metrics.map(\.heading)],
        [
          column("utt.") { String($0.utterances) }, column("A") { Formatted.fixed($0.first) },
          column("B") { Formatted.fixed($0.second) },
          column("A - B") { Formatted.signed($0.difference) },
          column(interval) { Formatted.signed($0.lower) + " to " + Formatted.signed($0.upper) },
          column("p") { Formatted.probability($0.randomizationPValue) },
        ],
        last: column("verdict") { $0.verdict(first: "A", second: "B") })
  }

  private static let interval = "95 %"
}
