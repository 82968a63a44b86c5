/// Markup that cannot be broken by what stands in it: text that is interpolated is escaped, markup is not.
struct HTML: ExpressibleByStringInterpolation, Sendable, Equatable {
  var source: String

  init(stringLiteral source: String) { self.source = source }
  init(stringInterpolation: StringInterpolation) { source = stringInterpolation.source }
  /// Takes text for markup that is known to be that.
  init(trusted source: String) { self.source = source }

  struct StringInterpolation: StringInterpolationProtocol {
    var source = ""

    init(literalCapacity: Int, interpolationCount: Int) { source.reserveCapacity(literalCapacity * 2) }
    mutating func appendLiteral(_ literal: String) { source += literal }
    mutating func appendInterpolation(_ text: some StringProtocol) { source += HTML.escaped(text) }
    mutating func appendInterpolation(_ number: Int) { source += String(number) }
    mutating func appendInterpolation(_ markup: HTML) { source += markup.source }
    mutating func appendInterpolation(_ markup: HTML?) { source += markup?.source ?? "" }
    mutating func appendInterpolation(_ markup: [HTML]) { for part in markup { source += part.source } }
    /// A coordinate: a tenth of a pixel or a hundredth of a per cent is fine enough, and reads the same everywhere.
    mutating func appendInterpolation(_ coordinate: Double) { source += Formatted.trimmed(coordinate) }
  }

  /// For text and for attributes in quotation marks. What HTML has no way to write becomes U+FFFD.
  static func escaped(_ text: some StringProtocol) -> String {
    var result = ""
    result.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      case "\t", "\n": result.unicodeScalars.append(scalar)
      case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}": result.unicodeScalars.append("\u{FFFD}")
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}

extension HTML {
  /// An element of text in some language, its direction found from its letters; nil where the language is unknown.
  static func text(_ text: String, language: String?, element: String = "span") -> HTML {
    let tag = HTML(trusted: element)
    return "<\(tag) lang=\"\(languageTag(language))\" dir=\"auto\">\(text)</\(tag)>"
  }

  /// `pt_BR` as HTML wants it; empty, "unknown", for what is no language tag.
  static func languageTag(_ code: String?) -> String {
    let tag = (code ?? "").split(separator: "_").joined(separator: "-")
    let isTag = tag.unicodeScalars.allSatisfy {
      $0.isASCII && ($0 == "-" || $0.properties.isAlphabetic || "0"..."9" ~= $0)
    }
    return isTag ? tag : ""
  }
}
