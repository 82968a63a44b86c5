internal import Foundation

/// Corpus BLEU with up to four words, one reference, exponential smoothing: sacrebleu's default.
///
/// - Reference: Papineni et al. 2002; Post 2018, "A Call for Clarity in Reporting BLEU Scores"; smoothing as in
///   mteval-v13a, method 3 of Chen and Cherry 2014.
public struct BLEU: Sendable, Equatable {
  /// How a line becomes tokens.
  public let tokenizer: Tokenizer
  /// Whether lines are compared in lower case.
  public let isLowercase: Bool
  /// Whether only lengths count that the hypothesis has, for the scores of single sentences.
  public let usesEffectiveOrder: Bool

  /// The usual metric unless told otherwise.
  public init(tokenizer: Tokenizer = .thirteenA, isLowercase: Bool = false, usesEffectiveOrder: Bool = false) {
    (self.tokenizer, self.isLowercase, self.usesEffectiveOrder) = (tokenizer, isLowercase, usesEffectiveOrder)
  }

  /// What a pair of lines adds to a corpus.
  public struct Statistics: AdditiveStatistics {
    /// Tokens of the hypothesis.
    public var hypothesisLength = 0
    /// Tokens of the reference.
    public var referenceLength = 0
    /// Shared n-grams of 1 to 4 tokens.
    public var matches = SIMD4<Int>.zero
    /// n-grams of the hypothesis of 1 to 4 tokens.
    public var totals = SIMD4<Int>.zero

    /// No lines yet.
    public static let zero = Statistics()

    /// Adds the lines of another set.
    public static func += (sum: inout Statistics, other: Statistics) {
      sum.hypothesisLength += other.hypothesisLength
      sum.referenceLength += other.referenceLength
      sum.matches &+= other.matches
      sum.totals &+= other.totals
    }
  }

  /// The statistics of one line.
  public func statistics(hypothesis: String, reference: String) -> Statistics {
    var identifiers = TokenIdentifiers()
    let (found, wanted) = (identifiers.encode(tokens(hypothesis)), identifiers.encode(tokens(reference)))
    var statistics = Statistics(hypothesisLength: found.count, referenceLength: wanted.count)
    for (index, grams) in NGramMatches.all(hypothesis: found, reference: wanted, upTo: 4).enumerated() {
      statistics.matches[index] = grams.shared
      statistics.totals[index] = grams.hypothesis
    }
    return statistics
  }

  private func tokens(_ line: String) -> [String] {
    let scalars = Array(line.unicodeScalars)
    return tokenizer.tokens(of: isLowercase ? scalars.lowercased : scalars)
  }

  /// The score of a set of lines, 0 to 100.
  public func score(_ statistics: Statistics) -> Double {
    guard statistics.matches.wrappedSum() > 0 else { return 0 }
    var logarithms = 0.0
    var smoothing = 1.0
    var order = 4
    for index in 0..<4 {
      let (matches, total) = (Double(statistics.matches[index]), Double(statistics.totals[index]))
      if total == 0 {
        // No hypothesis is as long as this: the score is 0, unless shorter n-grams suffice.
        guard usesEffectiveOrder else { return 0 }
        order = index
        break
      }
      if matches == 0 { smoothing *= 2 }
      logarithms += log(matches > 0 ? matches / total : 1 / (smoothing * total))
    }
    let ratio = Double(statistics.referenceLength) / Double(statistics.hypothesisLength)
    return 100 * exp(min(0, 1 - ratio) + logarithms / Double(order))
  }

  /// The score of hypotheses against references, line by line.
  ///
  /// - Precondition: as many of the one as of the other.
  public func score(hypotheses: [String], references: [String]) -> Double {
    precondition(hypotheses.count == references.count, "a hypothesis for each reference")
    return score(.total(zip(hypotheses, references).lazy.map { statistics(hypothesis: $0, reference: $1) }))
  }

  /// What was computed, in the form of sacrebleu's signatures; the version is that of this implementation and of the
  /// sacrebleu whose scores it was compared with.
  public var signature: String {
    "nrefs:1|case:\(isLowercase ? "lc" : "mixed")|eff:\(usesEffectiveOrder ? "yes" : "no")|tok:\(tokenizer.rawValue)"
      + "|smooth:exp|version:\(MetricVersion.signature)"
  }
}

/// The version in signatures.
enum MetricVersion {
  /// Raise the first figure when a score changes.
  static let signature = "dragoman-1=sacrebleu-2.6.0"
}
