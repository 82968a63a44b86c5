/// Finds sentences in running text.
///
/// A sentence ends at a line break, or behind a run of `. ! ? …` with the quotes and brackets that close there when a blank
/// follows, unless the word in front is an abbreviation or an initial, or what comes next begins in lower case. Full stops of
/// scripts without spaces (`。 ！ ？`) end a sentence at once; the danda, the Arabic question mark and their like do when a blank
/// follows.
struct SentenceSplitter: Sendable {
  private let abbreviations: Abbreviations

  init(language: String) { abbreviations = Abbreviations(language: language) }

  /// Cuts a text; see `TextStructure` for what holds afterwards.
  func split(_ text: String) -> TextStructure {
    var text = text
    return text.withUTF8 { utf8 in
      let scalars = Scalars(Array(utf8))
      var sentences: [Range<Int>] = []
      var index = 0
      while index < scalars.count {
        while index < scalars.count, scalars[index].properties.isWhitespace { index += 1 }
        guard index < scalars.count else { break }
        let end = endOfSentence(in: scalars, from: index)
        var last = end
        while last > index, scalars[last - 1].properties.isWhitespace { last -= 1 }
        sentences.append(scalars.offset(index)..<scalars.offset(last))
        index = end
      }
      return TextStructure(bytes: scalars.bytes, sentences: sentences)
    }
  }

  /// The whole text without the blanks around it as one sentence, or none when it is blank.
  static func whole(_ text: String) -> TextStructure {
    let scalars = text.unicodeScalars
    var text = text
    guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
      let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
    else { return text.withUTF8 { TextStructure(bytes: Array($0), sentences: []) } }
    let start = scalars[..<first].reduce(0) { $0 + UTF8.width($1) }
    let length = scalars[first...last].reduce(0) { $0 + UTF8.width($1) }
    return text.withUTF8 { TextStructure(bytes: Array($0), sentences: [start..<start + length]) }
  }

  /// Index behind the sentence that begins at `start`.
  private func endOfSentence(in scalars: Scalars, from start: Int) -> Int {
    var index = start
    while index < scalars.count {
      let scalar = scalars[index]
      if Self.lineBreaks.contains(scalar) { return index }
      guard Self.terminators.contains(scalar) else {
        index += 1
        continue
      }
      let first = index
      var closesAtOnce = false
      while index < scalars.count, Self.terminators.contains(scalars[index]) {
        closesAtOnce = closesAtOnce || Self.wideTerminators.contains(scalars[index])
        index += 1
      }
      let terminated = index
      while index < scalars.count, Self.closers.contains(scalars[index]) { index += 1 }
      if index == scalars.count { return index }
      if closesAtOnce { return index }
      guard scalars[index].properties.isWhitespace else { continue }
      let isFullStop = terminated - first == 1 && scalars[first] == "."
      if isEnd(in: scalars, start: start, terminator: first, isFullStop: isFullStop, next: index) { return index }
    }
    return index
  }

  /// Whether a sentence ends at `terminator`, a blank at `next` following.
  private func isEnd(in scalars: Scalars, start: Int, terminator: Int, isFullStop: Bool, next: Int) -> Bool {
    var following = next
    while following < scalars.count, scalars[following].properties.isWhitespace {
      if Self.lineBreaks.contains(scalars[following]) { return true }
      following += 1
    }
    while following < scalars.count, Self.openers.contains(scalars[following]) { following += 1 }
    guard following < scalars.count else { return true }
    let begin = scalars[following]
    if begin.properties.isLowercase { return false }
    guard isFullStop else { return true }

    var wordStart = terminator
    while wordStart > start, Self.isWord(scalars[wordStart - 1]) { wordStart -= 1 }
    guard wordStart < terminator else { return true }
    let word = scalars.string(wordStart..<terminator).lowercased()
    if abbreviations.always.contains(word) { return false }
    let nextIsNumber = begin.properties.numericType != nil
    if nextIsNumber, abbreviations.beforeNumber.contains(word) { return false }
    let parts = word.split(separator: ".", omittingEmptySubsequences: false)
    // An initial or a chain of them: "J. Smith", "U.S. Army"; but "a.m. He" and "plan B. Then" cannot be told apart from it by
    // their form, so a lone letter counts as an initial only in upper case, and "a.m." and "p.m." end a sentence.
    if parts.allSatisfy({ $0.unicodeScalars.count == 1 && $0.first!.isLetter }) {
      return word == "a.m" || word == "p.m" || scalars[wordStart].properties.isLowercase || word == "i"
    }
    if parts.count == 1, word.unicodeScalars.allSatisfy({ $0.properties.numericType == .decimal }) {
      // "1. First" numbers a list; German and its neighbours write ordinals this way.
      return !(wordStart == start || abbreviations.numbersAreOrdinals)
    }
    return true
  }

  private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isAlphabetic || scalar.properties.numericType == .decimal || scalar == "." || scalar == "º"
  }

  static let lineBreaks: Set<Unicode.Scalar> = [
    "\n", "\r", "\u{0B}", "\u{0C}", "\u{85}", "\u{2028}", "\u{2029}",
  ]
  private static let wideTerminators: Set<Unicode.Scalar> = ["。", "！", "？", "．", "｡", "︒", "﹒", "﹗", "﹖"]
  static let terminators: Set<Unicode.Scalar> = wideTerminators.union([
    ".", "!", "?", "…", "‽", "⁇", "⁈", "⁉", "।", "॥", "؟", "۔", "։", "።", "፧", "၊", "။", "។", "៕",
  ])
  static let closers: Set<Unicode.Scalar> = [
    "\"", "'", ")", "]", "}", "”", "’", "»", "›", "“", "」", "』", "】", "》", "〉", "）", "］", "｣",
  ]
  static let openers: Set<Unicode.Scalar> = [
    "\"", "'", "(", "[", "{", "“", "‘", "«", "‹", "„", "‚", "¿", "¡", "「", "『", "（", "-", "–", "—", "*", "•",
  ]
}
