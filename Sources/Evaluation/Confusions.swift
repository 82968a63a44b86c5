/// Which words are taken for which, over many utterances.
public struct Confusions: Sendable, Equatable {
  /// A pair of words, or one that has no counterpart, and how often it was met.
  public struct Entry: Sendable, Equatable, Codable {
    /// The reference's word; nil for an insertion.
    public let reference: String?
    /// The hypothesis' word; nil for a deletion.
    public let hypothesis: String?
    /// How often.
    public let count: Int
  }

  /// The most frequent first, equally frequent ones in the order of their letters.
  public let substitutions: [Entry], deletions: [Entry], insertions: [Entry]

  /// By bytes: to Swift an accented letter in one piece and in two are the same.
  private struct Key: Hashable {
    var kind: AlignedToken.Kind
    var reference: [UInt8]?, hypothesis: [UInt8]?
  }

  /// Counts what is not a hit.
  public init(_ alignments: some Sequence<TokenAlignment>) {
    var counts: [Key: Int] = [:]
    for alignment in alignments {
      for token in alignment.tokens where token.kind != .hit {
        let key = Key(
          kind: token.kind, reference: token.reference.map { Array($0.utf8) },
          hypothesis: token.hypothesis.map { Array($0.utf8) })
        counts[key, default: 0] += 1
      }
    }
    let sorted = counts.sorted { one, other in
      guard one.value == other.value else { return one.value > other.value }
      let (first, second) = (one.key, other.key)
      guard first.reference == second.reference else {
        return (first.reference ?? []).lexicographicallyPrecedes(second.reference ?? [])
      }
      return (first.hypothesis ?? []).lexicographicallyPrecedes(second.hypothesis ?? [])
    }
    func entries(_ kind: AlignedToken.Kind) -> [Entry] {
      sorted.filter { $0.key.kind == kind }.map { key, count in
        Entry(
          reference: key.reference.map { String(decoding: $0, as: UTF8.self) },
          hypothesis: key.hypothesis.map { String(decoding: $0, as: UTF8.self) }, count: count)
      }
    }
    (substitutions, deletions) = (entries(.substitution), entries(.deletion))
    insertions = entries(.insertion)
  }

  /// Of one run, in words, or in characters where the language is written without spaces.
  public init(_ run: BenchRun, ruler: Ruler) {
    self.init(run.utterances.lazy.compactMap { ruler.alignment(of: $0, unit: .forLanguage($0.language)) })
  }
}
