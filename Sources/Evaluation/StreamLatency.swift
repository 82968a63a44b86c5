/// How far a simultaneous translation, or transcript, lags behind an ideal one that keeps pace with the speaker.
///
/// Delays are the times at which each word of the output was there, counted from the beginning of the source, in
/// milliseconds like the source's length. Results are milliseconds, equal to those of SimulEval 1.1.4 to 1e-6; nil where
/// there is nothing to measure (no word, no source, for average lagging no reference), which SimulEval leaves out or
/// fails on.
public enum StreamLatency {
  /// Average lagging: `1/τ Σ_{i=1..τ} (d_i - (i - 1) |X| / |Y*|)`, τ the first word that had the whole source.
  ///
  /// Where even the first word came behind the end of the source, it is that word's delay.
  ///
  /// - Parameter referenceLength: words of the reference, |Y*|.
  /// - Reference: Ma et al. 2019, "STACL", arXiv:1810.08398; facebookresearch/SimulEval
  ///   `simuleval/evaluator/scorers/latency_scorer.py`, `ALScorer`.
  public static func averageLagging(delays: [Double], sourceLength: Double, referenceLength: Int) -> Double? {
    guard let first = delays.first, sourceLength > 0, referenceLength > 0 else { return nil }
    if first > sourceLength { return first }
    let pace = sourceLength / Double(referenceLength)
    var sum = 0.0
    for (index, delay) in delays.enumerated() {
      sum += delay - Double(index) * pace
      if delay >= sourceLength { return sum / Double(index + 1) }
    }
    return sum / Double(delays.count)
  }

  /// Length-adaptive average lagging: average lagging with the longer of reference and output for |Y*|, so that an output
  /// which is too long does not seem early.
  ///
  /// - Reference: Papi et al. 2022, "Over-Generation Cannot Be Rewarded", arXiv:2206.05807; SimulEval, `LAALScorer`.
  public static func lengthAdaptiveAverageLagging(
    delays: [Double], sourceLength: Double, referenceLength: Int
  ) -> Double? {
    averageLagging(
      delays: delays, sourceLength: sourceLength, referenceLength: max(delays.count, referenceLength))
  }

  /// Differentiable average lagging: `1/|Y| Σ (d'_i - (i - 1) |X|/|Y|)` where `d'_i = max(d_i, d'_{i-1} + |X|/|Y|)`, so that
  /// words written at once still take their time to be read. |Y| are the words of the output.
  ///
  /// - Reference: Arivazhagan et al. 2019, "Monotonic Infinite Lookback Attention", arXiv:1906.05218; SimulEval, `DALScorer`.
  public static func differentiableAverageLagging(delays: [Double], sourceLength: Double) -> Double? {
    guard !delays.isEmpty, sourceLength > 0 else { return nil }
    let pace = sourceLength / Double(delays.count)
    var sum = 0.0
    var last = -Double.infinity
    for (index, delay) in delays.enumerated() {
      last = max(delay, last + pace)
      sum += last - Double(index) * pace
    }
    return sum / Double(delays.count)
  }
}
