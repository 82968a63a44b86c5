/// Figures of single utterances that add up to the figure of a whole set.
///
/// Corpus metrics are functions of such sums, so a set can be resampled without looking at a text again.
public protocol AdditiveStatistics: Sendable, Equatable, Codable {
  /// The statistics of no utterance at all.
  static var zero: Self { get }
  /// Adds another utterance, or another set of them.
  static func += (sum: inout Self, other: Self)
}

extension AdditiveStatistics {
  /// The sum of two.
  public static func + (left: Self, right: Self) -> Self {
    var sum = left
    sum += right
    return sum
  }

  /// The sum of many.
  public static func total(_ statistics: some Sequence<Self>) -> Self {
    statistics.reduce(into: .zero) { $0 += $1 }
  }
}

/// What separates a hypothesis from its reference, counted in words or in characters.
public struct EditCounts: AdditiveStatistics {
  /// Tokens that agree.
  public var hits: Int
  /// Tokens of the reference that stand as another token in the hypothesis.
  public var substitutions: Int
  /// Tokens of the reference that the hypothesis lacks.
  public var deletions: Int
  /// Tokens of the hypothesis that the reference lacks.
  public var insertions: Int

  /// Counts from elsewhere.
  public init(hits: Int = 0, substitutions: Int = 0, deletions: Int = 0, insertions: Int = 0) {
    (self.hits, self.substitutions, self.deletions, self.insertions) = (hits, substitutions, deletions, insertions)
  }

  /// Nothing compared yet.
  public static let zero = EditCounts()

  /// Tokens of the reference.
  public var referenceCount: Int { hits + substitutions + deletions }
  /// Tokens of the hypothesis.
  public var hypothesisCount: Int { hits + substitutions + insertions }
  /// Edits that turn the reference into the hypothesis.
  public var errors: Int { substitutions + deletions + insertions }

  /// Errors for each token of the reference: 0.05 is a word error rate of 5 %.
  ///
  /// Without a reference it is the number of insertions, as in jiwer: nothing was said, and that much was heard.
  public var rate: Double {
    guard referenceCount > 0 else { return Double(insertions) }
    return Double(errors) / Double(referenceCount)
  }

  /// Adds the counts of another utterance.
  public static func += (sum: inout EditCounts, other: EditCounts) {
    sum.hits += other.hits
    sum.substitutions += other.substitutions
    sum.deletions += other.deletions
    sum.insertions += other.insertions
  }
}
