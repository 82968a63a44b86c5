extension Transcript {
  /// Whether a text, or its last word, ends a sentence: by its last character that is no bracket or quotation mark.
  package static func endsSentence(_ text: some StringProtocol) -> Bool {
    guard let last = text.reversed().first(where: { !sentenceClosers.contains($0) && !$0.isWhitespace }) else {
      return false
    }
    return sentenceEnders.contains(last)
  }

  private static let sentenceClosers: Set<Character> = ["\"", "'", "”", "’", ")", "]", "»", "」", "』", "）"]
  private static let sentenceEnders: Set<Character> = [
    ".", "!", "?", "…", "。", "！", "？", "．", "؟", "۔", "।", "॥", "።",
  ]
}
