internal import CKernels

/// `output = input * weight + bias` with an int8 weight.
struct QuantizedLinear: Sendable {
  /// The int8 weight, packed for the kernels (`[output, input]`).
  let packed: Constants<UInt8>
  let inputs: Int
  let outputs: Int
  /// The model's fixed multiplier that quantises the input.
  let inputMultiplier: Float
  /// Multiplier that the weight was quantised with.
  let weightMultiplier: Float
  /// `[output]`.
  let bias: Constants<Float>?
}

/// Layer normalisation after the residual sum.
struct LayerNorm: Sendable {
  let scale: Constants<Float>
  let bias: Constants<Float>
  /// marian-dev `src/layers/generic.h`, `layerNorm`.
  static let epsilon: Float = 1e-6
}

/// Multi-head attention with its output projection and norm.
struct AttentionLayer: Sendable {
  let query, key, value, output: QuantizedLinear
  let norm: LayerNorm
}

/// Two linear layers with a ReLU between, and the norm.
struct FeedForwardLayer: Sendable {
  let first, second: QuantizedLinear
  let norm: LayerNorm
}

/// Simpler simple recurrent unit: `cell = f * cell + (1 - f) * Wx`, `f = sigmoid(Wf x + bf)`, `output = relu(cell)`.
///
/// - Reference: Kim et al. 2019, "From Research to Production and Back"; marian-dev `src/rnn/cells.h`, `SSRU`.
struct RecurrentLayer: Sendable {
  let input, forget: QuantizedLinear
  let norm: LayerNorm
}

struct EncoderLayer: Sendable {
  let attention: AttentionLayer
  let feedForward: FeedForwardLayer
}

struct DecoderLayer: Sendable {
  let recurrence: RecurrentLayer
  let attention: AttentionLayer
  let feedForward: FeedForwardLayer
}

/// Word vectors in int8: `real = stored / multiplier`.
struct Embedding: Sendable {
  /// `[word, channel]`.
  let words: Constants<Int8>
  let count: Int
  let multiplier: Float
}
