/// Puts what a translation lacks where the attention says that it belongs.
enum RequirementRepair {
  /// A word takes part in a replacement from this share of its attention on.
  private static let leastShare: Float = 0.4

  /// The sentence with everything in it that is required.
  static func apply(_ spans: [RequiredSpan], to sentence: RenderedSentence) -> RenderedSentence {
    var sentence = sentence
    // Each turn meets one span more; what stands in the way of the others is seen anew.
    for _ in spans {
      let check = RequirementCheck(spans, in: sentence.text, sentence: sentence)
      guard let index = check.missing.first(where: { !isNumber(spans[$0]) }) ?? check.missing.first else { break }
      if !split(spans, check, in: &sentence) { meet(spans[index], check, in: &sentence) }
    }
    return sentence
  }

  private static func isNumber(_ span: RequiredSpan) -> Bool { if case .number = span.kind { true } else { false } }

  /// Takes a number apart that the translation has made of two neighbours: `1,037.71%` of `1.037, 71%`.
  private static func split(
    _ spans: [RequiredSpan], _ check: RequirementCheck, in sentence: inout RenderedSentence
  ) -> Bool {
    func digits(_ bytes: some Sequence<UInt8>) -> [UInt8] { bytes.filter { NumberToken.isDigit($0) } }
    let numbers = spans.filter(isNumber)
    for (one, other) in zip(numbers, numbers.dropFirst()) {
      let joined = digits(one.text.utf8) + digits(other.text.utf8)
      if let range = check.spareNumbers.first(where: { digits(sentence.text[$0]) == joined }) {
        sentence.replace(range, with: Array("\(one.text), \(other.text)".utf8))
        return true
      }
    }
    return false
  }

  private static func meet(_ span: RequiredSpan, _ check: RequirementCheck, in sentence: inout RenderedSentence) {
    if isNumber(span) {
      // Of the digits that stand for nothing, those that came from here.
      let candidates = check.spareNumbers.map { (range: $0, weight: weight(of: $0, for: span, in: sentence)) }
      if let best = candidates.max(by: { $0.weight < $1.weight }),
        best.weight >= (candidates.count == 1 ? 0.15 : leastShare)
      {
        let range = whole(best.range, of: check.spareNumbers, in: sentence.text)
        return sentence.replace(range, with: Array(span.text.utf8))
      }
    } else {
      let scalars = Scalars(sentence.text)
      if let range = RequirementCheck.occurrence(of: span.text, in: scalars, ignoresCase: true, besides: check.found) {
        return sentence.replace(range, with: Array(span.text.utf8))
      }
      if let word = place(of: span, besides: check.found, in: sentence) {
        let range = withSigns(of: span, around: word, besides: check.found, in: sentence.text)
        return sentence.replace(range, with: spelling(span, at: word, in: sentence))
      }
    }
    insert(span, besides: check.found, in: &sentence)
  }

  /// A number that stands for nothing with those beside it that only separators part from it: the model has broken one in two.
  private static func whole(_ range: Range<Int>, of spare: [Range<Int>], in text: [UInt8]) -> Range<Int> {
    func separates(_ range: Range<Int>) -> Bool { text[range].allSatisfy { ".,'".utf8.contains($0) } }
    var whole = range
    for next in spare where next.lowerBound >= whole.upperBound && separates(whole.upperBound..<next.lowerBound) {
      whole = whole.lowerBound..<next.upperBound
    }
    for last in spare.reversed()
    where last.upperBound <= whole.lowerBound && separates(last.upperBound..<whole.lowerBound) {
      whole = last.lowerBound..<whole.upperBound
    }
    return whole
  }

  private static func weight(of range: Range<Int>, for span: RequiredSpan, in sentence: RenderedSentence) -> Float {
    let tokens = sentence.targetTokens.indices.filter { sentence.targetTokens[$0].range.overlaps(range) }
    return tokens.reduce(0) { $0 + sentence.attention(of: $1, to: span.source) } / Float(max(1, tokens.count))
  }

  /// The words that stand for a span: the one that looks at it most and its neighbours that do, without the punctuation around them.
  private static func place(
    of span: RequiredSpan, besides taken: [Range<Int>], in sentence: RenderedSentence
  ) -> Range<Int>? {
    let words = sentence.words.map { tokens in
      let range = trimmed(sentence.bytes(of: tokens), in: sentence.text)
      let isTaken = range.isEmpty || taken.contains { $0.overlaps(range) }
      return (range: range, share: isTaken ? -1 : weight(of: range, for: span, in: sentence))
    }
    guard let best = words.indices.max(by: { words[$0].share < words[$1].share }), words[best].share >= leastShare
    else {
      return nil
    }
    var (first, last) = (best, best)
    func joins(_ index: Int) -> Bool { words.indices.contains(index) && words[index].share >= leastShare }
    /// A short word such as `de` may stand between two that belong to the span.
    func bridges(_ index: Int, _ beyond: Int) -> Bool {
      words.indices.contains(index) && words[index].share >= 0 && words[index].range.count <= 3 && joins(beyond)
    }
    while true {
      if joins(first - 1) { first -= 1 } else if bridges(first - 1, first - 2) { first -= 2 } else { break }
    }
    while true {
      if joins(last + 1) { last += 1 } else if bridges(last + 1, last + 2) { last += 2 } else { break }
    }
    return words[first].range.lowerBound..<words[last].range.upperBound
  }

  /// The place of a span and the signs beside it that are the span's own (`++` of `C++`), so that none stays behind.
  ///
  /// A mark that ends the sentence is the sentence's, too, and stays where the span brings none.
  private static func withSigns(
    of span: RequiredSpan, around place: Range<Int>, besides taken: [Range<Int>], in text: [UInt8]
  ) -> Range<Int> {
    let scalars = Scalars(text)
    var (start, end) = (0, scalars.count)
    while scalars.offset(start) < place.lowerBound { start += 1 }
    while scalars.offset(end) > place.upperBound { end -= 1 }
    func takes(_ index: Int, _ sign: Unicode.Scalar) -> Bool {
      (0..<scalars.count).contains(index) && scalars[index] == sign
        && !taken.contains { $0.contains(scalars.offset(index)) }
    }
    /// Beyond a blank that typography puts there: `100 %`.
    func beyondBlank(_ index: Int, by step: Int, to sign: Unicode.Scalar?) -> Int {
      guard let sign, (0..<scalars.count).contains(index), scalars[index].properties.isWhitespace else { return index }
      return takes(index + step, sign) ? index + step : index
    }
    var before = beyondBlank(start - 1, by: -1, to: span.signsBefore.last)
    for sign in span.signsBefore.reversed() where takes(before, sign) { (start, before) = (before, before - 1) }
    let word = end
    var behind = beyondBlank(end, by: 1, to: span.signsBehind.first)
    for sign in span.signsBehind where takes(behind, sign) { (end, behind) = (behind + 1, behind + 1) }
    let endsText = (end..<scalars.count).allSatisfy { SentenceSplitter.closers.contains(scalars[$0]) }
    if endsText, let last = span.text.unicodeScalars.last, !SentenceSplitter.terminators.contains(last) {
      while end > word, SentenceSplitter.terminators.contains(scalars[end - 1]) { end -= 1 }
    }
    return scalars.offset(start)..<scalars.offset(end)
  }

  /// A range without the signs at its ends, which are the sentence's rather than the word's.
  private static func trimmed(_ range: Range<Int>, in text: [UInt8]) -> Range<Int> {
    let scalars = Scalars(Array(text[range]))
    var (start, end) = (0, scalars.count)
    while start < end, !scalars[start].isPartOfWord { start += 1 }
    while end > start, !scalars[end - 1].isPartOfWord { end -= 1 }
    return range.lowerBound + scalars.offset(start)..<range.lowerBound + scalars.offset(end)
  }

  /// A term of a glossary begins with a capital where it begins the sentence as a word with a capital did.
  private static func spelling(_ span: RequiredSpan, at range: Range<Int>, in sentence: RenderedSentence) -> [UInt8] {
    guard case .term = span.kind, let first = span.text.unicodeScalars.first else { return Array(span.text.utf8) }
    let before = Scalars(Array(sentence.text[..<range.lowerBound]))
    let beginsSentence = !(0..<before.count).contains { before[$0].isPartOfWord }
    let old = String(decoding: sentence.text[range], as: UTF8.self).unicodeScalars.first
    guard beginsSentence, old?.properties.isUppercase == true else { return Array(span.text.utf8) }
    return Array("\(first.changed(toUpper: true))".utf8) + Array(span.text.utf8.dropFirst(UTF8.width(first)))
  }

  /// Puts a span that no word stands for behind the translation of what precedes it in the source, or in front of everything.
  ///
  /// - Parameter found: what stays whole. A placeholder reaches beyond the word in it: nothing goes between the word and its brace.
  private static func insert(
    _ span: RequiredSpan, besides found: [Range<Int>], in sentence: inout RenderedSentence
  ) {
    let words = sentence.words
    for source in sentence.sourceTokens.indices.reversed()
    where !sentence.sourceTokens[source].isEmpty && sentence.sourceTokens[source].upperBound <= span.source.lowerBound {
      guard let word = words.last(where: { $0.contains { sentence.source(of: $0) == source } }) else { continue }
      let range = trimmed(sentence.bytes(of: word), in: sentence.text)
      if range.isEmpty { continue }
      var point = range.upperBound
      while let around = found.first(where: { $0.lowerBound < point && point < $0.upperBound }) {
        point = around.upperBound
      }
      return sentence.replace(point..<point, with: Array((" " + span.text).utf8))
    }
    sentence.replace(0..<0, with: Array((sentence.text.isEmpty ? span.text : span.text + " ").utf8))
  }
}
