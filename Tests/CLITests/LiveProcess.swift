import Evaluation
import Foundation
import Testing

/// A `dragoman live` that runs beside the test, its streams in files that can be looked at meanwhile.
final class LiveProcess {
  let process: Process
  let output: URL, errors: URL

  /// Starts it.
  init(
    _ command: BuiltCommand, _ arguments: [String], environment: [String: String] = TranscribeCommandTests.pulled,
    input: Any? = nil
  ) throws {
    process = command.process(["live"] + arguments, environment: environment)
    output = command.folder.appending(path: "live-out-\(UUID().uuidString)")
    errors = command.folder.appending(path: "live-err-\(UUID().uuidString)")
    for file in [output, errors] { try Data().write(to: file) }
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: errors)
    if let input { process.standardInput = input }
    try process.run()
  }

  deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

  /// The whole lines that it has printed so far.
  var lines: [String] {
    let text = String(decoding: (try? Data(contentsOf: output)) ?? Data(), as: UTF8.self)
    return text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
  }

  /// What it has said on standard error so far.
  var messages: String { String(decoding: (try? Data(contentsOf: errors)) ?? Data(), as: UTF8.self) }

  /// The events of `--format jsonl`; what is no event fails.
  func log() throws -> LiveLog { try LiveLog(Data(lines.map { $0 + "\n" }.joined().utf8)) }

  /// Waits until something is so; false when it is not in time, or the process has ended before.
  func wait(_ seconds: Double, until isSo: (LiveProcess) throws -> Bool) rethrows -> Bool {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < deadline {
      let isRunning = process.isRunning
      if try isSo(self) { return true }
      guard isRunning else { return false }
      usleep(50_000)
    }
    return false
  }

  /// Waits for the end and gives the exit status as a shell has it; kills and gives nil when it does not come.
  func status(within seconds: Double) -> Int32? {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while process.isRunning, ContinuousClock.now < deadline { usleep(20_000) }
    guard !process.isRunning else {
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      return nil
    }
    return process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus
  }

  func signal(_ number: Int32) { kill(process.processIdentifier, number) }
}

/// Files of a live session, looked at as any other program would.
enum LiveSaved {
  /// The texts in a file, cue by cue or line by line; records an issue where the file is not valid.
  static func texts(_ file: URL) throws -> [String] {
    let text = String(decoding: try Data(contentsOf: file), as: UTF8.self)
    switch file.pathExtension {
    case "txt": return text.split(separator: "\n").map(String.init)
    case "tsv":
      let rows = text.split(separator: "\n").map { $0.split(separator: "\t", omittingEmptySubsequences: false) }
      #expect(rows.first?.prefix(3) == ["start", "end", "text"], "\(text)")
      for row in rows { #expect(row.count == rows[0].count, "\(row)") }
      return rows.dropFirst().map { String($0[2]) }
    case "jsonl":
      return try text.split(separator: "\n").map { try segment(try JSONSerialization.jsonObject(with: Data($0.utf8))) }
    case "json":
      let object = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
      return try #require(object["segments"] as? [Any]).map(segment)
    default: return try cues(text, isVTT: file.pathExtension == "vtt")
    }
  }

  /// Whether all words of a sentence are there; cues of two languages stand between each other.
  static func has(_ sentence: String, in texts: String) -> Bool {
    let words = Set(texts.split(separator: " "))
    return sentence.split(separator: " ").allSatisfy(words.contains)
  }

  private static func segment(_ object: Any) throws -> String {
    try #require((object as? [String: Any])?["text"] as? String)
  }

  private static func cues(_ text: String, isVTT: Bool) throws -> [String] {
    var blocks = text.components(separatedBy: "\n\n").filter { !$0.allSatisfy(\.isWhitespace) }
    if isVTT { #expect(blocks.removeFirst().hasPrefix("WEBVTT"), "\(text)") }
    var lastEnd = ""
    return try blocks.enumerated().map { index, block in
      var lines = block.split(separator: "\n").map(String.init)
      if !isVTT { #expect(lines.removeFirst() == "\(index + 1)", "\(block)") }
      let times = lines.removeFirst().components(separatedBy: " --> ")
      try #require(times.count == 2, "\(block)")
      // Fixed widths: what is later is greater.
      #expect(times[0] >= lastEnd && times[0] < times[1], "\(block)")
      lastEnd = times[1]
      #expect(!lines.isEmpty, "a cue without text")
      return lines.joined(separator: " ")
    }
  }
}
