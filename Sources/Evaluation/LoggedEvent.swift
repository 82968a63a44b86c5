/// A word of a final with its times.
public struct LiveWord: Sendable, Equatable, Codable {
  /// Where it is spoken, in seconds of audio.
  public var start: Double, end: Double
  /// As it stands in the text; white space around it says nothing.
  public var text: String
  /// How sure the recogniser is, 0...1; nil where it does not tell.
  public var probability: Double?

  /// A word.
  public init(start: Double, end: Double, text: String, probability: Double? = nil) {
    (self.start, self.end, self.text, self.probability) = (start, end, text, probability)
  }
}

/// What a sentence looks like from one moment on: a `partial` or a `final`.
public struct LoggedUpdate: Sendable, Equatable {
  /// Number of the sentence, from 0.
  public var utterance: Int
  /// When it was shown, in seconds of the session's clock.
  public var emittedAt: Double
  /// The audio that it is of, in seconds.
  public var start: Double, end: Double
  /// Language code of the speech; nil where it is not known.
  public var language: String?
  /// The whole sentence so far.
  public var text: String
  /// How many Unicode scalars at its start are committed; of a final, all.
  public var stable: Int
  /// The translation so far; nil without a target language.
  public var translation: String?
  /// How many Unicode scalars at its start are meant to stay; of a final, all.
  public var stableTranslation: Int
  /// Words with their times; only a final has them.
  public var words: [LiveWord]
  /// Whether the sentence is over.
  public var isFinal: Bool

  /// A partial; `stable` scalars of its text are committed.
  public static func partial(
    _ utterance: Int, at emittedAt: Double, from start: Double, to end: Double, language: String? = nil,
    _ text: String, stable: Int = 0, translation: String? = nil, stableTranslation: Int = 0
  ) -> LoggedUpdate {
    LoggedUpdate(
      utterance: utterance, emittedAt: emittedAt, start: start, end: end, language: language, text: text,
      stable: stable, translation: translation, stableTranslation: stableTranslation, words: [], isFinal: false)
  }

  /// A final: all of it is committed.
  public static func final(
    _ utterance: Int, at emittedAt: Double, from start: Double, to end: Double, language: String? = nil,
    _ text: String, translation: String? = nil, words: [LiveWord] = []
  ) -> LoggedUpdate {
    LoggedUpdate(
      utterance: utterance, emittedAt: emittedAt, start: start, end: end, language: language, text: text,
      stable: text.unicodeScalars.count, translation: translation,
      stableTranslation: translation?.unicodeScalars.count ?? 0, words: words, isFinal: true)
  }
}

/// What a live session says, as `docs/live-events.md` has it; what no figure needs is `other`.
public enum LoggedEvent: Sendable, Equatable {
  /// A sentence has grown or changed, or is over.
  case update(LoggedUpdate)
  /// Audio was lost, in seconds, because of the device or because the machine is too slow.
  case overrun(at: Double, lost: Double, reason: String)
  /// The machine does less, or has recovered (level 0); `lag` in seconds.
  case degraded(at: Double, level: Int, what: String, lag: Double?)
  /// A device went away (`lost`) or returned (`back`).
  case device(at: Double, state: String, name: String)
  /// The session is over; `duration` in seconds of audio.
  case end(at: Double, duration: Double)
  /// `ready`, `language`, `silence`, and what later versions add.
  case other(at: Double, name: String)

  /// When it was written, in seconds of the session's clock.
  public var emittedAt: Double {
    switch self {
    case .update(let update): update.emittedAt
    case .overrun(let time, _, _), .degraded(let time, _, _, _), .device(let time, _, _), .end(let time, _),
      .other(let time, _):
      time
    }
  }
}
