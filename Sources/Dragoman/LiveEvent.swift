public import Transcripts

/// What happens while somebody speaks; `docs/live-events.md` has it as JSON.
public enum LiveEvent: Sendable, Equatable {
  /// Sound is heard.
  case ready
  /// The language of the speech is known, or changes: its code and its probability.
  case language(String, probability: Double)
  /// The sentence under way has grown or changed.
  case partial(LivePartial)
  /// A sentence is over; its id counts sentences. Nothing of it changes again.
  case final(Segment)
  /// Nobody speaks since then.
  case silence(since: Duration)
  /// Audio was lost.
  case overrun(LostAudio)
  /// The machine is too slow and does less, or does more again: how far what is known lies behind what is said, and the name of
  /// the model that recognises from now on.
  case degraded(LivePace.Level, lag: Duration, model: String)
  /// Speech of this language is shown as it is from now on: nothing leads to the target, and why.
  case untranslated(language: String, target: String, reason: String)
  /// A device went away: its name and why.
  case deviceLost(name: String, reason: String)
  /// It is there again.
  case deviceBack(name: String)
  /// The session is over.
  case end(LiveSummary)
}

/// A sentence that goes on.
public struct LivePartial: Sendable, Equatable {
  /// Counts sentences.
  public var utterance: Int
  /// Where it is in the audio, so far.
  public var start: Duration, end: Duration
  /// Language code of the text.
  public var language: String?
  /// The sentence so far.
  public var text: String
  /// Unicode scalars at the start of `text` that will not change.
  public var stable: Int
  /// What of its translation is shown; nil without a target language.
  public var translation: String?
}

/// Audio that was not heard.
public struct LostAudio: Sendable, Equatable {
  /// Why.
  public enum Reason: String, Sendable {
    /// The device or the system lost it.
    case device
    /// It was left out to keep up.
    case tooSlow = "too slow"
  }

  /// Where it is missing, in audio time.
  public var start: Duration, end: Duration
  /// How much of it.
  public var lost: Duration
  /// Why it was not heard.
  public var reason: Reason
}

/// A session in figures.
public struct LiveSummary: Sendable, Equatable {
  /// Audio in all, and of it lost.
  public var duration = Duration.zero, lost = Duration.zero
  /// Words of finals, and how often audio was lost.
  public var words = 0, dropouts = 0
  /// From a word's end to its being certain: the median and the 95th percentile; nil without words.
  public var latencyMedian: Duration?, latencyHigh: Duration?
}
