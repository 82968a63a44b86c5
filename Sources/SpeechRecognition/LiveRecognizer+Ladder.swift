internal import AcousticFeatures
internal import Tensors
internal import Transcripts

/// What a recogniser does when the machine is too slow: another model, and audio that is left out.
extension LiveRecognizer {
  /// The likeliest text, at once.
  static func quick(_ options: RecognitionOptions, workspace: RecognitionWorkspace) -> TemperatureFallback {
    var greedy = options
    (greedy.beam, greedy.temperatures) = (1, [0])
    return TemperatureFallback(options: greedy, workspace: workspace)
  }

  static func prompt(_ options: RecognitionOptions, _ live: LiveOptions, model: RecognitionModel) -> WindowPrompt {
    WindowPrompt(
      options: options, encoder: BytePairEncoder(vocabulary: model.vocabulary),
      room: min(live.promptTokens, model.promptRoom))
  }

  /// Goes on with another model from the next recognition on, also within a turn.
  ///
  /// The window stays, and its text still begins with the certain words, now in the tokens of the other model; so does the text
  /// before it. Nothing that is certain is said twice, and nothing behind it is lost.
  ///
  /// - Parameter other: of a model that `canReplace` the one that it goes on for; not used by another session meanwhile.
  public func change(to other: RecognitionWorkspace) {
    guard other !== workspace else { return }
    precondition(
      other.model.weights.dimensions.mels == model.weights.dimensions.mels, "models that hear alike replace each other")
    let (old, encoder) = (model.vocabulary, BytePairEncoder(vocabulary: other.model.vocabulary))
    func translate(_ tokens: some Sequence<Int>) -> [Int] {
      encoder.encode(old.text(of: tokens.filter { $0 < old.endOfText }))
    }
    var newPrompt = Self.prompt(options, live, model: other.model)
    newPrompt.take(prompt) { translate($0) }
    let text = prefix.filter { $0 < old.endOfText }
    var (tokens, end, words) = ([Int](), 0, [(word: Word, tokens: Range<Int>)]())
    for (word, range) in certain {
      let start = tokens.count
      tokens += translate(text[end..<range.upperBound])
      words.append((word, start..<tokens.count))
      end = range.upperBound
    }
    (prompt, certain, earlier) = (newPrompt, words, [])
    prefix = tokens.isEmpty ? [] : [other.model.vocabulary.timestampBegin] + tokens
    turnLanguage.change(to: other, audio: audio)
    workspace = other
    quick = Self.quick(options, workspace: other)
  }

  /// Leaves out the oldest of what has come and was not listened to, as if it had been silent. Where the rest begins is the
  /// quietest moment about there, so that no word is torn that need not be. A turn that has only just begun is left out with it:
  /// recognising its first syllable would cost what is missing.
  ///
  /// - Parameter kept: audio that stays, more or less by up to a quarter, half a second at most.
  /// - Returns: where what was left out begins and ends; nil where no more has come than is kept.
  public func skip(keeping kept: Duration) -> (start: Duration, end: Duration)? {
    let first = max(listened, leftOut)
    let count = waiting.count - first - kept.samples
    guard count > 0 else { return nil }
    let slack = min(kept.samples / 4, AcousticFrame.sampleRate / 2)
    leftOut = waiting.withUnsafeBufferPointer {
      Self.quietest(in: $0, near: first + count, slack: min(slack, count - 1))
    }
    for index in first..<leftOut { waiting[index] = 0 }
    let position = audio.sampleCount - listened
    var start = position + first
    if let fresh = turn, isFresh, fresh.end == nil {
      start = min(start, fresh.own * AcousticFrame.hopLength + live.leadIn.samples)
      (turn, done) = (nil, self.audio.count)
      endpoint.forget()
    }
    return (Self.time(samples: start), Self.time(samples: position + leftOut))
  }

  /// The middle of the quietest tenth of a second about a sample.
  static func quietest(in samples: UnsafeBufferPointer<Float>, near middle: Int, slack: Int) -> Int {
    let (half, hop) = (AcousticFrame.sampleRate / 20, AcousticFrame.hopLength)
    func energy(_ centre: Int) -> Float {
      samples[max(0, centre - half)..<min(samples.count, centre + half)].reduce(0) { $0 + $1 * $1 }
    }
    // The nearest of those that are equally quiet.
    let offsets = stride(from: 0, through: max(0, slack), by: hop).flatMap { $0 == 0 ? [0] : [-$0, $0] }
    let places = offsets.map { middle + $0 }.filter { (0...samples.count).contains($0) }
    return places.map { (place: $0, energy: energy($0)) }.min { $0.energy < $1.energy }!.place
  }
}

extension RecognitionModel {
  /// Whether this model can go on for `other` where it is in the middle of something: it hears the same features, costs less, and
  /// understands what is spoken.
  ///
  /// - Parameter options: what `other` recognises by.
  public func canReplace(_ other: RecognitionModel, _ options: RecognitionOptions) -> Bool {
    let (mine, theirs) = (weights.dimensions, other.weights.dimensions)
    guard mine.mels == theirs.mels, mine.audioContext == theirs.audioContext, work < other.work else { return false }
    if !isMultilingual { return other.knownLanguage(options)?.code == "en" && options.task == .transcribe }
    return (try? validate(options)) != nil && (canTranslate || !other.canTranslate)
  }

  /// What recognition costs, but for a factor: multiplications of both stacks for one position.
  public var work: Int {
    weights.dimensions.state * weights.dimensions.state
      * (3 * weights.dimensions.encoderLayers + 4 * weights.dimensions.decoderLayers)
  }
}
