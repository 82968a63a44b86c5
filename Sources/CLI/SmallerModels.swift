internal import Foundation
internal import ModelStore
internal import SpeechRecognition
internal import Synchronization
internal import Tensors

/// The pulled and imported recognition models that are smaller than the chosen one, for when a machine is too slow for that.
final class SmallerModels: Sendable {
  private let store: ModelStore, chosen: RecognitionModel, folder: URL
  private let prepared: PreparedModels?, kernels: Kernels
  /// Opened when they are first asked for.
  private let opened = Mutex<[RecognitionModel]?>(nil)

  /// - Parameters:
  ///   - folder: of the chosen model, or its one file.
  ///   - prepared: where they are mapped from once they are prepared.
  init(
    than chosen: RecognitionModel, at folder: URL, store: ModelStore, prepared: PreparedModels?, kernels: Kernels
  ) {
    (self.chosen, self.folder, self.store) = (chosen, folder, store)
    (self.prepared, self.kernels) = (prepared, kernels)
  }

  /// The smallest of them that can go on for the chosen one, an English one for English; nil where there is none.
  func best(for options: RecognitionOptions) -> RecognitionModel? {
    let models = opened.withLock { opened in
      if let opened { return opened }
      let models = open()
      opened = models
      return models
    }
    return models.filter { $0.canReplace(chosen, options) }.min {
      ($0.work, $0.isMultilingual ? 1 : 0) < ($1.work, $1.isMultilingual ? 1 : 0)
    }
  }

  /// What cannot be opened is none: it is not what was asked for.
  private func open() -> [RecognitionModel] {
    // By their files, for models are prepared when they are first opened. Formats differ by up to this factor.
    let limit = 2 * bytes(of: folder)
    return store.installed().filter { model in
      let kind = store.catalogue.entry(model.id)?.kind ?? model.manifest?.kind
      return kind == .recognition && model.missingFiles.isEmpty && model.byteCount < limit && model.id != chosen.name
    }.compactMap {
      try? RecognitionModel(
        contentsOf: $0.directory, precision: chosen.precision, prepared: prepared, kernels: kernels)
    }
  }

  private func bytes(of url: URL) -> Int {
    let files = FileManager.default
    let names = (try? files.subpathsOfDirectory(atPath: url.path)) ?? []
    let paths = names.isEmpty ? [url.path] : names.map { url.appending(path: $0).path }
    return paths.reduce(0) { $0 + ((try? files.attributesOfItem(atPath: $1)[.size] as? Int) ?? 0) }
  }
}
