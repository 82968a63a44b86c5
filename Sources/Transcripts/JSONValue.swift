/// JSON that keeps the order of its keys.
package enum JSONValue {
  case null
  case integer(Int)
  /// Rounded to 6 decimals; what is not finite becomes null, for JSON has no word for it.
  case number(Double)
  /// Seconds rounded to 3 decimals.
  case seconds(Duration)
  case text(String)
  case array([JSONValue])
  case object([(String, JSONValue)])

  /// A text, or null.
  package static func optional(_ text: String?) -> JSONValue { text.map(JSONValue.text) ?? .null }

  /// One line, or lines indented by two blanks a level.
  package func rendered(pretty: Bool) -> String {
    var output = ""
    write(to: &output, indentation: pretty ? 0 : nil)
    return output
  }

  /// - Parameter indentation: of the line that the value begins on; nil for one line in all.
  private func write(to output: inout String, indentation: Int?) {
    switch self {
    case .null: output += "null"
    case .integer(let value): output += String(value)
    case .number(let value): output += Self.decimal(value)
    case .seconds(let duration): output += Self.decimal(thousandths: duration.milliseconds)
    case .text(let text): Self.quote(text, to: &output)
    case .array(let values):
      // Token lists would fill pages: arrays of plain numbers stay in one line.
      let isFlat = values.allSatisfy { if case .integer = $0 { true } else { false } }
      Self.list(values.count, "[", "]", to: &output, isFlat ? nil : indentation) { output, index, inner in
        values[index].write(to: &output, indentation: inner)
      }
    case .object(let fields):
      Self.list(fields.count, "{", "}", to: &output, indentation) { output, index, inner in
        Self.quote(fields[index].0, to: &output)
        output += inner == nil ? ":" : ": "
        fields[index].1.write(to: &output, indentation: inner)
      }
    }
  }

  private static func list(
    _ count: Int, _ open: String, _ close: String, to output: inout String, _ indentation: Int?,
    item: (inout String, Int, Int?) -> Void
  ) {
    let inner = indentation.map { $0 + 2 }
    output += open
    for index in 0..<count {
      if index > 0 { output += "," }
      if let inner { output += "\n" + String(repeating: " ", count: inner) }
      item(&output, index, inner)
    }
    if let indentation, count > 0 { output += "\n" + String(repeating: " ", count: indentation) }
    output += close
  }

  private static func decimal(_ value: Double) -> String {
    guard value.isFinite else { return "null" }
    guard value.magnitude < 1e12 else { return String(value) }
    return fixed(Int64((value * 1e6).rounded()), decimals: 6)
  }

  private static func decimal(thousandths: Int64) -> String { fixed(thousandths, decimals: 3) }

  /// `scaled` / 10^`decimals` without an exponent and without trailing zeros.
  private static func fixed(_ scaled: Int64, decimals: Int) -> String {
    var digits = String(scaled.magnitude)
    digits = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    var fraction = digits.suffix(decimals)
    while fraction.last == "0" { fraction.removeLast() }
    return (scaled < 0 ? "-" : "") + digits.dropLast(decimals) + (fraction.isEmpty ? "" : "." + fraction)
  }

  /// - Reference: RFC 8259 section 7. U+2028 and U+2029 are escaped too, so that a line stays a line everywhere.
  private static func quote(_ text: String, to output: inout String) {
    output += "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": output += "\\\""
      case "\\": output += "\\\\"
      case "\n": output += "\\n"
      case "\r": output += "\\r"
      case "\t": output += "\\t"
      case "\u{0}"..<"\u{20}", "\u{7F}", "\u{85}", "\u{2028}", "\u{2029}":
        let digits = String(scalar.value, radix: 16)
        output += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: output.unicodeScalars.append(scalar)
      }
    }
    output += "\""
  }
}
