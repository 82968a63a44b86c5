internal import Foundation
internal import ModelFormats
internal import Tensors

/// What a recognition model is made of, whichever files it comes from.
struct RecognitionParts {
  var weights: WhisperWeights
  var vocabulary: Vocabulary
  /// The heads that follow the audio.
  var alignmentHeads: [AlignmentHead]
  /// The silence behind windows, where it was encoded beforehand.
  var silentTail: SilentTail?

  init(weights: WhisperWeights, vocabulary: Vocabulary, alignmentHeads: [AlignmentHead], silentTail: SilentTail?) {
    (self.weights, self.vocabulary, self.alignmentHeads) = (weights, vocabulary, alignmentHeads)
    self.silentTail = silentTail
  }

  /// Reads the model's own files; weights are as they are stored.
  ///
  /// - Parameters:
  ///   - files: the weights of the model.
  ///   - url: its folder, or its one file.
  /// - Throws: `RecognitionError` when a file is damaged or does not fit the others.
  init(_ files: RecognitionFiles, at url: URL) throws(RecognitionError) {
    var listedHeads: [[Int]]?
    do {
      switch files {
      case .cTranslate2(let binary):
        weights = try WhisperWeights(cTranslate2: CTranslate2File.read(binary, specification: "WhisperSpec"))
        vocabulary = try Vocabulary(folder: url, for: weights.dimensions)
        listedHeads = try ModelSettings(folder: url).alignment_heads
      case .ggml(let binary):
        let file = try GGMLWhisperFile(contentsOf: binary)
        weights = try WhisperWeights(ggml: file)
        vocabulary = try Vocabulary(text: file.tokens, path: binary.path, dimensions: weights.dimensions)
      case .safetensors, .shards:
        let settings = try ModelSettings(folder: url)
        try settings.checkArchitecture(path: url.path)
        let tensors =
          if case .shards(let index) = files { try index.read() } else { try SafetensorsFile.read(files.weights[0]) }
        weights = try WhisperWeights(
          named: tensors, encoderHeads: settings.encoder_attention_heads ?? settings.n_audio_head,
          decoderHeads: settings.decoder_attention_heads ?? settings.n_text_head)
        vocabulary = try Vocabulary(folder: url, for: weights.dimensions)
        listedHeads = settings.alignment_heads
      }
    } catch let error as RecognitionError {
      throw error
    } catch let error as ModelFileError {
      throw .file(error)
    } catch {
      preconditionFailure("readers throw the two errors above: \(error)")
    }
    guard vocabulary.count == weights.dimensions.vocabulary else {
      throw .vocabularyMismatch(path: url.path, expected: weights.dimensions.vocabulary, found: vocabulary.count)
    }
    alignmentHeads =
      AlignmentHead.listed(listedHeads, in: weights.dimensions) ?? AlignmentHead.assumed(for: weights.dimensions)
  }
}
