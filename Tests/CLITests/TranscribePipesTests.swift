import Foundation
import TestSupport
import Testing

/// `dragoman transcribe` and what may never come, and several results in one output.
@Suite(.serialized) struct TranscribePipesTests {
  let command: BuiltCommand
  init() throws { command = try BuiltCommand(sharesPrepared: true) }

  func path(_ name: String) -> String { command.folder.appending(path: name).path }

  @Test func pipesInFoldersAreToldAndPassedOver() throws {
    defer { command.clean() }
    let folder = command.folder.appending(path: "d")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try FileManager.default.copyItem(
      at: URL(filePath: TranscribeCommandTests.short), to: folder.appending(path: "b.flac"))
    #expect(mkfifo(path("d/a.wav"), 0o600) == 0)
    let result = try command.run(
      ["transcribe", path("d"), "--model", "whisper-tiny.en"], environment: TranscribeCommandTests.pulled)
    #expect(result.status == 0 && result.output.lowercased().contains("archive"), "\(result)")
    #expect(result.errors.contains("a.wav: no file"), "\(result.errors)")
  }

  /// Nobody opens the pipe; somebody opens it and writes nothing; a stream stops in its middle.
  @Test(arguments: [(SIGINT, 130), (SIGTERM, 143)] as [(Int32, Int32)], ["opening", "silent", "stalled", "container"])
  func theFirstSignalEndsWaiting(_ signal: (number: Int32, status: Int32), _ way: String) throws {
    defer { command.clean() }
    #expect(mkfifo(path("pipe"), 0o600) == 0)
    let process = command.process(
      [
        "transcribe", path("pipe"), TranscribeCommandTests.short, "--model", "whisper-tiny.en", "--output-dir",
        path("out"),
      ],
      environment: TranscribeCommandTests.pulled)
    let errors = Pipe()
    process.standardError = errors
    // Open for reading and writing, so that it waits for nobody.
    let writer = way == "opening" ? nil : FileHandle(forUpdatingAtPath: path("pipe"))
    switch way {
    case "stalled":
      // A WAV of a length that nobody knows, and two seconds of it.
      var bytes = Data("RIFF".utf8) + Data(repeating: 0xFF, count: 4) + Data("WAVEfmt ".utf8)
      bytes += [16, 0, 0, 0, 1, 0, 1, 0, 0x80, 0x3E, 0, 0, 0, 0x7D, 0, 0, 2, 0, 16, 0] + Data("data".utf8)
      try writer?.write(contentsOf: bytes + Data(repeating: 0xFF, count: 4) + Data(repeating: 0, count: 60_000))
    case "container":
      try writer?.write(contentsOf: Data(contentsOf: URL(filePath: TranscribeCommandTests.short)).prefix(8_000))
    default: break
    }
    try process.run()
    // Once the folder is there, signals are watched.
    for _ in 0..<600 where !FileManager.default.fileExists(atPath: path("out")) { usleep(10_000) }
    usleep(500_000)
    #expect(process.isRunning)
    let start = Date()
    kill(process.processIdentifier, signal.number)
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == signal.status)
    #expect(Date().timeIntervalSince(start) < 5)
    #expect(try FileManager.default.contentsOfDirectory(atPath: path("out")).isEmpty)
    try writer?.close()
  }

  @Test func severalResultsAreOneFileOfSubtitles() throws {
    defer { command.clean() }
    let inputs = [TranscribeCommandTests.meeting, TranscribeCommandTests.short, TranscribeCommandTests.short]
    func run(_ format: String) throws -> String {
      try command.run(
        ["transcribe", "--model", "whisper-tiny.en", "--beam", "1", "--format", format] + inputs,
        environment: TranscribeCommandTests.pulled
      ).output
    }
    let cues = try run("srt").components(separatedBy: "\n\n").map { $0.split(separator: "\n") }
    #expect(cues.map { Int($0[0]) } == cues.indices.map { $0 + 1 })
    #expect(cues.allSatisfy { $0.count >= 3 && $0[1].contains(" --> ") } && cues.count > 4)
    let blocks = try run("vtt").components(separatedBy: "\n\n")
    #expect(blocks.count { $0.contains("WEBVTT") } == 1 && blocks.dropFirst().allSatisfy { $0.contains(" --> ") })
    #expect(try run("tsv").components(separatedBy: "start\tend").count == 2)
  }

  @Test(arguments: [
    (["--patience", "-1"], "--patience takes a number above 0, to 10."),
    (["--vad-padding", "-1"], "--vad-padding takes 0 to 10 seconds."),
    (["--vad-silence", "-0.5"], "--vad-silence takes 0 to 60 seconds."),
    (["--vad-threshold", "-1"], "--vad-threshold takes 0.01 to 0.99."),
    (["--best-of", "-1"], "--best-of takes 1 to 32."),
    (["--length-penalty", "-1"], "--length-penalty takes 0 to 1."), (["--beam", "-1"], "--beam takes 1 to 32."),
    (["--threads", "-1"], "--threads takes 1 to 1024."),
    (["--temperature", "-1"], "--temperature takes numbers from 0"),
  ]) func numbersBelowTheirRangeAreNamed(arguments: [String], message: String) throws {
    defer { command.clean() }
    let result = try command.run(["transcribe", "-"] + arguments)
    #expect(result.status == 64 && result.errors.contains(message), "\(result.errors)")
  }

  @Test func moreThreadsThanProcessorsAreNotUsed() throws {
    defer { command.clean() }
    let result = try command.run(
      ["translate", "--threads", "999", "Good morning."], environment: TranscribeCommandTests.pulled)
    #expect(result.status == 0 && result.output == "Bom dia.\n")
    #expect(
      result.errors.contains("--threads 999")
        && result.errors.contains("; \(ProcessInfo.processInfo.activeProcessorCount) "), "\(result.errors)")
  }
}
