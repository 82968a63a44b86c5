internal import Foundation

/// A text cut into what is translated one by one.
struct SourceText {
  let structure: TextStructure
  /// The sentences of `structure`, in its order.
  let parts: [LongSentences.Part]
  /// Ids that go in front of the pieces of each part.
  let prefix: [Int32]

  init(bytes: [UInt8], parts: [LongSentences.Part], prefix: [Int32]) {
    self.prefix = prefix
    structure = TextStructure(bytes: bytes, sentences: parts.map(\.range))
    self.parts = parts
  }

  /// The text with each sentence replaced by a detailed hypothesis of it, and where everything stands.
  func translation(_ hypotheses: [Hypothesis], vocabulary: Vocabulary) -> Translation {
    var text: [UInt8] = []
    var sentences: [Translation.Sentence] = []
    var end = 0
    var (scores, tokens) = (Float(0), 0)
    for (part, hypothesis) in zip(parts, hypotheses) {
      guard let details = hypothesis.details else { preconditionFailure("the search was asked for details") }
      text += structure.bytes[end..<part.range.lowerBound]
      let start = text.count
      let (translated, ends) = vocabulary.decodeWithEnds(hypothesis.pieces)
      text += translated.utf8
      var ranges = Self.ranges(ends, from: start, in: text)
      if details.logProbabilities.count > ranges.count { ranges.append(text.count..<text.count) }
      sentences.append(
        Translation.Sentence(
          source: part.range, target: start..<text.count, score: hypothesis.score,
          sourceTokens: prefix.map { _ in part.range.lowerBound..<part.range.lowerBound }
            + Self.ranges(part.ends, from: part.range.lowerBound, in: structure.bytes)
            + [part.range.upperBound..<part.range.upperBound],
          targetTokens: zip(ranges, details.logProbabilities).map { range, logProbability in
            Translation.Token(range: range, probability: min(1, exp(logProbability)))
          },
          attention: details.attention))
      scores += hypothesis.score * Float(ranges.count)
      tokens += ranges.count
      end = part.range.upperBound
    }
    text += structure.bytes[end...]
    return Translation(
      text: String(decoding: text, as: UTF8.self), score: tokens > 0 ? scores / Float(tokens) : 0, sentences: sentences)
  }

  /// The ranges that end at `ends`, counted from `start`, without the blanks at their beginnings.
  private static func ranges(_ ends: [UInt32], from start: Int, in bytes: [UInt8]) -> [Range<Int>] {
    var begin = start
    return ends.map { offset in
      let end = max(begin, min(start + Int(offset), bytes.count))
      while begin < end, bytes[begin] == 0x20 { begin += 1 }
      defer { begin = end }
      return begin..<end
    }
  }
}
