internal import ModelFormats
internal import Tensors

/// The function between the two layers of a feed-forward block; named as Marian and transformers name it.
enum Activation: String, Sendable {
  case relu
  /// `x * sigmoid(x)`, which transformers also calls SiLU.
  case swish
  /// The exact one, with the error function.
  case gelu
}

/// A Marian transformer with an attention decoder, in float, each block followed by a residual sum and a norm.
///
/// - Reference: Vaswani et al. 2017, arXiv:1706.03762; Junczys-Dowmunt et al. 2018, "Marian", arXiv:1804.00344.
struct TransformerWeights: Sendable {
  let channels: Int
  let heads: Int
  let activation: Activation
  let encoder: [EncoderLayer]
  let decoder: [DecoderLayer]
  /// `[word, channel]`.
  let sourceEmbedding: WeightMatrix
  /// `[word, channel]`.
  let targetEmbedding: WeightMatrix
  /// Word vectors are multiplied with this before the position signal is added.
  let embeddingScale: Float
  let positions: PositionSignal.Spacing
  /// The word before the first; nil for a vector of zeros.
  let startWord: Int32?
  /// `[word, channel]` and a bias for each word.
  let output: Linear

  /// Channels of one head.
  var headChannels: Int { channels / heads }
  /// Words of the target vocabulary.
  var targetWords: Int { output.weight.outputs }

  struct Attention: Sendable {
    let query, key, value, output: Linear
    let norm: Tensors.LayerNorm
  }

  struct FeedForward: Sendable {
    let first, second: Linear
    let norm: Tensors.LayerNorm
  }

  struct EncoderLayer: Sendable {
    let attention: Attention
    let feedForward: FeedForward
  }

  struct DecoderLayer: Sendable {
    /// To the words before.
    let ownAttention: Attention
    /// To the source.
    let sourceAttention: Attention
    let feedForward: FeedForward
  }
}

/// Takes the tensors of a model in float apart into layers.
struct FloatWeightReader {
  let tensors: NamedTensors
  let channels: Int
  /// Whether matrices stand as `[input, output]`, Marian's way, or as `[output, input]`.
  let transposed: Bool
  let epsilon: Float

  /// Values of any shape that has `count` of them.
  func vector(_ name: String, count: Int) throws(TranslationError) -> FloatBuffer {
    let tensor: NamedTensor
    do { tensor = try tensors.tensor(name) } catch { throw .file(error) }
    guard tensor.count == count else {
      throw .file(.shapeMismatch(path: tensors.path, tensor: name, expected: [count], found: tensor.shape))
    }
    return FloatBuffer(tensor.floats)
  }

  /// Word vectors, `[word, channel]` in every kind of file. Half precision stays where it lies.
  func words(_ name: String, count: Int) throws(TranslationError) -> WeightMatrix {
    try matrix(name, outputs: count, inputs: channels)
  }

  private func matrix(_ name: String, outputs: Int, inputs: Int) throws(TranslationError) -> WeightMatrix {
    let tensor: NamedTensor
    do { tensor = try tensors.tensor(name, shape: [outputs, inputs]) } catch { throw .file(error) }
    if tensor.type == .float16 {
      return WeightMatrix(half: tensor.bytes, owner: tensor, outputs: outputs, inputs: inputs)
    }
    return WeightMatrix(FloatBuffer(tensor.floats), outputs: outputs, inputs: inputs)
  }

  /// A matrix that stands as `[input, output]`, turned.
  private func turned(_ name: String, outputs: Int, inputs: Int) throws(TranslationError) -> WeightMatrix {
    let tensor: NamedTensor
    do { tensor = try tensors.tensor(name, shape: [inputs, outputs]) } catch { throw .file(error) }
    let stored = FloatBuffer(tensor.floats)
    let weight = FloatBuffer(count: stored.count)
    for input in 0..<inputs {
      let row = stored.base + input * outputs
      for output in 0..<outputs { weight.base[output * inputs + input] = row[output] }
    }
    return WeightMatrix(weight, outputs: outputs, inputs: inputs)
  }

  func linear(_ name: String, bias: String, inputs: Int, outputs: Int) throws(TranslationError) -> Linear {
    Linear(
      weight: transposed
        ? try turned(name, outputs: outputs, inputs: inputs) : try matrix(name, outputs: outputs, inputs: inputs),
      bias: try vector(bias, count: outputs))
  }

  func norm(_ scale: String, _ bias: String) throws(TranslationError) -> Tensors.LayerNorm {
    Tensors.LayerNorm(
      gamma: try vector(scale, count: channels), beta: try vector(bias, count: channels), epsilon: epsilon)
  }

  /// Outputs of the first layer of a feed-forward block.
  func innerChannels(_ name: String) throws(TranslationError) -> Int {
    guard let shape = tensors.find(name)?.shape, shape.count == 2, shape.allSatisfy({ $0 > 0 }) else {
      throw .file(.missingTensor(path: tensors.path, name: name))
    }
    return transposed ? shape[1] : shape[0]
  }
}
