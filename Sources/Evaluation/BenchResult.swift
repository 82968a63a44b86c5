/// What one system made of one utterance. Scores are computed from it, never stored in place of it.
public struct UtteranceResult: Sendable, Equatable, Codable {
  /// Name of the data set, and the utterance's id in it.
  public var set: String, id: String
  /// Language code of the speech or source text, where known, and whether it is the recogniser's word and not the set's.
  public var language: String?, languageFound: Bool?
  /// What was said, or is to be translated, as the set writes it; empty where nothing is said, or only a translation is judged.
  public var reference: String
  /// What was recognised; nil where nothing was recognised.
  public var hypothesis: String?
  /// Path of the recording, the channel of it that was heard, from 0, and the part; nil for all.
  public var audio: String?, channel: Int?, excerpt: Utterance.Excerpt?
  /// Length of the audio, and the time that the system took, in seconds.
  public var audioSeconds: Double?, seconds: Double?
  /// How many utterances were worked on at once, of whose time `seconds` is an even share; nil for one by itself.
  public var timedTogether: Int?
  /// Reference translation, and the system's.
  public var translationReference: String?, translation: String?
  /// The translation of the reference transcript: what a perfect recogniser would have led to.
  public var translationOfReference: String?
  /// What is wrong with the recording, which was heard and is scored all the same.
  public var warning: String?

  /// A result; what does not apply is nil.
  public init(
    set: String, id: String, language: String?, reference: String, hypothesis: String? = nil, audio: String? = nil,
    channel: Int? = nil, excerpt: Utterance.Excerpt? = nil, audioSeconds: Double? = nil, seconds: Double? = nil,
    translationReference: String? = nil, translation: String? = nil, translationOfReference: String? = nil
  ) {
    (self.set, self.id, self.language) = (set, id, language)
    (self.reference, self.hypothesis) = (reference, hypothesis)
    (self.audio, self.channel, self.excerpt) = (audio, channel, excerpt)
    (self.audioSeconds, self.seconds) = (audioSeconds, seconds)
    (self.translationReference, self.translation) = (translationReference, translation)
    self.translationOfReference = translationOfReference
  }

  /// Names it across sets.
  public var key: String { "\(set)/\(id)" }
}

extension UtteranceResult: JournaledResult {
  /// Where it was heard.
  public var recording: String? { audio }

  /// Whether both are of the same words, sound and language, with the same translation wanted.
  public func isOfSameInput(as other: UtteranceResult) -> Bool {
    func told(_ result: UtteranceResult) -> String? { result.languageFound == true ? nil : result.language }
    return key == other.key && reference == other.reference && told(self) == told(other) && audio == other.audio
      && channel == other.channel && excerpt == other.excerpt && translationReference == other.translationReference
  }
}

/// One system over some data: a cell of the grid.
public struct BenchRun: Sendable, Equatable, Codable {
  /// What tells runs apart: model, beam, threads and so on, in words.
  public var system: String
  /// The same by name.
  public var settings: [String: String]
  /// In the order of the data.
  public var utterances: [UtteranceResult]
  /// Utterances that could not be heard or read, with the reason.
  public var failures: [String: String]
  /// Peak resident memory of the process while it ran, in bytes.
  public var peakMemory: Int?
  /// Seconds spent in the system, and beside it until it was done: in reading, keeping and showing results.
  public var systemSeconds: Double, scoringSeconds: Double

  /// A run.
  public init(
    system: String, settings: [String: String], utterances: [UtteranceResult] = [], failures: [String: String] = [:],
    peakMemory: Int? = nil, systemSeconds: Double = 0, scoringSeconds: Double = 0
  ) {
    (self.system, self.settings, self.utterances) = (system, settings, utterances)
    (self.failures, self.peakMemory) = (failures, peakMemory)
    (self.systemSeconds, self.scoringSeconds) = (systemSeconds, scoringSeconds)
  }
}

/// What `dragoman bench` writes: everything needed to score again, and where and how it was made.
public struct BenchResult: Sendable, Equatable, Codable {
  /// Version of this layout.
  public static let currentFormat = 1
  /// The version that this one has.
  public var format = BenchResult.currentFormat
  /// Program, instruction set, processor and system.
  public var environment: [String: String]
  /// Normalisers and metrics with their versions.
  public var rulers: [String: String]
  /// The cells of the grid.
  public var runs: [BenchRun]
  /// Scores of each run, for readers without the program.
  public var summaries: [BenchSummary]

  /// A result with its summaries.
  public init(environment: [String: String], ruler: Ruler, runs: [BenchRun]) {
    (self.environment, self.runs) = (environment, runs)
    rulers = ruler.versions
    summaries = runs.map { run in
      let begin = ContinuousClock.now
      var summary = BenchSummary(run, ruler: ruler)
      if run.systemSeconds > 0 {
        summary.overhead = (run.scoringSeconds + begin.duration(to: .now) / .seconds(1)) / run.systemSeconds
      }
      return summary
    }
  }
  /// What is the matter with a result of this format; nil where it can be read.
  public static func fault(ofFormat format: Int?) -> String? {
    guard let format, format > currentFormat else { return nil }
    return "it has format \(format), and this program knows formats up to \(currentFormat); "
      + "take the dragoman that wrote it, or a newer one"
  }

  /// What is true of all environments: results of several machines name only what these have in common.
  public static func common(_ environments: [[String: String]]) -> [String: String] {
    guard let first = environments.first else { return [:] }
    return first.filter { fact in environments.allSatisfy { $0[fact.key] == fact.value } }
  }
}
