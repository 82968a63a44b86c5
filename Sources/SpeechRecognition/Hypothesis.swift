internal import Foundation

/// One way that the text of a window may go.
struct Hypothesis {
  /// Text and timestamp tokens, without start sequence and end.
  private(set) var tokens: [Int] = []
  /// The text tokens among them.
  private var text: [Int] = []
  /// Natural-log probability of the tokens, and of the end once it has come.
  private(set) var logProbability = 0.0
  /// Where the decoder keeps it.
  var slot: Int
  /// Whether it repeats itself without end.
  private(set) var isLooping = false
  /// Tokens that it was told to begin with; they have no probability.
  private let given: Int

  /// - Parameters:
  ///   - prefix: tokens that it begins with, whatever their probability.
  ///   - textTokens: tokens below this are text.
  init(slot: Int, prefix: [Int] = [], textTokens: Int = 0) {
    (self.slot, tokens, given) = (slot, prefix, prefix.count)
    text = prefix.filter { $0 < textTokens }
  }

  /// Says `token`; the end of the text adds its probability only.
  mutating func say(_ token: Int, logProbability: Double, vocabulary: Vocabulary) {
    self.logProbability += logProbability
    guard token != vocabulary.endOfText else { return }
    tokens.append(token)
    guard token < vocabulary.endOfText else { return }
    text.append(token)
    isLooping = RepetitionGuard.phrase(text) != nil
  }

  /// What hypotheses of different lengths are compared by.
  ///
  /// - Parameter lengthPenalty: alpha of Wu et al. 2016, arXiv:1609.08144, section 7; nil for the mean over the tokens.
  func score(lengthPenalty: Double?) -> Double {
    guard let lengthPenalty else { return logProbability / Double(max(tokens.count - given, 1)) }
    return logProbability / pow((5 + Double(tokens.count - given)) / 6, lengthPenalty)
  }

  /// Mean natural-log probability of the tokens that it found and the end.
  var averageLogProbability: Double { logProbability / Double(tokens.count - given + 1) }
}
