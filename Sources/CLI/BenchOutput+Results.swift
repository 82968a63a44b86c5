internal import ArgumentParser
internal import Evaluation
internal import Foundation
internal import Tensors
internal import Transcripts

extension BenchOutput {
  /// Shows the table, writes what is wanted, and takes the journal away.
  ///
  /// - Throws: `Failure` when no utterance at all could be worked on.
  func finish(_ runs: [BenchRun], ruler: Ruler, journal: BenchJournal<UtteranceResult>?) throws {
    let result = BenchResult(environment: Self.environment, ruler: ruler, runs: runs)
    let width = Terminal.current.isOutputInteractive ? Terminal.columns : nil
    // A full disk costs no table, and a reader who has gone no file.
    let shown = Result { try StandardOutput.write(BenchTable.text(of: result, width: width)) }
    for run in runs {
      Self.tell(
        run.system, of: "utterance", warned: run.utterances.count { $0.warning != nil }, failed: run.failures.count)
    }
    try Self.write(result, comparisons: [], ruler: ruler, output: output, report: report)
    try shown.get()
    journal?.remove()
    if runs.allSatisfy({ $0.utterances.isEmpty }) { throw Failure(.badData, "no utterance could be worked on") }
  }

  /// Says how many utterances or recordings of a system are scored with a warning, and how many not at all.
  static func tell(_ system: String, of noun: String, warned: Int, failed: Int) {
    func counted(_ count: Int) -> String { count == 1 ? "1 \(noun) is" : "\(count) \(noun)s are" }
    if warned > 0 { StandardError.write("dragoman: \(system): \(counted(warned)) scored with a warning\n") }
    if failed > 0 {
      StandardError.write("dragoman: \(system): \(counted(failed)) not scored: no result of them could be had\n")
    }
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
