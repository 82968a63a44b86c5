internal import ModelFormats
internal import Tensors

extension WhisperWeights {
  /// Weights as CTranslate2 lays them out: queries, keys and values of one attention in one matrix.
  ///
  /// - Throws: `ModelFileError` when a tensor is missing or has a shape that does not fit the others.
  init(cTranslate2 tensors: NamedTensors) throws(ModelFileError) {
    let reader = CTranslate2Reader(reader: WeightReader(tensors: tensors))
    let (state, mels) = try reader.reader.stateAndMels("encoder/conv1/weight")
    let embedding = "decoder/embeddings/weight"
    let (encoderPositions, decoderPositions) = (
      "encoder/position_encodings/encodings", "decoder/position_encodings/encodings"
    )
    let dimensions = WhisperDimensions(
      mels: mels, audioContext: try reader.reader.rows(encoderPositions, columns: state),
      textContext: try reader.reader.rows(decoderPositions, columns: state), state: state,
      encoderHeads: try reader.heads("encoder", state), decoderHeads: try reader.heads("decoder", state),
      encoderLayers: reader.layers("encoder"), decoderLayers: reader.layers("decoder"),
      vocabulary: try reader.reader.rows(embedding, columns: state))
    guard dimensions.encoderLayers > 0, dimensions.decoderLayers > 0 else {
      throw .missingTensor(path: tensors.path, name: "encoder/layer_0/ffn/linear_0/weight")
    }
    var encoder: [EncoderLayer] = [], decoder: [DecoderLayer] = []
    for layer in 0..<dimensions.encoderLayers {
      encoder.append(try reader.encoderLayer("encoder/layer_\(layer)", state))
    }
    for layer in 0..<dimensions.decoderLayers {
      decoder.append(try reader.decoderLayer("decoder/layer_\(layer)", state))
    }
    self.init(
      dimensions: dimensions,
      convolution1: try reader.reader.convolution(
        weight: "encoder/conv1/weight", bias: "encoder/conv1/bias", outputs: state, inputs: mels),
      convolution2: try reader.reader.convolution(
        weight: "encoder/conv2/weight", bias: "encoder/conv2/bias", outputs: state, inputs: state),
      encoderPositions: try reader.reader.table(encoderPositions),
      decoderPositions: try reader.reader.table(decoderPositions),
      encoderLayers: encoder, decoderLayers: decoder,
      encoderNorm: try reader.norm("encoder/layer_norm", state),
      decoderNorm: try reader.norm("decoder/layer_norm", state),
      embedding: Linear(weight: try reader.reader.matrix(embedding, dimensions.vocabulary, state), bias: nil))
  }
}

/// Layers under CTranslate2's names.
private struct CTranslate2Reader {
  let reader: WeightReader

  func heads(_ side: String, _ state: Int) throws(ModelFileError) -> Int {
    // A version of the converter wrote no heads; all published models have heads of 64 channels.
    let stored = reader.tensors.find("\(side)/num_heads").flatMap(\.floats.first).map { Int(exactly: $0) ?? 0 }
    return try reader.check(heads: stored ?? state / 64, state: state)
  }

  func layers(_ side: String) -> Int {
    var count = 0
    while reader.tensors.find("\(side)/layer_\(count)/ffn/linear_0/weight") != nil { count += 1 }
    return count
  }

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
    DecoderLayer(
      try encoderLayer(name, state),
      crossNorm: try norm("\(name)/attention/layer_norm", state),
      crossQuery: try linear("\(name)/attention/linear_0", state, state),
      crossKeyValue: try linear("\(name)/attention/linear_1", 2 * state, state),
      crossOutput: try linear("\(name)/attention/linear_2", state, state))
  }

  func norm(_ name: String, _ state: Int) throws(ModelFileError) -> LayerNorm {
    try reader.norm("\(name)/gamma", "\(name)/beta", state)
  }

  private func linear(_ name: String, _ outputs: Int, _ inputs: Int) throws(ModelFileError) -> Linear {
    let bias = reader.tensors.find("\(name)/bias") == nil ? nil : try reader.vector("\(name)/bias", outputs)
    return Linear(weight: try reader.matrix("\(name)/weight", outputs, inputs), bias: bias)
  }
}
