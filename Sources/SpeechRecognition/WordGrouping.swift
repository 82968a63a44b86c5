/// A run of tokens that is one written word with its punctuation.
struct TokenWord: Equatable, Sendable {
  /// With its leading space.
  var text: String
  /// Its tokens in the text, punctuation included.
  var tokens: Range<Int>
  /// Those among them that are spoken: without punctuation that stands in tokens of its own at either end.
  var spoken: Range<Int>

  /// The same word in a text with `offset` tokens before this one.
  func moved(by offset: Int) -> TokenWord {
    TokenWord(
      text: text, tokens: tokens.lowerBound + offset..<tokens.upperBound + offset,
      spoken: spoken.lowerBound + offset..<spoken.upperBound + offset)
  }
}

/// Puts text tokens together into words: at spaces, or character by character where the script has none.
///
/// Punctuation goes with the word that it stands at, and a word that only punctuation divides (`well-known`, `9.5`,
/// `100,000`) stays one; the reference cuts such words in two.
///
/// - Reference: openai/whisper `whisper/tokenizer.py`, `split_to_word_tokens`; `whisper/timing.py`,
///   `merge_punctuations`.
struct WordGrouping: Sendable {
  let vocabulary: Vocabulary

  /// Punctuation that begins a word, and what does so only behind a space.
  private static let openers: Set<Character> = Set("“‘«‹¿¡([{「『（《〈【")
  private static let openersBehindSpace: Set<Character> = openers.union("\"'-")
  /// Punctuation that is read aloud.
  private static let spokenPunctuation: Set<Character> = Set("%&@#*/\\‰")

  /// The words of `tokens`, which are all text, in order and without gaps; their texts together are the whole text.
  ///
  /// - Parameter spaced: whether the script puts spaces between words; otherwise each character is a word.
  func words(of tokens: [Int], spaced: Bool) -> [TokenWord] {
    Self.grouped(characters(of: tokens), spaced: spaced)
  }

  /// Joins runs of whole characters.
  static func grouped(_ runs: [TokenWord], spaced: Bool) -> [TokenWord] {
    var words: [TokenWord] = []
    // Whether the last word has only punctuation that begins a word so far.
    var isOpen = false
    for run in runs {
      let bare = run.text.filter { !$0.isWhitespace }
      let isSilent = bare.allSatisfy { $0.isPunctuation && !spokenPunctuation.contains($0) }
      let allowed = run.text.hasPrefix(" ") ? openersBehindSpace : openers
      let opens = isSilent && bare.allSatisfy(allowed.contains)
      let begins = opens || (!isSilent && (!spaced || run.text.hasPrefix(" ")))
      guard var word = words.last, !begins || isOpen else {
        words.append(run)
        isOpen = opens
        continue
      }
      word.text += run.text
      word.tokens = word.tokens.lowerBound..<run.tokens.upperBound
      if !isSilent { word.spoken = (isOpen ? run : word).spoken.lowerBound..<run.tokens.upperBound }
      isOpen = isOpen && isSilent
      words[words.count - 1] = word
    }
    return words
  }

  /// The shortest runs of tokens that end between characters.
  private func characters(of tokens: [Int]) -> [TokenWord] {
    var runs: [TokenWord] = []
    var bytes: [UInt8] = [], start = 0
    for (index, token) in tokens.enumerated() {
      bytes += vocabulary.tokens[token]
      guard !Self.endsInsideCharacter(bytes) || index == tokens.count - 1 else { continue }
      let range = start..<index + 1
      runs.append(TokenWord(text: String(decoding: bytes, as: UTF8.self), tokens: range, spoken: range))
      bytes.removeAll(keepingCapacity: true)
      start = index + 1
    }
    return runs
  }

  /// Whether UTF-8 breaks off within a character.
  static func endsInsideCharacter(_ bytes: [UInt8]) -> Bool {
    // A character's first byte tells its length; three more follow it at most.
    for (following, byte) in bytes.reversed().prefix(4).enumerated() where byte & 0xC0 != 0x80 {
      let length = byte < 0x80 ? 1 : byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2
      return following + 1 < length
    }
    return false
  }
}
