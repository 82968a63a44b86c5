internal import Foundation

/// A part of the source that has to stand in the translation.
struct RequiredSpan: Sendable {
  enum Kind: Sendable {
    /// Numbers in digits that belong together (`7`, `10:30`), and whether a word such as `million` follows.
    case number([NumberToken], beforeMagnitude: Bool)
    /// An address or a name: letter for letter.
    case verbatim
    /// What a program fills in: letter for letter, and best under a stand-in.
    case placeholder
    /// A term of a glossary: in any case.
    case term
  }

  let kind: Kind
  /// Where it stands in the source text, in bytes.
  let source: Range<Int>
  /// What must stand in the translation.
  let text: String
  /// Signs that the source has at its beginning and at its end (`.` of `.NET`, `++` of `C++`): they go with it.
  var signsBefore: [Unicode.Scalar] = [], signsBehind: [Unicode.Scalar] = []
}

extension RequiredSpan {
  /// A part of a text that stays as it is.
  init(_ kind: Kind, _ source: Range<Int>, of bytes: [UInt8]) {
    self.init(kind: kind, source: source, text: String(decoding: bytes[source], as: UTF8.self))
    guard case .placeholder = kind else { return }
    signsBefore = Array(text.unicodeScalars.prefix { !$0.isPartOfWord })
    signsBehind = text.unicodeScalars.reversed().prefix { !$0.isPartOfWord }.reversed()
  }
}

/// Finds what has to stay in a text.
struct RequiredSpanFinder {
  let terms: TermIndex
  /// Whether numbers, addresses and placeholders are looked for.
  let protectsNumbersAndAddresses: Bool
  let source: NumberConvention
  let target: NumberConvention

  /// Numbers in digits, addresses, placeholders and terms, ascending and disjoint: a placeholder before an address, that before a
  /// term, a term before a number.
  func spans(in text: Scalars) -> [RequiredSpan] {
    let bytes = text.bytes
    var spans: [RequiredSpan] = []
    var isTaken = [Bool](repeating: false, count: bytes.count)
    func append(_ span: RequiredSpan) {
      spans.append(span)
      for index in span.source { isTaken[index] = true }
    }
    if protectsNumbersAndAddresses {
      let addresses = Addresses.all(in: bytes)
      for range in Self.placeholders(in: text, with: addresses) { append(RequiredSpan(.placeholder, range, of: bytes)) }
      for range in addresses where !isTaken[range].contains(true) { append(RequiredSpan(.verbatim, range, of: bytes)) }
    }
    var index = 0
    while index < text.count, !terms.isEmpty {
      let start = text.offset(index)
      if let (term, end) = terms.term(at: index, of: text), !isTaken[start..<text.offset(end)].contains(true) {
        let found = (index..<end).map { text[$0] }
        append(
          RequiredSpan(
            kind: term.isName ? .verbatim : .term, source: start..<text.offset(end), text: term.target,
            signsBefore: Array(found.prefix { !$0.isPartOfWord }),
            signsBehind: found.reversed().prefix { !$0.isPartOfWord }.reversed()))
        index = end
      } else {
        index += 1
      }
    }
    if protectsNumbersAndAddresses {
      for tokens in Self.expressions(NumberToken.all(in: bytes, within: 0..<bytes.count), in: bytes) {
        let range = tokens[0].range.lowerBound..<tokens[tokens.count - 1].range.upperBound
        guard !isTaken[range].contains(true) else { continue }
        let text = String(decoding: bytes[range], as: UTF8.self)
        append(
          RequiredSpan(
            kind: .number(tokens, beforeMagnitude: NumberToken.magnitudeFollows(range.upperBound, in: bytes)),
            source: range, text: source.rewrite(text.hasPrefix(".") ? "0" + text : text, as: target)))
      }
    }
    return spans.sorted { $0.source.lowerBound < $1.source.lowerBound }
  }

  /// Placeholders, those in an address with all of it: `https://example.org/{id}`.
  private static func placeholders(in text: Scalars, with addresses: [Range<Int>]) -> [Range<Int>] {
    var found: [Range<Int>] = []
    var addresses = addresses[...]
    for var range in Placeholders.all(in: text) {
      addresses = addresses.drop { $0.upperBound <= range.lowerBound }
      if let address = addresses.first, address.overlaps(range) {
        range = min(address.lowerBound, range.lowerBound)..<max(address.upperBound, range.upperBound)
      }
      if let last = found.last, range.lowerBound < last.upperBound {
        found[found.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
      } else {
        found.append(range)
      }
    }
    return found
  }

  /// Numbers with a hyphen, a dash, a slash or a colon between them belong together: `10:30`, `5-7`, `24/11/2026`.
  private static func expressions(_ tokens: [NumberToken], in bytes: [UInt8]) -> [[NumberToken]] {
    var expressions: [[NumberToken]] = []
    for token in tokens {
      if let last = expressions.last?.last,
        ["-", "–", "/", ":"].contains(
          String(decoding: bytes[last.range.upperBound..<token.range.lowerBound], as: UTF8.self))
      {
        expressions[expressions.count - 1].append(token)
      } else {
        expressions.append([token])
      }
    }
    return expressions
  }
}
