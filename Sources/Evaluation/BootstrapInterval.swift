/// How far a score would move had other utterances of the same kind been recorded.
///
/// - Reference: Koehn 2004, "Statistical Significance Tests for Machine Translation Evaluation"; Bisani and Ney 2004,
///   "Bootstrap Estimates for Confidence Intervals in ASR Performance Evaluation".
public struct BootstrapInterval: Sendable, Equatable, Codable {
  /// The score of the utterances themselves.
  public let score: Double
  /// The mean score of the resampled sets.
  public let mean: Double
  /// The lower end of the interval.
  public let lower: Double
  /// The upper end of the interval.
  public let upper: Double
  /// The share of resampled sets within the interval, 0 to 1.
  public let confidence: Double
  /// How many sets were drawn.
  public let resamples: Int
  /// The seed of the draw: equal seeds give equal intervals.
  public let seed: UInt64

  /// Draws sets of as many utterances as there are, with replacement, and takes the middle of their scores.
  ///
  /// - Parameters:
  ///   - statistics: what each utterance adds to the score, `[utterance]`.
  ///   - score: the score of a sum of statistics.
  public init<Statistics: AdditiveStatistics>(
    _ statistics: [Statistics], resamples: Int = 1000, confidence: Double = 0.95, seed: UInt64 = 12345,
    score: (Statistics) -> Double
  ) {
    precondition(resamples > 0 && confidence > 0 && confidence < 1)
    var random = SplitMix64(seed: seed)
    let scores = (0..<resamples).map { _ in
      var sum = Statistics.zero
      for _ in statistics.indices { sum += statistics[random.index(below: statistics.count)] }
      return score(sum)
    }
    self.score = score(.total(statistics))
    mean = scores.reduce(0, +) / Double(resamples)
    (lower, upper) = Self.middle(of: scores, confidence: confidence)
    (self.confidence, self.resamples, self.seed) = (confidence, resamples, seed)
  }

  /// The ends of the middle of some values: as many are cut off on either side.
  static func middle(of values: [Double], confidence: Double) -> (lower: Double, upper: Double) {
    let sorted = values.sorted()
    // Rounded first: (1 - 0.95) / 2 of 1000 is 25, not 24.999….
    let cut = Int((Double(sorted.count) * (1 - confidence) / 2 * 1e6).rounded() / 1e6)
    return (sorted[cut], sorted[sorted.count - 1 - cut])
  }
}
