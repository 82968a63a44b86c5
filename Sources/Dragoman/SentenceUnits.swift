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
    if Transcript.endsSentenceBeforeMore(segment.text) || pending.count >= Self.mostSegments { units.append(takeAll()) }
    return units
  }

  /// What is left at the end of the recording.
  mutating func finish() -> [[Segment]] { pending.isEmpty ? [] : [takeAll()] }

  private mutating func takeAll() -> [Segment] {
    defer { pending = [] }
    return pending
  }
}

/// Shares the translation of a unit among its segments: at the ends of sentences where they are as many as in the segments, otherwise
/// in proportion to the text, cutting at white space and rather behind punctuation than elsewhere. No share is empty where there are
/// words enough. Joined with spaces the shares are the translation again.
func share(_ translation: String, among texts: [String]) -> [String] {
  let words = translation.split(separator: " ", omittingEmptySubsequences: true)
  let sources = texts.map { $0.split(whereSeparator: \.isWhitespace) }
  let scale = SentenceScale(source: sentenceEnds(Array(sources.joined())), target: sentenceEnds(words))
  let total = length(sources.joined()), all = Double(length(words))
  let least = words.count >= texts.count ? 1 : 0
  var shares: [String] = []
  var next = 0, taken = 0, before = 0
  for (index, source) in sources.enumerated() {
    before += length(source)
    let target = all * scale.place(for: Double(before) / Double(max(1, total)))
    let others = least * (texts.count - index - 1)
    var share: [Substring] = []
    while next < words.count {
      let word = words[next]
      let after = taken + word.count + 1
      // The last segment takes the rest; others stop where going on would overshoot more than it fills.
      if index < texts.count - 1 {
        if words.count - next <= others { break }
        let slack = share.last.map { "，,;:.!?…、".contains($0.last!) } == true ? Double(word.count) / 2 : 0
        if share.count >= least, Double(after) - target > target - Double(taken) - slack { break }
      }
      share.append(word)
      (next, taken) = (next + 1, after)
    }
    shares.append(share.joined(separator: " "))
  }
  return shares
}

/// Characters of words with a space behind each.
private func length(_ words: some Sequence<Substring>) -> Int { words.reduce(0) { $0 + $1.count + 1 } }

/// Where sentences end among words, as shares of their length; the last one ends with the words.
private func sentenceEnds(_ words: [Substring]) -> [Double] {
  let all = Double(max(1, length(words)))
  var (ends, taken): ([Double], Int) = ([], 0)
  for (word, next) in zip(words, words.dropFirst()) {
    taken += word.count + 1
    if SentenceScale.sentenceEnds(behind: word, before: next) { ends.append(Double(taken) / all) }
  }
  return ends + [1]
}
