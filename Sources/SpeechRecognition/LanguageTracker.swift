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
}

/// Follows the language of a recording from window to window, with hysteresis: one doubtful window changes nothing.
///
/// What the pieces of a window say together is believed as it is (`LanguagePath` has its own hysteresis). Where a window is heard as
/// a whole, a change is believed at once when the new language is near certain, and otherwise when windows in a row speak for it.
struct LanguageTracker {
  /// What the recording is in now; nil before the first window.
  private(set) var current: DetectedLanguage?
  /// A language that the last windows spoke for, and by how much in all.
  private var challenger: (code: String, evidence: Double)?

  /// What is known of the audio to come: languages one after the other, the last of which may go on behind its end.
  private var runs: [Run] = []

  /// A stretch of audio in one language.
  struct Run {
    var language: DetectedLanguage
    /// The frame behind it.
    var end: Int
  }

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

  /// Takes what was found in a window; its first language is the current one.
  mutating func take(_ runs: [Run]) {
    (self.runs, current, challenger) = (runs, runs[0].language, nil)
  }

  /// The language at a frame, and where another begins, if that was found before; then it is the current one.
  mutating func known(at frame: Int) -> Run? {
    guard let run = runs.dropLast().first(where: { frame < $0.end }) else { return nil }
    current = run.language
    return run
  }
}
