internal import Transcripts

/// Collects segments until they make whole sentences: the unit of translation is the sentence, not the audio segment.
struct SentenceUnits {
  /// Segments that still wait for the end of their sentence.
  private(set) var pending: [Segment] = []

  /// A pause after which a sentence counts as over.
  static let longestPause = Duration.seconds(3)
  /// Segments after which no end is waited for any longer.
  static let mostSegments = 8

  /// Takes the next segment and returns the units that are complete now, each at least one segment.
  mutating func append(_ segment: Segment) -> [[Segment]] {
    var units: [[Segment]] = []
    if let last = pending.last, segment.start - last.end > Self.longestPause || segment.language != last.language {
      units.append(takeAll())
    }
    pending.append(segment)
    if Transcript.endsSentence(segment.text) || pending.count >= Self.mostSegments { units.append(takeAll()) }
    return units
  }

  /// What is left at the end of the recording.
  mutating func finish() -> [[Segment]] { pending.isEmpty ? [] : [takeAll()] }

  private mutating func takeAll() -> [Segment] {
    defer { pending = [] }
    return pending
  }
}

/// Shares the translation of a unit among its segments, in proportion to their source text, cutting at white space and
/// rather behind punctuation than elsewhere. Joined with spaces the shares are the translation again.
func share(_ translation: String, among lengths: [Int]) -> [String] {
  let words = translation.split(separator: " ", omittingEmptySubsequences: true).map(String.init)
  let total = max(1, lengths.reduce(0, +))
  let all = words.reduce(0) { $0 + $1.count + 1 }
  var shares: [String] = []
  var next = 0, taken = 0, target = 0.0
  for (index, length) in lengths.enumerated() {
    target += Double(all) * Double(length) / Double(total)
    var share: [String] = []
    while next < words.count {
      let word = words[next]
      let after = taken + word.count + 1
      // The last segment takes the rest; others stop where going on would overshoot more than it fills.
      if index < lengths.count - 1 {
        let slack = share.last.map { "，,;:.!?…、".contains($0.last!) } == true ? Double(word.count) / 2 : 0
        if Double(after) - target > target - Double(taken) - slack { break }
      }
      share.append(word)
      (next, taken) = (next + 1, after)
    }
    shares.append(share.joined(separator: " "))
  }
  return shares
}
