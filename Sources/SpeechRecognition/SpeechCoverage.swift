internal import Transcripts

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
  /// Frames from which on a piece is looked into, 4 s, when its text has fewer tokens a second than that: fluent speech has three
  /// and more.
  private static let leastSparse = 400, sparseTokensPerSecond = 2.2
  /// Frames of speech between two long silences that are looked into, 2 s, of which voice activity keeps 0.8 s around it.
  private static let leastApart = 200
  /// Frames around what its last token looks at that a word of several seconds is believed to take, 1 s.
  private static let wordReach = 100
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
    isPoor(tokens.count { $0 < vocabulary.endOfText }, frames: frames)
  }

  private static func isPoor(_ textTokens: Int, frames: Int) -> Bool {
    Double(textTokens) < leastTokensPerSecond * Double(frames) / 100
  }

  /// Whether the timestamps of a window's pieces let one suspect that speech lies between its words.
  ///
  /// - Parameter silences: the first frames of the window behind long silences that were left out, in order.
  func isSuspicious(_ cut: WindowCut, at silences: [Int], _ vocabulary: Vocabulary) -> Bool {
    guard isSpeechOnly else { return false }
    let isBare = Self.parts(at: silences, until: cut.advance).contains { part in
      !cut.pieces.contains { $0.start >= part.lowerBound - Self.reach && $0.end <= part.upperBound + Self.reach }
    }
    if isBare { return true }
    var end = 0
    for piece in cut.pieces {
      let length = piece.end - piece.start
      let count = piece.tokens.count { $0 < vocabulary.endOfText }
      if piece.start - end >= Self.leastLeft { return true }
      if length >= Self.leastSparse, Double(count) < Self.sparseTokensPerSecond * Double(length) / 100 { return true }
      end = piece.end
    }
    return false
  }

  /// Frames of a window that no word of its text lies in, the first run of them that is long enough; nil without one.
  ///
  /// - Parameters:
  ///   - words: all words of the window in order, in its frames.
  ///   - end: the frame where the next window begins.
  static func gap(between words: some Sequence<AlignedWord>, until end: Int) -> Range<Int>? {
    var covered = 0
    for word in words {
      var (start, stop) = (word.word.start.frames, word.word.end.frames)
      // A telephone number is one word, and takes its time.
      if stop - start >= leastLeft, !word.word.text.contains(where: \.isNumber) {
        // What is left out lies in the word beside it: that is where its last token looks.
        start = max(start, min(word.lastAttended, stop) - wordReach)
        stop = min(stop, max(word.lastAttended, start) + wordReach)
      }
      if start - covered >= leastLeft { return covered..<start }
      covered = max(covered, stop)
    }
    return end - covered >= leastLeft ? covered..<end : nil
  }

  /// The first part of a window, between long silences, whose words have too few tokens for it; nil without one.
  ///
  /// Speech under a noise that is heard by itself, half a minute from all other, was one word of 3 s: the first of the next sentence.
  ///
  /// - Parameters:
  ///   - words: all words of the window in order, in its frames; none goes on over a silence.
  ///   - silences: the first frames behind the silences, in order.
  ///   - end: the frame where the next window begins.
  static func poorPart(of words: some Sequence<AlignedWord>, at silences: [Int], until end: Int) -> Range<Int>? {
    parts(at: silences, until: end).first { part in
      let own = words.filter { part.contains($0.word.start.frames) }
      return isPoor(own.reduce(0) { $0 + $1.tokens.count }, frames: part.count)
    }
  }

  /// What lies between long silences, where that is long enough to be looked into; nothing without a silence.
  private static func parts(at silences: [Int], until end: Int) -> [Range<Int>] {
    guard !silences.isEmpty else { return [] }
    let bounds = [0] + silences.filter { $0 < end } + [end]
    return zip(bounds, bounds.dropFirst()).lazy.map { $0..<$1 }.filter { $0.count >= leastApart }
  }

  /// The part of a window to decode in its place when a gap between its words was found: what lies before the gap, or, where nothing
  /// does, the gap itself; nil when that is all of it.
  func part(of window: Range<Int>, without gap: Range<Int>, in audio: AudioWindows) -> Range<Int>? {
    let place = window.lowerBound + (gap.lowerBound < Self.leastLeft / 3 ? gap.upperBound : gap.lowerBound)
    let around = max(window.lowerBound + 1, place - Self.reach)..<min(window.upperBound, place + Self.reach)
    guard !around.isEmpty, window.upperBound - place >= Self.leastLeft / 3 else { return nil }
    return window.lowerBound..<audio.quietest(in: around)
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
