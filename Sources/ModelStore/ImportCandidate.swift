public import Foundation
internal import ModelFormats

/// A model that a user already has, recognised by the files that it consists of. Nothing of it is opened yet.
public struct ImportCandidate: Sendable, Equatable {
  /// How a model's files are laid out.
  public enum Layout: String, Sendable, Codable, CaseIterable {
    /// `model.bin` of CTranslate2 with a vocabulary.
    case cTranslate2Whisper = "ctranslate2-whisper"
    /// One `ggml-*.bin` of whisper.cpp.
    case ggmlWhisper = "ggml-whisper"
    /// Safetensors under Hugging Face's or openai/whisper's names, with a vocabulary.
    case safetensorsWhisper = "safetensors-whisper"
    /// A student of Firefox Translations: `model.*.intgemm.alphas.bin`, `vocab.*.spm`, `lex.*.s2t.bin`.
    case firefox
    /// OPUS-MT as Hugging Face has it: `model.safetensors`, `source.spm`, `target.spm`, `vocab.json`.
    case opusSafetensors = "opus-mt-safetensors"
    /// OPUS-MT as Marian has it: `*.npz` and `decoder.yml`.
    case opusMarian = "opus-mt-marian"

    /// What a model of this layout is for.
    public var kind: ModelKind {
      switch self {
      case .cTranslate2Whisper, .ggmlWhisper, .safetensorsWhisper: .recognition
      case .firefox, .opusSafetensors, .opusMarian: .translation
      }
    }
  }

  /// How the files are laid out.
  public let layout: Layout
  /// What is copied: the weights, and the small files beside them.
  public let files: [URL]
  /// Name for the store, made from the name of the folder or file.
  public let identifier: String
  /// Languages of a translation model, as far as its files or its name tell, in the model's own spelling.
  public var from: String?, to: String?

  /// Looks at the names in a folder, at its settings, and at the first bytes of `.bin` files.
  ///
  /// - Parameter url: a model's folder, or a ggml file.
  /// - Throws: `StoreError.notImportable`, which says what was found and what to do.
  public init(at url: URL) throws(StoreError) {
    let url = url.standardizedFileURL
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
      throw .notImportable(path: url.path, reason: "there is nothing; check the path")
    }
    guard isFolder.boolValue else {
      guard GGMLWhisperFile.isOne(url) else {
        throw .notImportable(
          path: url.path, reason: "it is no ggml model of whisper.cpp; of other models name the folder, not a file")
      }
      (layout, files) = (.ggmlWhisper, [url])
      identifier = Self.identifier(from: url.deletingPathExtension().lastPathComponent)
      return
    }
    let folder = try ImportFolder(url)
    let (layout, weights) = try folder.recognize()
    self.layout = layout
    // A folder of whisper.cpp's holds other things too, and the one file needs none of them.
    files = (layout == .ggmlWhisper ? weights : weights + folder.companions).map(folder.file)
    if layout.kind == .translation { (from, to) = folder.languages(layout) }
    if layout == .ggmlWhisper, let name = weights.first {
      identifier = Self.identifier(from: String(name.dropLast(4)))
    } else if layout == .firefox, let from, let to {
      identifier = "firefox-\(from)-\(to)"
    } else {
      identifier = Self.identifier(from: folder.name)
    }
  }

  /// The text with whatever cannot be in a name of the store replaced.
  private static func identifier(from name: String) -> String {
    let kept = name.map { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) ? $0 : "-" }
    let text = String(String(kept).drop { $0 == "." }.prefix(128))
    return text.isEmpty ? "model" : text
  }
}
