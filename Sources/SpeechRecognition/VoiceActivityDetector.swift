internal import Foundation
internal import Tensors

/// The probability of speech in every frame of a signal, as it comes.
///
/// Every frame is computed alone and in the same order of summation, so that probabilities do not depend, not even in
/// their last bit, on how the signal is cut into pieces.
///
/// - Reference: Silero Team, snakers4/silero-vad `src/silero_vad/utils_vad.py`, `OnnxWrapper`, for framing and state.
public final class VoiceActivityDetector {
  /// Samples in a frame: 32 ms at 16 kHz.
  public static let frameLength = 512

  private let model: VoiceActivityModel
  private let context: ComputeContext
  /// The context, the frame, and the frame's end mirrored: `[sample]`.
  private let input: FloatBuffer
  /// Samples of the current frame that have come.
  private var filled = 0
  /// `[spectrum, 2 * bin]`.
  private let spectra: FloatBuffer
  /// The input of each layer, `[row, channel]` with a row of zeros before and after.
  private let rows: [FloatBuffer]
  /// The last layer's output, then the hidden state: `[channel + hidden]`.
  private let cellInput: FloatBuffer
  private let gates: FloatBuffer, cell: FloatBuffer, rectified: FloatBuffer, output: FloatBuffer

  /// A detector at the start of a signal.
  ///
  /// - Parameter model: shared with any number of others.
  public init(model: VoiceActivityModel) {
    self.model = model
    context = ComputeContext(threads: 1, scratchPerThread: 0)
    input = FloatBuffer(
      count: VoiceActivityModel.contextLength + Self.frameLength + VoiceActivityModel.mirrorLength)
    spectra = FloatBuffer(count: VoiceActivityModel.spectraPerFrame * 2 * model.bins)
    rows = model.layers.map { FloatBuffer(count: ($0.inputRows + 2) * $0.inputs) }
    cellInput = FloatBuffer(count: model.gates.weight.inputs)
    gates = FloatBuffer(count: model.gates.weight.outputs)
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
      if filled == Self.frameLength { probabilities.append(finishFrame()) }
    }
  }

  /// Ends the signal: a frame that is not full is filled with zeros. The detector then stands at the start of another.
  ///
  /// - Parameter probabilities: grows by one value if samples were left over.
  public func finish(to probabilities: inout [Float]) {
    if filled > 0 {
      let frame = input.base + VoiceActivityModel.contextLength
      (frame + filled).update(repeating: 0, count: Self.frameLength - filled)
      probabilities.append(finishFrame())
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
    cellInput.base.update(repeating: 0, count: cellInput.count)
    cell.base.update(repeating: 0, count: cell.count)
  }

  /// The probability for the full frame in `input`, whose end becomes the context of the next.
  private func finishFrame() -> Float {
    filled = 0
    computeSpectra()
    computeLayers()
    computeCell()
    model.head(rectified.matrix(rows: 1, columns: model.hidden), to: output.matrix(columns: 1), context: context)
    let probability = sigmoid(output.base[0])
    input.base.update(from: input.base + Self.frameLength, count: VoiceActivityModel.contextLength)
    guard probability.isFinite else {
      // Samples that are no numbers, or beyond all measure: no speech, and no reason to be deaf for ever.
      resetState()
      return 0
    }
    return probability
  }

  private func computeSpectra() {
    // Mirrored without the last sample itself, as `torch.nn.functional.pad` does in its mode "reflect".
    let end = input.base + VoiceActivityModel.contextLength + Self.frameLength
    for index in 0..<VoiceActivityModel.mirrorLength { end[index] = end[-2 - index] }
    let windows = Matrix(
      input.base, rows: VoiceActivityModel.spectraPerFrame, columns: VoiceActivityModel.windowLength,
      stride: VoiceActivityModel.hopLength)
    let bins = model.bins
    let spectra = spectra.matrix(columns: 2 * bins)
    model.transform(windows, to: spectra, context: context)
    for row in 0..<spectra.rows {
      let (real, imaginary) = (spectra.row(row), spectra.row(row) + bins)
      let magnitude = rows[0].base + (row + 1) * bins
      for bin in 0..<bins {
        magnitude[bin] = (real[bin] * real[bin] + imaginary[bin] * imaginary[bin]).squareRoot()
      }
    }
  }

  private func computeLayers() {
    for (index, layer) in model.layers.enumerated() {
      let runs = Matrix(
        rows[index].base, rows: layer.outputRows, columns: 3 * layer.inputs, stride: layer.step * layer.inputs)
      let isLast = index + 1 == model.layers.count
      let target = isLast ? cellInput.base : rows[index + 1].base + layer.outputs
      layer.linear(runs, to: Matrix(target, rows: layer.outputRows, columns: layer.outputs), context: context)
      for value in 0..<layer.outputRows * layer.outputs { target[value] = max(target[value], 0) }
    }
  }

  /// One step of the LSTM. - Reference: Hochreiter and Schmidhuber 1997; the gates stand as in `torch.nn.LSTMCell`.
  private func computeCell() {
    let hidden = model.hidden
    model.gates(
      cellInput.matrix(columns: cellInput.count), to: gates.matrix(columns: gates.count), context: context)
    let (inputGate, forgetGate) = (gates.base, gates.base + hidden)
    let (candidate, outputGate) = (gates.base + 2 * hidden, gates.base + 3 * hidden)
    let state = cellInput.base + (cellInput.count - hidden)
    for unit in 0..<hidden {
      let kept = sigmoid(forgetGate[unit]) * cell.base[unit]
      cell.base[unit] = kept + sigmoid(inputGate[unit]) * tanh(candidate[unit])
      state[unit] = sigmoid(outputGate[unit]) * tanh(cell.base[unit])
      rectified.base[unit] = max(state[unit], 0)
    }
  }

  private func sigmoid(_ value: Float) -> Float { 1 / (1 + exp(-value)) }
}
