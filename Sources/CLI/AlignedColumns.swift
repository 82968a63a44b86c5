internal import Transcripts

/// Lists as plain text.
enum AlignedColumns {
  /// One line per row, every column but the last as wide as its widest cell.
  static func text(_ rows: [[String]]) -> String {
    let last = (rows.map(\.count).max() ?? 0) - 1
    let widths = (0..<max(0, last)).map { column in
      rows.map { $0.count > column ? DisplayWidth.of($0[column]) : 0 }.max() ?? 0
    }
    return rows.map { row in
      let cells = row.enumerated().map { column, cell in
        column < last ? cell + String(repeating: " ", count: widths[column] - DisplayWidth.of(cell)) : cell
      }
      return cells.joined(separator: "  ") + "\n"
    }.joined()
  }
}
