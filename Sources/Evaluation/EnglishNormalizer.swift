/// Whisper's rules for English, in the order in which its reference applies them; the order is part of the rules.
enum EnglishNormalizer {
  static func normalize(_ original: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var text = original.lowercased.withoutBrackets
    for filler in fillers { text.replace(filler) }
    text = joiningApostrophes(text)
    for rule in contractions { text.replace(rule) }
    text = withoutSymbols(withoutFullStops(withoutDigitCommas(text)).compatibilityDecomposed)
    text = EnglishNumbers.standardize(text)
    text = EnglishSpelling.standardize(text)
    return withoutStrayNumberSigns(text).withSingleSpaces
  }

  /// One of the literal replacements below.
  struct Replacement {
    let pattern: [Unicode.Scalar]
    let replacement: [Unicode.Scalar]
    /// Whether the pattern must begin at the boundary of a word; it must always end at one.
    let beginsWord: Bool

    init(_ pattern: String, _ replacement: String, beginsWord: Bool) {
      self.pattern = Array(pattern.unicodeScalars)
      self.replacement = Array(replacement.unicodeScalars)
      self.beginsWord = beginsWord
    }
  }

  /// Hesitations.
  private static let fillers = ["hmm", "mm", "mhm", "mmm", "uh", "um"].map { Replacement($0, "", beginsWord: true) }

  private static let contractions: [Replacement] = {
    let whole = [
      ("won't", "will not"), ("can't", "can not"), ("let's", "let us"), ("ain't", "aint"), ("y'all", "you all"),
      ("wanna", "want to"), ("kinda", "kind of"), ("sorta", "sort of"), ("dunno", "do not know"),
      ("gotta", "got to"), ("gonna", "going to"), ("i'ma", "i am going to"), ("imma", "i am going to"),
      ("woulda", "would have"), ("coulda", "could have"), ("shoulda", "should have"), ("cause", "because"),
      ("ma'am", "madam"),
    ]
    let titles = [
      ("mr", "mister "), ("mrs", "missus "), ("st", "saint "), ("dr", "doctor "), ("prof", "professor "),
      ("capt", "captain "), ("gov", "governor "), ("ald", "alderman "), ("gen", "general "), ("sen", "senator "),
      ("rep", "representative "), ("pres", "president "), ("rev", "reverend "), ("hon", "honorable "),
      ("asst", "assistant "), ("assoc", "associate "), ("lt", "lieutenant "), ("col", "colonel "),
      ("jr", "junior "), ("sr", "senior "), ("esq", "esquire "),
    ]
    let endings = [
      ("'d been", " had been"), ("'s been", " has been"), ("'d gone", " had gone"), ("'s gone", " has gone"),
      ("'d done", " had done"), ("'s got", " has got"), ("n't", " not"), ("'re", " are"), ("'s", " is"),
      ("'d", " would"), ("'ll", " will"), ("'t", " not"), ("'ve", " have"), ("'m", " am"),
    ]
    return (whole + titles).map { Replacement($0.0, $0.1, beginsWord: true) }
      + endings.map { Replacement($0.0, $0.1, beginsWord: false) }
  }()

  /// "the dog 's" becomes "the dog's".
  private static func joiningApostrophes(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    for scalar in text {
      if scalar == "'" { while result.last?.isSpace == true { result.removeLast() } }
      result.append(scalar)
    }
    return result
  }

  /// "1,000" becomes "1000". As in the reference a digit serves one comma only, so "1,2,3" becomes "12,3".
  private static func withoutDigitCommas(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    var index = 0
    while index < text.count {
      result.append(text[index])
      index += 1
      guard index + 1 < text.count, text[index] == ",", text[index - 1].isDecimalDigit, text[index + 1].isDecimalDigit
      else { continue }
      result.append(text[index + 1])
      index += 2
    }
    return result
  }

  /// Full stops that no digit follows become spaces; what follows one is not itself looked at.
  private static func withoutFullStops(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    spacing(text, where: { $0 == "." }, orAtEnd: true)
  }

  /// A sign that matches and is not followed by a digit becomes a space before the scalar behind it.
  private static func spacing(
    _ text: [Unicode.Scalar], where matches: (Unicode.Scalar) -> Bool, orAtEnd: Bool
  ) -> [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    var index = 0
    while index < text.count {
      let next = index + 1 < text.count ? text[index + 1] : nil
      if matches(text[index]), next.map({ !$0.isLatinDigit }) ?? orAtEnd {
        result.append(" ")
        if let next { result.append(next) }
        index += 2
      } else {
        result.append(text[index])
        index += 1
      }
    }
    return result
  }

  /// Diacritics go, other marks, symbols and punctuation become spaces, except what a number may carry.
  private static func withoutSymbols(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    result.reserveCapacity(text.count)
    for scalar in text {
      if keptSymbols.contains(scalar) {
        result.append(scalar)
      } else if let letters = undecomposed[scalar] {
        result.append(contentsOf: letters.unicodeScalars)
      } else if scalar.properties.generalCategory == .nonspacingMark {
        continue
      } else {
        result.append(scalar.isMark || scalar.isPunctuationOrSymbol ? " " : scalar)
      }
    }
    return result
  }

  private static let keptSymbols: [Unicode.Scalar] = [".", "%", "$", "¢", "€", "£"]

  /// Letters that no Unicode decomposition takes apart.
  private static let undecomposed: [Unicode.Scalar: String] = [
    "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "æ": "ae", "Æ": "AE", "ß": "ss", "ẞ": "SS", "đ": "d", "Đ": "D",
    "ð": "d", "Ð": "D", "þ": "th", "Þ": "th", "ł": "l", "Ł": "L",
  ]

  /// Currency signs and full stops without a number behind them, and per cent signs without one before them.
  private static func withoutStrayNumberSigns(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    let spaced = spacing(text, where: { $0 != "%" && keptSymbols.contains($0) }, orAtEnd: false)
    var result: [Unicode.Scalar] = []
    var index = 0
    while index < spaced.count {
      result.append(spaced[index])
      if !spaced[index].isLatinDigit, index + 1 < spaced.count, spaced[index + 1] == "%" {
        result.append(" ")
        index += 1
      }
      index += 1
    }
    return result
  }
}

extension Array where Element == Unicode.Scalar {
  /// Whether a word begins or ends at `index`: `\b`.
  func isWordBoundary(_ index: Int) -> Bool {
    let before = index > 0 && self[index - 1].isWordPart
    let behind = index < count && self[index].isWordPart
    return before != behind
  }

  /// Whether `pattern` stands at `index`.
  func has(_ pattern: [Unicode.Scalar], at index: Int) -> Bool {
    guard index + pattern.count <= count else { return false }
    for offset in pattern.indices where self[index + offset] != pattern[offset] { return false }
    return true
  }

  /// Replaces what a rule matches, from left to right.
  fileprivate mutating func replace(_ rule: EnglishNormalizer.Replacement) {
    var result: [Unicode.Scalar] = []
    var copied = 0
    var index = 0
    while index + rule.pattern.count <= count {
      if has(rule.pattern, at: index), !rule.beginsWord || isWordBoundary(index),
        isWordBoundary(index + rule.pattern.count)
      {
        result += self[copied..<index]
        result += rule.replacement
        index += rule.pattern.count
        copied = index
      } else {
        index += 1
      }
    }
    if copied > 0 { self = result + self[copied...] }
  }
}
