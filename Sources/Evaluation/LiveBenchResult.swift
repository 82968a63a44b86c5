internal import Transcripts

/// What a live session made of one recording of a set.
public struct LiveRecording: Sendable, Equatable, Codable {
  /// Name of the data set, and the recording's id in it.
  public var set: String, id: String
  /// Language code of the speech, where known.
  public var language: String?
  /// Path of the recording.
  public var audio: String
  /// The finals, joined; their translations, too, where there are any.
  public var text: String, translation: String?
  /// Its figures.
  public var score: LiveScore
  /// What is wrong with the recording, which was heard and is scored all the same.
  public var warning: String?

  /// Names it across sets.
  public var key: String { "\(set)/\(id)" }

  /// What a session said, and its figures.
  public init(
    set: String, id: String, language: String?, target: String? = nil, audio: String, log: LiveLog, score: LiveScore
  ) {
    (self.set, self.id, self.language, self.audio, self.score) = (set, id, language, audio, score)
    text = Transcript.joined(log.finals.map(\.text), language: primaryLanguage(language))
    let translations = log.finals.compactMap(\.translation)
    translation = translations.isEmpty ? nil : Transcript.joined(translations, language: primaryLanguage(target))
  }
}

/// One way to hear live over some data: a cell of the grid.
public struct LiveRun: Sendable, Equatable, Codable {
  /// What tells runs apart, in words, and all that figures depend on, by name.
  public var system: String, settings: [String: String]
  /// The figures of each set, all its recordings together; then of all sets, where there are several.
  public var summaries: [LiveScore] = []
  /// In the order of the data.
  public var recordings: [LiveRecording] = []
  /// Recordings that could not be heard, with the reason.
  public var failures: [String: String] = [:]

  private var sums: [(set: String, measures: LiveMeasures)] = []

  private enum CodingKeys: CodingKey {
    case system, settings, summaries, recordings, failures
  }

  /// A run that has heard nothing yet.
  public init(system: String, settings: [String: String]) { (self.system, self.settings) = (system, settings) }

  /// Takes what one recording has led to.
  public mutating func add(_ recording: LiveRecording, _ measures: LiveMeasures) {
    recordings.append(recording)
    if let index = sums.firstIndex(where: { $0.set == recording.set }) {
      sums[index].measures += measures
    } else {
      sums.append((recording.set, measures))
    }
  }

  /// Computes the figures of the sets. Percentiles are those of all their words, lagging is the mean over their sentences.
  ///
  /// - Parameter label: what tables call a set in this run.
  public mutating func summarize(ruler: Ruler, label: (_ set: String) -> String) {
    summaries = sums.map { LiveScore(label: label($0.set), $0.measures, ruler: ruler) }
    guard sums.count > 1 else { return }
    var total = LiveMeasures()
    for sum in sums { total += sum.measures }
    summaries.append(LiveScore(label: label("all"), total, ruler: ruler))
  }

  /// Whether both hold the same results; how they were added up does not matter.
  public static func == (one: LiveRun, other: LiveRun) -> Bool {
    one.system == other.system && one.settings == other.settings && one.summaries == other.summaries
      && one.recordings == other.recordings && one.failures == other.failures
  }
}

/// What `dragoman bench live` writes: figures of each recording and of each set, and where and how they were made.
public struct LiveBenchResult: Sendable, Equatable, Codable {
  /// Version of this layout.
  public static let currentFormat = 1
  /// The version that this one has.
  public var format = LiveBenchResult.currentFormat
  /// Program, instruction set, processor and system.
  public var environment: [String: String]
  /// Normaliser and BLEU with their versions.
  public var rulers: [String: String]
  /// The cells of the grid.
  public var runs: [LiveRun]

  /// A result.
  public init(environment: [String: String], ruler: Ruler, runs: [LiveRun]) {
    (self.environment, self.runs) = (environment, runs)
    rulers = ruler.versions.filter { ["normalizer", "bleu"].contains($0.key) }
  }
}
