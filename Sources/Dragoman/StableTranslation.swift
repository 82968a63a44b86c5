internal import MachineTranslation
internal import Transcripts

/// What is shown of the translation of a sentence that goes on: only what its next words will hardly change.
///
/// Each translation begins with what is shown, as far as the model finds that probable enough. The one of the words so far is
/// compared with that without the newest, uncertain ones; where both agree, the source that is still to come is unlikely to
/// matter. What has been shown stays unless the new text contradicts it, and is then taken back only as far as the flicker allowed, or when
/// it is contradicted again and again.
///
/// - Reference: Yao and Haddow 2020, arXiv:2006.00249 (dynamic masking, with the recogniser's own continuation as the
///   extension); Arivazhagan et al. 2020, arXiv:1912.03393 (biased search, normalised erasure).
struct StableTranslation {
  /// Erased words for each shown word that are allowed over the session.
  let flicker: Double
  /// How much less probable a shown word may become before a translation leaves it: `ShownTranslation.tolerance`.
  let tolerance: Float
  /// The words that are shown.
  private(set) var shown: [Substring] = []
  private var previous: [Substring] = []
  /// Translations in a row that contradict what is shown, and stand back for the flicker.
  private(set) var contradictions = 0
  /// Over the session: words that were erased, words of finals.
  private(set) var erased = 0, finals = 0
  private let unspaced: Bool

  init(_ settings: LiveSettings = .init()) {
    (flicker, tolerance) = (settings.flicker, settings.tolerance)
    unspaced = !settings.targets.isEmpty && settings.targets.allSatisfy(Transcript.unspaced.contains)
  }

  /// A text's translation that keeps what is shown as far as it may.
  typealias Translate = (_ text: String, _ shown: ShownTranslation) throws(TranslationError) -> String

  /// Fewer certain words of a sentence mostly mean something else in the end, and wrong first words stand in the way of all others.
  static let leastWords = 3

  /// What as many translations in a row contradict is taken back whatever the flicker, unless none is wanted: the final would take it back in the end.
  static let mostContradictions = 3

  /// Translates the sentence as it stands, and without the words that may change, and shows what both translations agree on.
  ///
  /// - Parameter words: how many words are certain.
  mutating func show(
    _ text: String, certain: String, words: Int, translate: Translate
  ) throws(TranslationError) -> String {
    if words < Self.leastWords, shown.isEmpty { return "" }
    let whole = try translate(text, asShown)
    if certain == text || certain.isEmpty { return show(whole: whole, certain: certain.isEmpty ? "" : nil) }
    return show(whole: whole, certain: try translate(certain, asShown))
  }

  /// Translates the sentence that is over: its translation replaces what is shown.
  mutating func end(_ text: String, translate: Translate) throws(TranslationError) -> String {
    let final = try translate(text, asShown)
    end(with: final)
    return final
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
    var agreed = Array(new.prefix(Self.common(new, other)))
    // To the word where a translation ends a comma or another ending may come.
    if !unspaced, agreed.count > shown.count, agreed.count == min(new.count, other.count) { agreed.removeLast() }
    let kept = Self.common(shown, agreed)
    if kept == shown.count {
      (shown, contradictions) = (agreed, 0)
    } else if kept < agreed.count {
      contradictions += 1
      let isAllowed = Double(erased + shown.count - kept) <= flicker * Double(finals + max(shown.count, agreed.count))
      if isAllowed || (flicker > 0 && contradictions >= Self.mostContradictions) {
        erased += shown.count - kept
        (shown, contradictions) = (agreed, 0)
      }
    }
    return text
  }

  /// The sentence is over: its translation replaces what is shown.
  mutating func end(with final: String) {
    let words = words(final)
    erased += shown.count - Self.common(shown, words)
    finals += words.count
    (shown, previous, contradictions) = ([], [], 0)
  }

  var text: String { shown.joined(separator: unspaced ? "" : " ") }

  private var asShown: ShownTranslation { ShownTranslation(text, tolerance: tolerance) }

  private func words(_ text: String) -> [Substring] {
    unspaced ? text.indices.map { text[$0...$0] } : text.split(separator: " ")
  }

  private static func common(_ one: [Substring], _ other: [Substring]) -> Int {
    zip(one, other).prefix { $0 == $1 }.count
  }
}
