internal import ModelFormats
internal import Tensors

extension TransformerWeights {
  /// Reads a model as Marian trains it.
  ///
  /// - Parameters:
  ///   - file: float32 tensors and the configuration among them.
  ///   - sourceWords, targetWords: the vocabularies' words, as many as the model has.
  /// - Throws: `TranslationError.unsupported` for another architecture, `.file` for tensors of another shape.
  /// - Reference: marian-dev `src/models/transformer.h`.
  init(_ file: MarianFile, sourceWords: Int, targetWords: Int) throws(TranslationError) {
    let path = file.tensors.path
    let architecture = try Architecture(configuration: file.configuration, decoder: .attention, path: path)
    let channels = architecture.channels
    let reader = FloatWeightReader(
      tensors: file.tensors, channels: channels, transposed: true, epsilon: LayerNorm.epsilon)

    func attention(_ prefix: String) throws(TranslationError) -> Attention {
      func square(_ letter: String) throws(TranslationError) -> Linear {
        try reader.linear(prefix + "_W" + letter, bias: prefix + "_b" + letter, inputs: channels, outputs: channels)
      }
      return Attention(
        query: try square("q"), key: try square("k"), value: try square("v"), output: try square("o"),
        norm: try reader.norm(prefix + "_Wo_ln_scale", prefix + "_Wo_ln_bias"))
    }
    func feedForward(_ prefix: String) throws(TranslationError) -> FeedForward {
      let inner = try reader.innerChannels(prefix + "_W1")
      return FeedForward(
        first: try reader.linear(prefix + "_W1", bias: prefix + "_b1", inputs: channels, outputs: inner),
        second: try reader.linear(prefix + "_W2", bias: prefix + "_b2", inputs: inner, outputs: channels),
        norm: try reader.norm(prefix + "_ffn_ln_scale", prefix + "_ffn_ln_bias"))
    }
    var encoder: [EncoderLayer] = []
    for layer in 1...architecture.encoderDepth {
      encoder.append(
        EncoderLayer(
          attention: try attention("encoder_l\(layer)_self"), feedForward: try feedForward("encoder_l\(layer)_ffn")))
    }
    var decoder: [DecoderLayer] = []
    for layer in 1...architecture.decoderDepth {
      decoder.append(
        DecoderLayer(
          ownAttention: try attention("decoder_l\(layer)_self"),
          sourceAttention: try attention("decoder_l\(layer)_context"),
          feedForward: try feedForward("decoder_l\(layer)_ffn")))
    }
    let shared = file.tensors.find("Wemb") != nil
    sourceEmbedding = try reader.words(shared ? "Wemb" : "encoder_Wemb", count: sourceWords)
    targetEmbedding =
      shared && sourceWords == targetWords
      ? sourceEmbedding : try reader.words(shared ? "Wemb" : "decoder_Wemb", count: targetWords)
    let name = "decoder_ff_logit_out"
    if file.tensors.find(name + "_W") != nil {
      output = try reader.linear(name + "_W", bias: name + "_b", inputs: channels, outputs: targetWords)
    } else {
      // Tied to the word vectors; some versions keep an untied matrix the same way round under a name of its own.
      let apart = file.tensors.find(name + "_Wt") != nil
      output = Linear(
        weight: apart ? try reader.words(name + "_Wt", count: targetWords) : targetEmbedding,
        bias: try reader.vector(name + "_b", count: targetWords))
    }
    self.channels = channels
    (heads, activation) = (architecture.heads, architecture.activation)
    (self.encoder, self.decoder) = (encoder, decoder)
    embeddingScale = Float(channels).squareRoot()
    positions = .inclusive
    startWord = nil
  }
}
