internal import Foundation
internal import ModelFormats

/// Where a vocabulary is: a SentencePiece model and, unless its own numbering is the model's, a table of words.
struct VocabularyFiles: Equatable {
  var pieces: URL
  var words: URL?
}

/// The files of an OPUS-MT folder as Marian reads it: `decoder.yml` names the model and its vocabularies.
///
/// The vocabularies are SentencePiece models, or tables of words as `*.yml`, with the SentencePiece models beside them as `source.spm`
/// and `target.spm`.
struct MarianFolder {
  let model: URL
  let source: VocabularyFiles
  let target: VocabularyFiles

  init(_ folder: URL) throws(TranslationError) {
    let configuration = folder.appendingPathComponent("decoder.yml")
    guard let text = try? String(contentsOf: configuration, encoding: .utf8) else {
      throw .missingFile(folder: folder.path, pattern: "decoder.yml")
    }
    func named(_ key: String) throws(TranslationError) -> [URL] {
      // Marian's own paths are those of the machine where it was trained.
      let files = Self.list(key, in: text).map { folder.appendingPathComponent(($0 as NSString).lastPathComponent) }
      for file in files where !FileManager.default.fileExists(atPath: file.path) {
        throw .missingFile(folder: folder.path, pattern: file.lastPathComponent)
      }
      return files
    }
    let models = try named("models")
    guard models.count == 1 else {
      throw .unsupported(path: configuration.path, setting: "models", value: "\(models.count) models")
    }
    let vocabularies = try named("vocabs")
    guard vocabularies.count == 2 else {
      throw .unsupported(path: configuration.path, setting: "vocabs", value: "\(vocabularies.count) vocabularies")
    }
    func files(_ vocabulary: URL, _ pieces: String) throws(TranslationError) -> VocabularyFiles {
      if vocabulary.pathExtension == "spm" { return VocabularyFiles(pieces: vocabulary, words: nil) }
      let url = folder.appendingPathComponent(pieces)
      guard FileManager.default.fileExists(atPath: url.path) else {
        throw .missingFile(folder: folder.path, pattern: pieces)
      }
      return VocabularyFiles(pieces: url, words: vocabulary)
    }
    model = models[0]
    source = try files(vocabularies[0], "source.spm")
    target = try files(vocabularies[1], "target.spm")
  }

  /// The entries of a top-level list of scalars in a YAML text: `key:` and then lines that begin with a dash.
  static func list(_ key: String, in text: String) -> [String] {
    var entries: [String] = []
    var isInside = false
    for line in text.split(whereSeparator: \.isNewline) {
      let content = line.drop { $0 == " " }
      if content.hasPrefix("#") || content.isEmpty { continue }
      if isInside, content.hasPrefix("- ") {
        entries.append(content.dropFirst(2).trimmingCharacters(in: CharacterSet(charactersIn: " \"'")))
      } else {
        isInside = line.hasPrefix(key + ":")
      }
    }
    return entries
  }
}

/// An OPUS-MT folder in Hugging Face's layout: its settings, its tensors, in one file or in shards, and its vocabularies' files.
struct HuggingFaceFolder {
  let configuration: HuggingFaceConfiguration
  let tensors: NamedTensors
  let source: VocabularyFiles
  let target: VocabularyFiles

  init(_ folder: URL) throws(TranslationError) {
    func file(_ name: String) throws(TranslationError) -> URL {
      let url = folder.appendingPathComponent(name)
      guard FileManager.default.fileExists(atPath: url.path) else {
        throw .missingFile(folder: folder.path, pattern: name)
      }
      return url
    }
    let path = try file("config.json")
    do {
      configuration = try JSONDecoder().decode(HuggingFaceConfiguration.self, from: Data(contentsOf: path))
    } catch {
      throw .file(.malformed(path: path.path, what: "it is no configuration of a model"))
    }
    try configuration.validate(path: path.path)
    let index = folder.appendingPathComponent(SafetensorsIndex.name)
    let whole = folder.appendingPathComponent("model.safetensors")
    if FileManager.default.fileExists(atPath: index.path), !FileManager.default.fileExists(atPath: whole.path) {
      do { tensors = try SafetensorsIndex(contentsOf: index).read() } catch { throw .file(error) }
    } else {
      let whole = try file("model.safetensors")
      do { tensors = try SafetensorsFile.read(whole) } catch { throw .file(error) }
    }
    let words = try file("vocab.json")
    source = VocabularyFiles(pieces: try file("source.spm"), words: words)
    // Models with two vocabularies keep the target's in a file of its own.
    let shares = configuration.share_encoder_decoder_embeddings
    target = VocabularyFiles(pieces: try file("target.spm"), words: shares ? words : try file("target_vocab.json"))
  }
}
