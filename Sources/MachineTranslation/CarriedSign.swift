/// What of the source the model gets under a stand-in, because it has no piece for it or must not touch it: a sign, a word, a placeholder;
/// or a letter that it gets in another spelling.
struct CarriedSign: Sendable, Equatable {
  /// Where it stands in the source text, in bytes.
  var range: Range<Int>
  /// Whether it is a word (of another script, say) rather than a symbol.
  var isWord: Bool
  /// Whether a word or a number follows without a blank, as in `≥65`.
  var joinsNext: Bool
  /// Whether a placeholder is in it, so that it has to stand in the translation even where its stand-in gets lost.
  var isRequired = false
  /// What the model reads instead, and translates; nil for what is carried.
  var spelling: String?

  /// More of them than this are a text that the model cannot translate anyway.
  private static let mostSigns = 32

  /// The signs of a part that are to be carried, ascending and disjoint: placeholders, and what the model does not know. Where that is
  /// too much, one of both; nothing that belongs to a term of a glossary, which has its translation.
  ///
  /// - Parameters:
  ///   - part: of a sentence, with what it requires.
  ///   - bytes: the source text, UTF-8.
  static func all(in part: LongSentences.Part, of bytes: [UInt8], vocabulary: Vocabulary) -> [CarriedSign] {
    let hasPlaceholders = part.required.contains { if case .placeholder = $0.kind { true } else { false } }
    guard hasPlaceholders || part.pieces.contains(vocabulary.unknown) else { return [] }
    let finder = SignFinder(part, of: bytes, vocabulary: vocabulary)
    for (placeholders, unknown) in [(true, true), (false, true), (true, false)] {
      let signs = finder.signs(placeholders: placeholders, unknown: unknown)
      if signs.count(where: { $0.spelling == nil }) <= mostSigns { return signs }
    }
    return []
  }
}

extension LongSentences.Part {
  /// Finds what of the part is carried, and requires a sign that has a placeholder as a whole. A number in a word that is carried needs
  /// no care.
  mutating func findSigns(in bytes: [UInt8], vocabulary: Vocabulary) {
    signs = CarriedSign.all(in: self, of: bytes, vocabulary: vocabulary)
    if signs.isEmpty { return }
    var kept: [RequiredSpan] = []
    for span in required {
      let sign = signs.first {
        $0.spelling == nil && $0.range.lowerBound <= span.source.lowerBound
          && span.source.upperBound <= $0.range.upperBound
      }
      switch (span.kind, sign) {
      case (.number, .some): continue
      case (.placeholder, .some(let sign)),
        (.verbatim, .some(let sign)) where sign.isRequired:
        if kept.last?.source != sign.range { kept.append(RequiredSpan(.placeholder, sign.range, of: bytes)) }
      default: kept.append(span)
      }
    }
    required = kept
  }
}
