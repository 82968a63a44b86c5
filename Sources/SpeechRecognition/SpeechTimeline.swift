/// Where in the original audio a sample of the concatenated speech stands.
///
///     original       . . A A A A . . . . B B B . .
///     concatenated       A A A A         B B B
///                               ^ a seam: an end here is that of A, a start is that of B
///
/// Stretches are appended as they are found, and forgotten when nothing before them is asked for any more.
///
/// - Reference: SYSTRAN/faster-whisper `faster_whisper/vad.py`, `SpeechTimestampsMap`.
struct SpeechTimeline: Sendable {
  private struct Stretch {
    /// First sample in the concatenated and in the original audio.
    var start: Int, original: Int
    var count: Int
    var end: Int { start + count }
  }

  private var stretches: [Stretch] = []
  /// Samples of concatenated audio.
  private(set) var count = 0

  /// Appends `count` samples that begin at sample `original` of the original audio, which lies behind all before.
  mutating func append(original: Int, count: Int) {
    guard count > 0 else { return }
    defer { self.count += count }
    if let last = stretches.indices.last {
      let end = stretches[last].original + stretches[last].count
      precondition(original >= end, "speech at \(original) behind speech that ends at \(end)")
      if original == end {
        stretches[last].count += count
        return
      }
    }
    stretches.append(Stretch(start: self.count, original: original, count: count))
  }

  /// Forgets the stretches that end before `position` of the concatenated audio; what is asked before the first one
  /// left is answered with its start.
  mutating func forget(before position: Int) {
    stretches.removeFirst(min(index(startingAt: position - 1), max(stretches.count - 1, 0)))
  }

  /// The seam in a range of positions at which most of the original audio was left out; the first of equal ones, nil without seams.
  func longestGap(in range: Range<Int>) -> Int? {
    var longest: (position: Int, gap: Int)?
    for seam in seams where range.contains(seam.position) && seam.gap > longest?.gap ?? 0 { longest = seam }
    return longest?.position
  }

  /// The seams within a range of positions, its start left out, at which at least `least` samples of the original audio were left out.
  func seams(in range: Range<Int>, leavingOut least: Int) -> [Int] {
    let inner = range.dropFirst()
    return seams.filter { inner.contains($0.position) && $0.gap >= least }.map(\.position)
  }

  /// Where stretches meet, and how many samples of the original audio were left out there.
  private var seams: some Sequence<(position: Int, gap: Int)> {
    zip(stretches, stretches.dropFirst()).lazy.map { ($1.start, $1.original - $0.original - $0.count) }
  }

  /// The original sample of a start at `position`; what lies outside all speech is moved to where speech is.
  func originalStart(of position: Int) -> Int { original(position, in: index(startingAt: position)) }

  /// The original sample of an end at `position`; what lies outside all speech is moved to where speech is.
  func originalEnd(of position: Int) -> Int { original(position, in: index(startingAt: position - 1)) }

  /// The original sample of an end at `position` of what starts at `start`, at most `reach` behind a seam between the
  /// two: nothing ends so soon after speech begins, so it ended before the seam.
  func originalEnd(of position: Int, after start: Int, reach: Int) -> Int {
    let index = index(startingAt: position - 1)
    guard index > 0, start < stretches[index].start, position - stretches[index].start <= reach else {
      return original(position, in: index)
    }
    return original(position, in: index - 1)
  }

  /// The original samples of a word, all in the stretch in which its middle stands: no word crosses a seam.
  func original(word: Range<Int>) -> Range<Int> {
    let index = index(startingAt: (word.lowerBound + word.upperBound) / 2)
    return original(word.lowerBound, in: index)..<original(word.upperBound, in: index)
  }

  /// The stretch that holds the sample `position`, or the nearest.
  private func index(startingAt position: Int) -> Int {
    var (low, high) = (0, stretches.count)
    while low < high {
      let middle = (low + high) / 2
      if stretches[middle].end <= position { low = middle + 1 } else { high = middle }
    }
    return min(low, max(stretches.count - 1, 0))
  }

  private func original(_ position: Int, in index: Int) -> Int {
    precondition(!stretches.isEmpty, "a timeline without speech has no positions")
    let stretch = stretches[index]
    return stretch.original + min(max(position - stretch.start, 0), stretch.count)
  }
}
