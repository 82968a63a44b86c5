internal import ArgumentParser
internal import Evaluation
internal import Foundation
internal import Tensors
internal import Transcripts

extension BenchOutput {
  /// Refuses places that cannot be written to before work starts.
  func check() throws(Failure) { try Self.check([output, report, journal]) }

  /// The same of any files.
  static func check(_ paths: [String?]) throws(Failure) {
    for path in paths.compactMap(\.self) {
      let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
      guard access(folder, W_OK | X_OK) == 0 else {
        throw Failure(.cannotCreate, "cannot write \(path): \(String(cString: strerror(errno))); choose another place")
      }
    }
  }

  /// The journal of this command; in the cache folder where no place was named.
  ///
  /// - Parameter sets: the sets as the user named them, which the place in the cache is named after.
  func openJournal(for sets: [String]) throws -> BenchJournal {
    if let journalPath { return try BenchJournal(path: journalPath) }
    let folder = (CacheFolder.url() ?? URL(fileURLWithPath: "/tmp/.cache/dragoman")).appending(path: "bench")
    try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let places = sets.map { URL(fileURLWithPath: $0).standardizedFileURL.path }
    // FNV-1a over the places.
    let hash = places.joined(separator: "\n").utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) {
      ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3
    }
    return try BenchJournal(path: folder.appending(path: String(hash, radix: 16) + ".jsonl").path)
  }

  /// Writes what is wanted, shows the table, and takes the journal away.
  ///
  /// - Throws: `Failure` when no utterance at all could be worked on.
  func finish(_ runs: [BenchRun], ruler: Ruler, journal: BenchJournal?) throws {
    let result = BenchResult(environment: Self.environment, ruler: ruler, runs: runs)
    try Self.write(result, comparisons: [], ruler: ruler, output: output, report: report)
    try StandardOutput.write(
      BenchTable.text(
        of: result, width: Terminal.current.isOutputInteractive ? Terminal.columns : nil))
    journal?.remove()
    for run in runs where !run.failures.isEmpty {
      StandardError.write("dragoman: \(run.system): \(run.failures.count) utterances failed and are not scored\n")
    }
    if runs.allSatisfy({ $0.utterances.isEmpty }) { throw Failure(.badData, "no utterance could be worked on") }
  }

  /// Writes the result and the report where they are wanted.
  static func write(
    _ result: BenchResult, comparisons: [BenchComparison], ruler: Ruler, output: String? = nil, report: String?
  ) throws {
    if let output { try AtomicFile.write(try json(result), to: output) }
    if let report {
      let html = BenchReport(result, comparisons: comparisons, ruler: ruler, audio: BenchAudio().audio).html
      try AtomicFile.write(html, to: report)
    }
  }

  /// Any part of a result as indented JSON.
  static func json(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self) + "\n"
  }

  /// Where and by what results are made.
  static var environment: [String: String] {
    let processors = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let name = processors.split(separator: "\n").first { $0.hasPrefix("model name") }?.split(separator: ":").last
    return [
      "program": "dragoman \(DragomanCommand.version)", "date": Date.now.formatted(.iso8601),
      "instruction set": (try? Kernels.requested())?.name ?? "",
      "processor": name.map { $0.trimmingCharacters(in: .whitespaces) } ?? "unknown",
      "processors": String(ProcessInfo.processInfo.activeProcessorCount),
      "system": ProcessInfo.processInfo.operatingSystemVersionString,
    ]
  }
}
