internal import Tensors

/// The sizes of a Whisper model, read off its tensors.
struct WhisperDimensions: Sendable, Equatable {
  var mels: Int, audioContext: Int, textContext: Int, state: Int
  var encoderHeads: Int, decoderHeads: Int, encoderLayers: Int, decoderLayers: Int
  var vocabulary: Int

  /// Log-mel frames of one window: two for each position of the encoder's output.
  var windowFrames: Int { 2 * audioContext }
  var decoderHeadWidth: Int { state / decoderHeads }
}

/// Weights of one attention block: queries, keys and values, output.
struct EncoderLayer: Sendable {
  var attentionNorm: LayerNorm, queryKeyValue: Linear, attentionOutput: Linear
  var feedForwardNorm: LayerNorm, expand: Linear, contract: Linear
}

struct DecoderLayer: Sendable {
  var attentionNorm: LayerNorm, queryKeyValue: Linear, attentionOutput: Linear
  var crossNorm: LayerNorm, crossQuery: Linear, crossKeyValue: Linear, crossOutput: Linear
  var feedForwardNorm: LayerNorm, expand: Linear, contract: Linear

  /// What an encoder's layer has, and attention to the audio.
  init(
    _ shared: EncoderLayer, crossNorm: LayerNorm, crossQuery: Linear, crossKeyValue: Linear, crossOutput: Linear
  ) {
    (attentionNorm, queryKeyValue, attentionOutput) =
      (shared.attentionNorm, shared.queryKeyValue, shared.attentionOutput)
    (self.crossNorm, self.crossQuery, self.crossKeyValue, self.crossOutput) =
      (crossNorm, crossQuery, crossKeyValue, crossOutput)
    (feedForwardNorm, expand, contract) = (shared.feedForwardNorm, shared.expand, shared.contract)
  }
}

/// The weights of a Whisper model, immutable and shared by all sessions.
///
/// - Reference: Radford et al. 2022, arXiv:2212.04356; openai/whisper `whisper/model.py`. What the layouts call the
///   tensors is in `docs/formats.md`.
struct WhisperWeights: Sendable {
  let dimensions: WhisperDimensions
  let convolution1: Convolution, convolution2: Convolution
  /// `[position, state]`.
  let encoderPositions: FloatBuffer, decoderPositions: FloatBuffer
  let encoderLayers: [EncoderLayer], decoderLayers: [DecoderLayer]
  let encoderNorm: LayerNorm, decoderNorm: LayerNorm
  /// `[token, state]`, also the projection to logits.
  let embedding: Linear
  /// Whether matrices are int8; then keys and values of the audio are kept in half precision.
  var isQuantized = false
}

extension WhisperWeights {
  /// The same with int8 matrices; convolutions, norms and positions stay as they are.
  func quantized(kernels: Kernels) -> WhisperWeights {
    func quantize(_ linear: Linear) -> Linear {
      Linear(weight: WeightMatrix(QuantizedMatrix(quantizing: linear.weight, kernels: kernels)), bias: linear.bias)
    }
    return mapping(quantize)
  }

  /// The same with each matrix put through `change`, in the order of the layers: encoder, decoder, embedding.
  func mapping(_ change: (Linear) -> Linear) -> WhisperWeights {
    var encoder = encoderLayers, decoder = decoderLayers
    for index in encoder.indices {
      encoder[index].queryKeyValue = change(encoder[index].queryKeyValue)
      encoder[index].attentionOutput = change(encoder[index].attentionOutput)
      encoder[index].expand = change(encoder[index].expand)
      encoder[index].contract = change(encoder[index].contract)
    }
    for index in decoder.indices {
      decoder[index].queryKeyValue = change(decoder[index].queryKeyValue)
      decoder[index].attentionOutput = change(decoder[index].attentionOutput)
      decoder[index].crossQuery = change(decoder[index].crossQuery)
      decoder[index].crossKeyValue = change(decoder[index].crossKeyValue)
      decoder[index].crossOutput = change(decoder[index].crossOutput)
      decoder[index].expand = change(decoder[index].expand)
      decoder[index].contract = change(decoder[index].contract)
    }
    return WhisperWeights(
      dimensions: dimensions, convolution1: convolution1, convolution2: convolution2,
      encoderPositions: encoderPositions, decoderPositions: decoderPositions, encoderLayers: encoder,
      decoderLayers: decoder, encoderNorm: encoderNorm, decoderNorm: decoderNorm, embedding: change(embedding),
      isQuantized: true)
  }
}
