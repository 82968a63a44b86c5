/// How a language writes numbers: which sign stands in front of the fraction.
enum NumberConvention: Equatable {
  /// `1,000.5`
  case point
  /// `1.000,5`
  case comma

  /// The convention of a language code; a point where it is not known.
  init(language: String) {
    self = Self.commaLanguages.contains(primaryLanguage(language)) ? .comma : .point
  }

  private static let commaLanguages = Set(
    """
    az be bg bs ca cs da de el es et eu fi fr gl hr hu hy id is it ka kk lt lv mk nb nl nn no pl pt ro ru sk sl sq sr sv tr uk vi
    """.split(separator: " ").map(String.init))

  /// A number of this convention in another; what is no number of this convention (`1.2.3`, `10:30`) stays.
  func rewrite(_ text: String, as other: NumberConvention) -> String {
    guard self != other, isNumber(text) else { return text }
    return String(text.map { $0 == "." ? "," : $0 == "," ? "." : $0 })
  }

  /// Whether a text is a number of either convention.
  static func isNumber(_ text: some Collection<UInt8>) -> Bool {
    let text = String(decoding: text, as: UTF8.self)
    return Self.point.isNumber(text) || Self.comma.isNumber(text)
  }

  /// Digits with or without groups of thousands, and perhaps a fraction.
  private func isNumber(_ text: String) -> Bool {
    let (thousands, fraction): (Character, Character) = self == .point ? (",", ".") : (".", ",")
    let parts = text.split(separator: fraction, omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count) else { return false }
    let groups = parts[0].split(separator: thousands, omittingEmptySubsequences: false)
    guard (parts.dropFirst() + groups).allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(NumberToken.isDigit) }) else {
      return false
    }
    return groups.count == 1 || groups[0].count <= 3 && groups.dropFirst().allSatisfy { $0.count == 3 }
  }
}
