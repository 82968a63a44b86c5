internal import ModelFormats
internal import Tensors

extension WhisperWeights {
  /// Weights under openai/whisper's or Hugging Face's names: queries, keys and values of one attention apart.
  ///
  /// - Parameters:
  ///   - tensors: of one file or of all shards.
  ///   - encoderHeads: attention heads of the encoder; nil for one each 64 channels, as all published models have them.
  ///   - decoderHeads: the same of the decoder.
  /// - Throws: `ModelFileError` when a tensor is missing or has a shape that does not fit the others.
  init(named tensors: NamedTensors, encoderHeads: Int?, decoderHeads: Int?) throws(ModelFileError) {
    guard let names = WhisperNames.found(where: { tensors.find($0) != nil }) else {
      throw .missingTensor(path: tensors.path, name: WhisperNames.openAI.decoder(WhisperNames.openAI.embedding))
    }
    let reader = WeightReader(tensors: tensors)
    let (state, mels) = try reader.stateAndMels(names.encoder("conv1.weight"))
    let layers = LayerReader(reader: reader, names: names, state: state)
    let embedding = names.decoder(names.embedding)
    let dimensions = WhisperDimensions(
      mels: mels, audioContext: try reader.rows(names.encoder(names.positions), columns: state),
      textContext: try reader.rows(names.decoder(names.positions), columns: state), state: state,
      encoderHeads: try reader.check(heads: encoderHeads ?? state / 64, state: state),
      decoderHeads: try reader.check(heads: decoderHeads ?? state / 64, state: state),
      encoderLayers: layers.count(names.encoder), decoderLayers: layers.count(names.decoder),
      vocabulary: try reader.rows(embedding, columns: state))
    guard dimensions.encoderLayers > 0, dimensions.decoderLayers > 0 else {
      throw .missingTensor(path: tensors.path, name: names.encoder("\(names.layers).0.\(names.expand).weight"))
    }
    var encoder: [EncoderLayer] = [], decoder: [DecoderLayer] = []
    for layer in 0..<dimensions.encoderLayers {
      encoder.append(try layers.encoderLayer(names.encoder("\(names.layers).\(layer)")))
    }
    for layer in 0..<dimensions.decoderLayers {
      decoder.append(try layers.decoderLayer(names.decoder("\(names.layers).\(layer)")))
    }
    self.init(
      dimensions: dimensions,
      convolution1: try reader.convolution(
        weight: names.encoder("conv1.weight"), bias: names.encoder("conv1.bias"), outputs: state, inputs: mels),
      convolution2: try reader.convolution(
        weight: names.encoder("conv2.weight"), bias: names.encoder("conv2.bias"), outputs: state, inputs: state),
      encoderPositions: try reader.table(names.encoder(names.positions)),
      decoderPositions: try reader.table(names.decoder(names.positions)),
      encoderLayers: encoder, decoderLayers: decoder,
      encoderNorm: try layers.norm(names.encoder(names.encoderNorm)),
      decoderNorm: try layers.norm(names.decoder(names.decoderNorm)),
      embedding: Linear(weight: try reader.matrix(embedding, dimensions.vocabulary, state), bias: nil))
  }

  /// Weights of a ggml file, whose header must say the same sizes as its tensors.
  ///
  /// - Throws: `ModelFileError` as above, and `.malformed` when header and tensors differ.
  init(ggml file: GGMLWhisperFile) throws(ModelFileError) {
    try self.init(named: file.tensors, encoderHeads: file.sizes.audioHeads, decoderHeads: file.sizes.textHeads)
    let sizes = file.sizes
    let stated = WhisperDimensions(
      mels: sizes.mels, audioContext: sizes.audioContext, textContext: sizes.textContext, state: sizes.audioState,
      encoderHeads: sizes.audioHeads, decoderHeads: sizes.textHeads, encoderLayers: sizes.audioLayers,
      decoderLayers: sizes.textLayers, vocabulary: sizes.vocabulary)
    guard stated == dimensions, sizes.textState == sizes.audioState else {
      throw .malformed(path: file.tensors.path, what: "its header says \(sizes), its tensors say \(dimensions)")
    }
  }
}

/// Layers under the names of a layout.
private struct LayerReader {
  let reader: WeightReader, names: WhisperNames, state: Int

  /// Layers of a side, by the first matrix of their feed-forward block.
  func count(_ side: (String) -> String) -> Int {
    var count = 0
    while reader.tensors.find(side("\(names.layers).\(count).\(names.expand).weight")) != nil { count += 1 }
    return count
  }

  func encoderLayer(_ name: String) throws(ModelFileError) -> EncoderLayer {
    let attention = "\(name).\(names.attention)"
    return EncoderLayer(
      attentionNorm: try norm("\(name).\(names.attentionNorm)"),
      queryKeyValue: Linear(
        weight: try reader.matrix(
          joining: [names.query, names.key, names.value].map { "\(attention).\($0).weight" }, state, state),
        bias: try reader.vector(
          joining: ["\(attention).\(names.query).bias", nil, "\(attention).\(names.value).bias"], state)),
      attentionOutput: try linear("\(attention).\(names.output)", state, state),
      feedForwardNorm: try norm("\(name).\(names.feedForwardNorm)"),
      expand: try linear("\(name).\(names.expand)", 4 * state, state),
      contract: try linear("\(name).\(names.contract)", state, 4 * state))
  }

  func decoderLayer(_ name: String) throws(ModelFileError) -> DecoderLayer {
    let cross = "\(name).\(names.cross)"
    return DecoderLayer(
      try encoderLayer(name),
      crossNorm: try norm("\(name).\(names.crossNorm)"),
      crossQuery: try linear("\(cross).\(names.query)", state, state),
      // Keys have no bias.
      crossKeyValue: Linear(
        weight: try reader.matrix(
          joining: [names.key, names.value].map { "\(cross).\($0).weight" }, state, state),
        bias: try reader.vector(joining: [nil, "\(cross).\(names.value).bias"], state)),
      crossOutput: try linear("\(cross).\(names.output)", state, state))
  }

  func norm(_ name: String) throws(ModelFileError) -> LayerNorm {
    try reader.norm("\(name).weight", "\(name).bias", state)
  }

  private func linear(_ name: String, _ outputs: Int, _ inputs: Int) throws(ModelFileError) -> Linear {
    Linear(
      weight: try reader.matrix("\(name).weight", outputs, inputs), bias: try reader.vector("\(name).bias", outputs))
  }
}
