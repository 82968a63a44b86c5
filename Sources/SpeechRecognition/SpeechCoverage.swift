/// Sees that a window's text leaves out speech, where all audio is known to be speech.
///
/// Speakers and noises that differ much within a window can make the model write one of them down and pass over the rest:
/// three words for 27 s, or an end of all speech where half a minute of it is left. What has been passed over is heard
/// again by itself.
struct SpeechCoverage: Sendable {
  /// Whether voice activity holds back what is no speech; otherwise nothing is known and nothing done.
  let isSpeechOnly: Bool

  /// Text tokens a second that speech has at least: slow speech has two, with its pauses one.
  static let leastTokensPerSecond = 0.7
  /// Frames of a window that can be too poor in text, 10 s: a word may stand alone in less.
  static let leastPoor = 1000
  /// Frames after the end of the text that are heard again: 3 s, since pauses of 2 s and their padding end a region.
  static let leastLeft = 300
  /// How far from the end that the model named the quietest point is looked for.
  private static let reach = 30

  /// The part of a window to decode in its place when the text is too poor; nil when it is not.
  func part(
    of window: Range<Int>, saying text: WindowText, in audio: AudioWindows, vocabulary: Vocabulary
  ) -> Range<Int>? {
    guard isSpeechOnly, window.count >= Self.leastPoor else { return nil }
    guard Self.isPoor(text.tokens, frames: window.count, vocabulary) else { return nil }
    let third = window.count / 3
    return window.lowerBound..<audio.quietest(in: window.lowerBound + third..<window.upperBound - third)
  }

  /// Whether there are too few text tokens in this many frames.
  static func isPoor(_ tokens: [Int], frames: Int, _ vocabulary: Vocabulary) -> Bool {
    let count = tokens.count { $0 < vocabulary.endOfText }
    return Double(count) < leastTokensPerSecond * Double(frames) / 100
  }

  /// Lets the next window begin where this one's text ends, when enough speech is left.
  func shorten(_ cut: inout WindowCut, of window: Range<Int>, in audio: AudioWindows) {
    guard isSpeechOnly, cut.advance == window.count, let end = cut.pieces.last?.end,
      end >= Self.leastLeft / 3, end + Self.leastLeft <= window.count
    else { return }
    let middle = window.lowerBound + end
    cut.advance = audio.quietest(in: middle - Self.reach..<middle + Self.reach) - window.lowerBound
  }
}
