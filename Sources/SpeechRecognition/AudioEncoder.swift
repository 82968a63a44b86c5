internal import Tensors

/// The audio half of Whisper: one window of log-mel frames to one state per 20 ms. Owns its workspace.
///
/// - Reference: openai/whisper `whisper/model.py`, `AudioEncoder`.
final class AudioEncoder {
  private let weights: WhisperWeights
  private let context: ComputeContext
  /// The window with a row of zeros before and after it, `[1 + frame + 1, mel]`.
  private let window: FloatBuffer
  /// First the output of the first convolution with its zero rows, then queries|keys|values, then the wide layer.
  private let wide: FloatBuffer
  private let normalized: FloatBuffer, mixed: FloatBuffer
  /// The result, `[position, state]`, valid until the next call.
  let output: FloatBuffer

  init(weights: WhisperWeights, context: ComputeContext) {
    (self.weights, self.context) = (weights, context)
    let size = weights.dimensions
    window = FloatBuffer(count: (size.windowFrames + 2) * size.mels)
    wide = FloatBuffer(count: max((size.windowFrames + 2) * size.state, size.audioContext * 4 * size.state))
    normalized = FloatBuffer(count: size.audioContext * size.state)
    mixed = FloatBuffer(count: size.audioContext * size.state)
    output = FloatBuffer(count: size.audioContext * size.state)
  }

  /// Where to write the normalised window, `[frame, mel]`; frames past the audio are 0.
  var input: UnsafeMutableBufferPointer<Float> {
    let size = weights.dimensions
    return UnsafeMutableBufferPointer(start: window.base + size.mels, count: size.windowFrames * size.mels)
  }

  /// Encodes what `input` holds: the whole window, or its audio alone before the silence of `tail`.
  ///
  /// - Parameters:
  ///   - audioFrames: frames of `input` that hold audio; only these and a margin cost anything.
  ///   - tail: what stands behind them.
  /// - Returns: the first rows of `output`, `[position, state]`: all, or those that were encoded.
  @discardableResult func encode(audioFrames: Int, before tail: SilentTail) -> Matrix {
    let limit = weights.dimensions.audioContext
    let positions = SilentTail.positions(frames: audioFrames, of: limit)
    return encode(positions: positions, before: positions < limit ? tail : nil, observer: nil)
  }

  /// Encodes the whole window.
  ///
  /// - Parameter observer: gets the keys and values of each layer, `[position, key or value * channel]`.
  @discardableResult func encode(observer: ((Matrix) -> Void)? = nil) -> Matrix {
    encode(positions: weights.dimensions.audioContext, before: nil, observer: observer)
  }

  private func encode(positions: Int, before tail: SilentTail?, observer: ((Matrix) -> Void)?) -> Matrix {
    let size = weights.dimensions
    let state = size.state
    let frames = 2 * positions
    let behind = tail?.behind(positions)

    let first = Matrix(wide.base, rows: frames + 2, columns: state)
    for edge in [0, frames + 1] { first.row(edge).update(repeating: 0, count: state) }
    let convolved = first.rows(1..<frames + 1)
    weights.convolution1(window.matrix(rows: frames + 2, columns: size.mels), step: 1, to: convolved, context: context)
    context.gelu(convolved)

    let x = output.matrix(rows: positions, columns: state)
    weights.convolution2(first, step: 2, to: x, context: context)
    context.gelu(x)
    context.add(weights.encoderPositions.matrix(rows: positions, columns: state), to: x)

    let norm = normalized.matrix(rows: positions, columns: state)
    let attended = mixed.matrix(rows: positions, columns: state)
    for (index, layer) in weights.encoderLayers.enumerated() {
      layer.attentionNorm(x, to: norm, context: context)
      let all = wide.matrix(rows: positions + (behind?.groups.count ?? 0), columns: 3 * state)
      let qkv = all.rows(0..<positions)
      layer.queryKeyValue(norm, to: qkv, context: context)
      observer?(qkv.columns(state..<3 * state))
      if let tail, let behind {
        for (row, group) in behind.groups.enumerated() {
          (all.row(positions + row) + state).update(from: tail.groups[index].base + group * 2 * state, count: 2 * state)
        }
      }
      Attention.full(
        queries: qkv.columns(0..<state), keys: all.columns(state..<2 * state),
        values: all.columns(2 * state..<3 * state), heads: size.encoderHeads, to: attended, context: context,
        keyWeights: behind.map { (positions, $0.logarithms) })
      layer.attentionOutput(attended, to: x, context: context, adding: true)
      layer.feedForwardNorm(x, to: norm, context: context)
      let hidden = wide.matrix(rows: positions, columns: 4 * state)
      layer.expand(norm, to: hidden, context: context, gelu: true)
      layer.contract(hidden, to: x, context: context, adding: true)
    }
    weights.encoderNorm(x, to: x, context: context)
    return x
  }
}
