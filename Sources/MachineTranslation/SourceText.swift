/// A text cut into what is translated one by one.
struct SourceText {
  let structure: TextStructure
  /// The sentences of `structure`, in its order.
  var parts: [LongSentences.Part]
  /// Ids that go in front of the pieces of each part.
  let prefix: [Int32]
  /// What must stand in the translation because of a glossary, here or at a translator before.
  let terms: [String]

  init(bytes: [UInt8], parts: [LongSentences.Part], prefix: [Int32], terms: [String]) {
    (self.prefix, self.terms) = (prefix, terms)
    structure = TextStructure(bytes: bytes, sentences: parts.map(\.range))
    self.parts = parts
  }

  /// The text with each sentence replaced by a translation of it, and where everything stands.
  func translation(_ rendered: [RenderedSentence]) -> Translation {
    var text: [UInt8] = []
    var sentences: [Translation.Sentence] = []
    var end = 0
    var (scores, tokens) = (Float(0), 0)
    for (part, sentence) in zip(parts, rendered) {
      text += structure.bytes[end..<part.range.lowerBound]
      let start = text.count
      text += sentence.text
      sentences.append(
        Translation.Sentence(
          source: part.range, target: start..<text.count, score: sentence.score, sourceTokens: sentence.sourceTokens,
          targetTokens: sentence.targetTokens.map { token in
            var token = token
            token.range = start + token.range.lowerBound..<start + token.range.upperBound
            return token
          },
          attention: sentence.attention))
      scores += sentence.score * Float(sentence.targetTokens.count)
      tokens += sentence.targetTokens.count
      end = part.range.upperBound
    }
    text += structure.bytes[end...]
    return Translation(
      text: String(decoding: text, as: UTF8.self), score: tokens > 0 ? scores / Float(tokens) : 0, sentences: sentences)
  }

  /// The ranges that end at `ends`, counted from `start`, without the blanks at their beginnings.
  static func ranges(_ ends: [UInt32], from start: Int, in bytes: [UInt8]) -> [Range<Int>] {
    var begin = start
    return ends.map { offset in
      let end = max(begin, min(start + Int(offset), bytes.count))
      while begin < end, bytes[begin] == 0x20 { begin += 1 }
      defer { begin = end }
      return begin..<end
    }
  }
}
