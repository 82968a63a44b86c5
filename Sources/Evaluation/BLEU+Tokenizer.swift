extension BLEU {
  /// sacrebleu's tokenisers, named as it names them.
  public enum Tokenizer: String, Sendable, CaseIterable, Codable {
    /// mteval-v13a, for languages in Latin and similar scripts.
    case thirteenA = "13a"
    /// mteval-v14 with Unicode's classes of punctuation and symbols.
    case intl
    /// Chinese characters one by one, the rest as 13a.
    case zh
    /// Each character is a token.
    case char
    /// What stands between white space.
    case none

    /// The tokeniser that is usual for a target language: `zh` for Chinese, `char` for the other languages that put no spaces
    /// between words, which have none of their own here, else 13a.
    public static func forLanguage(_ code: String?) -> Tokenizer {
      if ["zh", "yue", "cmn"].contains(primaryLanguage(code)) { return .zh }
      return ErrorUnit.forLanguage(code) == .character ? .char : .thirteenA
    }

    /// The tokens of a line.
    public func tokens(of line: String) -> [String] { tokens(of: Array(line.unicodeScalars)) }

    func tokens(of line: [Unicode.Scalar]) -> [String] {
      let text: [Unicode.Scalar] =
        switch self {
        case .thirteenA: ([" "] + line.trimmedAtEnd.withoutMarkup + [" "]).withSeparatePunctuation
        case .intl: line.trimmedAtEnd.withSeparateSymbols
        case .zh: Array(line.trimmed).withSeparateIdeographs.withSeparatePunctuation
        case .char: Array(line.map { [$0] }.joined(separator: [" "]))
        case .none: line
        }
      return text.words.map { String($0) }
    }
  }
}

extension Array where Element == Unicode.Scalar {
  /// Two neighbours that match are parted, from left to right; no scalar serves in two pairs.
  ///
  /// - Parameter before: whether the space goes before both as well, or else behind both.
  private func parting(
    _ first: (Unicode.Scalar) -> Bool, _ second: (Unicode.Scalar) -> Bool, spaceBefore before: Bool
  ) -> [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    result.reserveCapacity(count + count / 4)
    var index = 0
    while index < count {
      if index + 1 < count, first(self[index]), second(self[index + 1]) {
        if before { result.append(" ") }
        result.append(self[index])
        result.append(" ")
        result.append(self[index + 1])
        if !before { result.append(" ") }
        index += 2
      } else {
        result.append(self[index])
        index += 1
      }
    }
    return result
  }

  private func isolating(_ matches: (Unicode.Scalar) -> Bool) -> [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    result.reserveCapacity(count + count / 4)
    for scalar in self {
      if matches(scalar) { result += [" ", scalar, " "] } else { result.append(scalar) }
    }
    return result
  }

  /// mteval's rules for Western languages: symbols of ASCII stand alone, a full stop or comma unless among digits, and a
  /// hyphen behind a digit.
  fileprivate var withSeparatePunctuation: [Unicode.Scalar] {
    isolating(\.isSeparateInMteval)
      .parting({ !$0.isLatinDigit }, { $0 == "." || $0 == "," }, spaceBefore: false)
      .parting({ $0 == "." || $0 == "," }, { !$0.isLatinDigit }, spaceBefore: true)
      .parting(\.isLatinDigit, { $0 == "-" }, spaceBefore: false)
  }

  /// mteval-v14: punctuation stands alone unless among numbers, symbols always.
  fileprivate var withSeparateSymbols: [Unicode.Scalar] {
    parting({ !$0.isNumber }, \.isPunctuation, spaceBefore: false)
      .parting(\.isPunctuation, { !$0.isNumber }, spaceBefore: true)
      .isolating(\.isSymbol)
  }

  fileprivate var withSeparateIdeographs: [Unicode.Scalar] {
    isolating { scalar in Unicode.Scalar.ideographs.contains { $0.contains(scalar.value) } }
  }

  /// Without the marks and escapes of SGML, and on one line.
  fileprivate var withoutMarkup: [Unicode.Scalar] {
    guard contains(where: { $0 == "&" || $0 == "<" || $0 == "\n" }) else { return self }
    let replacements = [
      ("<skipped>", ""), ("-\n", ""), ("\n", " "), ("&quot;", "\""), ("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">"),
    ]
    return replacements.reduce(self) { text, replacement in
      text.replacing(Array(replacement.0.unicodeScalars), with: Array(replacement.1.unicodeScalars))
    }
  }

  fileprivate var trimmedAtEnd: [Unicode.Scalar] {
    Array(self[..<(lastIndex { !$0.isSpace }.map { $0 + 1 } ?? 0)])
  }
}

extension Unicode.Scalar {
  fileprivate var isSeparateInMteval: Bool {
    switch value {
    case 0x20...0x26, 0x28...0x2B, 0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: true
    default: false
    }
  }

  /// What the `zh` tokeniser takes for Chinese: ideographs, their parts, and full-width and phonetic forms.
  ///
  /// The reference writes its two ranges beyond U+FFFF in a way that Python reads as U+2001...U+2A6D, signs and
  /// symbols of all kinds, and U+2F81...U+2FA1; scores only agree with them as they are.
  fileprivate static let ideographs: [ClosedRange<UInt32>] = [
    0x3400...0x4DB5, 0x4E00...0x9FA5, 0x9FA6...0x9FBB, 0xF900...0xFA2D, 0xFA30...0xFA6A, 0xFA70...0xFAD9,
    0x2001...0x2A6D, 0x2F81...0x2FA1, 0xFF00...0xFFEF, 0x2E80...0x2EFF, 0x3000...0x303F, 0x31C0...0x31EF,
    0x2F00...0x2FDF, 0x2FF0...0x2FFF, 0x3100...0x312F, 0x31A0...0x31BF, 0xFE10...0xFE1F, 0xFE30...0xFE4F,
    0x2600...0x26FF, 0x2700...0x27BF, 0x3200...0x32FF, 0x3300...0x33FF,
  ]
}
