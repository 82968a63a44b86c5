/// How texts are made alike before words are compared, so that only what was heard counts and not how it is written.
///
/// The rules are those with which Whisper's own figures were made, and each result equals that of the Python package
/// `whisper-normalizer` 0.1.15, string for string.
///
/// - Reference: Radford et al. 2022, arXiv:2212.04356, appendix C.
public enum TextNormalizer: String, Sendable, CaseIterable {
  /// For English: spoken numbers become figures, contractions are written out, British spelling becomes American.
  case english
  /// For all other languages: lower case, without brackets, punctuation, symbols and marks.
  case basic
  /// The text as it is.
  case none

  /// Name and version of the rules, for reports.
  public var version: String {
    switch self {
    case .english: "whisper-english/0.1.15"
    case .basic: "whisper-basic/0.1.15"
    case .none: "none"
    }
  }

  /// English for `en` and its regions (`en-GB`), basic for all others and for an unknown language.
  public static func forLanguage(_ code: String?) -> TextNormalizer {
    primaryLanguage(code) == "en" ? .english : .basic
  }

  /// The text in the form in which it is compared.
  public func normalize(_ text: String) -> String {
    switch self {
    case .english: String(EnglishNormalizer.normalize(Array(text.unicodeScalars)))
    case .basic: String(BasicNormalizer.normalize(Array(text.unicodeScalars)))
    case .none: text
    }
  }
}

/// Whisper's rules for any language, with its defaults: marks become spaces, letters are not split.
enum BasicNormalizer {
  static func normalize(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    text.lowercased.withoutBrackets.compatibilityComposed
      .map { $0.isMark || $0.isPunctuationOrSymbol ? " " : $0 }
      .lowercased.withSingleSpaces
  }
}

extension Array where Element == Unicode.Scalar {
  /// Without `<…>` and `[…]` in any combination, and then without `(…)`: notes, not speech.
  ///
  /// A bracket that nothing closes stays, as do parentheses around nothing.
  var withoutBrackets: [Unicode.Scalar] {
    removing(from: { $0 == "<" || $0 == "[" }, to: { $0 == ">" || $0 == "]" }, atLeast: 0)
      .removing(from: { $0 == "(" }, to: { $0 == ")" }, atLeast: 1)
  }

  private func removing(
    from opens: (Unicode.Scalar) -> Bool, to closes: (Unicode.Scalar) -> Bool, atLeast length: Int
  ) -> [Unicode.Scalar] {
    guard contains(where: opens) else { return self }
    var result: [Unicode.Scalar] = []
    var index = 0
    while index < count {
      if opens(self[index]) {
        guard let end = self[(index + 1)...].firstIndex(where: closes) else { return result + self[index...] }
        if end - index > length {
          index = end + 1
          continue
        }
      }
      result.append(self[index])
      index += 1
    }
    return result
  }
}
