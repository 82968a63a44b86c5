/// A sign or a word of the source that the model has no piece for, or a placeholder: it goes through the translation as it is.
struct CarriedSign: Sendable, Equatable {
  /// Where it stands in the source text, in bytes.
  var range: Range<Int>
  /// Whether it is a word (of another script, say) rather than a symbol.
  var isWord: Bool
  /// Whether a word or a number follows without a blank, as in `≥65`.
  var joinsNext: Bool

  /// More of them than this are a text that the model cannot translate anyway.
  private static let mostSigns = 32

  /// The signs of a part that are to be carried, ascending and disjoint.
  ///
  /// - Symbols, with what belongs to them (variation selectors, the parts of a composed emoji).
  /// - Words with a letter that is unknown: but not those of which only Latin letters are missing (`Índia`), for the rest of the word
  ///   tells the model what they are.
  /// - Not punctuation: whatever the typography, it is the translation's own.
  ///
  /// Neighbours with nothing but blanks between are one.
  ///
  /// - Parameters:
  ///   - part: of a sentence.
  ///   - bytes: the source text, UTF-8.
  ///   - unknown: id of the unknown piece.
  static func all(in part: LongSentences.Part, of bytes: [UInt8], unknown: Int32) -> [CarriedSign] {
    guard part.pieces.contains(unknown) else { return [] }
    let text = Scalars(Array(bytes[part.range]))
    let isUnknown = unknownScalars(of: part, in: text, unknown: unknown)
    var found: [Range<Int>: Bool] = [:]
    for index in 0..<text.count where isUnknown[index] {
      if text[index].isPartOfWord, !text[index].joinsSigns {
        let word = word(around: index, in: text)
        if isForeign(word, in: text, isUnknown: isUnknown) { found[word] = true }
      } else if text[index].isSymbol {
        found[index..<endOfSymbol(index, in: text)] = false
      }
    }
    var signs: [CarriedSign] = []
    var end = 0  // of the last one, in scalars
    for (range, isWord) in found.sorted(by: { $0.key.lowerBound < $1.key.lowerBound }) {
      let bytes =
        part.range.lowerBound + text.offset(range.lowerBound)..<part.range.lowerBound + text.offset(range.upperBound)
      if let last = signs.last, range.lowerBound <= end || (end..<range.lowerBound).allSatisfy({ text[$0] == " " }) {
        signs[signs.count - 1].range = last.range.lowerBound..<max(last.range.upperBound, bytes.upperBound)
        signs[signs.count - 1].isWord = last.isWord || isWord
      } else {
        signs.append(CarriedSign(range: bytes, isWord: isWord, joinsNext: false))
      }
      end = max(end, range.upperBound)
      signs[signs.count - 1].joinsNext = end < text.count && text[end].isPartOfWord
    }
    return signs.count <= mostSigns ? signs : []
  }

  /// Signs and the placeholders among what is required, ascending; without the latter where there are too many.
  static func merged(_ signs: [CarriedSign], placeholders spans: [RequiredSpan]) -> [CarriedSign] {
    let placeholders = spans.compactMap { span in
      if case .placeholder = span.kind { CarriedSign(range: span.source, isWord: true, joinsNext: false) } else { nil }
    }
    guard !placeholders.isEmpty, signs.count + placeholders.count <= mostSigns else { return signs }
    return (signs + placeholders).sorted { $0.range.lowerBound < $1.range.lowerBound }
  }

  /// Which scalars of a part are, or are spelled with, unknown pieces.
  private static func unknownScalars(of part: LongSentences.Part, in text: Scalars, unknown: Int32) -> [Bool] {
    var isUnknown = [Bool](repeating: false, count: text.count)
    var (start, index) = (0, 0)
    for (piece, end) in zip(part.pieces, part.ends) {
      let end = max(start, Int(end))
      if piece == unknown {
        // Of a sign that is spelled in several pieces (½ is 1⁄2), all but the last are empty and stand at its beginning.
        let upper = max(end, start + 1)
        while index < text.count, text.offset(index) < start { index += 1 }
        while index < text.count, text.offset(index) < upper {
          isUnknown[index] = true
          index += 1
        }
      }
      start = end
    }
    return isUnknown
  }

  private static func word(around index: Int, in text: Scalars) -> Range<Int> {
    var (start, end) = (index, index + 1)
    while start > 0, !text.isBoundary(start) { start -= 1 }
    while end < text.count, !text.isBoundary(end) { end += 1 }
    return start..<end
  }

  private static func isForeign(_ word: Range<Int>, in text: Scalars, isUnknown: [Bool]) -> Bool {
    let letters = word.filter { text[$0].properties.isAlphabetic }
    return letters.allSatisfy { isUnknown[$0] } || letters.contains { isUnknown[$0] && !text[$0].isLatin }
  }

  private static func endOfSymbol(_ start: Int, in text: Scalars) -> Int {
    var end = start + 1
    while end < text.count, text[end].joinsSigns {
      // What a zero width joiner joins is one sign.
      end += text[end].value == 0x200D && end + 1 < text.count ? 2 : 1
    }
    return end
  }
}

extension Unicode.Scalar {
  /// Whether it changes or joins the sign in front of it: variation selectors, marks, joiners, tones of skin.
  fileprivate var joinsSigns: Bool {
    switch properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: true
    default: properties.isEmojiModifier
    }
  }

  /// Symbols, and what Unicode counts as punctuation but no sentence is punctuated with.
  fileprivate var isSymbol: Bool {
    switch properties.generalCategory {
    case .mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol, .privateUse: true
    default: "#&@*§¶†‡•‣※‰‱".unicodeScalars.contains(self)
    }
  }

  fileprivate var isLatin: Bool {
    switch value {
    case 0...0x24F, 0x1E00...0x1EFF, 0x2C60...0x2C7F, 0xA720...0xA7FF: true
    default: false
    }
  }
}
