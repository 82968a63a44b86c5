internal import Foundation

/// How likely a word is right, from the probability that the model gives it: a fitted temperature with an offset.
///
/// The model is too modest where it is fairly sure and too sure where it is not. Fitted by logistic regression on the
/// 2,311 words that whisper-base (beam 5, language named) finds in `en-read`, `en-long`, `pt-read`, `an4` and `multi-read`;
/// `Benchmarks/calibrate-words` made the constants and `docs/confidence.md` has the reliability before and after. Other
/// models of the family are calibrated with the same constants, for want of better ones.
///
/// - Reference: Platt 1999, "Probabilistic outputs for support vector machines"; Guo et al. 2017, arXiv:1706.04599.
struct WordConfidence: Sendable {
  /// The inverse of the temperature, on the log-odds.
  var slope: Double
  /// Added to the scaled log-odds.
  var offset: Double

  static let whisperBase = WordConfidence(slope: 0.7325, offset: 0.7990)

  /// Probabilities beyond this and its complement say no more.
  private static let least = 1e-4

  /// - Parameter probability: mean over the word's tokens, 0...1.
  func callAsFunction(_ probability: Double) -> Double {
    let bounded = min(max(probability, Self.least), 1 - Self.least)
    return 1 / (1 + exp(-(slope * log(bounded / (1 - bounded)) + offset)))
  }
}
