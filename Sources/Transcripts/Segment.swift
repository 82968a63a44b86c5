/// A word with its place in the audio.
public struct Word: Sendable, Equatable {
  /// Start and end in the original audio.
  public var start: Duration, end: Duration
  /// The word as it stands in the text, with its leading space.
  public var text: String
  /// The model's probability for the word, 0...1, as it comes.
  public var probability: Double
  /// How likely the word is right, 0...1: `probability` after calibration (`docs/confidence.md`).
  public var confidence: Double

  /// A word spoken from `start` to `end`; without a calibration its confidence is its probability.
  public init(start: Duration, end: Duration, text: String, probability: Double, confidence: Double? = nil) {
    (self.start, self.end, self.text, self.probability) = (start, end, text, probability)
    self.confidence = confidence ?? probability
  }
}

/// A stretch of speech with its text and, where asked for, its translation: the one type for batch and live.
public struct Segment: Sendable, Equatable {
  /// Position in the transcript, from 0.
  public var id: Int
  /// Start and end in the original audio.
  public var start: Duration, end: Duration
  /// What was said, without surrounding white space.
  public var text: String
  /// `text` in the target language; nil when no translation was asked for.
  public var translation: String?
  /// Language code of `text`, such as `en`.
  public var language: String?
  /// Mean natural-log probability of the tokens of the window that the segment came from.
  public var averageLogProbability: Double
  /// Probability that the window holds no speech, 0...1.
  public var noSpeechProbability: Double
  /// UTF-8 bytes over zlib-compressed bytes of the window's text; large means repetition.
  public var compressionRatio: Double
  /// The recogniser's token ids, timestamps included.
  public var tokens: [Int]
  /// The words with their times; nil when they were not asked for.
  public var words: [Word]?

  /// The share of the words that are likely right, 0...1: their mean confidence; nil without words.
  public var confidence: Double? {
    words.flatMap { $0.isEmpty ? nil : $0.reduce(0) { $0 + $1.confidence } / Double($0.count) }
  }

  /// A segment; figures that a recogniser does not give are 0.
  public init(
    id: Int, start: Duration, end: Duration, text: String, translation: String? = nil, language: String? = nil,
    averageLogProbability: Double = 0, noSpeechProbability: Double = 0, compressionRatio: Double = 0,
    tokens: [Int] = [], words: [Word]? = nil
  ) {
    (self.id, self.start, self.end, self.text) = (id, start, end, text)
    (self.translation, self.language) = (translation, language)
    self.averageLogProbability = averageLogProbability
    self.noSpeechProbability = noSpeechProbability
    self.compressionRatio = compressionRatio
    (self.tokens, self.words) = (tokens, words)
  }
}

extension Sequence<Segment> {
  /// How long the segments last together.
  package var length: Duration { reduce(.zero) { $0 + ($1.end - $1.start) } }
}
