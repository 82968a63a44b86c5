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

  /// Encodes what `input` holds.
  ///
  /// - Parameter positions: how many positions (20 ms) to encode from the start; the whole window unless told. Fewer
  ///   cost less, but the model was trained on whole windows: good enough to tell the language, not to write text.
  /// - Returns: the first rows of `output`, `[position, state]`.
  @discardableResult func encode(positions: Int? = nil) -> Matrix {
    let size = weights.dimensions
    let (positions, state) = (positions ?? size.audioContext, size.state)
    precondition(positions > 0 && positions <= size.audioContext, "\(positions) of \(size.audioContext) positions")
    let frames = 2 * positions

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
    for layer in weights.encoderLayers {
      layer.attentionNorm(x, to: norm, context: context)
      let qkv = wide.matrix(rows: positions, columns: 3 * state)
      layer.queryKeyValue(norm, to: qkv, context: context)
      Attention.full(
        queries: qkv.columns(0..<state), keys: qkv.columns(state..<2 * state),
        values: qkv.columns(2 * state..<3 * state), heads: size.encoderHeads, to: attended, context: context)
      layer.attentionOutput(attended, to: x, context: context, adding: true)
      layer.feedForwardNorm(x, to: norm, context: context)
      let hidden = wide.matrix(rows: positions, columns: 4 * state)
      layer.expand(norm, to: hidden, context: context)
      context.gelu(hidden)
      layer.contract(hidden, to: x, context: context, adding: true)
    }
    weights.encoderNorm(x, to: x, context: context)
    return x
  }
}
