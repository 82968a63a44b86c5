/// The tokens of a window cut into segments at pairs of timestamps, and how far the next window is.
///
/// - Reference: openai/whisper `whisper/transcribe.py`, the part on consecutive timestamp tokens.
struct WindowCut: Equatable {
  struct Piece: Equatable {
    /// Frames after the window's start.
    var start: Int, end: Int
    var tokens: [Int]
  }

  var pieces: [Piece] = []
  /// Frames from this window's start to the next one's; at least 1.
  var advance: Int

  /// Log-mel frames in one step of the timestamps (20 ms).
  private static let framesPerTimestamp = 2

  init(tokens: [Int], vocabulary: Vocabulary, frameCount: Int) {
    let begin = vocabulary.timestampBegin
    func isTimestamp(_ index: Int) -> Bool { tokens[index] >= begin }
    func frame(_ token: Int) -> Int { (token - begin) * Self.framesPerTimestamp }
    var cuts = tokens.indices.dropFirst().filter { isTimestamp($0) && isTimestamp($0 - 1) }
    let endsInOneTimestamp =
      tokens.count >= 2 && isTimestamp(tokens.count - 1) && !isTimestamp(tokens.count - 2)

    guard !cuts.isEmpty else {
      // One segment. Its end is the last timestamp, if there is one past the start.
      let last = tokens.last { $0 >= begin }
      let end = last.map(frame).flatMap { $0 > 0 ? $0 : nil } ?? frameCount
      pieces = [Piece(start: 0, end: end, tokens: tokens)]
      advance = frameCount
      return
    }
    // A lone timestamp at the end says that no speech follows it in this window.
    if endsInOneTimestamp { cuts.append(tokens.count) }
    var start = 0
    for cut in cuts {
      pieces.append(Piece(start: frame(tokens[start]), end: frame(tokens[cut - 1]), tokens: Array(tokens[start..<cut])))
      start = cut
    }
    // Otherwise the last segment is unfinished: hear it again in the next window.
    advance = endsInOneTimestamp ? frameCount : frame(tokens[start - 1])
    // Never past what there is, and never standing still.
    advance = max(1, min(advance, frameCount))
  }
}
