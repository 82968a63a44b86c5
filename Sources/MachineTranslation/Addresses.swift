internal import Foundation

/// Addresses in running text: of the web with or without a scheme, and of mail.
enum Addresses {
  /// Their byte ranges, ascending, without the punctuation behind them.
  static func all(in bytes: [UInt8]) -> [Range<Int>] {
    // Nothing without one of these is an address; most texts end here.
    guard bytes.contains(UInt8(ascii: "@")) || bytes.contains(UInt8(ascii: ".")) else { return [] }
    var ranges: [Range<Int>] = []
    var start = 0
    while start < bytes.count {
      if isBlank(bytes[start]) {
        start += 1
        continue
      }
      var end = start
      while end < bytes.count, !isBlank(bytes[end]) { end += 1 }
      for run in runs(bytes, in: start..<end) {
        if let range = address(bytes, in: run) { ranges.append(range) }
      }
      start = end
    }
    return ranges
  }

  /// What stands between blanks, cut at punctuation that is not ASCII: curly quotes, dashes, full stops of other scripts.
  private static func runs(_ bytes: [UInt8], in whole: Range<Int>) -> [Range<Int>] {
    guard bytes[whole].contains(where: { $0 >= 0x80 }) else { return [whole] }
    var runs: [Range<Int>] = []
    var (start, end) = (whole.lowerBound, whole.lowerBound)
    for scalar in String(decoding: bytes[whole], as: UTF8.self).unicodeScalars {
      let next = end + UTF8.width(scalar)
      if !scalar.isASCII, scalar.properties.isWhitespace || isPunctuation(scalar) {
        if start < end { runs.append(start..<end) }
        start = next
      }
      end = next
    }
    return start < end ? runs + [start..<end] : runs
  }

  private static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .openPunctuation, .closePunctuation, .initialPunctuation, .finalPunctuation, .dashPunctuation,
      .otherPunctuation:
      true
    default: false
    }
  }

  /// The address in a run without blanks, which may stand in brackets or quotes.
  private static func address(_ bytes: [UInt8], in run: Range<Int>) -> Range<Int>? {
    var (start, end) = (run.lowerBound, run.upperBound)
    while start < end, !isWordByte(bytes[start]) { start += 1 }
    while end > start, !isWordByte(bytes[end - 1]), bytes[end - 1] != UInt8(ascii: "/") { end -= 1 }
    guard end - start >= 4 else { return nil }
    let text = String(decoding: bytes[start..<end], as: UTF8.self)
    for scheme in ["http://", "https://", "ftp://"] {
      if let found = text.range(of: scheme) {
        return start + text.utf8.distance(from: text.startIndex, to: found.lowerBound)..<end
      }
    }
    // Anything else is plain ASCII; what is not cannot be told from a word.
    guard text.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
    let lower = text.lowercased()
    if let at = lower.firstIndex(of: "@") {
      let (user, host) = (lower[..<at], lower[lower.index(after: at)...])
      return !user.isEmpty && isHost(host) ? start..<end : nil
    }
    let host = lower.prefix { $0 != "/" && $0 != "?" && $0 != "#" && $0 != ":" }
    guard isHost(host) else { return nil }
    return host.hasPrefix("www.") || topLevels.contains(String(host.split(separator: ".").last!)) ? start..<end : nil
  }

  /// Names of letters, digits and hyphens with full stops between them, the last one of letters.
  private static func isHost(_ text: Substring) -> Bool {
    let labels = text.split(separator: ".", omittingEmptySubsequences: false)
    guard labels.count >= 2, let last = labels.last, last.count >= 2, last.allSatisfy({ $0.isLetter }) else {
      return false
    }
    return labels.allSatisfy { !$0.isEmpty && $0.allSatisfy { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" } }
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte <= 0x20 }

  private static func isWordByte(_ byte: UInt8) -> Bool {
    byte >= 0x80 || NumberToken.isDigit(byte) || (65...90).contains(byte) || (97...122).contains(byte)
  }

  /// Ends of names that are addresses without `www.` in front; others may be a full stop that lacks its blank.
  private static let topLevels: Set<String> = Set(
    """
    com org net edu gov int mil io dev app info biz eu uk de fr es pt br it nl ru pl cz jp cn au ca ch at
    """.split(whereSeparator: \.isWhitespace).map(String.init))
}
