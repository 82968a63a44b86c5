extension Transcript {
  /// Whether a text, or its last word, ends a sentence: by its last character that is no bracket or quotation mark.
  package static func endsSentence(_ text: some StringProtocol) -> Bool {
    guard let last = text.reversed().first(where: { !sentenceClosers.contains($0) && !$0.isWhitespace }) else {
      return false
    }
    return sentenceEnders.contains(last)
  }

  /// Whether a text, or its last word, ends a sentence where something follows: not when its full stop is an abbreviation's or an
  /// initial's.
  package static func endsSentenceBeforeMore(_ text: some StringProtocol) -> Bool {
    guard endsSentence(text) else { return false }
    let word = text.split(whereSeparator: \.isWhitespace).last ?? ""
    let bare = word.drop { $0.isPunctuation }
    guard bare.last == "." else { return true }
    let letters = bare.dropLast()
    return letters.count > 1 && !letters.contains(".") && !abbreviations.contains(letters.lowercased())
  }

  private static let abbreviations: Set<String> = [
    "mr", "mrs", "ms", "dr", "st", "vs", "prof", "sr", "sra", "dra", "jr", "no", "fig", "etc", "approx", "gen", "col",
  ]

  private static let sentenceClosers: Set<Character> = ["\"", "'", "”", "’", ")", "]", "»", "」", "』", "）"]
  private static let sentenceEnders: Set<Character> = [
    ".", "!", "?", "…", "。", "！", "？", "．", "؟", "۔", "।", "॥", "።",
  ]
}
