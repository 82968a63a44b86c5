/// Which words a run took for which, most frequent first.
public struct Confusions: Sendable, Equatable {
  /// A word that stood in another's place, was left out (`hypothesis` nil) or came from nowhere (`reference` nil).
  public struct Item: Sendable, Equatable {
    /// The word of the reference, and that of the hypothesis, both normalised.
    public var reference: String?, hypothesis: String?
    /// How often.
    public var count: Int
  }

  /// By what happened, most frequent first, then in the order of the words.
  public var substitutions: [Item], deletions: [Item], insertions: [Item]

  /// Counts the words of a run.
  public init(_ run: BenchRun, ruler: Ruler) {
    var counts: [AlignedToken.Kind: [[String?]: Int]] = [:]
    for utterance in run.utterances {
      for token in ruler.alignment(of: utterance)?.tokens ?? [] where token.kind != .hit {
        counts[token.kind, default: [:]][[token.reference, token.hypothesis], default: 0] += 1
      }
    }
    func items(_ kind: AlignedToken.Kind) -> [Item] {
      let all = (counts[kind] ?? [:]).map { Item(reference: $0.key[0], hypothesis: $0.key[1], count: $0.value) }
      return all.sorted {
        ($1.count, $0.reference ?? "", $0.hypothesis ?? "") < ($0.count, $1.reference ?? "", $1.hypothesis ?? "")
      }
    }
    (substitutions, deletions, insertions) = (items(.substitution), items(.deletion), items(.insertion))
  }
}
