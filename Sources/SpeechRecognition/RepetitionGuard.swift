/// Sees, token by token, that a text has begun to repeat itself without end.
///
/// A hypothesis loops when its last text tokens, timestamps apart, are the same phrase over and over: at least
/// `leastRepeats` times and `leastTokens` tokens in all. People do repeat themselves, but not that often in a breath.
struct RepetitionGuard {
  static let leastRepeats = 4
  static let leastTokens = 24
  /// Tokens in the longest phrase that is looked for.
  static let longestPhrase = 48

  /// - Parameter text: the text tokens so far, without timestamps.
  /// - Returns: the length of the phrase that `text` ends in repetitions of; nil when it does not loop.
  static func phrase(_ text: [Int]) -> Int? {
    for length in 1...longestPhrase {
      let needed = max(leastTokens, leastRepeats * length)
      guard needed <= text.count else { continue }
      var index = text.count - 1
      while index >= text.count - needed + length, text[index] == text[index - length] { index -= 1 }
      if index < text.count - needed + length { return length }
    }
    return nil
  }
}
