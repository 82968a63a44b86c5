internal import Tensors

/// Moves the edges of words to where the sound of speech begins and ends.
///
/// The path through the attention knows no silence: it gives every pause to the word before or after it. But where a token
/// looks most lies within its word. So between the peaks of two neighbouring words, the frames that are much quieter than
/// either are the pause: the first word ends where the first such run begins, the second starts where the last one ends.
///
///     loudness   ▁▆█▆▁▁▁▁▁▁▁▁▅█▇▁
///     path       |one      |two  |
///     peaks        ^          ^
///     settled    |one|     |two|
final class WordEdges {
  /// A word in frames of 10 ms after the window's start.
  struct Span: Equatable {
    var start: Int, end: Int
    /// Where its first and its last token look most.
    var firstPeak: Int, lastPeak: Int
  }

  /// Quiet is what is less than this share of the way up from the least to the loudest of a place.
  static let quietShare: Float = 0.3
  /// A pause is at least this long; the closure of a plosive is shorter.
  static let shortestPause = 10
  /// At least this much of a word stays.
  static let shortestWord = 6
  /// No word is shorter, where the window has room for all: a position of the audio.
  static let leastWord = WordAligner.framesPerPosition
  /// In places whose loudness varies less than this (8 dB) no pause can be told.
  static let leastContrast: Float = 0.2

  /// Mean over the mel bands, then over three frames, `[frame]`: 0.1 are 4 dB.
  let loudness: FloatBuffer
  private let raw: FloatBuffer
  private(set) var frameCount = 0

  init(windowFrames: Int) {
    loudness = FloatBuffer(count: windowFrames)
    raw = FloatBuffer(count: windowFrames)
  }

  /// Takes the window that the words are in.
  ///
  /// - Parameters:
  ///   - window: normalised log-mel energies, `[frame, mel]`.
  ///   - frameCount: frames that hold audio, at least 1.
  func listen(to window: UnsafeBufferPointer<Float>, mels: Int, frameCount: Int) {
    precondition(frameCount >= 1 && frameCount <= loudness.count && frameCount * mels <= window.count)
    self.frameCount = frameCount
    for frame in 0..<frameCount {
      var sum: Float = 0
      for band in 0..<mels { sum += window[frame * mels + band] }
      raw.base[frame] = sum / Float(mels)
    }
    for frame in 0..<frameCount {
      loudness.base[frame] =
        (raw.base[max(frame - 1, 0)] + raw.base[frame] + raw.base[min(frame + 1, frameCount - 1)]) / 3
    }
  }

  /// Settles words that follow each other without gaps.
  ///
  /// - Parameter end: the frame behind which no word goes on; the last one unless told.
  func settle(_ words: inout [Span], before end: Int? = nil) {
    for index in words.indices.dropLast() { wake(index, of: &words) }
    let loudest = words.map(maximum)
    for gap in 0...words.count {
      let before = gap > 0 ? words[gap - 1] : nil
      let after = gap < words.count ? words[gap] : nil
      let peaks = min(before?.lastPeak ?? 0, frameCount - 1)...min(after?.firstPeak ?? frameCount, frameCount - 1)
      var least = Float.infinity
      for frame in peaks { least = min(least, loudness.base[frame]) }
      let level = min(gap > 0 ? loudest[gap - 1] : .infinity, gap < words.count ? loudest[gap] : .infinity)
      guard level - least >= Self.leastContrast else { continue }
      let range =
        min(before?.start ?? 0, frameCount)..<min(max(after?.end ?? frameCount, before?.start ?? 0), frameCount)
      let pauses = pauses(in: range, touching: peaks, below: least + Self.quietShare * (level - least))
      var end = before.flatMap { word in pauses.first { $0.lowerBound >= word.start + Self.shortestWord }?.lowerBound }
      let start = after.flatMap { word in pauses.last { $0.upperBound <= word.end - Self.shortestWord }?.upperBound }
      if let start {
        words[gap].start = start
        end = before.map { min(end ?? $0.end, start) }
      }
      if let end, end < after?.start ?? .max || start != nil { words[gap - 1].end = end }
    }
    lengthen(&words, words.indices, from: 0, before: min(end ?? frameCount, frameCount))
  }

  /// Gives words whose tokens look at one place some time of their neighbours', all within some frames.
  func lengthen(_ words: inout [Span], _ range: Range<Int>, from start: Int, before end: Int) {
    var earliest = start
    for index in range {
      words[index].start = max(words[index].start, earliest)
      words[index].end = max(words[index].end, words[index].start + Self.leastWord)
      earliest = words[index].end
    }
    var latest = end
    for index in range.reversed() {
      words[index].end = min(words[index].end, latest)
      words[index].start = max(0, min(words[index].start, words[index].end - Self.leastWord))
      latest = words[index].start
    }
  }

  /// Gives a word that lies wholly in a pause the first sound of the word after it, which has taken its place.
  private func wake(_ index: Int, of words: inout [Span]) {
    let (word, next) = (words[index], words[index + 1])
    let least = minimum(word), top = maximum(next)
    let level = least + Self.quietShare * (top - least)
    guard top - least >= Self.leastContrast, word.end - word.start >= Self.shortestPause, maximum(word) < level,
      let onset = (min(next.start, frameCount)..<min(next.end, frameCount)).first(where: {
        loudness.base[$0] >= level
      }),
      let part = Self.part(of: next.end - onset)
    else { return }
    let boundary = onset + part
    words[index] = Span(start: word.start, end: boundary, firstPeak: onset, lastPeak: onset)
    words[index + 1] = Span(
      start: boundary, end: next.end, firstPeak: max(next.firstPeak, boundary), lastPeak: max(next.lastPeak, boundary))
  }

  /// How much of a neighbour's sound a word gets that has none: a quarter; nil where it is too little for both.
  static func part(of sound: Int) -> Int? { sound >= 2 * shortestWord ? max(shortestWord, sound / 4) : nil }

  private func frames(of word: Span) -> Range<Int> {
    let first = min(max(word.start, 0), frameCount - 1)
    return first..<max(first + 1, min(word.end, frameCount))
  }

  private func maximum(_ word: Span) -> Float { frames(of: word).reduce(-.infinity) { max($0, loudness.base[$1]) } }

  private func minimum(_ word: Span) -> Float { frames(of: word).reduce(.infinity) { min($0, loudness.base[$1]) } }

  /// Long enough runs of frames below `level` in `range` that reach into `peaks`.
  private func pauses(in range: Range<Int>, touching peaks: ClosedRange<Int>, below level: Float) -> [Range<Int>] {
    var pauses: [Range<Int>] = []
    var begin: Int?
    for frame in range.lowerBound...range.upperBound {
      if frame < range.upperBound, loudness.base[frame] < level {
        begin = begin ?? frame
      } else if let first = begin {
        if frame - first >= Self.shortestPause, frame > peaks.lowerBound, first <= peaks.upperBound {
          pauses.append(first..<frame)
        }
        begin = nil
      }
    }
    return pauses
  }
}
