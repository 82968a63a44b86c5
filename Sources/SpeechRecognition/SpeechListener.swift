internal import AcousticFeatures
internal import Tensors

/// What was heard in a stretch of a recording: log-mel frames of its speech, and where that stands in the recording.
public struct SpeechFrames: Sendable {
  /// Samples of the recording.
  public internal(set) var sampleCount = 0
  /// Speech in the order of time: its first sample in the recording, and how many there are.
  var stretches: [(start: Int, count: Int)] = []
  /// Log-mel frames that the speech completes, `[frame, mel]`.
  var frames: [Float] = []

  /// Nothing.
  public init() {}

  mutating func removeAll() {
    sampleCount = 0
    stretches.removeAll(keepingCapacity: true)
    frames.removeAll(keepingCapacity: true)
  }
}

/// Hears a recording: where somebody speaks in it, and that as log-mel frames.
///
/// Nothing of it depends on what is recognised. One thread at a time.
public final class SpeechListener {
  /// Mel bands of a frame.
  let mels: Int
  private let features: LogMelStream
  private let gate: SpeechGate?
  private var pieces: [SpeechPiece] = []
  /// Samples so far.
  private var sampleCount = 0

  /// - Parameters:
  ///   - mels: mel bands of a frame.
  ///   - gate: at the start of a signal; nil where all that comes is taken for speech.
  init(mels: Int, gate: SpeechGate?) {
    (self.mels, self.gate) = (mels, gate)
    features = LogMelStream(mels: mels)
  }

  /// Hears a recording for a model.
  ///
  /// - Parameters:
  ///   - voiceActivity: lets speech pass alone; without, everything does.
  ///   - context: its threads hear where somebody speaks.
  convenience init(
    model: RecognitionModel, options: RecognitionOptions, voiceActivity: VoiceActivityModel?, context: ComputeContext
  ) {
    self.init(
      mels: model.weights.dimensions.mels,
      gate: voiceActivity.map { SpeechGate(model: $0, options: options.speechRegions, pool: context.pool) })
  }

  /// Whether what is no speech is held back.
  var isSpeechOnly: Bool { gate != nil }

  /// Takes samples, mono PCM in -1...1 at 16 kHz, and appends what is heard in them and certain.
  public func append(_ samples: UnsafeBufferPointer<Float>, to output: inout SpeechFrames) {
    if let gate {
      gate.append(samples, to: &pieces)
      takePieces(to: &output)
    } else {
      output.stretches.append((sampleCount, samples.count))
      features.append(samples, to: &output.frames)
    }
    sampleCount += samples.count
    output.sampleCount += samples.count
  }

  /// Ends the recording and appends what is left.
  public func finish(to output: inout SpeechFrames) {
    gate?.finish(to: &pieces)
    takePieces(to: &output)
    features.finish(to: &output.frames)
  }

  private func takePieces(to output: inout SpeechFrames) {
    for piece in pieces {
      output.stretches.append((piece.start, piece.samples.count))
      piece.samples.withUnsafeBufferPointer { features.append($0, to: &output.frames) }
    }
    pieces.removeAll(keepingCapacity: true)
  }
}
