internal import Evaluation
internal import Foundation
internal import ModelStore
internal import Tensors

/// What a journal serves: a command with all that its results depend on beside a system's settings.
struct BenchScope {
  var command: String
  /// As `BenchData` has them.
  var sets: [String]
  var setFormat: String? = nil, source: String? = nil, limit: Int? = nil

  /// Names what results are of: program, command, sets and settings.
  func run(_ settings: [String: String]) -> String {
    let sets = sets.map { $0 == "-" ? $0 : URL(fileURLWithPath: $0).standardizedFileURL.path }
    var all = settings
    all["sets"] = sets.joined(separator: ",")
    all["instruction set"] = (try? Kernels.requested())?.name
    (all["set format"], all["from"]) = (setFormat, source)
    all["limit"] = limit.map { String($0) }
    // A glossary is edited, and models are pulled again, between an end and a beginning.
    if let glossary = settings["glossary"] { all["glossary of"] = Self.version(of: [URL(fileURLWithPath: glossary)]) }
    all["models of"] = Self.version(of: models(settings))
    let named = all.sorted { $0.key < $1.key }.map { "\($0)=\($1)" }.joined(separator: " ")
    return "\(DragomanCommand.version) bench \(command) \(named)"
  }

  /// Folders of all models that results may depend on; those that are not there are missed when work begins.
  private func models(_ settings: [String: String]) -> [URL] {
    let store = ModelStore.current
    var names = [settings["model"] ?? ""]
    if command == "translation" {
      names = names[0].split { ",+".contains($0) }.map(String.init)
    } else {
      names.append("silero-vad")
      // Which of them translate, the languages that are heard decide: any into the target, or into English on the way there.
      names +=
        settings["to"].map { target in
          store.translationModels().filter { $0.isInstalled && [target, "en"].contains($0.to) }.map(\.id)
        } ?? []
    }
    return names.compactMap { try? store.folder(named: $0) }
  }

  /// Tells files from others that take their places, by their names, sizes and times; nil where there are none.
  private static func version(of places: [URL]) -> String? {
    let files = places.flatMap { place in
      let names = (try? FileManager.default.subpathsOfDirectory(atPath: place.path)) ?? []
      return names.isEmpty ? [place.path] : names.sorted().map { place.appending(path: $0).path }
    }
    let versions = files.compactMap { path -> String? in
      var status = stat()
      guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
      return "\(path) \(status.st_size) \(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
    }
    return versions.isEmpty ? nil : hash(versions.joined(separator: "\n"))
  }

  /// FNV-1a.
  private static func hash(_ text: String) -> String {
    let hash = text.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
    return String(hash, radix: 16)
  }

  /// Opens the journal of runs.
  ///
  /// - Parameter path: nil for a place in the cache folder, which is named after the runs.
  func openJournal<Result>(at path: String?, for runs: [String]) throws -> BenchJournal<Result> {
    if let path { return try BenchJournal(path: path, runs: Set(runs)) }
    let folder = (CacheFolder.url() ?? URL(fileURLWithPath: "/tmp/.cache/dragoman")).appending(path: "bench")
    try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let name = Self.hash(runs.joined(separator: "\n")) + ".jsonl"
    return try BenchJournal(path: folder.appending(path: name).path, runs: Set(runs))
  }
}

extension BenchData {
  /// What the journal of a command over this data serves.
  func scope(of command: String) -> BenchScope {
    BenchScope(command: command, sets: sets, setFormat: setFormat, source: source, limit: limit)
  }
}

extension BenchJournalError: CommandFailure {
  var message: String? { description }
  var exitStatus: ExitStatus {
    switch self {
    case .unwritable, .notAJournal, .ofAnotherRun: .cannotCreate
    case .inUse: .unavailable
    }
  }
}
