/// Text that stands in HTML or SVG as what it is.
enum HTML {
  /// Escapes what has a meaning there.
  static func escape(_ text: String) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "'": escaped += "&#39;"
      // What HTML has no place for.
      case _ where scalar.value < 0x20 && scalar != "\n" && scalar != "\t": escaped += "\u{FFFD}"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }

  /// A table whose first column is text and whose others are figures.
  static func table(head: [String], rows: [[String]]) -> String {
    let heads = head.map { "<th>\(escape($0))</th>" }.joined()
    let lines = rows.map { row in "<tr>" + row.map { "<td>\(escape($0))</td>" }.joined() + "</tr>" }
    return
      "<div class=\"scroll\"><table><thead><tr>\(heads)</tr></thead><tbody>\(lines.joined(separator: "\n"))</tbody></table></div>"
  }
}
