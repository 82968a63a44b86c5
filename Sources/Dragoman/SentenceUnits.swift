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
/// in proportion to the text, cutting where a line may break and rather behind punctuation than elsewhere. No share is empty where
/// there are pieces enough. One behind the other the shares are the translation again.
func share(_ translation: String, among texts: [String]) -> [String] {
  let pieces = TextPiece.all(of: translation.split(separator: " "))
  let sources = texts.map { TextPiece.all(of: $0.split(whereSeparator: \.isWhitespace)) }
  let scale = SentenceScale(source: sentenceEnds(Array(sources.joined())), target: sentenceEnds(pieces))
  let total = length(sources.joined()), all = Double(length(pieces))
  let least = pieces.count >= texts.count ? 1 : 0
  var shares: [String] = []
  var next = 0, taken = 0, before = 0
  for (index, source) in sources.enumerated() {
    before += length(source)
    let target = all * scale.place(for: Double(before) / Double(max(1, total)))
    let others = least * (texts.count - index - 1)
    var share: [TextPiece] = []
    while next < pieces.count {
      let piece = pieces[next]
      let after = taken + length([piece])
      // The last segment takes the rest; others stop where going on would overshoot more than it fills.
      if index < texts.count - 1 {
        if pieces.count - next <= others { break }
        let slack =
          share.last.map { "，,;:.!?…、。！？；：".contains($0.text.last!) } == true ? Double(piece.text.count) / 2 : 0
        if share.count >= least, Double(after) - target > target - Double(taken) - slack { break }
      }
      share.append(piece)
      (next, taken) = (next + 1, after)
    }
    shares.append(TextPiece.joined(share))
  }
  return shares
}

/// Characters of pieces, with the space before each that has one.
private func length(_ pieces: some Sequence<TextPiece>) -> Int {
  pieces.reduce(0) { $0 + $1.text.count + ($1.isSpaced ? 1 : 0) }
}

/// Where sentences end among pieces, as shares of their length; the last one ends with the pieces.
private func sentenceEnds(_ pieces: [TextPiece]) -> [Double] {
  let all = Double(max(1, length(pieces)))
  var (ends, taken): ([Double], Int) = ([], 0)
  for (piece, next) in zip(pieces, pieces.dropFirst()) {
    taken += length([piece])
    if SentenceScale.sentenceEnds(behind: piece.text, before: next.text) { ends.append(Double(taken) / all) }
  }
  return ends + [1]
}
