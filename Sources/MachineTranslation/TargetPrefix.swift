/// A translation that somebody has read already, of a text that has gone on since or changed.
public struct ShownTranslation: Sendable, Equatable {
  /// Whole words.
  public var text: String
  /// How much less probable than the best word in its place a word of it may be to be kept, as the difference of natural logarithms.
  public var tolerance: Float

  /// A text that is shown.
  public init(_ text: String, tolerance: Float) { (self.text, self.tolerance) = (text, tolerance) }
}

/// What a translation should begin with: words that somebody has read already.
///
/// The search follows them as long as it finds each probable enough behind those before it, and goes on freely from there: a
/// translation is kept where it may be, not where it is wrong.
///
/// - Reference: Arivazhagan et al. 2020, arXiv:1912.03393, biased beam search; here a bound on what each word costs instead of an
///   interpolation, so that nothing is kept that the whole source speaks against.
struct TargetPrefix {
  /// Ids of the target vocabulary, without the end of sentence.
  var words: [Int32]
  /// How much less the log-probability of a word of the prefix may be than that of the best word in its place.
  var tolerance: Float

  func word(at position: Int) -> Int32? { position < words.count ? words[position] : nil }
}
