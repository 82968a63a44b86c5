internal import Foundation
internal import ModelFormats

/// The weights of a Whisper model, found by what stands in its folder.
enum RecognitionFiles: Equatable {
  /// CTranslate2's `model.bin`.
  case cTranslate2(URL)
  /// One file of whisper.cpp's, which holds the vocabulary too.
  case ggml(URL)
  /// Hugging Face's or openai/whisper's tensors in one file.
  case safetensors(URL)
  /// The same in shards.
  case shards(SafetensorsIndex)

  /// Looks at names, and at the first bytes of files that end in `.bin`.
  ///
  /// - Parameter url: a folder, or a ggml file.
  /// - Throws: `RecognitionError.modelMissing` or `.notARecognitionModel`.
  init(at url: URL) throws(RecognitionError) {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
      throw .modelMissing(path: url.path)
    }
    guard isFolder.boolValue else {
      guard GGMLWhisperFile.isOne(url) else {
        throw .notARecognitionModel(path: url.path, reason: "it is neither a folder nor a ggml model")
      }
      self = .ggml(url)
      return
    }
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []).sorted()
    func file(_ name: String) -> URL { url.appending(path: name) }
    let ggml = names.filter { $0.hasSuffix(".bin") && GGMLWhisperFile.isOne(file($0)) }
    guard ggml.count <= 1 else {
      throw .notARecognitionModel(
        path: url.path, reason: "it holds several models, \(ggml.joined(separator: ", ")); name one of these files")
    }
    if let name = ggml.first {
      self = .ggml(file(name))
    } else if names.contains("model.bin") {
      self = .cTranslate2(file("model.bin"))
    } else if names.contains("model.safetensors") {
      self = .safetensors(file("model.safetensors"))
    } else if names.contains(SafetensorsIndex.name) {
      do { self = .shards(try SafetensorsIndex(contentsOf: file(SafetensorsIndex.name))) } catch { throw .file(error) }
    } else {
      let loose = names.filter { $0.hasSuffix(".safetensors") }
      guard loose.count <= 1 else {
        throw .notARecognitionModel(
          path: url.path, reason: "it holds \(loose.joined(separator: ", ")) and no \(SafetensorsIndex.name)")
      }
      guard let name = loose.first else { throw Self.nothing(in: url, names: names) }
      self = .safetensors(file(name))
    }
  }

  /// The files that hold weights, and the index of shards.
  var weights: [URL] {
    switch self {
    case .cTranslate2(let file), .ggml(let file), .safetensors(let file): [file]
    case .shards(let index): [index.url] + index.shards
    }
  }

  /// Files beside the weights that a model may have: vocabularies and settings.
  static let namesBesideWeights =
    VocabularyFile.names + [VocabularyFile.addedTokens] + ModelSettings.names

  /// The name of the model's folder, or of a ggml file that was named by itself.
  func modelName(at url: URL) -> String {
    if case .ggml(let binary) = self, binary == url { return url.deletingPathExtension().lastPathComponent }
    return url.lastPathComponent
  }

  private static func nothing(in folder: URL, names: [String]) -> RecognitionError {
    let pickles = names.filter { $0 == "pytorch_model.bin" || $0.hasSuffix(".pt") || $0.hasSuffix(".pth") }
    let reason =
      pickles.isEmpty
      ? "it has neither model.bin, ggml-*.bin nor *.safetensors"
      : "\(pickles.joined(separator: ", ")) is a Python pickle, which is not read; save the weights as safetensors"
    return .notARecognitionModel(path: folder.path, reason: reason)
  }
}
