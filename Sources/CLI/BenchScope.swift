internal import Evaluation
internal import Foundation
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
    // A glossary is edited between an end and a beginning.
    if let glossary = settings["glossary"], let file = try? FileManager.default.attributesOfItem(atPath: glossary) {
      all["glossary of"] = (file[.modificationDate] as? Date)?.formatted(.iso8601)
    }
    let named = all.sorted { $0.key < $1.key }.map { "\($0)=\($1)" }.joined(separator: " ")
    return "\(DragomanCommand.version) bench \(command) \(named)"
  }

  /// Opens the journal of runs.
  ///
  /// - Parameter path: nil for a place in the cache folder, which is named after the runs.
  func openJournal<Result>(at path: String?, for runs: [String]) throws -> BenchJournal<Result> {
    if let path { return try BenchJournal(path: path, runs: Set(runs)) }
    let folder = (CacheFolder.url() ?? URL(fileURLWithPath: "/tmp/.cache/dragoman")).appending(path: "bench")
    try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    // FNV-1a over the runs.
    let hash = runs.joined(separator: "\n").utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) {
      ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3
    }
    return try BenchJournal(path: folder.appending(path: String(hash, radix: 16) + ".jsonl").path, runs: Set(runs))
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
