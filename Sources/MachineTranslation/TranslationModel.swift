public import Foundation
internal import ModelFormats
public import Tensors

/// A translation model. Immutable: many sessions share one model.
///
/// Three kinds of folders are read:
/// - *Bergamot students* (Firefox): Marian in int8 with an SSRU decoder, `model.*.intgemm.alphas.bin`, `vocab.*.spm` (or
///   `srcvocab.*.spm` and `trgvocab.*.spm`) and, where there is one, the lexical shortlist `lex.*.s2t.bin`.
/// - *OPUS-MT by Hugging Face*: a Marian transformer with an attention decoder in float, `config.json` with `model_type` marian,
///   `model.safetensors`, `vocab.json` (and `target_vocab.json`), `source.spm`, `target.spm`.
/// - *OPUS-MT by Marian*: the same as `*.npz`, with `decoder.yml`, its vocabularies (`*.yml` with `source.spm` and `target.spm`, or
///   `*.spm`).
public final class TranslationModel: Sendable {
  /// The folder's name, such as `firefox-en-pt`.
  public let name: String

  let kernels: Kernels
  let sourceVocabulary: Vocabulary
  let targetVocabulary: Vocabulary
  let sharesVocabulary: Bool
  let shortlist: LexicalShortlist?
  /// The target word that is never chosen.
  let forbiddenWord: Int32
  /// What a beam does when a hypothesis ends, unless the session says otherwise.
  let ending: BeamEnding
  let weights: Weights

  enum Weights: Sendable {
    case student(StudentWeights)
    case transformer(TransformerWeights)
  }

  /// Loads the model that is in a folder.
  ///
  /// - Parameters:
  ///   - folder: the model's folder.
  ///   - kernels: the instruction set to compute with.
  /// - Throws: `TranslationError` when a file is missing, damaged, or of an architecture that is not supported.
  public init(contentsOf folder: URL, kernels: Kernels = .best) throws(TranslationError) {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    } catch {
      throw .folderUnreadable(path: folder.path)
    }
    name = folder.lastPathComponent
    self.kernels = kernels
    if names.contains("config.json") {
      let files = try HuggingFaceFolder(folder)
      sourceVocabulary = try Vocabulary(files.source)
      targetVocabulary = try Vocabulary(files.target)
      sharesVocabulary = files.source.words == files.target.words
      weights = .transformer(
        try TransformerWeights(files, sourceWords: sourceVocabulary.count, targetWords: targetVocabulary.count))
      (shortlist, forbiddenWord, ending) = (nil, files.configuration.pad_token_id, .refills)
    } else if names.contains(where: { $0.hasSuffix(".npz") }) {
      let files = try MarianFolder(folder)
      sharesVocabulary = files.source == files.target
      sourceVocabulary = try Vocabulary(files.source)
      targetVocabulary = sharesVocabulary ? sourceVocabulary : try Vocabulary(files.target)
      let file: MarianFile
      do { file = try MarianFile(archive: files.model) } catch { throw .file(error) }
      weights = .transformer(
        try TransformerWeights(file, sourceWords: sourceVocabulary.count, targetWords: targetVocabulary.count))
      (shortlist, forbiddenWord, ending) = (nil, targetVocabulary.unknown, .narrows)
    } else {
      let files = try StudentFolder(folder)
      let file: MarianFile
      do { file = try MarianFile(contentsOf: files.model) } catch { throw .file(error) }
      sourceVocabulary = try Vocabulary(contentsOf: files.sourceVocabulary)
      sharesVocabulary = files.sourceVocabulary == files.targetVocabulary
      targetVocabulary = sharesVocabulary ? sourceVocabulary : try Vocabulary(contentsOf: files.targetVocabulary)
      weights = .student(
        try StudentWeights(
          file: file, sourceVocabulary: sourceVocabulary, targetVocabulary: targetVocabulary, kernels: kernels))
      shortlist = try Self.shortlist(
        files.shortlist, sourceWords: sourceVocabulary.count, targetWords: targetVocabulary.count)
      (forbiddenWord, ending) = (targetVocabulary.unknown, .narrows)
    }
  }

  private static func shortlist(
    _ url: URL?, sourceWords: Int, targetWords: Int
  ) throws(TranslationError) -> LexicalShortlist? {
    guard let url else { return nil }
    let list: LexicalShortlist
    do { list = try LexicalShortlist(contentsOf: url, targetCount: targetWords) } catch { throw .file(error) }
    guard list.sourceCount == sourceWords else {
      throw .file(
        .malformed(path: url.path, what: "it lists \(list.sourceCount) source words, the model has \(sourceWords)"))
    }
    return list
  }

  /// Source pieces of a batch. The caches of an attention decoder grow with the beam, so that its batches shrink with it.
  func batchTokens(_ options: TranslationOptions) -> Int {
    switch weights {
    case .student: options.miniBatchTokens
    case .transformer: max(1, options.miniBatchTokens / options.beam)
    }
  }

  /// The memory in which one thread computes with the model.
  func makeNetwork(precision: ActivationPrecision) -> any TranslationNetwork {
    switch weights {
    case .student(let weights): StudentNetwork(model: weights, precision: precision)
    case .transformer(let weights): TransformerNetwork(weights, kernels: kernels)
    }
  }
}
