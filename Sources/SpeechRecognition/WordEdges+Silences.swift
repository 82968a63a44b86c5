internal import Tensors

extension WordEdges {
  /// Frames on either side of a silence among which it is told how loud speech is there, 2 s.
  private static let around = 200
  /// Frames that voice activity keeps on either side of a silence: the quietest place is among them.
  private static let kept = 40
  /// The share of the way up from the quietest to the louder tenth at which something is sound: more than for a pause, since a breath is
  /// far louder than digital silence.
  private static let soundShare: Float = 0.45
  /// A word with fewer frames of sound is heard nowhere near.
  private static let leastSound = shortestWord / 2

  /// Lets no word go on over a silence that was left out of the window, each on the side of its middle.
  ///
  /// Next to a silence the path may lay a word where nothing is to be heard although its token looks at the other side: in what voice
  /// activity keeps around speech. Such a word goes there and shares its neighbour's sound.
  ///
  /// - Parameters:
  ///   - words: settled, in order.
  ///   - attended: for each word, the frame at which its last token looks most of all.
  ///   - silences: first frames behind the silences, in order.
  ///   - end: the frame behind which no word goes on; the last one unless told.
  func part(_ words: inout [Span], attended: [Int], at silences: [Int], before end: Int? = nil) {
    guard !silences.isEmpty else { return }
    let end = min(end ?? frameCount, frameCount)
    var (least, from) = (0, 0)
    for frame in silences where frame < end {
      var first = words[least...].firstIndex { $0.start + $0.end >= 2 * frame } ?? words.count
      if let level = soundLevel(at: frame) {
        if first > least, sound(words[first - 1], level) < Self.leastSound, attended[first - 1] >= frame,
          first < words.count,
          attended[first - 1] <= words[first].end, wake(first - 1, of: &words, behind: frame, level)
        {
          first -= 1
        } else if first < words.count, sound(words[first], level) < Self.leastSound, attended[first] < frame,
          first > least,
          attended[first] >= words[first - 1].start, lull(first, of: &words, before: frame, level)
        {
          first += 1
        }
      }
      lengthen(&words, least..<first, from: from, before: frame)
      (least, from) = (first, frame)
    }
    lengthen(&words, least..<words.count, from: from, before: end)
  }

  /// The loudness from which on a frame near a silence is sound; nil where none can be told.
  private func soundLevel(at frame: Int) -> Float? {
    let near = (max(0, frame - Self.around)..<min(frameCount, frame + Self.around)).map { loudness.base[$0] }.sorted()
    let kept = max(0, frame - Self.kept)..<min(frameCount, frame + Self.kept)
    guard !kept.isEmpty else { return nil }
    let least = kept.reduce(Float.infinity) { min($0, loudness.base[$1]) }, top = near[near.count * 9 / 10]
    return top - least >= Self.leastContrast ? least + Self.soundShare * (top - least) : nil
  }

  /// Frames of a word that are sound.
  private func sound(_ word: Span, _ level: Float) -> Int {
    (word.start..<max(word.start, min(word.end, frameCount))).count { loudness.base[$0] >= level }
  }

  /// Gives a word the first sound behind a silence, of the word after it; false if that has too little.
  private func wake(_ index: Int, of words: inout [Span], behind frame: Int, _ level: Float) -> Bool {
    let end = min(words[index + 1].end, frameCount)
    guard let onset = (min(frame, end)..<end).first(where: { loudness.base[$0] >= level }),
      let part = Self.part(of: end - onset)
    else { return false }
    let boundary = onset + part
    (words[index].start, words[index].end, words[index + 1].start) = (onset, boundary, boundary)
    return true
  }

  /// Gives a word the last sound before a silence, of the word before it; false if that has too little.
  private func lull(_ index: Int, of words: inout [Span], before frame: Int, _ level: Float) -> Bool {
    let start = words[index - 1].start
    guard let last = (min(start, frame)..<min(frame, frameCount)).last(where: { loudness.base[$0] >= level }),
      let part = Self.part(of: last + 1 - start)
    else { return false }
    let boundary = last + 1 - part
    (words[index].start, words[index].end, words[index - 1].end) = (boundary, last + 1, boundary)
    return true
  }
}
