internal import CKernels
public import Foundation
internal import ModelFormats
public import Tensors

/// A translation model of the Bergamot kind: a Marian student in int8 with fixed activation multipliers, its SentencePiece
/// vocabularies and, where there is one, its lexical shortlist. Immutable: many sessions share one model.
public final class TranslationModel: Sendable {
  /// The folder's name, such as `firefox-en-pt`.
  public let name: String

  let kernels: Kernels
  let architecture: Architecture
  let sourceVocabulary: Vocabulary
  let targetVocabulary: Vocabulary
  let sharesVocabulary: Bool
  let shortlist: LexicalShortlist?
  let sourceEmbedding: Embedding
  let targetEmbedding: Embedding
  let encoder: [EncoderLayer]
  let decoder: [DecoderLayer]
  /// The output layer multiplies with this, `[word, channel]`; tied to the target's word vectors in most models.
  let outputWeights: Constants<Int8>
  let outputBias: Constants<Float>
  let outputInputMultiplier: Float
  let outputMultiplier: Float

  /// Loads `model.*.intgemm.alphas.bin`, `vocab.*.spm` (or `srcvocab.*.spm` and `trgvocab.*.spm`) and `lex.*.s2t.bin`.
  ///
  /// - Parameters:
  ///   - folder: the model's folder.
  ///   - kernels: the instruction set to compute with.
  /// - Throws: `TranslationError` when a file is missing, damaged, or of an architecture that is not supported.
  public init(contentsOf folder: URL, kernels: Kernels = .best) throws(TranslationError) {
    let files = try ModelFolder(folder)
    let file: MarianFile
    do { file = try MarianFile(contentsOf: files.model) } catch { throw .file(error) }
    let path = files.model.path
    let architecture = try Architecture(configuration: file.configuration, path: path)
    let channels = architecture.channels
    let reader = WeightReader(file: file, channels: channels)

    let sourceVocabulary = try Vocabulary(contentsOf: files.sourceVocabulary)
    sharesVocabulary = files.sourceVocabulary == files.targetVocabulary
    let targetVocabulary = sharesVocabulary ? sourceVocabulary : try Vocabulary(contentsOf: files.targetVocabulary)
    let tied = file.tensors.find("Wemb") != nil
    // Marian pads nothing: the vocabulary file and the word vectors have the same number of words.
    sourceEmbedding = try reader.embedding(tied ? "Wemb" : "encoder_Wemb", words: sourceVocabulary.count)
    targetEmbedding = tied ? sourceEmbedding : try reader.embedding("decoder_Wemb", words: targetVocabulary.count)
    guard targetEmbedding.count == targetVocabulary.count else {
      throw .vocabulary(
        path: files.targetVocabulary.path,
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

    if let url = files.shortlist {
      let list: LexicalShortlist
      do { list = try LexicalShortlist(contentsOf: url, targetCount: targetVocabulary.count) } catch {
        throw .file(error)
      }
      guard list.sourceCount == sourceVocabulary.count else {
        throw .file(
          .malformed(
            path: url.path, what: "it lists \(list.sourceCount) source words, the model has \(sourceVocabulary.count)"))
      }
      shortlist = list
    } else {
      shortlist = nil
    }
    name = folder.lastPathComponent
    self.kernels = kernels
    self.architecture = architecture
    (self.sourceVocabulary, self.targetVocabulary) = (sourceVocabulary, targetVocabulary)
    (self.encoder, self.decoder) = (encoder, decoder)
  }
}

/// The files of a model folder, found by their patterns.
struct ModelFolder {
  let model: URL
  let sourceVocabulary: URL
  let targetVocabulary: URL
  let shortlist: URL?

  init(_ folder: URL) throws(TranslationError) {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    } catch {
      throw .folderUnreadable(path: folder.path)
    }
    func one(_ pattern: String, prefix: String, suffix: String) throws(TranslationError) -> URL? {
      let found = names.filter { $0.hasPrefix(prefix) && $0.hasSuffix(suffix) }
      guard found.count <= 1 else { throw .ambiguousFile(folder: folder.path, pattern: pattern, found: found) }
      return found.first.map { folder.appendingPathComponent($0) }
    }
    func required(_ pattern: String, prefix: String, suffix: String) throws(TranslationError) -> URL {
      guard let url = try one(pattern, prefix: prefix, suffix: suffix) else {
        throw .missingFile(folder: folder.path, pattern: pattern)
      }
      return url
    }
    model = try required("model.*.intgemm.alphas.bin", prefix: "model.", suffix: ".intgemm.alphas.bin")
    if let shared = try one("vocab.*.spm", prefix: "vocab.", suffix: ".spm") {
      (sourceVocabulary, targetVocabulary) = (shared, shared)
    } else if let source = try one("srcvocab.*.spm", prefix: "srcvocab.", suffix: ".spm") {
      sourceVocabulary = source
      targetVocabulary = try required("trgvocab.*.spm", prefix: "trgvocab.", suffix: ".spm")
    } else {
      throw .missingFile(folder: folder.path, pattern: "vocab.*.spm")
    }
    shortlist = try one("lex.*.s2t.bin", prefix: "lex.", suffix: ".s2t.bin")
  }
}
