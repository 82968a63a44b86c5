/// Text to tokens by byte-level byte-pair encoding.
///
/// - Reference: Sennrich et al. 2016, arXiv:1508.07909; openai/whisper `whisper/tokenizer.py`, `get_encoding` for the
///   pattern that splits text first: contractions, runs of letters, digits and other symbols each with at most one
///   space in front, and runs of white space.
struct BytePairEncoder: Sendable {
  let vocabulary: Vocabulary

  /// The tokens of `text`; special tokens in it are ordinary text.
  func encode(_ text: String) -> [Int] { Self.pieces(Array(text.unicodeScalars)).flatMap { merge($0) } }

  /// Merges neighbouring parts, lowest rank first, until none can be merged.
  private func merge(_ piece: [UInt8]) -> [Int] {
    if let whole = vocabulary.tokens.rank(of: piece) { return [whole] }
    var parts = piece.map { [$0] }
    /// Of each part with the next one.
    func rank(at index: Int) -> Int { vocabulary.tokens.rank(of: parts[index] + parts[index + 1]) ?? .max }
    var ranks = (0..<max(0, parts.count - 1)).map(rank)
    while let best = ranks.indices.min(by: { ranks[$0] < ranks[$1] }), ranks[best] < .max {
      parts[best] += parts.remove(at: best + 1)
      ranks.remove(at: best)
      for index in [best - 1, best] where ranks.indices.contains(index) { ranks[index] = rank(at: index) }
    }
    return parts.compactMap { vocabulary.tokens.rank(of: $0) }
  }

  private enum Kind { case letter, number, space, other }

  private static func kind(_ scalar: Unicode.Scalar) -> Kind {
    if scalar.properties.isWhitespace { return .space }
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: return .letter
    case .decimalNumber, .letterNumber, .otherNumber: return .number
    default: return .other
    }
  }

  private static let contractions = ["s", "t", "re", "ve", "m", "ll", "d"].map { Array($0.unicodeScalars) }

  /// Splits into the pieces within which merges happen, as UTF-8.
  static func pieces(_ scalars: [Unicode.Scalar]) -> [[UInt8]] {
    var pieces: [[UInt8]] = []
    var start = 0
    while start < scalars.count {
      let end = pieceEnd(scalars, from: start)
      var piece = ""
      piece.unicodeScalars.append(contentsOf: scalars[start..<end])
      pieces.append(Array(piece.utf8))
      start = end
    }
    return pieces
  }

  private static func pieceEnd(_ scalars: [Unicode.Scalar], from start: Int) -> Int {
    func run(of kind: Kind, from first: Int) -> Int {
      scalars[first...].firstIndex { Self.kind($0) != kind } ?? scalars.count
    }
    if scalars[start] == "'",
      let ending = contractions.first(where: { scalars[(start + 1)...].starts(with: $0) })
    {
      return start + 1 + ending.count
    }
    let first = kind(scalars[start])
    if first != .space { return run(of: first, from: start) }
    if scalars[start] == " ", start + 1 < scalars.count, kind(scalars[start + 1]) != .space {
      return run(of: kind(scalars[start + 1]), from: start + 1)
    }
    let end = run(of: .space, from: start)
    // White space before a word leaves its last character to the word.
    return end < scalars.count && end - start > 1 ? end - 1 : end
  }
}
