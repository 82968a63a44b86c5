/// What a layout calls Whisper's tensors. The two known ones differ in nothing else.
///
/// - Reference: openai/whisper `whisper/model.py`; huggingface/transformers `models/whisper/modeling_whisper.py`.
struct WhisperNames: Sendable, Equatable {
  /// In front of every name.
  var prefix = ""
  var positions: String, embedding: String
  var encoderNorm: String, decoderNorm: String
  var layers: String
  var attentionNorm: String, attention: String
  var crossNorm: String, cross: String
  var query: String, key: String, value: String, output: String
  var feedForwardNorm: String, expand: String, contract: String

  /// openai/whisper's, which whisper.cpp took over.
  static let openAI = WhisperNames(
    positions: "positional_embedding", embedding: "token_embedding.weight", encoderNorm: "ln_post", decoderNorm: "ln",
    layers: "blocks", attentionNorm: "attn_ln", attention: "attn", crossNorm: "cross_attn_ln", cross: "cross_attn",
    query: "query", key: "key", value: "value", output: "out", feedForwardNorm: "mlp_ln", expand: "mlp.0",
    contract: "mlp.2")

  /// Hugging Face's.
  static let huggingFace = WhisperNames(
    positions: "embed_positions.weight", embedding: "embed_tokens.weight", encoderNorm: "layer_norm",
    decoderNorm: "layer_norm", layers: "layers", attentionNorm: "self_attn_layer_norm", attention: "self_attn",
    crossNorm: "encoder_attn_layer_norm", cross: "encoder_attn", query: "q_proj", key: "k_proj", value: "v_proj",
    output: "out_proj", feedForwardNorm: "final_layer_norm", expand: "fc1", contract: "fc2")

  /// The layout, by the name that the word vectors have; nil when none of them fits.
  static func found(where isPresent: (String) -> Bool) -> WhisperNames? {
    for names in [openAI, huggingFace] {
      for prefix in ["", "model."] {
        var candidate = names
        candidate.prefix = prefix
        if isPresent(candidate.decoder(candidate.embedding)) { return candidate }
      }
    }
    return nil
  }

  func encoder(_ name: String) -> String { "\(prefix)encoder.\(name)" }
  func decoder(_ name: String) -> String { "\(prefix)decoder.\(name)" }
}
