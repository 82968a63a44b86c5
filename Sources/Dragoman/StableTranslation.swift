/// What is shown of the translation of a sentence that goes on: only what its next words will hardly change.
///
/// The translation of the words so far is compared with the translation without the newest, uncertain ones; where both agree, the
/// source that is still to come is unlikely to matter. What has been shown stays unless the new text contradicts it, and
/// is then taken back only as far as the flicker allowed.
///
/// - Reference: Yao and Haddow 2020, arXiv:2006.00249 (dynamic masking, with the recogniser's own continuation as the
///   extension); Arivazhagan et al. 2020, arXiv:1912.03393 (normalised erasure).
struct StableTranslation {
  /// Erased words for each shown word that are allowed over the session.
  let flicker: Double
  /// The words that are shown.
  private(set) var shown: [Substring] = []
  private var previous: [Substring] = []
  /// Over the session: words that were erased, words of finals.
  private(set) var erased = 0, finals = 0
  private let unspaced: Bool

  init(flicker: Double = LiveSettings().flicker, unspaced: Bool = false) {
    (self.flicker, self.unspaced) = (flicker, unspaced)
  }

  /// Shows what both translations agree on.
  ///
  /// - Parameters:
  ///   - whole: the translation of all words.
  ///   - certain: that of the certain ones; nil where they are all there is.
  /// - Returns: the text to show.
  mutating func show(whole: String, certain: String?) -> String {
    let new = words(whole)
    let other = certain.map(words) ?? previous
    previous = new
    let agreed = Array(new.prefix(Self.common(new, other)))
    let kept = Self.common(shown, agreed)
    if kept == shown.count {
      shown = agreed
    } else if kept < agreed.count,
      Double(erased + shown.count - kept) <= flicker * Double(finals + max(shown.count, agreed.count))
    {
      erased += shown.count - kept
      shown = agreed
    }
    return text
  }

  /// The sentence is over: its translation replaces what is shown.
  mutating func end(with final: String) {
    let words = words(final)
    erased += shown.count - Self.common(shown, words)
    finals += words.count
    (shown, previous) = ([], [])
  }

  var text: String { shown.joined(separator: unspaced ? "" : " ") }

  private func words(_ text: String) -> [Substring] {
    unspaced ? text.indices.map { text[$0...$0] } : text.split(separator: " ")
  }

  private static func common(_ one: [Substring], _ other: [Substring]) -> Int {
    zip(one, other).prefix { $0 == $1 }.count
  }
}
