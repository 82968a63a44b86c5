internal import Transcripts

/// What adds up, of one live session or of several: the figures of `LiveScore` are functions of it.
public struct LiveMeasures: Sendable, Equatable {
  /// What one side of a session's sentences adds.
  public struct Stream: Sendable, Equatable {
    /// Words of the finals; in scripts without spaces, characters.
    public var words = 0
    /// Lagging until words were displayed for good, and until they were committed.
    public var shown = Lagging.zero, committed = Lagging.zero
    /// What was taken back.
    public var erasure = Erasure.zero
    /// Committed words that the finals have otherwise.
    public var revoked = 0
  }

  /// Seconds of audio, and of those that were lost.
  public var audioSeconds = 0.0, lostSeconds = 0.0
  /// Seconds of work, which no log tells; nil where nobody measured them.
  public var workSeconds: Double?
  /// Sentences that ended, sentences that did not, partials.
  public var utterances = 0, unfinished = 0, partials = 0
  /// Promises of the contract that were broken.
  public var faults = 0
  /// Times that the machine did less, or that a device was lost.
  public var degradations = 0, deviceLosses = 0
  /// What was said, and what it means; the latter is nil where no translation was wanted.
  public var text = Stream(), translation: Stream?
  /// Waits.
  public var lags = LiveLags()
  /// Joined finals against the reference, in words, or in characters where words are not spaced; nil without a reference.
  public var words: EditCounts?, characters: EditCounts?
  /// Translations against the reference's; nil without one.
  public var bleu: BLEU.Statistics?

  /// Nothing yet.
  public init() {}

  /// Measures a session.
  ///
  /// - Parameters:
  ///   - reference: what was said; without segments, no lagging, error rate or BLEU is measured.
  ///   - ruler: normaliser and BLEU; its tokeniser has to be that of the target language.
  ///   - form: whether case and punctuation make another word where words are looked at as displayed.
  public init(_ log: LiveLog, reference: LiveReference, ruler: Ruler = Ruler(), form: WordForm = .displayed) {
    let all = log.utterances
    audioSeconds = reference.audioSeconds ?? log.duration ?? 0
    lostSeconds = log.lost
    utterances = all.count { $0.final != nil }
    unfinished = all.count - utterances
    partials = log.updates.count { !$0.isFinal }
    faults = log.faults.count
    degradations = log.events.count { if case .degraded(_, let level, _, _) = $0 { level > 0 } else { false } }
    deviceLosses = log.events.count { if case .device(_, "lost", _) = $0 { true } else { false } }
    let language = reference.language ?? log.finals.lazy.compactMap(\.language).first
    func stream(_ side: LiveUtterance.Side) -> Stream {
      Stream(
        log, all, side: side, language: side == .text ? language : reference.target,
        sentences: reference.sentences(side, audioSeconds: audioSeconds > 0 ? audioSeconds : nil), form: form)
    }
    text = stream(.text)
    // A session that translates nothing of what it should is not left out.
    if reference.target != nil || log.finals.contains(where: { $0.translation != nil }) {
      translation = stream(.translation)
    }
    lags = LiveLags(log, speech: reference.speech, language: language, form: form)

    if let texts = reference.texts(.text) {
      let joined = UtteranceResult(
        set: "", id: "", language: language, reference: Transcript.joined(texts, language: primaryLanguage(language)),
        hypothesis: Transcript.joined(log.finals.map(\.text), language: primaryLanguage(language)))
      let unit = ErrorUnit.forLanguage(language)
      let counts = ruler.alignment(of: joined, unit: unit)?.counts
      if unit == .word { words = counts } else { characters = counts }
    }
    if translation != nil, let texts = reference.texts(.translation) {
      bleu = Self.bleu(of: log, references: texts, target: reference.target, ruler: ruler)
    }
  }

  /// The joined translations, cut where the reference's segments end, segment by segment.
  private static func bleu(
    of log: LiveLog, references: [String], target: String?, ruler: Ruler
  ) -> BLEU.Statistics {
    let unit = ErrorUnit.forLanguage(target)
    let words = { (text: String) in DisplayedWords(text, unit: unit, form: .displayed) }
    let whole = Transcript.joined(log.finals.compactMap(\.translation), language: primaryLanguage(target))
    let stream = words(whole), scalars = Array(whole.unicodeScalars)
    let parts = Resegmentation.parts(of: stream.words, sentences: references.map { words($0).words })
    return .total(
      zip(parts, references).map { part, reference in
        // With the white space that stands in it: other scripts among Chinese have some.
        func end(of count: Int) -> Int { count == 0 ? 0 : stream.ends[count - 1] }
        let hypothesis = String(scalars[end(of: part.lowerBound)..<end(of: part.upperBound)])
        return ruler.bleu.statistics(hypothesis: hypothesis, reference: reference)
      })
  }

  /// Adds another session.
  public static func += (sum: inout LiveMeasures, other: LiveMeasures) {
    sum.audioSeconds += other.audioSeconds
    sum.lostSeconds += other.lostSeconds
    if let work = other.workSeconds { sum.workSeconds = (sum.workSeconds ?? 0) + work }
    sum.utterances += other.utterances
    sum.unfinished += other.unfinished
    sum.partials += other.partials
    sum.faults += other.faults
    sum.degradations += other.degradations
    sum.deviceLosses += other.deviceLosses
    sum.text += other.text
    if let translation = other.translation { sum.translation = (sum.translation ?? Stream()) + translation }
    sum.lags += other.lags
    if let words = other.words { sum.words = (sum.words ?? .zero) + words }
    if let characters = other.characters { sum.characters = (sum.characters ?? .zero) + characters }
    if let bleu = other.bleu { sum.bleu = (sum.bleu ?? .zero) + bleu }
  }
}

extension LiveMeasures.Stream {
  init(
    _ log: LiveLog, _ utterances: [LiveUtterance], side: LiveUtterance.Side, language: String?,
    sentences: [StreamSentence]?, form: WordForm
  ) {
    let delays = WordDelays(log, side: side, language: language, form: form)
    (words, revoked) = (delays.words.count, delays.revoked)
    erasure = .total(
      utterances.map { Erasure($0, side: side, unit: $0.unit(side, language: language), form: form) })
    guard let sentences else { return }
    let unit = ErrorUnit.forLanguage(language)
    let texts = delays.words.map(\.text)
    shown = Lagging(words: texts, delays: delays.words.map(\.shownAt), sentences: sentences, unit: unit)
    committed = Lagging(words: texts, delays: delays.words.map(\.committedAt), sentences: sentences, unit: unit)
  }

  static func += (sum: inout Self, other: Self) {
    sum.words += other.words
    sum.shown += other.shown
    sum.committed += other.committed
    sum.erasure += other.erasure
    sum.revoked += other.revoked
  }

  static func + (left: Self, right: Self) -> Self {
    var sum = left
    sum += right
    return sum
  }
}
