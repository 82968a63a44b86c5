internal import Foundation
internal import Tensors

/// The probability of speech in every frame of a signal, as it comes.
///
/// Frames that come together go through the layers together, which reads the weights once for all of them; each is summed up in the
/// same order as alone, so that probabilities do not depend, not even in their last bit, on how the signal is cut into pieces.
///
/// - Reference: Silero Team, snakers4/silero-vad `src/silero_vad/utils_vad.py`, `OnnxWrapper`, for framing and state.
public final class VoiceActivityDetector {
  /// Samples in a frame: 32 ms at 16 kHz.
  public static let frameLength = 512

  private let model: VoiceActivityModel
  private let context: ComputeContext
  /// Frames that go through the layers together at most.
  private static let framesAtOnce = 16
  /// The context, the frame, and the frame's end mirrored: `[sample]`.
  private let input: FloatBuffer
  /// Samples of the current frame that have come, and whole frames that wait in `windows`.
  private var filled = 0, waiting = 0
  /// `[frame * spectrum, sample]`.
  private let windows: FloatBuffer
  /// `[frame * spectrum, 2 * bin]`.
  private let spectra: FloatBuffer
  /// The input of each layer, `[frame][row][channel]` with a row of zeros before and after.
  private let rows: [FloatBuffer]
  /// Three rows each of a layer's input, one run for each row of its output, and that output: `[frame * row, channel]`.
  private let runs: FloatBuffer, convolved: FloatBuffer
  /// What the gates make of the layers' output, `[frame, gate]`, and with the state.
  private let inputGates: FloatBuffer, gates: FloatBuffer
  private let state: FloatBuffer, cell: FloatBuffer, rectified: FloatBuffer, output: FloatBuffer

  /// A detector at the start of a signal.
  ///
  /// - Parameter model: shared with any number of others.
  public init(model: VoiceActivityModel) {
    self.model = model
    context = ComputeContext(threads: 1, scratchPerThread: 0)
    input = FloatBuffer(
      count: VoiceActivityModel.contextLength + Self.frameLength + VoiceActivityModel.mirrorLength)
    let frames = Self.framesAtOnce, spectraCount = frames * VoiceActivityModel.spectraPerFrame
    windows = FloatBuffer(count: spectraCount * VoiceActivityModel.windowLength)
    spectra = FloatBuffer(count: spectraCount * 2 * model.bins)
    rows = model.layers.map { FloatBuffer(count: frames * ($0.inputRows + 2) * $0.inputs) }
    runs = FloatBuffer(count: frames * (model.layers.map { $0.outputRows * 3 * $0.inputs }.max() ?? 0))
    convolved = FloatBuffer(count: frames * (model.layers.map { $0.outputRows * $0.outputs }.max() ?? 0))
    inputGates = FloatBuffer(count: frames * model.inputGates.outputs)
    gates = FloatBuffer(count: model.inputGates.outputs)
    state = FloatBuffer(count: model.hidden)
    cell = FloatBuffer(count: model.hidden)
    rectified = FloatBuffer(count: model.hidden)
    output = FloatBuffer(count: 1)
  }

  /// Takes samples and appends the probability of every frame that they complete.
  ///
  /// Allocates nothing beyond the growth of `probabilities`.
  ///
  /// - Parameters:
  ///   - samples: mono PCM in -1...1 at 16 kHz, `[sample]`.
  ///   - probabilities: grows by one value, 0...1, for each 512 samples.
  public func append(_ samples: UnsafeBufferPointer<Float>, to probabilities: inout [Float]) {
    guard let source = samples.baseAddress else { return }
    let frame = input.base + VoiceActivityModel.contextLength
    var taken = 0
    while taken < samples.count {
      let count = min(Self.frameLength - filled, samples.count - taken)
      (frame + filled).update(from: source + taken, count: count)
      (taken, filled) = (taken + count, filled + count)
      if filled == Self.frameLength { takeFrame(to: &probabilities) }
    }
    computeFrames(to: &probabilities)
  }

  /// Ends the signal: a frame that is not full is filled with zeros. The detector then stands at the start of another.
  ///
  /// - Parameter probabilities: grows by one value if samples were left over.
  public func finish(to probabilities: inout [Float]) {
    if filled > 0 {
      let frame = input.base + VoiceActivityModel.contextLength
      (frame + filled).update(repeating: 0, count: Self.frameLength - filled)
      takeFrame(to: &probabilities)
      computeFrames(to: &probabilities)
    }
    reset()
  }

  /// Forgets everything heard: the next sample is the first of another signal.
  public func reset() {
    filled = 0
    input.base.update(repeating: 0, count: input.count)
    resetState()
  }

  private func resetState() {
    state.base.update(repeating: 0, count: state.count)
    cell.base.update(repeating: 0, count: cell.count)
  }

  /// Puts the windows of the full frame in `input` with those that wait; its end becomes the context of the next.
  private func takeFrame(to probabilities: inout [Float]) {
    filled = 0
    // Mirrored without the last sample itself, as `torch.nn.functional.pad` does in its mode "reflect".
    let end = input.base + VoiceActivityModel.contextLength + Self.frameLength
    for index in 0..<VoiceActivityModel.mirrorLength { end[index] = end[-2 - index] }
    let length = VoiceActivityModel.windowLength, count = VoiceActivityModel.spectraPerFrame
    for window in 0..<count {
      (windows.base + (waiting * count + window) * length).update(
        from: input.base + window * VoiceActivityModel.hopLength, count: length)
    }
    input.base.update(from: input.base + Self.frameLength, count: VoiceActivityModel.contextLength)
    waiting += 1
    if waiting == Self.framesAtOnce { computeFrames(to: &probabilities) }
  }

  /// Appends the probabilities of the frames that wait.
  private func computeFrames(to probabilities: inout [Float]) {
    guard waiting > 0 else { return }
    let count = waiting
    waiting = 0
    computeSpectra(frames: count)
    let heard = computeLayers(frames: count)
    model.inputGates(
      heard, to: inputGates.matrix(rows: count, columns: gates.count), kernels: context.kernels)
    for frame in 0..<count {
      computeCell(frame)
      model.head(rectified.matrix(rows: 1, columns: model.hidden), to: output.matrix(columns: 1), context: context)
      let probability = sigmoid(output.base[0])
      // Samples that are no numbers, or beyond all measure: no speech, and no reason to be deaf for ever.
      if !probability.isFinite { resetState() }
      probabilities.append(probability.isFinite ? probability : 0)
    }
  }

  private func computeSpectra(frames: Int) {
    let bins = model.bins, count = VoiceActivityModel.spectraPerFrame
    let spectra = spectra.matrix(rows: frames * count, columns: 2 * bins)
    model.transform(
      windows.matrix(rows: frames * count, columns: VoiceActivityModel.windowLength), to: spectra,
      kernels: context.kernels)
    for frame in 0..<frames {
      for row in 0..<count {
        let real = spectra.row(frame * count + row), imaginary = real + bins
        let magnitude = rows[0].base + (frame * (count + 2) + row + 1) * bins
        for bin in 0..<bins {
          magnitude[bin] = (real[bin] * real[bin] + imaginary[bin] * imaginary[bin]).squareRoot()
        }
      }
    }
  }

  /// - Returns: the last layer's output, `[frame, channel]`.
  private func computeLayers(frames: Int) -> Matrix {
    var result = convolved.matrix(rows: 0, columns: 0)
    for (index, layer) in model.layers.enumerated() {
      let count = layer.outputRows, width = 3 * layer.inputs
      let runs = runs.matrix(rows: frames * count, columns: width)
      for frame in 0..<frames {
        let source = rows[index].base + frame * (layer.inputRows + 2) * layer.inputs
        for row in 0..<count {
          runs.row(frame * count + row).update(from: source + row * layer.step * layer.inputs, count: width)
        }
      }
      result = convolved.matrix(rows: frames * count, columns: layer.outputs)
      layer.linear(runs, to: result, kernels: context.kernels)
      for value in 0..<frames * count * layer.outputs { result.base[value] = max(result.base[value], 0) }
      guard index + 1 < model.layers.count else { break }
      for frame in 0..<frames {
        (rows[index + 1].base + (frame * (count + 2) + 1) * layer.outputs).update(
          from: result.row(frame * count), count: count * layer.outputs)
      }
    }
    return result
  }

  /// One step of the LSTM. - Reference: Hochreiter and Schmidhuber 1997; the gates stand as in `torch.nn.LSTMCell`.
  private func computeCell(_ frame: Int) {
    let hidden = model.hidden
    model.stateGates(
      state.matrix(columns: hidden), to: gates.matrix(columns: gates.count), context: context)
    context.kernels.add(inputGates.base + frame * gates.count, to: gates.base, count: gates.count)
    let (inputGate, forgetGate) = (gates.base, gates.base + hidden)
    let (candidate, outputGate) = (gates.base + 2 * hidden, gates.base + 3 * hidden)
    for unit in 0..<hidden {
      let kept = sigmoid(forgetGate[unit]) * cell.base[unit]
      cell.base[unit] = kept + sigmoid(inputGate[unit]) * tanh(candidate[unit])
      state.base[unit] = sigmoid(outputGate[unit]) * tanh(cell.base[unit])
      rectified.base[unit] = max(state.base[unit], 0)
    }
  }

  private func sigmoid(_ value: Float) -> Float { 1 / (1 + exp(-value)) }
}
