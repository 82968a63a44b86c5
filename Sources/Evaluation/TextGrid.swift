internal import Transcripts

/// Columns of plain text; the first cell of each is its heading.
enum TextGrid {
  /// Texts to the left, figures to the right, two spaces between columns and none at the end of a line.
  ///
  /// - Parameter groups: of each row below the heading; the name of a group stands once, and groups of several rows
  ///   are set apart. Rows without a figure are left out.
  static func grid(
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

  /// Columns of figures in as many blocks as a width needs, from left to right.
  ///
  /// - Parameters:
  ///   - names: columns that each block begins with.
  ///   - width: columns of the terminal; a single figure that is wider than that has a block to itself.
  ///   - stays: whether a column belongs to the one before it, so that they are not parted.
  static func blocks(
    _ figures: [[String]], beside names: [[String]], width: Int, stays: ([String]) -> Bool = { _ in false }
  ) -> [[[String]]] {
    var groups: [[[String]]] = []
    for figure in figures {
      if stays(figure), !groups.isEmpty { groups[groups.count - 1].append(figure) } else { groups.append([figure]) }
    }
    return groups.reduce(into: []) { blocks, group in
      if let last = blocks.last, total(names + last + group) <= width {
        blocks[blocks.count - 1] += group
      } else {
        blocks.append(group)
      }
    }
  }

  /// The width of columns beside each other.
  static func total(_ columns: [[String]]) -> Int { columns.map { widthOf($0) + 2 }.reduce(-2, +) }

  /// Columns of a terminal that the widest cell takes.
  static func widthOf(_ column: [String]) -> Int { column.map { DisplayWidth.of($0) }.max() ?? 0 }

  /// With spaces on one side.
  static func padded(_ text: String, to width: Int, left: Bool) -> String {
    let space = String(repeating: " ", count: max(0, width - DisplayWidth.of(text)))
    return left ? text + space : space + text
  }

  /// Cut in the middle, because names of systems differ at either end.
  static func shortened(_ name: String, to width: Int?) -> String {
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
