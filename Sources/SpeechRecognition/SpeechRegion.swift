/// A stretch of the original audio that is taken for speech.
public struct SpeechRegion: Sendable, Equatable {
  /// First sample, and the sample after the last, at 16 kHz.
  public var start: Int, end: Int

  /// The samples `start..<end`.
  public init(start: Int, end: Int) {
    (self.start, self.end) = (start, end)
  }

  /// Number of samples.
  public var count: Int { end - start }
}

/// What counts as a region of speech.
public struct SpeechRegionOptions: Sendable, Equatable {
  /// Speech begins with a frame of at least this probability, 0...1.
  public var threshold: Float
  /// Silence begins with a frame below this probability; between the two, speech goes on and silence goes on.
  public var silenceThreshold: Float
  /// Audio kept before and after each region; neighbours share what lies between them evenly.
  public var padding: Duration
  /// Regions that are not longer than this, without their padding, are dropped.
  public var minimumSpeech: Duration
  /// Silence within speech that is shorter than this does not end the region.
  public var minimumSilence: Duration
  /// The longest region, padding included; a longer one is cut where it is quietest in the second half of what is
  /// allowed. At least 1 s more than both paddings.
  public var maximumSpeech: Duration

  /// The options that faster-whisper uses, with a maximum that only keeps memory bounded.
  ///
  /// - Parameter silenceThreshold: 0.15 below `threshold` unless told, but at least 0.01.
  public init(
    threshold: Float = 0.5, silenceThreshold: Float? = nil, padding: Duration = .milliseconds(400),
    minimumSpeech: Duration = .zero, minimumSilence: Duration = .seconds(2), maximumSpeech: Duration = .seconds(300)
  ) {
    self.threshold = threshold
    self.silenceThreshold = silenceThreshold ?? max(threshold - 0.15, 0.01)
    (self.padding, self.maximumSpeech) = (padding, maximumSpeech)
    (self.minimumSpeech, self.minimumSilence) = (minimumSpeech, minimumSilence)
  }
}
