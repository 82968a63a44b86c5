/// What the recogniser writes.
public enum RecognitionTask: String, Sendable, CaseIterable {
  /// The words as they were said, in their language.
  case transcribe
  /// The same in English, whatever the language.
  case translate
}

/// How a recording is recognised. The defaults are the reference's (`openai/whisper`, `transcribe.py`) but for the beam.
public struct RecognitionOptions: Sendable, Equatable {
  /// Language code of the speech; nil finds it, window by window.
  public var language: String?
  /// Language codes that finding is restricted to; empty for all that the model knows.
  public var candidateLanguages: [String] = []
  /// Whether to write the words or their English translation.
  public var task: RecognitionTask = .transcribe

  /// Hypotheses that the search keeps; 1 takes the likeliest token at each step.
  public var beam = 1
  /// How many times `beam` hypotheses must be finished before the search ends, more than 0.
  public var patience = 1.0
  /// Exponent of the length in what hypotheses are compared by, 0...1; nil compares means over the tokens.
  public var lengthPenalty: Double?
  /// Texts that are drawn, the best of which is taken, at temperatures above 0.
  public var bestOf = 5
  /// Tried in order until a text passes the thresholds below. At 0 the search is exact, above it draws.
  public var temperatures = [0, 0.2, 0.4, 0.6, 0.8, 1.0]
  /// A greedy text of a lower mean natural-log probability than this is looked for with a beam of `bestOf`, too, and the more
  /// probable of both is taken. Not where there is one temperature.
  public var greedyDoubt = -0.5
  /// Seed of the draws: the same audio gives the same text.
  public var seed: UInt64 = 0

  /// A text that zlib shrinks by more than this repeats itself: it is decoded again at the next temperature.
  public var compressionRatioThreshold = 2.4
  /// So is one of a lower mean natural-log probability than this...
  public var logProbabilityThreshold = -1.0
  /// ...unless the probability of no speech is above this: then the window is silent and skipped.
  public var noSpeechThreshold = 0.6
  /// The same where a text of that probability was found at no temperature: laughter and music, not speech.
  public var doubtfulNoSpeechThreshold = 0.2

  /// Text that stands before what is said, in every window: names, spelling, style.
  public var initialPrompt: String?
  /// Words that are likely to be said, in every window.
  public var hotwords: String?
  /// Whether a text that is mostly in letters of another script than its language's own, if that has one, is looked for again
  /// in its own (`WritingSystem`). The reference leaves it.
  public var keepsToScript = true
  /// Whether the text so far is the prompt of the next window. Where it is not, recordings are divided into passages that are
  /// recognised by themselves (`RecordingPassages`), in whatever order; a `RecognitionSession` of samples still reads on from the last
  /// timestamp.
  public var conditionsOnPreviousText = true
  /// Above this temperature a text is too uncertain to be the prompt of the next window.
  public var promptResetTemperature = 0.5

  /// What counts as speech, where voice activity is known.
  public var speechRegions = SpeechRegionOptions()

  /// How much speech is awaited behind a window before it is recognised, for windows are normalised by the loudest of all
  /// that has come. Recordings that are shorter give what the reference gives, which looks at the whole; zero while live.
  public var lookahead = Duration.seconds(300)

  /// Whether the silence behind the audio of a window is encoded with it, as the reference does; otherwise it is encoded once
  /// for all windows, and a window again with its silence only when its text cannot be trusted.
  public var encodesWholeWindows = false

  /// Whether each segment gets its words with their times.
  public var wordTimes = false

  /// The defaults.
  public init(language: String? = nil, task: RecognitionTask = .transcribe) {
    (self.language, self.task) = (language, task)
  }
}
