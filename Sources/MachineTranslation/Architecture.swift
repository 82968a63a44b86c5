internal import ModelFormats

/// What `special:model.yml` says about the network.
struct Architecture: Sendable, Equatable {
  /// What stands before a decoder layer's attention to the source.
  enum Decoder {
    /// A simpler simple recurrent unit, in the students.
    case recurrent
    /// Attention to the words before.
    case attention
  }

  let encoderDepth: Int
  let decoderDepth: Int
  /// Channels of a token.
  let channels: Int
  let heads: Int
  /// The function between the two layers of a feed-forward block.
  let activation: Activation

  /// Channels of one head.
  var headChannels: Int { channels / heads }

  /// - Throws: `TranslationError.unsupported` for any setting that this engine does not compute as Marian does, and for a decoder of
  ///   the other kind.
  init(configuration: [String: String], decoder: Decoder, path: String) throws(TranslationError) {
    func require(_ setting: String, _ allowed: Set<String>, absent: String? = nil) throws(TranslationError) {
      guard let value = configuration[setting] ?? absent, allowed.contains(value) else {
        throw .unsupported(path: path, setting: setting, value: configuration[setting] ?? "(absent)")
      }
    }
    func number(_ setting: String, _ range: ClosedRange<Int>) throws(TranslationError) -> Int {
      guard let value = configuration[setting].flatMap({ Int($0) }), range.contains(value) else {
        throw .unsupported(path: path, setting: setting, value: configuration[setting] ?? "(absent)")
      }
      return value
    }
    try require("type", ["transformer"])
    switch decoder {
    case .recurrent:
      try require("transformer-decoder-autoreg", ["rnn"])
      try require("dec-cell", ["ssru"])
      try require("transformer-ffn-activation", ["relu"])
      activation = .relu
    case .attention:
      try require("transformer-decoder-autoreg", ["self-attention"], absent: "self-attention")
      let name = configuration["transformer-ffn-activation"] ?? "swish"
      guard let known = Activation(rawValue: name) else {
        throw .unsupported(path: path, setting: "transformer-ffn-activation", value: name)
      }
      activation = known
    }
    try require("transformer-preprocess", [""])
    try require("transformer-postprocess", ["dan", "an"])
    try require("transformer-postprocess-emb", ["d", ""], absent: "")
    try require("transformer-postprocess-top", [""], absent: "")
    try require("transformer-ffn-depth", ["2"], absent: "2")
    try require("transformer-decoder-ffn-depth", ["2", "0"], absent: "0")
    try require("transformer-train-position-embeddings", ["false"], absent: "false")
    try require("transformer-no-projection", ["false"], absent: "false")
    try require("transformer-tied-layers", ["[]"], absent: "[]")
    try require("layer-normalization", ["false"], absent: "false")
    try require("ulr", ["false"], absent: "false")
    try require("lemma-dim-emb", ["0"], absent: "0")
    try require("output-omit-bias", ["false"], absent: "false")
    encoderDepth = try number("enc-depth", 1...64)
    decoderDepth = try number("dec-depth", 1...64)
    channels = try number("dim-emb", 2...8192)
    heads = try number("transformer-heads", 1...256)
    guard channels % heads == 0, channels % 4 == 0 else {
      throw .unsupported(path: path, setting: "transformer-heads", value: "\(heads) heads of \(channels) channels")
    }
  }
}
