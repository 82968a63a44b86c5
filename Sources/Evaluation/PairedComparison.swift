/// Whether one system is better than another on the same utterances, or was only lucky.
///
/// - Reference: Koehn 2004 for the bootstrap; Riezler and Maxwell 2005, "On Some Pitfalls in Automatic Evaluation and
///   Significance Testing for MT", for approximate randomisation.
public struct PairedComparison: Sendable, Equatable, Codable {
  /// Which scores are good.
  public enum Direction: String, Sendable, Codable {
    /// Error rates.
    case lowerIsBetter
    /// BLEU, chrF.
    case higherIsBetter
  }

  /// How many utterances it is of.
  public let utterances: Int
  /// Score of the first system.
  public let first: Double
  /// Score of the second system.
  public let second: Double
  /// The interval of the difference first - second over resampled sets.
  public let lower: Double
  /// The upper end of that interval.
  public let upper: Double
  /// The share of resampled sets on which the first system is better.
  public let firstWins: Double
  /// The share of resampled sets on which the second system is better.
  public let secondWins: Double
  /// The two-sided p-value of the bootstrap: how often a resampled difference is as far from the observed one as that is
  /// from none.
  public let bootstrapPValue: Double
  /// The two-sided p-value of approximate randomisation: how often the difference is as large as the observed one when
  /// each utterance's two results are swapped by the toss of a coin.
  public let randomizationPValue: Double
  /// The share of resampled differences within the interval, 0 to 1.
  public let confidence: Double
  /// Resampled sets of the bootstrap.
  public let resamples: Int
  /// Trials of the randomisation.
  public let trials: Int
  /// The seed of both.
  public let seed: UInt64
  /// Which scores are good.
  public let direction: Direction

  /// First minus second.
  public var difference: Double { first - second }

  /// Whether the first system is better, by its score.
  public var firstIsBetter: Bool { direction == .lowerIsBetter ? first < second : first > second }

  /// Whether the difference is more than luck at a level such as 0.05, by approximate randomisation.
  public func isSignificant(level: Double = 0.05) -> Bool { randomizationPValue < level }

  /// Compares two systems.
  ///
  /// - Parameters:
  ///   - first: what each utterance adds to the first system's score, `[utterance]`.
  ///   - second: likewise for the second, of the same utterances in the same order.
  ///   - score: the score of a sum of statistics.
  /// - Precondition: as many of the one as of the other.
  public init<Statistics: AdditiveStatistics>(
    _ first: [Statistics], _ second: [Statistics], direction: Direction, resamples: Int = 1000, trials: Int = 10_000,
    confidence: Double = 0.95, seed: UInt64 = 12345, score: (Statistics) -> Double
  ) {
    precondition(first.count == second.count, "the same utterances for both")
    precondition(resamples > 0 && trials > 0 && confidence > 0 && confidence < 1)
    (self.first, self.second) = (score(.total(first)), score(.total(second)))
    utterances = first.count
    let observed = self.first - self.second

    var random = SplitMix64(seed: seed)
    let differences = (0..<resamples).map { _ in
      var (one, other) = (Statistics.zero, Statistics.zero)
      for _ in first.indices {
        let utterance = random.index(below: first.count)
        one += first[utterance]
        other += second[utterance]
      }
      return score(one) - score(other)
    }
    let better = direction == .lowerIsBetter ? -1.0 : 1.0
    firstWins = Double(differences.count { $0 * better > 0 }) / Double(resamples)
    secondWins = Double(differences.count { $0 * better < 0 }) / Double(resamples)
    (lower, upper) = BootstrapInterval.middle(of: differences, confidence: confidence)
    let far = differences.count { abs($0 - observed) >= abs(observed) }
    bootstrapPValue = Double(far + 1) / Double(resamples + 1)

    var extreme = 0
    for _ in 0..<trials {
      var (one, other) = (Statistics.zero, Statistics.zero)
      var coins: UInt64 = 0
      for utterance in first.indices {
        if utterance & 63 == 0 { coins = random.next() }
        let isSwapped = coins & 1 != 0
        coins >>= 1
        one += isSwapped ? second[utterance] : first[utterance]
        other += isSwapped ? first[utterance] : second[utterance]
      }
      if abs(score(one) - score(other)) >= abs(observed) { extreme += 1 }
    }
    randomizationPValue = Double(extreme + 1) / Double(trials + 1)
    (self.confidence, self.resamples, self.trials) = (confidence, resamples, trials)
    (self.seed, self.direction) = (seed, direction)
  }
}
