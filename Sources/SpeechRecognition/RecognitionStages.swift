internal import AcousticFeatures
package import Tensors

/// The stages of recognition one by one, for `Benchmarks/Stages` alone. What each must do is counted from the model's sizes.
package struct RecognitionStages {
  private let workspace: RecognitionWorkspace
  private let voiceActivity: VoiceActivityModel
  private var weights: WhisperWeights { workspace.model.weights }
  private var context: ComputeContext { workspace.context }
  /// A second of noise: no stage's cost depends on what it hears.
  private static let second: [Float] = (0..<AcousticFrame.sampleRate).map { Float(($0 &* 7919) % 1009) / 5045 - 0.1 }

  package init(model: RecognitionModel, voiceActivity: VoiceActivityModel, context: ComputeContext) {
    workspace = RecognitionWorkspace(model: model, context: context)
    self.voiceActivity = voiceActivity
  }

  package var all: [MeasuredStage] {
    [mel, voice] + convolutions + [attention, products, encoder(seconds: 30), encoder(seconds: 5), crossKeyValue]
      + [1, 5].flatMap { [step(rows: $0), logits(rows: $0)] }
  }

  private var mel: MeasuredStage {
    let stream = LogMelStream(mels: weights.dimensions.mels)
    var frames: [Float] = []
    return MeasuredStage("mel, 1 s") {
      frames.removeAll(keepingCapacity: true)
      Self.second.withUnsafeBufferPointer { stream.append($0, to: &frames) }
    }
  }

  private var voice: MeasuredStage {
    let ears = VoiceEars(model: voiceActivity, pool: context.pool)
    let layers = voiceActivity.layers.reduce(0) { $0 + $1.outputRows * 3 * $1.inputs * $1.outputs }
    let transform = VoiceActivityModel.spectraPerFrame * voiceActivity.transform.outputs
    let frame =
      layers + transform * VoiceActivityModel.windowLength
      + voiceActivity.inputGates.outputs * (voiceActivity.inputGates.inputs + voiceActivity.hidden)
    let frames = Double(Self.second.count) / Double(VoiceActivityDetector.frameLength)
    var probabilities: [Float] = []
    return MeasuredStage("voice activity, 1 s", float: 2 * frames * Double(frame)) {
      probabilities.removeAll(keepingCapacity: true)
      Self.second.withUnsafeBufferPointer { ears.append($0, to: &probabilities) }
    }
  }

  private var convolutions: [MeasuredStage] {
    let size = weights.dimensions
    let (frames, state) = (size.windowFrames, size.state)
    let input = FloatBuffer(count: (frames + 2) * size.mels), middle = FloatBuffer(count: (frames + 2) * state)
    let output = FloatBuffer(count: size.audioContext * state)
    let (weights, context) = (weights, context)
    return [
      MeasuredStage("convolution 1, 30 s", float: Double(frames * 3 * size.mels * state)) {
        weights.convolution1(
          input.matrix(columns: size.mels), step: 1, to: middle.matrix(columns: state).rows(1..<frames + 1),
          context: context)
      },
      MeasuredStage("convolution 2, 30 s", float: Double(size.audioContext * 3 * state * state)) {
        weights.convolution2(
          middle.matrix(columns: state), step: 2, to: output.matrix(columns: state), context: context)
      },
    ]
  }

  private var attention: MeasuredStage {
    let size = weights.dimensions
    let output = FloatBuffer(count: size.audioContext * size.state), context = context
    let room = FloatBuffer(count: 3 * size.audioContext * size.state)
    let rows = room.matrix(columns: 3 * size.state)
    return MeasuredStage(
      "attention of one layer, 30 s", float: 2 * Double(size.audioContext * size.audioContext * size.state)
    ) {
      Attention.full(
        queries: rows.columns(0..<size.state), keys: rows.columns(size.state..<2 * size.state),
        values: rows.columns(2 * size.state..<3 * size.state), heads: size.encoderHeads,
        to: output.matrix(columns: size.state), context: context)
      withExtendedLifetime(room) {}
    }
  }

  /// The widest product of the encoder, without what stands around it.
  private var products: MeasuredStage {
    let linear = weights.encoderLayers[0].expand, context = context
    let rows = weights.dimensions.audioContext
    let input = FloatBuffer((0..<rows * linear.weight.inputs).map { Float($0 % 251) - 125 })
    let output = FloatBuffer(count: rows * linear.weight.outputs)
    return MeasuredStage(
      "product \(rows) x \(linear.weight.inputs) x \(linear.weight.outputs)",
      integer: Double(rows * linear.weight.inputs * linear.weight.outputs)
    ) {
      linear(
        input.matrix(columns: linear.weight.inputs), to: output.matrix(columns: linear.weight.outputs), context: context
      )
    }
  }

  private func encoder(seconds: Int) -> MeasuredStage {
    let size = weights.dimensions, workspace = workspace
    let tail = workspace.model.tail(context: context)
    let frames = min(seconds * AcousticFrame.framesPerSecond, size.windowFrames)
    let positions = SilentTail.positions(frames: frames, of: size.audioContext)
    let keys = positions < size.audioContext ? positions + tail.behind(positions).groups.count : positions
    let products = size.encoderLayers * positions * 12 * size.state * size.state
    let attention = size.encoderLayers * 2 * positions * keys * size.state
    let convolutions = 3 * positions * (2 * size.mels + size.state) * size.state
    return MeasuredStage(
      "encoder, \(seconds) s", integer: Double(products), float: Double(attention + convolutions)
    ) { workspace.encoder.encode(audioFrames: frames, before: tail) }
  }

  private var crossKeyValue: MeasuredStage {
    let size = weights.dimensions, workspace = workspace
    let audio = FloatBuffer(count: size.audioContext * size.state)
    return MeasuredStage(
      "cross keys and values, 30 s",
      integer: Double(size.decoderLayers * size.audioContext * 2 * size.state * size.state)
    ) { workspace.decoder.attend(to: audio.matrix(columns: size.state)) }
  }

  /// One token of each of `rows` hypotheses, in the middle of a text; the audio is 30 s long.
  private func step(rows: Int) -> MeasuredStage {
    let size = weights.dimensions, workspace = workspace
    let decoder = workspace.decoder
    let tokens = [Int](repeating: 500, count: rows), slots = Array(0..<rows)
    let layer = 14 * size.state * size.state + 2 * 2 * size.audioContext * size.state
    decoder.reserve(slots: 5)
    decoder.attend(to: workspace.encoder.encode())
    return MeasuredStage(
      "decoder step, \(rows) row\(rows == 1 ? "" : "s")",
      integer: Double(rows * size.decoderLayers * 14 * size.state * size.state),
      float: Double(rows * size.decoderLayers * 2 * size.audioContext * size.state),
      bytes: Double(size.decoderLayers * layer)
    ) {
      if decoder.position >= 40 { decoder.reset() }
      decoder.step(tokens, slots: slots)
    }
  }

  private func logits(rows: Int) -> MeasuredStage {
    let size = weights.dimensions, decoder = workspace.decoder
    let step = step(rows: rows)
    step.run()
    let weights = Double(size.vocabulary * size.state)
    return MeasuredStage(
      "logits, \(rows) row\(rows == 1 ? "" : "s")", integer: Double(rows) * weights, bytes: weights
    ) {
      if decoder.lastRows != rows {
        decoder.reset()
        step.run()
      }
      decoder.computeAllLogits()
    }
  }
}
