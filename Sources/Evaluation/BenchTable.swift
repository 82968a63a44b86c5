internal import Transcripts

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
      let sets = ["set"] + table.rows.map { shortened($0.set ?? "all sets", to: sets) }
      return systems.count == 1 ? [sets] : [sets, ["system"] + table.rows.map { system($0.system) }]
    }
    func total(_ columns: [[String]]) -> Int { columns.map { widthOf($0) + 2 }.reduce(-2, +) }

    var legend = systems.count == 1 ? systems[0] + "\n\n" : ""
    let full = names(nil) { systems[$0] }
    guard let width, total(full + figures) > width else {
      return legend + grid(full, figures, groups: table.rows.map(\.set))
    }
    // Too wide: letters for the systems, and several tables below each other.
    let short = names(max(12, width / 3)) { PlotKey(system: $0).letter }
    if systems.count > 1 {
      legend = systems.enumerated().map { "\(PlotKey(system: $0).letter)  \($1)\n" }.joined() + "\n"
    }
    var blocks: [[[String]]] = []
    for (index, figure) in figures.enumerated() where figure[0] != interval {
      // An interval stays with the figure that it belongs to.
      let hasInterval = index + 1 < figures.count && figures[index + 1][0] == interval
      let group = hasInterval ? [figure, figures[index + 1]] : [figure]
      if let last = blocks.last, total(short + last + group) <= width {
        blocks[blocks.count - 1] += group
      } else {
        blocks.append(group)
      }
    }
    return legend + blocks.map { grid(short, $0, groups: table.rows.map(\.set)) }.joined(separator: "\n")
  }

  /// Two systems on the same utterances: scores, difference with its interval, p-value and what follows from it.
  public static func text(of comparison: BenchComparison) -> String {
    let heading =
      "A  \(comparison.first)\nB  \(comparison.second)\n\(comparison.utterances) utterances that both have\n"
    let metrics = comparison.orderedMetrics
    guard !metrics.isEmpty else { return heading + "\nThere is nothing that both can be measured with.\n" }
    func column(_ name: String, _ cell: (PairedComparison) -> String) -> [String] {
      [name] + metrics.map { cell($0.comparison) }
    }
    return heading + "\n"
      + grid(
        [["metric"] + metrics.map(\.heading)],
        [
          column("A") { Formatted.fixed($0.first) }, column("B") { Formatted.fixed($0.second) },
          column("A - B") { Formatted.signed($0.difference) },
          column(interval) { Formatted.signed($0.lower) + " to " + Formatted.signed($0.upper) },
          column("p") { Formatted.probability($0.randomizationPValue) },
        ],
        last: column("verdict") { $0.verdict(first: "A", second: "B") })
  }

  private static let interval = "95 %"

  /// Texts to the left, figures to the right, two spaces between columns and none at the end of a line.
  ///
  /// - Parameter groups: of each row below the heading; the name of a group stands once, and groups of several rows
  ///   are set apart. Rows without a figure are left out.
  private static func grid(
    _ names: [[String]], _ figures: [[String]], last: [String]? = nil, groups: [String?] = []
  ) -> String {
    let rows = names[0].indices.filter { row in row == 0 || figures.contains { !$0[row].isEmpty } }
    let isApart = names.count > 1
    var text = ""
    for (index, row) in rows.enumerated() {
      let begins = row == 0 || groups.isEmpty || index < 2 || groups[row - 1] != groups[rows[index - 1] - 1]
      if begins, isApart, index > 1 { text += "\n" }
      var cells = names.enumerated().map { column, cells in
        padded(begins || column > 0 ? cells[row] : "", to: widthOf(cells), left: true)
      }
      cells += figures.map { padded($0[row], to: widthOf($0), left: false) }
      if let last { cells.append(last[row]) }
      var line = cells.joined(separator: "  ")
      while line.hasSuffix(" ") { line.removeLast() }
      text += line + "\n"
    }
    return text
  }

  private static func widthOf(_ column: [String]) -> Int { column.map { DisplayWidth.of($0) }.max() ?? 0 }

  private static func padded(_ text: String, to width: Int, left: Bool) -> String {
    let space = String(repeating: " ", count: max(0, width - DisplayWidth.of(text)))
    return left ? text + space : space + text
  }

  /// Cut in the middle, because names of systems differ at either end.
  private static func shortened(_ name: String, to width: Int?) -> String {
    let name = name.split(whereSeparator: \.isNewline).joined(separator: " ")
    guard let width, DisplayWidth.of(name) > width else { return name }
    var (head, tail) = (Substring(name).prefix(0), Substring(name).suffix(0))
    var (front, back) = (name.startIndex, name.endIndex)
    while front < back {
      let takesFront = DisplayWidth.of(head) <= DisplayWidth.of(tail)
      let next = takesFront ? name[...front] : name[name.index(before: back)...]
      guard DisplayWidth.of(next) + DisplayWidth.of(takesFront ? tail : head) + 1 <= width else { break }
      if takesFront {
        (head, front) = (next, name.index(after: front))
      } else {
        (tail, back) = (next, name.index(before: back))
      }
    }
    return "\(head)…\(tail)"
  }
}
