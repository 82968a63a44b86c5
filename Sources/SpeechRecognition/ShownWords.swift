internal import Transcripts

/// The words that are shown and may still change.
///
/// A word is shown when its attention has left the newest audio, and stays until two texts in a row say another one in its place:
/// what one text says otherwise, the next one mostly takes back. Punctuation alone takes nothing back.
struct ShownWords {
  /// What is shown behind the certain words.
  private(set) var words: [AlignedWord] = []
  /// The text before, behind the certain words.
  private var earlier: [AlignedWord] = []

  /// Takes a text behind the words that were certain before it.
  ///
  /// - Parameters:
  ///   - newest: its words; nil when it cannot be trusted.
  ///   - certain: how many of them have become certain with it.
  ///   - frames: log-mel frames of the window, 10 ms.
  ///   - margin: how far attention stays away from the newest audio.
  ///   - doubted: the same for words that the model doubts.
  mutating func take(_ newest: [AlignedWord]?, certain: Int, frames: Int, margin: Duration, doubted: Duration) {
    guard let newest else { return }
    let next = Array(newest.dropFirst(certain)), before = earlier.dropFirst(certain)
    earlier = next
    let stays = Self.common(words, newest) >= min(certain, words.count)
    let shown = stays ? Array(words.dropFirst(certain)) : []
    let visible = CommitPolicy.worthShowing(next, frames: frames, margin: margin, doubted: doubted)
    let common = Self.common(shown, next)
    if common == shown.count {
      words = visible.count > common ? shown.dropLast() + visible[max(0, common - 1)...] : shown
    } else if Self.common(Array(before), next) > common {
      words = visible.count > common ? visible : CommitPolicy.lastBare(Array(next.prefix(common + 1)))
    } else {
      words = shown
    }
  }

  private static func common(_ one: [AlignedWord], _ other: [AlignedWord]) -> Int {
    zip(one, other).prefix { $0.bareText == $1.bareText }.count
  }
}
