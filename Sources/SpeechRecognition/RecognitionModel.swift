public import Foundation
internal import ModelFormats
internal import Tensors

/// A speech recognition model: mapped and prepared once, shared by any number of sessions.
public final class RecognitionModel: Sendable {
  /// The name of the folder that it came from.
  public let name: String
  let weights: WhisperWeights
  let vocabulary: Vocabulary
  let filter: LogitFilter

  /// Opens a model folder: CTranslate2's `model.bin` (float32, float16 or int8) with `vocabulary.txt` or `.json`.
  ///
  /// Half-precision weights are used where they lie in the mapped file; nothing is copied that need not be.
  ///
  /// - Throws: `RecognitionError` when the folder holds no such model or a file in it is damaged.
  public init(contentsOf folder: URL) throws(RecognitionError) {
    name = folder.lastPathComponent
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: folder.path, isDirectory: &isFolder) else {
      throw .modelMissing(path: folder.path)
    }
    let binary = folder.appending(path: "model.bin")
    guard isFolder.boolValue, FileManager.default.fileExists(atPath: binary.path) else {
      throw .notARecognitionModel(path: folder.path, reason: "it is not a folder with a model.bin")
    }
    do {
      weights = try WhisperWeights(cTranslate2: CTranslate2File.read(binary, specification: "WhisperSpec"))
    } catch {
      throw .file(error)
    }
    vocabulary = try Vocabulary(folder: folder)
    guard vocabulary.count == weights.dimensions.vocabulary else {
      throw .vocabularyMismatch(
        path: folder.path, expected: weights.dimensions.vocabulary, found: vocabulary.count)
    }
    filter = LogitFilter(vocabulary: vocabulary, encoder: BytePairEncoder(vocabulary: vocabulary))
  }

  /// Whether it knows more than English, and can translate into English.
  public var isMultilingual: Bool { vocabulary.isMultilingual }

  /// Language codes that it understands.
  public var languages: [String] { isMultilingual ? vocabulary.languages : ["en"] }

  /// Refuses what this model cannot do, before any work starts.
  ///
  /// - Throws: `RecognitionError.englishOnly`, `.unknownLanguage` or `.cannotTranslate`.
  public func validate(_ options: RecognitionOptions) throws(RecognitionError) {
    if let language = options.language, !languages.contains(language) {
      throw isMultilingual
        ? .unknownLanguage(model: name, language: language) : .englishOnly(model: name, language: language)
    }
    if options.task == .translate && !isMultilingual { throw .cannotTranslate(model: name) }
  }
}
