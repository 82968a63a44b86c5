/// A probability for each language that a window may be in.
struct LanguageProbabilities {
  /// Language codes with their probabilities, which sum to 1.
  var values: [(code: String, probability: Double)]

  subscript(code: String) -> Double { values.first { $0.code == code }?.probability ?? 0 }

  /// The likeliest.
  var best: DetectedLanguage {
    let best = values.max { $0.probability < $1.probability }!
    return DetectedLanguage(code: best.code, probability: best.probability)
  }

  /// What two pieces of audio say together of the one language that both are in: the product, as of independent evidence.
  ///
  /// - Parameter other: of the same languages in the same order.
  func joined(with other: LanguageProbabilities) -> LanguageProbabilities {
    let products = zip(values, other.values).map { ($0.code, $0.probability * $1.probability) }
    let sum = products.reduce(0) { $0 + $1.1 }
    guard sum > 0 else { return self }
    return LanguageProbabilities(values: products.map { ($0, $1 / sum) })
  }
}

/// Follows the language of a recording from window to window, with hysteresis: one doubtful window changes nothing.
///
/// A change is believed at once when the new language is near certain, and otherwise when windows in a row speak for it.
struct LanguageTracker {
  /// What the recording is in now; nil before the first window.
  private(set) var current: DetectedLanguage?
  /// A language that the last windows spoke for, and by how much in all.
  private var challenger: (code: String, evidence: Double)?

  /// Probability at which one window suffices.
  static let certain = 0.9
  /// Sum of the leads of a challenger over the current language that suffices.
  static let sufficientEvidence = 1.0

  /// - Parameter known: the language when the user named it.
  init(known: DetectedLanguage? = nil) { current = known }

  /// Takes what one window says and returns the language to decode it in.
  mutating func follow(_ window: LanguageProbabilities) -> DetectedLanguage {
    let best = window.best
    guard let now = current, best.code != now.code else {
      current = best
      challenger = nil
      return best
    }
    let lead = best.probability - window[now.code]
    let evidence = (challenger?.code == best.code ? challenger!.evidence : 0) + lead
    if best.probability >= Self.certain || evidence >= Self.sufficientEvidence {
      current = best
      challenger = nil
      return best
    }
    challenger = (best.code, evidence)
    return DetectedLanguage(code: now.code, probability: window[now.code])
  }
}
