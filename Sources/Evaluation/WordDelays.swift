/// When each word of the finals was displayed for good, and when it was committed.
///
/// A word counts as displayed from the first update from which on it and all words before it stand as in the final, in
/// every update up to it: a reader who reads on then reads nothing that changes later. Times are those of `emitted_at`, so
/// they hold the machine's own time where the session ran on the wall clock (computation-aware), and only the audio waited
/// for where it ran on audio time (computation-unaware).
///
/// - Reference: Arivazhagan et al. 2020, "Re-translation Strategies For Long Form, Simultaneous, Spoken Language
///   Translation", arXiv:1912.03393: a word is final with the first event from which on all up to it stays.
public struct WordDelays: Sendable, Equatable {
  /// A word of a final.
  public struct Word: Sendable, Equatable {
    /// Of which sentence.
    public var utterance: Int
    /// In the form in which words were compared.
    public var text: String
    /// When it was displayed for good and when it was committed, in seconds of the session's clock.
    public var shownAt: Double, committedAt: Double
  }

  /// Words of all finals, in their order. In scripts without spaces each character is a word.
  public var words: [Word] = []
  /// Words that were committed, and that the final has otherwise or not at all.
  public var revoked = 0

  /// No words yet.
  public init() {}

  /// The words of one sentence; none while it is under way or where it has no translation.
  ///
  /// - Parameter unit: what counts as a word: `ErrorUnit.forLanguage` of the text's language.
  public init(_ utterance: LiveUtterance, side: LiveUtterance.Side, unit: ErrorUnit, form: WordForm = .displayed) {
    guard let final = utterance.final, side == .text || final.translation != nil else { return }
    let last = DisplayedWords(final.shown(side), unit: unit, form: form)
    words = last.words.map {
      Word(utterance: utterance.index, text: $0, shownAt: final.emittedAt, committedAt: final.emittedAt)
    }
    // From the final back: how many words have stood, and been committed, ever since.
    var (standing, committed) = (last.words.count, last.words.count)
    for update in utterance.updates.dropLast().reversed() {
      let shown = DisplayedWords(update.shown(side), unit: unit, form: form)
      let promised = shown.count(within: update.committed(side))
      let common = shown.commonCount(with: last)
      // A word that only grows, by its full stop, is no other word.
      let kept = update.shown(side).unicodeScalars.prefix(update.committed(side))
      if !final.shown(side).unicodeScalars.starts(with: kept) { revoked = max(revoked, promised - common) }
      standing = min(standing, common)
      committed = min(committed, promised, standing)
      for index in 0..<standing { words[index].shownAt = update.emittedAt }
      for index in 0..<committed { words[index].committedAt = update.emittedAt }
    }
  }

  /// The words of all sentences that ended.
  ///
  /// - Parameters:
  ///   - language: code of the side's language: that of the speech, or the target. nil takes the updates' word for the speech.
  ///   - form: whether a comma that is added later makes a word another one.
  public init(_ log: LiveLog, side: LiveUtterance.Side, language: String? = nil, form: WordForm = .displayed) {
    for utterance in log.utterances {
      let unit = utterance.unit(side, language: language)
      let own = WordDelays(utterance, side: side, unit: unit, form: form)
      words += own.words
      revoked += own.revoked
    }
  }
}

extension LiveUtterance {
  /// What is a word in the language of a side; without one, in the language that the last update takes the speech for.
  func unit(_ side: Side, language: String?) -> ErrorUnit {
    .forLanguage(language ?? (side == .text ? updates.last?.language : nil))
  }
}
