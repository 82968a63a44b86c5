/// The figures of one recorded live session, or of several together.
public struct LiveScore: Sendable, Equatable, Codable {
  /// The figures of what was said, or of what it means.
  public struct Stream: Sendable, Equatable, Codable {
    /// Words of the finals; in scripts without spaces, characters.
    public var words: Int
    /// When words were there for good, and when they were committed; nil without a reference.
    public var shown: Lagging?, committed: Lagging?
    /// Words taken back for each word of the finals; nil without any.
    public var normalizedErasure: Double?
    /// Committed words that the finals have otherwise.
    public var revoked: Int
  }

  /// The lagging of reference sentences, their mean in milliseconds; see `StreamLatency`.
  public struct Lagging: Sendable, Equatable, Codable {
    /// Sentences that were measured, and those to which no word of the output belongs.
    public var sentences: Int, unanswered: Int
    /// AL, StreamLAAL and DAL, in milliseconds; nil where no sentence was measured.
    public var averageLagging: Double?, streamLAAL: Double?, differentiableAverageLagging: Double?
  }

  /// What tables call it.
  public var label: String
  /// Seconds of audio, and of those that were lost.
  public var audioSeconds: Double, lostSeconds: Double
  /// Seconds of work for a second of audio; nil where they were not measured.
  public var realTimeFactor: Double?
  /// Sentences that ended, sentences that did not, partials.
  public var utterances: Int, unfinished: Int, partials: Int
  /// Promises of `docs/live-events.md` that were broken.
  public var faults: Int
  /// Times that the machine did less, or that a device was lost.
  public var degradations: Int, deviceLosses: Int
  /// What was said, and what it means; the latter is nil where no translation was wanted.
  public var text: Stream, translation: Stream?
  /// From the beginning of a sentence's speech to the first text, and to the first translation, in seconds.
  public var firstText: Percentiles?, firstTranslation: Percentiles?
  /// From a word's end to its being displayed for good, and to its being committed, in seconds.
  public var wordShown: Percentiles?, wordCommitted: Percentiles?
  /// From the end of a sentence's last word to its final, in seconds.
  public var sentenceFinal: Percentiles?
  /// The longest wait for a word's commitment in each minute of audio, in seconds; nil where no word ends.
  public var maximumLagByMinute: [Double?]
  /// Errors of the joined finals, in words, or in characters where words are not spaced; nil without a reference.
  public var words: EditCounts?, characters: EditCounts?
  /// BLEU of the translations, 0...100, cut where the reference's segments end; nil without a reference translation.
  public var bleu: Double?

  /// The figures of what was measured.
  ///
  /// - Parameter ruler: the one that measured.
  public init(label: String, _ measures: LiveMeasures, ruler: Ruler = Ruler()) {
    self.label = label
    (audioSeconds, lostSeconds) = (measures.audioSeconds, measures.lostSeconds)
    realTimeFactor = audioSeconds > 0 ? measures.workSeconds.map { $0 / measures.audioSeconds } : nil
    (utterances, unfinished, partials) = (measures.utterances, measures.unfinished, measures.partials)
    (faults, degradations, deviceLosses) = (measures.faults, measures.degradations, measures.deviceLosses)
    (text, translation) = (Stream(measures.text), measures.translation.map { Stream($0) })
    let lags = measures.lags
    (firstText, firstTranslation) = (Percentiles(lags.firstText), Percentiles(lags.firstTranslation))
    (wordShown, wordCommitted) = (Percentiles(lags.wordShown), Percentiles(lags.wordCommitted))
    sentenceFinal = Percentiles(lags.sentenceFinal)
    maximumLagByMinute = lags.maximumByMinute
    (words, characters) = (measures.words, measures.characters)
    bleu = measures.bleu.map { ruler.bleu.score($0) }
  }

  /// The figures of one session.
  ///
  /// - Parameters:
  ///   - reference: what was said, in which language, with the times of its sentences where they are known, and how long
  ///     the recording is.
  ///   - ruler: normaliser and BLEU; its tokeniser has to be that of the target language.
  ///   - form: whether case and punctuation make another word where words are looked at as displayed.
  public init(
    label: String, log: LiveLog, reference: LiveReference, ruler: Ruler = Ruler(), form: WordForm = .displayed
  ) {
    self.init(label: label, LiveMeasures(log, reference: reference, ruler: ruler, form: form), ruler: ruler)
  }

  /// Word error rate of the joined finals as a fraction; nil without a reference or in scripts without spaces.
  public var wordErrorRate: Double? { words?.rate }
  /// Character error rate of the joined finals as a fraction, in scripts without spaces.
  public var characterErrorRate: Double? { characters?.rate }
  /// The longest wait for a word's commitment, in seconds.
  public var maximumLag: Double? { maximumLagByMinute.compactMap { $0 }.max() }
}

extension LiveScore.Stream {
  init(_ measures: LiveMeasures.Stream) {
    (words, revoked) = (measures.words, measures.revoked)
    normalizedErasure = measures.erasure.normalized
    (shown, committed) = (LiveScore.Lagging(measures.shown), LiveScore.Lagging(measures.committed))
  }
}

extension LiveScore.Lagging {
  /// nil where there is no sentence.
  init?(_ lagging: Lagging) {
    guard lagging.sentences + lagging.unanswered > 0 else { return nil }
    (sentences, unanswered) = (lagging.sentences, lagging.unanswered)
    (averageLagging, streamLAAL) = (lagging.averageLagging, lagging.streamLAAL)
    differentiableAverageLagging = lagging.differentiableAverageLagging
  }
}
