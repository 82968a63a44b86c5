/// Looks for what of a part goes through the model as it is.
///
/// - Symbols, with what belongs to them (variation selectors, the parts of a composed emoji).
/// - Words with a letter that is unknown; where only Latin letters are, what `LatinLetters` says.
/// - Placeholders, whether known or not.
/// - Not punctuation: whatever the typography, it is the translation's own.
///
/// Neighbours with nothing but blanks between are one, and what touches a word or a placeholder goes with it: a stand-in that is no word of its
/// own does not come through.
struct SignFinder {
  private let text: Scalars
  /// Where the part begins in the source text, in bytes.
  private let start: Int
  /// Which scalars are, or are spelled with, unknown pieces.
  private let isUnknown: [Bool]
  private let latinLetters: LatinLetters
  /// Ranges of scalars, ascending.
  private let placeholders: [Range<Int>]
  /// Which scalars belong to a placeholder or to a term.
  private var isTaken: [Bool]

  init(_ part: LongSentences.Part, of bytes: [UInt8], vocabulary: Vocabulary) {
    let text = Scalars(Array(bytes[part.range]))
    (self.text, start) = (text, part.range.lowerBound)
    latinLetters = LatinLetters(vocabulary: vocabulary)
    isUnknown = Self.unknownScalars(of: part, in: text, unknown: vocabulary.unknown)
    isTaken = [Bool](repeating: false, count: text.count)
    var placeholders: [Range<Int>] = []
    var index = 0
    for span in part.required {
      while text.offset(index) < span.source.lowerBound - start { index += 1 }
      let first = index
      while text.offset(index) < span.source.upperBound - start { index += 1 }
      switch span.kind {
      case .placeholder: placeholders.append(first..<index)
      case .term: break
      case .number, .verbatim: continue
      }
      for place in first..<index { isTaken[place] = true }
    }
    self.placeholders = placeholders
  }

  /// - Parameters:
  ///   - withPlaceholders: whether these are among them.
  ///   - withUnknown: whether what the model does not know is.
  func signs(placeholders withPlaceholders: Bool, unknown withUnknown: Bool) -> [CarriedSign] {
    var found: [Range<Int>: Bool] = [:]
    var spelled: [Range<Int>: [LatinLetters.Spelling]] = [:]
    var index = withUnknown ? 0 : text.count
    while index < text.count {
      defer { index += 1 }
      guard isUnknown[index], !isTaken[index] else { continue }
      if text[index].isPartOfWord, !text[index].joinsSigns {
        let word = word(around: index)
        index = word.upperBound - 1
        if isTaken[word].contains(true) { continue }
        switch isForeign(word) ? .carried : latinLetters.treatment(of: word, in: text) {
        case .none: break
        case .carried: found[word] = true
        case .spelled(let letters): spelled[word] = letters
        }
      } else if text[index].isSymbol {
        let range = index..<endOfSymbol(index)
        if !isTaken[range].contains(true) { found[range] = false }
      }
    }
    if withPlaceholders { for range in placeholders { found[range] = true } }
    var signs: [(range: Range<Int>, isWord: Bool)] = []
    for (range, isWord) in found.sorted(by: { $0.key.lowerBound < $1.key.lowerBound }) {
      append(range, isWord: isWord, to: &signs)
    }
    let letters = spelled.filter { word, _ in !signs.contains { $0.range.overlaps(word) } }.values.joined().map {
      CarriedSign(range: bytes(of: $0.range), isWord: true, joinsNext: false, spelling: $0.letters)
    }
    let carried = signs.map { range, isWord in
      CarriedSign(
        range: bytes(of: range), isWord: isWord,
        joinsNext: range.upperBound < text.count && text[range.upperBound].isPartOfWord,
        isRequired: withPlaceholders && placeholders.contains { range.overlaps($0) })
    }
    return (carried + letters).sorted { $0.range.lowerBound < $1.range.lowerBound }
  }

  private func bytes(of range: Range<Int>) -> Range<Int> {
    start + text.offset(range.lowerBound)..<start + text.offset(range.upperBound)
  }

  /// Appends a sign, or makes it one with the last where nothing but blanks is between, which may bring that to the one before it.
  private func append(_ range: Range<Int>, isWord: Bool, to signs: inout [(range: Range<Int>, isWord: Bool)]) {
    let range = isWord ? widened(range) : range
    guard let last = signs.last,
      !(last.range.upperBound..<max(last.range.upperBound, range.lowerBound)).contains(where: { text[$0] != " " })
    else {
      signs.append((range, isWord))
      return
    }
    signs.removeLast()
    let both = min(last.range.lowerBound, range.lowerBound)..<max(last.range.upperBound, range.upperBound)
    append(both, isWord: last.isWord || isWord, to: &signs)
  }

  /// With the letters and digits that touch it; not those of a script without blanks that the model knows.
  private func widened(_ range: Range<Int>) -> Range<Int> {
    func joins(_ index: Int) -> Bool {
      text[index].isPartOfWord && (isUnknown[index] || !text[index].isUnspaced) && !isTaken[index]
    }
    var (start, end) = (range.lowerBound, range.upperBound)
    while start > 0, joins(start - 1) { start -= 1 }
    while end < text.count, joins(end) { end += 1 }
    return start..<end
  }

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

  private func word(around index: Int) -> Range<Int> {
    var (start, end) = (index, index + 1)
    while start > 0, !text.isBoundary(start) { start -= 1 }
    while end < text.count, !text.isBoundary(end) { end += 1 }
    return start..<end
  }

  private func isForeign(_ word: Range<Int>) -> Bool {
    let letters = word.filter { text[$0].properties.isAlphabetic }
    return letters.allSatisfy { isUnknown[$0] } || letters.contains { isUnknown[$0] && !text[$0].isLatin }
  }

  private func endOfSymbol(_ start: Int) -> Int {
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
    // µ, which stands among them, is a Greek letter.
    case 0xB5: false
    case 0...0x24F, 0x1E00...0x1EFF, 0x2C60...0x2C7F, 0xA720...0xA7FF: true
    default: false
    }
  }
}
