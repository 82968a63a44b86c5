/// A text and where its sentences stand:
///
///     gap  sentence  gap  sentence  …  sentence  gap
///
/// Sentences are byte ranges of `bytes`, ascending, disjoint, not blank, and both ends lie on scalar boundaries. Gap `i` is what
/// stands in front of sentence `i`, the last gap what stands behind the last sentence; a gap is blank and may be empty. So gaps and
/// sentences together are the text, byte for byte.
struct TextStructure {
  /// The text in UTF-8.
  let bytes: [UInt8]
  /// Where the sentences stand.
  let sentences: [Range<Int>]

  /// The text with each sentence replaced; the gaps stay as they are.
  func replacing(with translations: some Collection<String>) -> String {
    precondition(translations.count == sentences.count, "one translation for each sentence")
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count * 3 / 2)
    var end = 0
    for (sentence, translation) in zip(sentences, translations) {
      result += bytes[end..<sentence.lowerBound]
      result += translation.utf8
      end = sentence.upperBound
    }
    result += bytes[end...]
    return String(decoding: result, as: UTF8.self)
  }
}
