/// What an error rate counts.
public enum ErrorUnit: String, Sendable, CaseIterable, Codable {
  /// What stands between white space: word error rate.
  case word
  /// Unicode scalars, the spaces between words included: character error rate.
  case character

  /// The tokens of a text.
  public func tokens(of text: String) -> [String] {
    let scalars = Array(text.unicodeScalars)
    switch self {
    case .word: return scalars.words.map { String($0) }
    case .character: return scalars.trimmed.map { String(Character($0)) }
    }
  }
}

/// A token of the reference beside the token of the hypothesis that stands for it.
public struct AlignedToken: Sendable, Equatable {
  /// How the two differ.
  public enum Kind: String, Sendable, CaseIterable, Codable {
    /// The same token.
    case hit
    /// Another token in its place.
    case substitution
    /// Only the reference has it.
    case deletion
    /// Only the hypothesis has it.
    case insertion
  }

  /// The reference's token; nil for an insertion.
  public let reference: String?
  /// The hypothesis' token; nil for a deletion.
  public let hypothesis: String?
  /// How the two differ.
  public let kind: Kind
}

/// The alignment of a hypothesis to its reference with the fewest edits.
///
/// Tokens are compared scalar by scalar, not by canonical equivalence. Where several alignments have equally few edits, it
/// is the one that jiwer reports, so that substitutions, deletions and insertions agree too (jiwer splits matrices of more
/// than a megabyte and may then choose another of the same cost).
public struct TokenAlignment: Sendable, Equatable {
  /// Both sequences, in order.
  public let tokens: [AlignedToken]
  /// How many tokens are of each kind.
  public let counts: EditCounts

  /// Aligns two texts that are already normalised, in words or in characters.
  public init(reference: String, hypothesis: String, unit: ErrorUnit) {
    self.init(reference: unit.tokens(of: reference), hypothesis: unit.tokens(of: hypothesis))
  }

  /// Aligns two sequences of tokens.
  ///
  /// The time grows with the product of the lengths over 64, memory likewise up to 32 MB and then with its square root.
  public init(reference: [String], hypothesis: [String]) {
    var identifiers = TokenIdentifiers()
    let wanted = identifiers.encode(reference)
    let found = identifiers.encode(hypothesis)
    let prefix = zip(wanted, found).prefix { $0 == $1 }.count
    let suffix = zip(wanted.dropFirst(prefix).reversed(), found.dropFirst(prefix).reversed()).prefix { $0 == $1 }.count
    let matrix = EditMatrix(
      reference: Array(wanted.dropFirst(prefix).dropLast(suffix)),
      hypothesis: Array(found.dropFirst(prefix).dropLast(suffix)), tokenCount: identifiers.count)

    var tokens: [AlignedToken] = []
    var counts = EditCounts.zero
    var (column, row) = (0, 0)
    func step(_ step: EditMatrix.Step) {
      switch step {
      case .diagonal:
        let isHit = wanted[column] == found[row]
        tokens.append(
          AlignedToken(
            reference: reference[column], hypothesis: hypothesis[row], kind: isHit ? .hit : .substitution))
        counts += isHit ? EditCounts(hits: 1) : EditCounts(substitutions: 1)
        (column, row) = (column + 1, row + 1)
      case .deletion:
        tokens.append(AlignedToken(reference: reference[column], hypothesis: nil, kind: .deletion))
        counts.deletions += 1
        column += 1
      case .insertion:
        tokens.append(AlignedToken(reference: nil, hypothesis: hypothesis[row], kind: .insertion))
        counts.insertions += 1
        row += 1
      }
    }
    for _ in 0..<prefix { step(.diagonal) }
    matrix.path().forEach(step)
    for _ in 0..<suffix { step(.diagonal) }
    (self.tokens, self.counts) = (tokens, counts)
  }
}

/// Small numbers for tokens, one for each sequence of bytes: Swift's own equality would take an accented letter in one
/// piece and in two for the same.
struct TokenIdentifiers {
  private var known: [ArraySlice<UInt8>: Int32] = [:]

  /// How many there are.
  var count: Int { known.count }

  /// The identifier of each token, given out in the order in which tokens first appear.
  mutating func encode(_ tokens: [String]) -> [Int32] {
    tokens.map { token in
      let key = ArraySlice(token.utf8)
      if let identifier = known[key] { return identifier }
      let identifier = Int32(known.count)
      known[key] = identifier
      return identifier
    }
  }
}
