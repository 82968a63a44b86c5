internal import ModelFormats
internal import Tensors

/// The weights of a Bergamot student: a Marian transformer with an SSRU decoder, in int8 with fixed activation multipliers.
struct StudentWeights: Sendable {
  let kernels: Kernels
  let architecture: Architecture
  let sourceEmbedding: Embedding
  let targetEmbedding: Embedding
  let encoder: [EncoderLayer]
  let decoder: [DecoderLayer]
  /// The output layer multiplies with this, `[word, channel]`; tied to the target's word vectors in most models.
  let outputWeights: Constants<Int8>
  let outputBias: Constants<Float>
  let outputInputMultiplier: Float
  let outputMultiplier: Float

  init(
    file: MarianFile, sourceVocabulary: Vocabulary, targetVocabulary: Vocabulary, kernels: Kernels
  ) throws(TranslationError) {
    let path = file.tensors.path
    let architecture = try Architecture(configuration: file.configuration, decoder: .recurrent, path: path)
    let channels = architecture.channels
    let reader = WeightReader(file: file, channels: channels)
    let tied = file.tensors.find("Wemb") != nil
    // Marian pads nothing: the vocabulary file and the word vectors have the same number of words.
    sourceEmbedding = try reader.embedding(tied ? "Wemb" : "encoder_Wemb", words: sourceVocabulary.count)
    targetEmbedding = tied ? sourceEmbedding : try reader.embedding("decoder_Wemb", words: targetVocabulary.count)
    guard targetEmbedding.count == targetVocabulary.count else {
      throw .vocabulary(
        path: targetVocabulary.path,
        reason: "it has \(targetVocabulary.count) pieces, the model \(targetEmbedding.count) words")
    }
    var encoder: [EncoderLayer] = []
    for layer in 1...architecture.encoderDepth {
      encoder.append(
        EncoderLayer(
          attention: try reader.attention("encoder_l\(layer)_self"),
          feedForward: try reader.feedForward("encoder_l\(layer)_ffn")))
    }
    var decoder: [DecoderLayer] = []
    for layer in 1...architecture.decoderDepth {
      decoder.append(
        DecoderLayer(
          recurrence: try reader.recurrence("decoder_l\(layer)_rnn"),
          attention: try reader.attention("decoder_l\(layer)_context"),
          feedForward: try reader.feedForward("decoder_l\(layer)_ffn")))
    }
    let outputName = "decoder_ff_logit_out_W"
    if let separate = file.tensors.find(outputName) {
      guard separate.shape == [channels, targetVocabulary.count] else {
        throw .file(
          .shapeMismatch(
            path: path, tensor: outputName, expected: [channels, targetVocabulary.count], found: separate.shape))
      }
      outputWeights = Constants<Int8>(count: separate.count) { memory in
        withExtendedLifetime(separate) {
          UnsafeMutableRawPointer(memory).copyMemory(from: separate.bytes.baseAddress!, byteCount: separate.count)
        }
      }
      outputInputMultiplier = try reader.inputMultiplier(outputName)
      outputMultiplier = try reader.multiplier(outputName)
    } else {
      outputWeights = targetEmbedding.words
      // The columns that a shortlist picks from the word vectors have no name of their own: Marian calls them "none".
      outputInputMultiplier = try reader.inputMultiplier("none")
      outputMultiplier = targetEmbedding.multiplier
    }
    outputBias = try reader.floats("decoder_ff_logit_out_b", count: targetVocabulary.count)
    (self.kernels, self.architecture) = (kernels, architecture)
    (self.encoder, self.decoder) = (encoder, decoder)
  }
}
