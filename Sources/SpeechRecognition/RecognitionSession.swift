internal import AcousticFeatures
internal import Foundation
public import Tensors
public import Transcripts

/// The language that a recording was taken to be in.
public struct DetectedLanguage: Sendable, Equatable {
  /// Language code, such as `pt`.
  public var code: String
  /// The model's probability for it; 1 when the caller named it.
  public var probability: Double
}

/// What recognition computes in: encoder, decoder, caches and threads of one model. One session at a time uses it.
public final class RecognitionWorkspace {
  let model: RecognitionModel
  let context: ComputeContext
  let encoder: AudioEncoder
  let decoder: TextDecoder

  /// Allocates for windows of this model; many sessions can follow each other in it.
  public init(model: RecognitionModel, context: ComputeContext) {
    (self.model, self.context) = (model, context)
    encoder = AudioEncoder(weights: model.weights, context: context)
    decoder = TextDecoder(weights: model.weights, context: context)
  }
}

/// Recognises one recording, window by window, as its samples come: append, append, finish.
///
/// Windows of 30 s follow each other where the last timestamp of the one before says that its speech ended; the text so
/// far is the prompt of the next. Memory does not grow with the recording, but for the text.
///
/// Windows are normalised by the loudest energy so far; the reference takes the maximum over the whole recording
/// (`docs/decisions/0003-loudest-so-far.md` has the measured difference).
///
/// - Reference: openai/whisper `whisper/transcribe.py`.
public final class RecognitionSession {
  /// Decides the task once the language is known; an error ends the recording.
  public typealias TaskChoice = (DetectedLanguage) throws -> RecognitionTask

  private let model: RecognitionModel
  private let options: RecognitionOptions
  private let context: ComputeContext
  private let encoder: AudioEncoder
  private let decoder: TextDecoder
  private let chooseTask: TaskChoice?
  private var task: RecognitionTask
  private let decoding: GreedyDecoding
  private let features: LogMelStream
  /// Log-mel frames that are still needed, from frame `firstFrame` on.
  private var frames: [Float] = []
  private var firstFrame = 0
  /// The loudest log-mel energy heard so far.
  private var loudest = WindowNormalization.silence
  /// The frame at which the next window starts.
  private var seek = 0
  private var previousTokens: [Int] = []
  private var segmentCount = 0
  private var hasChosenTask = false
  /// The language, once the first window has been heard.
  public private(set) var language: DetectedLanguage?

  /// - Parameters:
  ///   - workspace: not used by another session while this one lasts.
  ///   - chooseTask: asked once, when the language is known, in place of `options.task`.
  /// - Throws: `RecognitionError` when the model cannot do what the options ask.
  public init(
    workspace: RecognitionWorkspace, options: RecognitionOptions = .init(), chooseTask: TaskChoice? = nil
  ) throws(RecognitionError) {
    try workspace.model.validate(options)
    (model, self.options, context) = (workspace.model, options, workspace.context)
    (encoder, decoder) = (workspace.encoder, workspace.decoder)
    (self.chooseTask, task) = (chooseTask, options.task)
    decoding = GreedyDecoding(
      vocabulary: model.vocabulary, filter: model.filter, textContext: model.weights.dimensions.textContext,
      kernels: context.kernels)
    features = LogMelStream(mels: model.weights.dimensions.mels)
    if let language = options.language { self.language = DetectedLanguage(code: language, probability: 1) }
    if !model.isMultilingual { language = DetectedLanguage(code: "en", probability: 1) }
  }

  /// Audio that is behind us, recognised or skipped.
  public var processed: Duration { Self.time(frames: seek) }

  /// Takes samples and returns the segments that they complete.
  ///
  /// - Parameter samples: mono PCM in -1...1 at 16 kHz.
  public func append(_ samples: UnsafeBufferPointer<Float>) throws -> [Segment] {
    features.append(samples, to: &frames)
    var segments: [Segment] = []
    let whole = model.weights.dimensions.windowFrames
    while availableFrames >= whole { segments += try recognizeWindow(frameCount: whole) }
    return segments
  }

  /// Ends the recording and returns its last segments.
  public func finish() throws -> [Segment] {
    let total = features.finish(to: &frames)
    var segments: [Segment] = []
    while seek < total {
      segments += try recognizeWindow(frameCount: min(total - seek, model.weights.dimensions.windowFrames))
    }
    return segments
  }

  private var availableFrames: Int { firstFrame + frames.count / features.mels - seek }

  /// Recognises the window at `seek` and moves `seek` on.
  private func recognizeWindow(frameCount: Int) throws -> [Segment] {
    encodeWindow(frameCount: frameCount)
    let start = try startSequence()
    let result = decoding.decode(decoder, prompt: previousTokens, start: start)
    if result.noSpeechProbability > options.noSpeechThreshold,
      result.averageLogProbability <= options.silentLogProbability
    {
      seek += frameCount
      return []
    }
    let cut = WindowCut(tokens: result.tokens, vocabulary: model.vocabulary, frameCount: frameCount)
    let ratio = compressionRatio(model.vocabulary.text(of: result.tokens))
    var segments: [Segment] = []
    for piece in cut.pieces {
      let text = model.vocabulary.text(of: piece.tokens)
      guard piece.start != piece.end, text.contains(where: { !$0.isWhitespace }) else { continue }
      previousTokens += piece.tokens
      // The model may name a time past the end of the audio.
      let start = min(piece.start, frameCount - 1)
      let end = max(start + 1, min(piece.end, frameCount))
      segments.append(
        Segment(
          id: segmentCount, start: Self.time(frames: seek + start), end: Self.time(frames: seek + end),
          text: trimmed(text), language: task == .translate ? "en" : language?.code,
          averageLogProbability: result.averageLogProbability, noSpeechProbability: result.noSpeechProbability,
          compressionRatio: ratio, tokens: piece.tokens))
      segmentCount += 1
    }
    seek += cut.advance
    if options.conditionsOnPreviousText {
      previousTokens.removeFirst(max(0, previousTokens.count - model.weights.dimensions.textContext))
    } else {
      previousTokens = []
    }
    return segments
  }

  /// Normalises the window at `seek` into the encoder's input, zeros behind it, and encodes it.
  private func encodeWindow(frameCount: Int) {
    let mels = features.mels
    frames.removeFirst((seek - firstFrame) * mels)
    firstFrame = seek
    let input = encoder.input
    let audio = UnsafeMutableBufferPointer(rebasing: input[..<(frameCount * mels)])
    _ = audio.update(fromContentsOf: frames[..<(frameCount * mels)])
    loudest = max(loudest, audio.max() ?? WindowNormalization.silence)
    WindowNormalization.apply(to: audio, maximum: loudest)
    input[(frameCount * mels)...].update(repeating: 0)
    encoder.encode()
    decoder.attend(to: encoder.output)
  }

  /// Start of transcript, then language and task for a multilingual model; finds the language when it is not known.
  private func startSequence() throws -> [Int] {
    let vocabulary = model.vocabulary
    let known = language ?? detectLanguage()
    if !hasChosenTask, let chooseTask { task = try chooseTask(known) }
    (language, hasChosenTask) = (known, true)
    guard model.isMultilingual, let token = vocabulary.languageToken(known.code) else {
      return [vocabulary.startOfTranscript]
    }
    return [
      vocabulary.startOfTranscript, token, task == .translate ? vocabulary.translate : vocabulary.transcribe,
    ]
  }

  /// The likeliest language token after the start of the transcript, among language tokens only.
  private func detectLanguage() -> DetectedLanguage {
    let vocabulary = model.vocabulary
    decoder.reset()
    decoder.advance(CollectionOfOne(vocabulary.startOfTranscript))
    decoder.computeLogits()
    let logits = UnsafeBufferPointer(
      start: decoder.logits.base + vocabulary.startOfTranscript + 1, count: vocabulary.languages.count)
    let best = context.kernels.indexOfMaximum(logits)
    let probability = exp(Double(logits[best] - context.kernels.logSumExp(logits)))
    return DetectedLanguage(code: vocabulary.languages[best], probability: probability)
  }

  private static func time(frames: Int) -> Duration {
    .milliseconds(frames * 1000 / AcousticFrame.framesPerSecond)
  }

  private func trimmed(_ text: String) -> String {
    let start = text.drop(while: \.isWhitespace)
    return String(start.reversed().drop(while: \.isWhitespace).reversed())
  }
}
