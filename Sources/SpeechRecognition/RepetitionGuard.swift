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

  /// Text tokens of a phrase that nobody is expected to say twice in half a minute, about six words.
  static let longPhrase = 8

  /// Whether some phrase of `longPhrase` tokens stands in a text twice.
  ///
  /// - Parameter text: the text tokens, without timestamps.
  static func saysAgain(_ text: [Int]) -> Bool {
    guard text.count > longPhrase else { return false }
    var said: Set<ArraySlice<Int>> = []
    return (0...text.count - longPhrase).contains { !said.insert(text[$0..<$0 + longPhrase]).inserted }
  }
}
