/// Gives a text its capitals and its last full stop back: what some recognisers leave out and translation models were trained with.
///
/// Only a text that has lost its case altogether (all small or all capital letters, at least three words) is touched, so that what
/// somebody wrote stays as it is. Small letters become capital ones of as many bytes, so that places in the text stay.
///
/// Each rule was kept because it gains on lower-cased text without punctuation; see docs/translation.md.
struct SourceRepair {
  let vocabulary: Vocabulary
  let language: String
  private let abbreviations: Abbreviations

  init(vocabulary: Vocabulary, language: String) {
    (self.vocabulary, self.language) = (vocabulary, language)
    abbreviations = Abbreviations(language: language)
  }

  /// A word is a name when its piece with a capital is this many natural logarithms more probable than the one without.
  private static let margin: Float = 3
  /// A text of fewer words may be an entry of a list.
  private static let leastWords = 3

  /// Behind one of these an apostrophe opens no quotation: `{user}'s`.
  private static let closingBrackets: Set<Unicode.Scalar> = [")", "]", "}"]

  /// Whether a text has lost its case: letters of a cased script, all of them small or all of them capital, in three words at least.
  static func lacksCase(_ text: Scalars) -> Bool {
    var (lower, upper, words) = (0, 0, 0)
    var isInWord = false
    for index in 0..<text.count {
      let properties = text[index].properties
      if properties.isLowercase { lower += 1 } else if properties.isUppercase { upper += 1 }
      if lower > 0, upper > 0 { return false }
      if text[index].isPartOfWord != isInWord {
        isInWord.toggle()
        if isInWord { words += 1 }
      }
    }
    return lower + upper > 0 && words >= leastWords
  }

  /// Whether nowhere in a text a sentence ends.
  static func lacksSentenceEnds(_ text: Scalars) -> Bool {
    for index in 0..<text.count where SentenceSplitter.terminators.contains(text[index]) {
      let next = index + 1
      if next == text.count || text[next].properties.isWhitespace || SentenceSplitter.closers.contains(text[next]) {
        return false
      }
    }
    return true
  }

  /// A text that lacks its case, with capitals where sentences begin, in names, and in the English `I`. Takes time in proportion to
  /// the text's length.
  ///
  /// - Parameters:
  ///   - text: the text.
  ///   - fixed: byte ranges that stay, ascending, each with the spelling that it gets instead.
  /// - Returns: as many bytes as `text` has.
  func withCase(_ text: Scalars, fixed: [(range: Range<Int>, spelling: String)]) -> [UInt8] {
    var scalars = (0..<text.count).map { text[$0].changed(toUpper: false) }
    var beginsSentence = true
    var index = 0
    // What stands behind the last blank before `index`.
    var lastBlank = -1
    while index < scalars.count {
      let scalar = scalars[index]
      if index > 0, scalars[index - 1].properties.isWhitespace { lastBlank = index - 1 }
      if SentenceSplitter.lineBreaks.contains(scalar) { beginsSentence = true }
      if SentenceSplitter.terminators.contains(scalar), index + 1 < scalars.count,
        scalars[index + 1].properties.isWhitespace || SentenceSplitter.closers.contains(scalars[index + 1])
      {
        beginsSentence = !isAbbreviation(scalars[(lastBlank + 1)..<index])
      }
      guard scalar.isPartOfWord else {
        index += 1
        continue
      }
      let start = index
      while index < scalars.count, scalars[index].isPartOfWord { index += 1 }
      let opens =
        start == 0 || scalars[start - 1].properties.isWhitespace
        || SentenceSplitter.openers.contains(scalars[start - 1])
          && !(start > 1 && Self.closingBrackets.contains(scalars[start - 2]))
      guard scalar.properties.isLowercase, opens else {
        beginsSentence = false
        continue
      }
      if let capital = capital(
        of: scalars[start..<index], next: index < scalars.count ? scalars[index] : nil, beginsSentence: beginsSentence)
      {
        // No slice of the scalars may be alive here, or each capital would copy the whole text.
        scalars[start] = capital
      }
      beginsSentence = false
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.bytes.count)
    for scalar in scalars { bytes.append(contentsOf: UTF8.encode(scalar)!) }
    for (range, spelling) in fixed where range.count == spelling.utf8.count {
      bytes.replaceSubrange(range, with: spelling.utf8)
    }
    return bytes
  }

  /// The capital that a word in small letters gets, if any.
  private func capital(
    of word: ArraySlice<Unicode.Scalar>, next: Unicode.Scalar?, beginsSentence: Bool
  ) -> Unicode.Scalar? {
    guard let first = word.first, beginsSentence || isPronoun(word, next: next) || isName(word) else { return nil }
    let capital = first.changed(toUpper: true)
    let isKnown =
      vocabulary.score(ofPiece: "\(capital)") != nil || vocabulary.score(ofPiece: "▁\(capital)") != nil
    return isKnown ? capital : nil
  }

  private func isAbbreviation(_ word: ArraySlice<Unicode.Scalar>) -> Bool {
    word.count <= Self.longestAbbreviation && abbreviations.always.contains(String(String.UnicodeScalarView(word)))
  }

  /// Nothing longer is spelled out to be looked for.
  private static let longestAbbreviation = 32

  /// The English `I`; not the `i` of `i.e.`.
  private func isPronoun(_ word: ArraySlice<Unicode.Scalar>, next: Unicode.Scalar?) -> Bool {
    language.lowercased().hasPrefix("en") && word.count == 1 && word.first == "i" && next != "." && next != "-"
  }

  private func isName(_ word: ArraySlice<Unicode.Scalar>) -> Bool {
    guard let first = word.first else { return false }
    let rest = String(String.UnicodeScalarView(word.dropFirst()))
    guard let capital = vocabulary.score(ofPiece: "▁\(first.changed(toUpper: true))\(rest)") else { return false }
    guard let small = vocabulary.score(ofPiece: "▁\(first)\(rest)") else { return true }
    return capital > small + Self.margin
  }

  /// What ends a sentence that lacks its end: a question mark behind a word that begins questions, else a full stop; nil behind
  /// punctuation.
  func mark(for sentence: ArraySlice<UInt8>) -> UInt8? {
    let text = String(decoding: sentence, as: UTF8.self)
    guard let last = text.unicodeScalars.last, last.isPartOfWord || last == "%" else { return nil }
    let first = text.prefix { $0.isLetter || $0 == "'" || $0 == "’" }.lowercased().replacing("’", with: "'")
    let isQuestion = Self.questionWords[primaryLanguage(language)]?.contains(first) ?? false
    return isQuestion ? UInt8(ascii: "?") : UInt8(ascii: ".")
  }

  private static func words(_ text: String) -> Set<String> {
    Set(text.split(whereSeparator: \.isWhitespace).map(String.init))
  }

  /// Words that a sentence begins with when it asks.
  private static let questionWords: [String: Set<String>] = [
    "en": words(
      """
      what who whom whose where when why how which is are was were am do does did can could will would shall should may might
      have has had isn't aren't wasn't weren't don't doesn't didn't can't couldn't won't wouldn't shouldn't haven't hasn't hadn't
      """),
    "pt": words("que quem qual quais onde quando quanto quantos quanta quantas como porque cadê será"),
  ]
}
