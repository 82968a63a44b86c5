/// Tells a sentence that is heard again in a breath of audio from one that is said again.
///
/// Where little audio is left, or where it hears on into the silence, a model says a sentence again that stands in its prompt. Nobody
/// says the same words in less than half of the time, and so fast at all. The echo may break off and end otherwise.
struct EchoGuard {
  /// What the last pieces said, and their frames of 10 ms: as many as a prompt holds.
  private var said: [(text: String, frames: Int)] = []
  private static let reach = 20
  /// UTF-8 bytes in a second from which on nobody speaks so fast: 15 are usual in Latin scripts, 25 in Chinese or Japanese.
  private static let fastest = 25
  /// UTF-8 bytes in a second that no speech has in any script: 45 are usual in Devanagari, of three bytes a letter.
  private static let most = 150
  /// UTF-8 bytes that the beginnings of two pieces share at least where they do not say the same to the end, and more than
  /// half of the later one: then it is an echo at twice that speed.
  private static let leastShared = 20

  /// Whether a piece is the echo of an earlier one. One that is not is remembered.
  ///
  /// - Parameter frames: of audio that it takes, 10 ms each.
  mutating func isEcho(_ text: String, frames: Int) -> Bool {
    let isFast = Self.isFaster(text, frames, than: Self.fastest)
    let isImpossible = Self.isFaster(text, frames, than: 2 * Self.fastest)
    func isEcho(of earlier: String) -> Bool {
      if earlier == text { return true }
      let shared = zip(earlier.utf8, text.utf8).prefix { $0 == $1 }.count
      return isImpossible && shared >= Self.leastShared && 2 * shared > text.utf8.count
    }
    if isFast, said.contains(where: { 2 * frames < $0.frames && isEcho(of: $0.text) }) { return true }
    said.append((text, frames))
    if said.count > Self.reach { said.removeFirst() }
    return false
  }

  /// Whether nobody can have said so much in so little audio. Timestamps may be wrong, so this holds of whole windows only.
  ///
  /// - Parameter frames: that the window has, 10 ms each.
  static func isTooMuch(_ text: String, frames: Int) -> Bool { isFaster(text, frames, than: most) }

  /// Whether a text has more than so many UTF-8 bytes a second.
  private static func isFaster(_ text: String, _ frames: Int, than rate: Int) -> Bool {
    text.utf8.count * 100 > rate * frames
  }

  /// Whether nearly all words of a text were said shortly before in the same order: what a model says over music behind a sentence.
  ///
  /// Somebody may say so again; then it is heard without being told.
  func isSaidBefore(_ text: String) -> Bool {
    let words = Self.words(text), before = before
    guard words.count >= Self.leastWords else { return false }
    // Longest common subsequence, row by row.
    var common = [Int](repeating: 0, count: before.count + 1)
    for word in words {
      var diagonal = 0
      for (index, other) in before.enumerated() {
        let above = common[index + 1]
        common[index + 1] = word == other ? diagonal + 1 : max(above, common[index])
        diagonal = above
      }
    }
    return common[before.count] * 5 >= words.count * 4
  }

  /// Whether the text so far ends with these words: what a model says over laughter behind a sentence.
  func hasEnded(with text: String) -> Bool {
    let words = Self.words(text)
    return !words.isEmpty && before.suffix(words.count) == words[...]
  }

  /// The words of the sentence before.
  private var before: [Substring] { said.suffix(Self.recent).flatMap { Self.words($0.text) } }

  /// Pieces that make up the sentence before, and words of a text that may be its echo.
  private static let recent = 4, leastWords = 5

  private static func words(_ text: String) -> [Substring] {
    text.lowercased().split { !$0.isLetter && !$0.isNumber }
  }
}
