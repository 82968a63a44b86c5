/// Signs that the model knows and copies, in place of those that it does not.
///
/// In front of a number, between words and at the end of a sentence `>` is copied where nearly every other sign is read as
/// something (`$` becomes `US$`, a dash a range); between two numbers `=` is. `X` is copied as a name is.
struct StandIns: Sendable, Equatable {
  let symbol, word: UInt8

  /// In the order in which they are tried.
  private static let symbols = ">=+".utf8, words = "XQZ".utf8

  /// The pairs to be tried for a text, none of which it has itself.
  static func all(for text: some Sequence<UInt8>) -> [StandIns] {
    let used = Set(text)
    return zip(symbols.filter { !used.contains($0) }, words.filter { !used.contains($0) }).map {
      StandIns(symbol: $0, word: $1)
    }
  }

  /// The part with a stand-in for each of its signs.
  ///
  /// - Parameters:
  ///   - part: with signs.
  ///   - bytes: the source text, UTF-8. Places of pieces are places in it, as they were.
  func replacing(
    signsOf part: LongSentences.Part, of bytes: [UInt8], vocabulary: Vocabulary
  ) throws(TranslationError) -> LongSentences.Part {
    var text: [UInt8] = []
    // Where stand-ins are in the new text, and where in the part what they stand for ends.
    var places: [(range: Range<Int>, end: Int)] = []
    var start = part.range.lowerBound
    for sign in part.signs {
      text += bytes[start..<sign.range.lowerBound]
      let first = text.count
      text += sign.spelling.map { Array($0.utf8) } ?? [sign.isWord ? word : symbol]
      start = sign.range.upperBound
      places.append((first..<text.count, start - part.range.lowerBound))
    }
    text += bytes[start..<part.range.upperBound]
    var (ids, ends): ([Int32], [UInt32]) = ([], [])
    if let mark = part.mark { try vocabulary.encode((text + [mark]).span, ids: &ids, ends: &ends) }
    if part.mark == nil || ids.contains(vocabulary.unknown) {
      try vocabulary.encode(text.span, ids: &ids, ends: &ends)
    }
    var replaced = part
    replaced.pieces = ids
    var (next, shift) = (0, 0)
    replaced.ends = ends.map { end in
      let end = min(Int(end), text.count)
      while next < places.count, places[next].range.upperBound <= end {
        shift = places[next].end - places[next].range.upperBound
        next += 1
      }
      // A piece that ends within a spelling ends with what it stands for.
      return UInt32(next < places.count && places[next].range.lowerBound < end ? places[next].end : end + shift)
    }
    replaced.standIns = self
    return replaced
  }

  /// The sentence with the signs where their stand-ins are; nil when there are not as many of these.
  ///
  /// - Parameters:
  ///   - signs: of the source.
  ///   - bytes: the source text, UTF-8.
  func restored(_ sentence: RenderedSentence, signs: [CarriedSign], of bytes: [UInt8]) -> RenderedSentence? {
    var pairs: [(place: Int, sign: CarriedSign)] = []
    for (byte, isWord) in [(symbol, false), (word, true)] {
      let wanted = signs.filter { $0.isWord == isWord && $0.spelling == nil }
      let places = sentence.text.indices.filter { sentence.text[$0] == byte }
      if wanted.isEmpty { continue }
      guard places.count == wanted.count, !isWord || places.allSatisfy({ Self.isWord($0, in: sentence.text) }) else {
        return nil
      }
      for (place, sign) in zip(places, Self.matched(wanted, to: places, in: sentence)) { pairs.append((place, sign)) }
    }
    var sentence = sentence
    for (place, sign) in pairs.sorted(by: { $0.place > $1.place }) {
      let rest = sentence.text[(place + 1)...]
      let isApart = rest.count > 1 && rest.first == 0x20 && NumberToken.isDigit(rest[rest.startIndex + 1])
      sentence.replace(place..<place + (sign.joinsNext && isApart ? 2 : 1), with: bytes[sign.range])
    }
    return sentence
  }

  /// Whether no letter or digit touches the byte.
  private static func isWord(_ place: Int, in text: [UInt8]) -> Bool {
    [place - 1, place + 1].allSatisfy { index in
      guard text.indices.contains(index) else { return true }
      let byte = text[index]
      return byte < 0x80 && !Unicode.Scalar(byte).isPartOfWord
    }
  }

  /// The sign for each place: the one that the token there looked at most, or in the order of the source where that is not clear.
  private static func matched(
    _ signs: [CarriedSign], to places: [Int], in sentence: RenderedSentence
  ) -> [CarriedSign] {
    let chosen = places.map { place -> Int? in
      guard let token = sentence.targetTokens.firstIndex(where: { $0.range.contains(place) }) else { return nil }
      let weights = signs.map { sentence.attention(of: token, to: $0.range) }
      return weights.indices.max { weights[$0] < weights[$1] }
    }
    let order = chosen.compactMap(\.self)
    return Set(order).count == signs.count ? order.map { signs[$0] } : signs
  }
}
