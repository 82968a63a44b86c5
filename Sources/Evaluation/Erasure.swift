/// How much of what was displayed was taken back: flicker.
///
/// Between two successive updates of a sentence, all words behind their common beginning are erased. Normalised erasure
/// is the number of erased words for each word of the final: `1/|o_I| Σ_{i=2..I} (|o_{i-1}| - |LCP(o_{i-1}, o_i)|)`.
///
/// - Reference: Arivazhagan et al. 2020, "Re-translation Strategies For Long Form, Simultaneous, Spoken Language
///   Translation", arXiv:1912.03393 (there for one sequence; here sums of many are divided).
public struct Erasure: AdditiveStatistics {
  /// Words taken back.
  public var erased: Int
  /// Words of the finals.
  public var words: Int

  /// Counts from elsewhere.
  public init(erased: Int = 0, words: Int = 0) { (self.erased, self.words) = (erased, words) }

  /// The erasure of one sentence that ended; nothing of one that did not, or that has no translation.
  public init(_ utterance: LiveUtterance, side: LiveUtterance.Side, unit: ErrorUnit, form: WordForm = .displayed) {
    self.init()
    guard let final = utterance.final, side == .text || final.translation != nil else { return }
    let displays = utterance.updates.map { DisplayedWords($0.shown(side), unit: unit, form: form) }
    for (before, after) in zip(displays, displays.dropFirst()) {
      erased += before.words.count - before.commonCount(with: after)
    }
    words = displays.last?.words.count ?? 0
  }

  /// Erased words for each word of the finals; nil without any.
  public var normalized: Double? { words > 0 ? Double(erased) / Double(words) : nil }

  /// Nothing displayed yet.
  public static let zero = Erasure()

  /// Adds the counts of other sentences.
  public static func += (sum: inout Erasure, other: Erasure) {
    sum.erased += other.erased
    sum.words += other.words
  }
}
