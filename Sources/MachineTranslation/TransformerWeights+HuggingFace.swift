internal import Foundation
internal import ModelFormats
internal import Tensors

/// `config.json` of a Marian model in Hugging Face's layout. What it leaves out has the value that transformers' own class has.
///
/// - Reference: transformers `models/marian/configuration_marian.py`.
struct HuggingFaceConfiguration: Decodable {
  var model_type = ""
  var d_model = 1024
  var encoder_layers = 12
  var decoder_layers = 12
  var encoder_attention_heads = 16
  var decoder_attention_heads = 16
  var activation_function = "gelu"
  var scale_embedding = false
  var share_encoder_decoder_embeddings = true
  var tie_word_embeddings = true
  var normalize_before = false
  var normalize_embedding = false
  var add_final_layer_norm = false
  var pad_token_id: Int32 = 58100
  var decoder_start_token_id: Int32 = 58100

  private enum Key: String, CodingKey {
    case model_type, d_model, encoder_layers, decoder_layers, encoder_attention_heads, decoder_attention_heads
    case activation_function, scale_embedding, share_encoder_decoder_embeddings, tie_word_embeddings
    case normalize_before, normalize_embedding, add_final_layer_norm, pad_token_id, decoder_start_token_id
  }

  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Key.self)
    func read<Value: Decodable>(_ key: Key, _ value: inout Value) throws {
      value = try values.decodeIfPresent(Value.self, forKey: key) ?? value
    }
    try read(.model_type, &model_type)
    try read(.d_model, &d_model)
    try read(.encoder_layers, &encoder_layers)
    try read(.decoder_layers, &decoder_layers)
    try read(.encoder_attention_heads, &encoder_attention_heads)
    try read(.decoder_attention_heads, &decoder_attention_heads)
    try read(.activation_function, &activation_function)
    try read(.scale_embedding, &scale_embedding)
    try read(.share_encoder_decoder_embeddings, &share_encoder_decoder_embeddings)
    try read(.tie_word_embeddings, &tie_word_embeddings)
    try read(.normalize_before, &normalize_before)
    try read(.normalize_embedding, &normalize_embedding)
    try read(.add_final_layer_norm, &add_final_layer_norm)
    try read(.pad_token_id, &pad_token_id)
    try read(.decoder_start_token_id, &decoder_start_token_id)
  }

  /// - Throws: `TranslationError.unsupported` for any setting that this engine does not compute.
  func validate(path: String) throws(TranslationError) {
    func check(_ valid: Bool, _ setting: String, _ value: Any) throws(TranslationError) {
      if !valid { throw .unsupported(path: path, setting: setting, value: "\(value)") }
    }
    try check(model_type == "marian", "model_type", model_type)
    try check((2...8192).contains(d_model), "d_model", d_model)
    try check((1...64).contains(encoder_layers), "encoder_layers", encoder_layers)
    try check((1...64).contains(decoder_layers), "decoder_layers", decoder_layers)
    let heads = encoder_attention_heads
    try check((1...256).contains(heads) && d_model % heads == 0, "encoder_attention_heads", heads)
    try check(decoder_attention_heads == heads, "decoder_attention_heads", decoder_attention_heads)
    try check(Self.activations[activation_function] != nil, "activation_function", activation_function)
    try check(!normalize_before, "normalize_before", normalize_before)
    try check(!normalize_embedding, "normalize_embedding", normalize_embedding)
    try check(!add_final_layer_norm, "add_final_layer_norm", add_final_layer_norm)
  }

  static let activations: [String: Activation] = ["relu": .relu, "swish": .swish, "silu": .swish, "gelu": .gelu]
}

extension TransformerWeights {
  /// Reads a model in Hugging Face's layout.
  ///
  /// - Throws: `TranslationError.unsupported` for another architecture, `.vocabulary` for word vectors that are not as many as the
  ///   words, `.file` for tensors of another shape.
  /// - Reference: transformers `models/marian/modeling_marian.py`, `MarianMTModel`.
  init(_ files: HuggingFaceFolder, sourceWords: Int, targetWords: Int) throws(TranslationError) {
    let configuration = files.configuration
    let tensors = files.tensors
    let channels = configuration.d_model
    // The norm's own default in PyTorch; Marian's is ten times smaller.
    let reader = FloatWeightReader(tensors: tensors, channels: channels, transposed: false, epsilon: 1e-5)

    func linear(_ name: String, inputs: Int, outputs: Int) throws(TranslationError) -> Linear {
      try reader.linear(name + ".weight", bias: name + ".bias", inputs: inputs, outputs: outputs)
    }
    func norm(_ name: String) throws(TranslationError) -> Tensors.LayerNorm {
      try reader.norm(name + ".weight", name + ".bias")
    }
    func attention(_ layer: String, _ name: String) throws(TranslationError) -> Attention {
      func square(_ part: String) throws(TranslationError) -> Linear {
        try linear("\(layer).\(name).\(part)", inputs: channels, outputs: channels)
      }
      return Attention(
        query: try square("q_proj"), key: try square("k_proj"), value: try square("v_proj"),
        output: try square("out_proj"), norm: try norm("\(layer).\(name)_layer_norm"))
    }
    func feedForward(_ layer: String) throws(TranslationError) -> FeedForward {
      let inner = try reader.innerChannels(layer + ".fc1.weight")
      return FeedForward(
        first: try linear(layer + ".fc1", inputs: channels, outputs: inner),
        second: try linear(layer + ".fc2", inputs: inner, outputs: channels),
        norm: try norm(layer + ".final_layer_norm"))
    }
    var encoder: [EncoderLayer] = []
    for index in 0..<configuration.encoder_layers {
      let layer = "model.encoder.layers.\(index)"
      encoder.append(
        EncoderLayer(attention: try attention(layer, "self_attn"), feedForward: try feedForward(layer)))
    }
    var decoder: [DecoderLayer] = []
    for index in 0..<configuration.decoder_layers {
      let layer = "model.decoder.layers.\(index)"
      decoder.append(
        DecoderLayer(
          ownAttention: try attention(layer, "self_attn"), sourceAttention: try attention(layer, "encoder_attn"),
          feedForward: try feedForward(layer)))
    }

    // Tensors that are one are stored once, under whichever of their names came first.
    func words(_ names: [String], count: Int, of vocabulary: URL?) throws(TranslationError) -> WeightMatrix {
      let name = names.first { tensors.find($0) != nil } ?? names[0]
      if let found = tensors.find(name)?.shape.first, found != count {
        throw .vocabulary(
          path: vocabulary?.path ?? tensors.path, reason: "it has \(count) words, \(name) in the model \(found)")
      }
      return try reader.words(name, count: count)
    }
    let embedding = (
      all: "model.shared.weight", source: "model.encoder.embed_tokens.weight",
      target: "model.decoder.embed_tokens.weight", output: "lm_head.weight"
    )
    if configuration.share_encoder_decoder_embeddings {
      let output = configuration.tie_word_embeddings ? [embedding.output] : []
      sourceEmbedding = try words(
        [embedding.all, embedding.source, embedding.target] + output, count: sourceWords, of: files.source.words)
      targetEmbedding = sourceEmbedding
    } else {
      let output = configuration.tie_word_embeddings ? [embedding.output] : []
      sourceEmbedding = try words([embedding.source], count: sourceWords, of: files.source.words)
      targetEmbedding = try words([embedding.target] + output, count: targetWords, of: files.target.words)
    }
    output = Linear(
      weight: configuration.tie_word_embeddings
        ? targetEmbedding : try words([embedding.output], count: targetWords, of: files.target.words),
      bias: try reader.vector("final_logits_bias", count: targetWords))
    let start = configuration.decoder_start_token_id
    guard (0..<Int32(targetWords)).contains(start), (0..<Int32(targetWords)).contains(configuration.pad_token_id) else {
      throw .vocabulary(
        path: files.target.words?.path ?? tensors.path,
        reason: "it has \(targetWords) words, and the decoder starts with number \(start)")
    }
    self.channels = channels
    heads = configuration.encoder_attention_heads
    activation = HuggingFaceConfiguration.activations[configuration.activation_function] ?? .gelu
    (self.encoder, self.decoder) = (encoder, decoder)
    embeddingScale = configuration.scale_embedding ? Float(channels).squareRoot() : 1
    positions = .exclusive
    startWord = start
  }
}
