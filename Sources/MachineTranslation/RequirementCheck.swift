/// What a translation has and lacks of what its source requires.
struct RequirementCheck {
  /// Indices of the spans that are not met.
  var missing: [Int] = []
  /// Where in the translation the others stand, in bytes.
  var found: [Range<Int>] = []
  /// Numbers of the translation that stand for none of the source, in bytes.
  var spareNumbers: [Range<Int>] = []
  var isMet: Bool { missing.isEmpty }

  /// Compares a translation with what is required of it.
  ///
  /// A number is met by the same digits in any convention, by another form of itself (`8 p.m.` and `20h`), and, if it is short or
  /// round, by no digits at all: the model has spelled it out. Other digits in its place are an error.
  ///
  /// - Parameters:
  ///   - text: the translation, UTF-8.
  ///   - sentence: the same with its attention, which tells whose place other digits have taken; without, they count against
  ///     every number that is not met.
  init(_ spans: [RequiredSpan], in text: [UInt8], sentence: RenderedSentence? = nil) {
    let scalars = Scalars(text)
    for (index, span) in spans.enumerated() {
      let ignoresCase: Bool
      switch span.kind {
      case .number: continue
      case .verbatim, .placeholder: ignoresCase = false
      case .term: ignoresCase = true
      }
      if let range = Self.occurrence(of: span.text, in: scalars, ignoresCase: ignoresCase, besides: found) {
        found.append(range)
      } else {
        missing.append(index)
      }
    }
    let places = found
    var spare = NumberToken.all(in: text, within: 0..<text.count).filter { token in
      !places.contains { $0.overlaps(token.range) }
    }
    var open: [Int] = []
    for (index, span) in spans.enumerated() {
      guard case .number(let tokens, let beforeMagnitude) = span.kind else { continue }
      let isFormed = tokens.count == 1 && NumberConvention.isNumber(spans[index].text.utf8)
      let range = Self.take(tokens, from: &spare) { one, other in
        // Signs that neither convention puts there (`1,250,5`) are an error.
        let isSound = !isFormed || NumberConvention.isNumber(text[other.range])
        return isSound && one.groups == other.groups
          || one.significant == other.significant
            && (beforeMagnitude || NumberToken.magnitudeFollows(other.range.upperBound, in: text))
      }
      if let range {
        found.append(range)
      } else {
        open.append(index)
      }
    }
    for index in open {
      guard case .number(let tokens, _) = spans[index].kind else { continue }
      let other = Self.take(tokens, from: &spare) {
        tokens.count > 1 && $0.groups == $1.groups || $1.isAnotherForm(of: $0)
      }
      if let other {
        found.append(other)
        continue
      }
      let isSpelledOut =
        tokens.allSatisfy(\.isOftenSpelledOut)
        && !spare.contains { token in
          sentence.map { Self.stands(token.range, for: spans[index].source, in: $0) } ?? true
        }
      if !isSpelledOut { missing.append(index) }
    }
    spareNumbers = spare.map(\.range)
    missing.sort()
  }

  /// Whether the tokens at a place of the translation looked at a part of the source more than at all the rest.
  private static func stands(_ place: Range<Int>, for source: Range<Int>, in sentence: RenderedSentence) -> Bool {
    let tokens = sentence.targetTokens.indices.filter { sentence.targetTokens[$0].range.overlaps(place) }
    let weight = tokens.reduce(0) { $0 + sentence.attention(of: $1, to: source) }
    return weight > 0.5 * Float(tokens.count)
  }

  /// Takes numbers out of those of the translation: all in a row, those of a date in any order; or else one by one in their order.
  ///
  /// - Parameter isSame: whether a number of the translation stands for one of the source.
  private static func take(
    _ wanted: [NumberToken], from tokens: inout [NumberToken], isSame: (NumberToken, NumberToken) -> Bool
  ) -> Range<Int>? {
    if tokens.count >= wanted.count {
      for start in 0...tokens.count - wanted.count {
        let window = tokens[start..<start + wanted.count]
        let isDate = wanted.count == 3 && wanted.map { $0.groups[0] }.sorted() == window.map { $0.groups[0] }.sorted()
        guard isDate || zip(wanted, window).allSatisfy({ isSame($0, $1) }) else { continue }
        let range = window.first!.range.lowerBound..<window.last!.range.upperBound
        tokens.removeSubrange(start..<start + wanted.count)
        return range
      }
    }
    var places: [Int] = []
    for token in wanted {
      let rest = tokens.indices.dropFirst(places.last.map { $0 + 1 } ?? 0)
      guard let index = rest.first(where: { isSame(token, tokens[$0]) }) else { return nil }
      places.append(index)
    }
    let range = tokens[places[0]].range.lowerBound..<tokens[places[places.count - 1]].range.upperBound
    for index in places.reversed() { tokens.remove(at: index) }
    return range
  }

  /// Where a term stands in a text as whole words, beside places that are taken.
  static func occurrence(
    of term: String, in text: Scalars, ignoresCase: Bool, besides taken: [Range<Int>]
  ) -> Range<Int>? {
    func folded(_ scalar: Unicode.Scalar) -> Unicode.Scalar { ignoresCase ? scalar.changed(toUpper: false) : scalar }
    let wanted = term.unicodeScalars.map(folded)
    guard !wanted.isEmpty, text.count >= wanted.count else { return nil }
    for start in 0...text.count - wanted.count
    where text.isBoundary(start) && text.isBoundary(start + wanted.count) {
      guard wanted.indices.allSatisfy({ folded(text[start + $0]) == wanted[$0] }) else { continue }
      let range = text.offset(start)..<text.offset(start + wanted.count)
      if !taken.contains(where: { $0.overlaps(range) }) { return range }
    }
    return nil
  }
}
