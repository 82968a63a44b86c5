internal import Foundation

/// A table of comma-separated values.
///
/// Cells in double quotes may hold commas, line breaks and doubled quotes. Blank lines are left out.
///
/// - Reference: RFC 4180; lines may also end in `\n` or `\r` alone.
struct CSVTable {
  struct Row: Equatable {
    /// The line that it begins in, from 1.
    var number: Int
    var cells: [String]
  }

  /// All rows, names of columns among them.
  private(set) var rows: [Row] = []
  /// The lines in which rows begin that are not UTF-8.
  private(set) var foreign: [Int] = []
  /// The line in which a quote was opened that nothing closes; its row is left out.
  private(set) var unclosed: Int?

  /// Cuts a text, in UTF-8 or UTF-16.
  init(_ data: Data) {
    let bytes = [UInt8](TextLines.utf8(data))
    var (cell, cells): ([UInt8], [[UInt8]]) = ([], [])
    var (line, start) = (1, 1)
    var index = 0
    var wasQuoted = false
    func endsLine(_ index: Int) -> Bool { bytes[index] == 10 || bytes[index] == 13 }
    func endRow() {
      if cells.isEmpty, !wasQuoted, cell.allSatisfy({ $0 == 0x20 || $0 == 9 }) {
        cell = []
        return
      }
      let texts = (cells + [cell]).map { String(validating: $0, as: UTF8.self) }
      if texts.contains(nil) {
        foreign.append(start)
      } else {
        rows.append(Row(number: start, cells: texts.map { $0! }))
      }
      (cell, cells, wasQuoted) = ([], [], false)
    }
    while index < bytes.count {
      if bytes[index] == UInt8(ascii: "\""), cell.isEmpty, !wasQuoted {
        let opened = line
        wasQuoted = true
        index += 1
        while index < bytes.count {
          if bytes[index] == UInt8(ascii: "\"") {
            guard index + 1 < bytes.count, bytes[index + 1] == bytes[index] else { break }
            index += 1
          }
          if bytes[index] == 10 { line += 1 }
          cell.append(bytes[index])
          index += 1
        }
        guard index < bytes.count else {
          unclosed = opened
          return
        }
      } else if bytes[index] == UInt8(ascii: ",") {
        cells.append(cell)
        (cell, wasQuoted) = ([], false)
      } else if endsLine(index) {
        endRow()
        if bytes[index] == 13, index + 1 < bytes.count, bytes[index + 1] == 10 { index += 1 }
        line += 1
        start = line
      } else {
        cell.append(bytes[index])
      }
      index += 1
    }
    if !cells.isEmpty || !cell.isEmpty || wasQuoted { endRow() }
  }

  /// Whether a file's first line names the column that an AudioFolder's table has.
  static func isMetadata(_ path: String) -> Bool {
    let columns = CSVTable(Data(Files.firstLine(of: path).utf8)).rows.first?.cells ?? []
    return columns.contains { $0.trimmingCharacters(in: .whitespaces) == "file_name" }
  }
}

extension DataSetReading {
  /// `metadata.csv` of Hugging Face's AudioFolder: columns with the names that a manifest's keys have. An empty cell is none.
  mutating func readTable(_ data: Data, file: String, folder: String) {
    let table = CSVTable(data)
    for line in table.foreign { fault(file, line, "not UTF-8") }
    if let line = table.unclosed { fault(file, line, "a quote that nothing closes") }
    guard let header = table.rows.first else { return }
    let names = header.cells.map { $0.trimmingCharacters(in: .whitespaces) }
    for row in table.rows.dropFirst() {
      guard row.cells.count == names.count else {
        fault(file, row.number, "\(row.cells.count) columns, expected \(names.count)")
        continue
      }
      let cells = zip(names, row.cells).filter { !$1.allSatisfy(\.isWhitespace) }
      readObject(Dictionary(cells) { first, _ in first }, file, row.number, folder: folder, what: "line")
    }
  }
}
