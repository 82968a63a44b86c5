internal import ArgumentParser
internal import Foundation
internal import MachineTranslation
internal import ModelStore
internal import SpeechRecognition
internal import Transcripts

/// `dragoman models import`.
struct ModelsImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Copy a model that you have into the store.",
    discussion: """
      Takes Whisper models (a CTranslate2 folder, a ggml-*.bin of whisper.cpp, a folder of safetensors under Hugging Face's
      or OpenAI's names) and translation models (a Firefox Translations folder, an OPUS-MT folder). The model is opened
      before it is put in place; what cannot be opened is refused and nothing is left behind.

      Examples:
        dragoman models import ~/models/ggml-small-q5_1.bin
        dragoman models import ~/.cache/huggingface/hub/models--openai--whisper-tiny/snapshots/* --name whisper-tiny
        dragoman models import opus-mt-en-de
      """)

  @Argument(help: ArgumentHelp("A model's folder, or a ggml file.", valueName: "path"), completion: .file())
  var path: String

  @Option(help: "Name in the store; without it the name of the folder or file.")
  var name: String?

  @Option(name: .customLong("from"), help: "Language that a translation model reads, if its files do not tell.")
  var source: String?

  @Option(name: .customLong("to"), help: "Language that a translation model writes, if its files do not tell.")
  var target: String?

  func run() throws {
    Interruption.watch()
    guard FileManager.default.fileExists(atPath: path) else {
      throw Failure(.noInput, "\(path): nothing is there. Check the spelling and the folder.")
    }
    var candidate = try ImportCandidate(at: URL(filePath: path))
    if candidate.layout.kind == .recognition, source != nil || target != nil {
      throw ValidationError("--from and --to are for translation models; this is a recognition model.")
    }
    candidate.from = try source.map(languageCode) ?? candidate.from.flatMap { try? LanguageCode($0).code }
    candidate.to = try target.map(languageCode) ?? candidate.to.flatMap { try? LanguageCode($0).code }
    let line = ProgressLine(label: name ?? candidate.identifier)
    defer { line.finish() }
    let store = ModelStore.current
    let (id, outcome) = try store.importModel(
      candidate, as: name, isCancelled: { Interruption.isRequested },
      progress: { bytes, total in
        line.update(
          fraction: Double(bytes) / Double(max(total, 1)), "\(Figures.bytes(bytes)) of \(Figures.bytes(total)) copied")
      },
      check: { try Self.languages(of: candidate, copiedTo: $0) })
    let folder = try store.directory(of: id)
    switch outcome {
    case .alreadyPresent: line.finish("already here, every checksum is right")
    case .installed: line.finish("imported (\(candidate.layout.rawValue)), in \(folder.path)")
    }
  }

  /// Opens the copy; the languages that it knows.
  ///
  /// - Throws: `Failure` that names the user's own files where the copy cannot be used.
  private static func languages(of candidate: ImportCandidate, copiedTo folder: URL) throws(Failure) -> [String] {
    do {
      switch candidate.layout.kind {
      case .recognition: return try RecognitionModel(contentsOf: folder, precision: .float32).languages
      case .translation, .voiceActivity:
        _ = try TranslationModel(contentsOf: folder)
        return [candidate.from, candidate.to].compactMap(\.self)
      }
    } catch {
      let own = candidate.files.first?.deletingLastPathComponent().path ?? ""
      let failure = error as? any CommandFailure
      throw Failure(failure?.exitStatus ?? .badData, "\(error)".replacing(folder.path, with: own))
    }
  }
}
