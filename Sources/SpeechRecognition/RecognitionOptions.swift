/// What the recogniser writes.
public enum RecognitionTask: String, Sendable, CaseIterable {
  /// The words as they were said, in their language.
  case transcribe
  /// The same in English, whatever the language.
  case translate
}

/// How a recording is recognised.
public struct RecognitionOptions: Sendable, Equatable {
  /// Language code of the speech; nil finds it from the first window.
  public var language: String?
  /// Whether to write the words or their English translation.
  public var task: RecognitionTask = .transcribe
  /// Whether the text so far is the prompt of the next window.
  public var conditionsOnPreviousText = true
  /// A window above this probability of no speech is skipped, unless its text is likelier than `silentLogProbability`.
  public var noSpeechThreshold = 0.6
  /// Mean log-probability under which a window that may be silent counts as silent.
  public var silentLogProbability = -1.0

  /// The reference's defaults: `openai/whisper`, `transcribe.py`.
  public init(language: String? = nil, task: RecognitionTask = .transcribe) {
    (self.language, self.task) = (language, task)
  }
}
