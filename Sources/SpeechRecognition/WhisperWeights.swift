internal import Foundation
internal import ModelFormats
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
}

/// The weights of a Whisper model, immutable and shared by all sessions.
///
/// - Reference: Radford et al. 2022, arXiv:2212.04356; openai/whisper `whisper/model.py`. Names as CTranslate2 writes
///   them (`docs/formats.md`).
struct WhisperWeights: Sendable {
  let dimensions: WhisperDimensions
  let convolution1: Convolution, convolution2: Convolution
  /// `[position, state]`.
  let encoderPositions: FloatBuffer, decoderPositions: FloatBuffer
  let encoderLayers: [EncoderLayer], decoderLayers: [DecoderLayer]
  let encoderNorm: LayerNorm, decoderNorm: LayerNorm
  /// `[token, state]`, also the projection to logits.
  let embedding: Linear

  init(cTranslate2 tensors: NamedTensors) throws(ModelFileError) {
    let loader = Loader(tensors: tensors)
    let first = try tensors.tensor("encoder/conv1/weight")
    guard first.shape.count == 3, first.shape[2] == 3 else {
      throw .malformed(path: tensors.path, what: "encoder/conv1/weight has shape \(first.shape)")
    }
    let (state, mels) = (first.shape[0], first.shape[1])
    func rows(_ name: String) throws(ModelFileError) -> Int {
      let shape = try tensors.tensor(name).shape
      guard shape.count == 2, shape[1] == state, shape[0] > 0 else {
        throw .malformed(path: tensors.path, what: "\(name) has shape \(shape) beside a state of \(state)")
      }
      return shape[0]
    }
    func heads(_ side: String) throws(ModelFileError) -> Int {
      let heads = tensors.find("\(side)/num_heads").map { Int($0.floats[0]) } ?? state / 64
      guard heads > 0, state % heads == 0 else {
        throw .malformed(path: tensors.path, what: "\(heads) heads for a state of \(state)")
      }
      return heads
    }
    func layers(_ side: String) -> Int {
      var count = 0
      while tensors.find("\(side)/layer_\(count)/ffn/linear_0/weight") != nil { count += 1 }
      return count
    }
    guard mels > 0, state > 0 else { throw .malformed(path: tensors.path, what: "empty convolution weights") }
    dimensions = WhisperDimensions(
      mels: mels, audioContext: try rows("encoder/position_encodings/encodings"),
      textContext: try rows("decoder/position_encodings/encodings"), state: state,
      encoderHeads: try heads("encoder"), decoderHeads: try heads("decoder"), encoderLayers: layers("encoder"),
      decoderLayers: layers("decoder"), vocabulary: try rows("decoder/embeddings/weight"))
    guard dimensions.encoderLayers > 0, dimensions.decoderLayers > 0 else {
      throw .missingTensor(path: tensors.path, name: "encoder/layer_0/ffn/linear_0/weight")
    }
    convolution1 = try loader.convolution("encoder/conv1", outputs: state, inputs: mels)
    convolution2 = try loader.convolution("encoder/conv2", outputs: state, inputs: state)
    encoderPositions = FloatBuffer(try tensors.tensor("encoder/position_encodings/encodings").floats)
    decoderPositions = FloatBuffer(try tensors.tensor("decoder/position_encodings/encodings").floats)
    encoderNorm = try loader.norm("encoder/layer_norm", state)
    decoderNorm = try loader.norm("decoder/layer_norm", state)
    embedding = try loader.linear("decoder/embeddings", dimensions.vocabulary, state)
    var encoder: [EncoderLayer] = [], decoder: [DecoderLayer] = []
    for layer in 0..<dimensions.encoderLayers {
      encoder.append(try loader.encoderLayer("encoder/layer_\(layer)", state))
    }
    for layer in 0..<dimensions.decoderLayers {
      decoder.append(try loader.decoderLayer("decoder/layer_\(layer)", state))
    }
    (encoderLayers, decoderLayers) = (encoder, decoder)
  }
}

/// Turns named tensors into prepared weights, checking every shape.
private struct Loader {
  let tensors: NamedTensors

  func encoderLayer(_ name: String, _ state: Int) throws(ModelFileError) -> EncoderLayer {
    EncoderLayer(
      attentionNorm: try norm("\(name)/self_attention/layer_norm", state),
      queryKeyValue: try linear("\(name)/self_attention/linear_0", 3 * state, state),
      attentionOutput: try linear("\(name)/self_attention/linear_1", state, state),
      feedForwardNorm: try norm("\(name)/ffn/layer_norm", state),
      expand: try linear("\(name)/ffn/linear_0", 4 * state, state),
      contract: try linear("\(name)/ffn/linear_1", state, 4 * state))
  }

  func decoderLayer(_ name: String, _ state: Int) throws(ModelFileError) -> DecoderLayer {
    let shared = try encoderLayer(name, state)
    return DecoderLayer(
      attentionNorm: shared.attentionNorm, queryKeyValue: shared.queryKeyValue,
      attentionOutput: shared.attentionOutput,
      crossNorm: try norm("\(name)/attention/layer_norm", state),
      crossQuery: try linear("\(name)/attention/linear_0", state, state),
      crossKeyValue: try linear("\(name)/attention/linear_1", 2 * state, state),
      crossOutput: try linear("\(name)/attention/linear_2", state, state),
      feedForwardNorm: shared.feedForwardNorm, expand: shared.expand, contract: shared.contract)
  }

  func norm(_ name: String, _ state: Int) throws(ModelFileError) -> LayerNorm {
    LayerNorm(
      gamma: FloatBuffer(try tensors.tensor("\(name)/gamma", shape: [state]).floats),
      beta: FloatBuffer(try tensors.tensor("\(name)/beta", shape: [state]).floats))
  }

  func linear(_ name: String, _ outputs: Int, _ inputs: Int) throws(ModelFileError) -> Linear {
    let tensor = try tensors.tensor("\(name)/weight", shape: [outputs, inputs])
    let weight =
      tensor.type == .float16
      ? WeightMatrix(half: tensor.bytes, owner: tensor, outputs: outputs, inputs: inputs)
      : WeightMatrix(FloatBuffer(try values(tensor, name)), outputs: outputs, inputs: inputs)
    return Linear(weight: weight, bias: try bias(name, outputs))
  }

  func convolution(_ name: String, outputs: Int, inputs: Int) throws(ModelFileError) -> Convolution {
    let tensor = try tensors.tensor("\(name)/weight", shape: [outputs, inputs, 3])
    return Convolution(
      weight: try values(tensor, name), bias: try bias(name, outputs), outputs: outputs, inputs: inputs, taps: 3)
  }

  private func bias(_ name: String, _ outputs: Int) throws(ModelFileError) -> FloatBuffer? {
    guard tensors.find("\(name)/bias") != nil else { return nil }
    return FloatBuffer(try tensors.tensor("\(name)/bias", shape: [outputs]).floats)
  }

  /// Float values of a weight; int8 ones are divided by their row's scale (or the one scale of the tensor).
  private func values(_ tensor: NamedTensor, _ name: String) throws(ModelFileError) -> [Float] {
    var values = tensor.floats
    guard tensor.type == .int8 || tensor.type == .int16 else { return values }
    let scales = try tensors.tensor("\(name)/weight_scale").floats
    let rows = tensor.shape[0]
    guard scales.count == 1 || scales.count == rows else {
      throw .shapeMismatch(path: tensors.path, tensor: "\(name)/weight_scale", expected: [rows], found: [scales.count])
    }
    let columns = values.count / rows
    for index in values.indices { values[index] /= scales.count == 1 ? scales[0] : scales[index / columns] }
    return values
  }
}
