import Foundation
import Testing

/// `dragoman translate` as a user runs it.
@Suite(.serialized) struct TranslateCommandTests {
  let command: BuiltCommand
  init() throws { command = try BuiltCommand() }

  func run(_ arguments: String..., input: Data) throws -> BuiltCommand.Result {
    let file = command.folder.appending(path: "input-\(UUID().uuidString)")
    try input.write(to: file)
    return try command.run(
      ["translate"] + arguments, environment: TranscribeCommandTests.pulled,
      input: FileHandle(forReadingFrom: file))
  }

  @Test func lineForLine() throws {
    defer { command.clean() }
    let result = try run("--from", "en", "--to", "pt", "-", input: Data("Good morning.\n\n  \nThank you.".utf8))
    let lines = result.output.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(result.status == 0 && lines.count == 5, "\(result.output)")
    #expect(lines[0] == "Bom dia." && lines[1].isEmpty && lines[2].allSatisfy(\.isWhitespace))
    #expect(lines[3].contains("brigad"))
  }

  @Test func argumentsAndTheOtherDirection() throws {
    defer { command.clean() }
    let result = try command.run(
      ["translate", "--from", "pt", "--to", "en", "Bom dia.", "Obrigado."], environment: TranscribeCommandTests.pulled)
    #expect(result.status == 0 && result.output.split(separator: "\n").count == 2)
    #expect(result.output.lowercased().contains("morning"))
  }

  @Test func brokenTextIsReportedLineByLine() throws {
    defer { command.clean() }
    let result = try run(input: Data("Good morning.\n".utf8) + [0xC3, 0x28, 10] + Data("Thank you.\n".utf8))
    #expect(result.status == 65 && result.errors.contains("line 2"))
    let lines = result.output.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count == 4 && lines[1].isEmpty && !lines[2].isEmpty)
  }

  @Test func aMegabyteWithoutAFullStop() throws {
    defer { command.clean() }
    let text = String(repeating: "we went on and on ", count: 58_000)
    let result = try run(input: Data(text.utf8))
    #expect(result.status == 0 && result.output.count > 100_000, "\(result.errors)")
    #expect(result.output.split(separator: "\n").count == 1)
  }

  @Test func nothingInNothingOut() throws {
    defer { command.clean() }
    let result = try run(input: Data())
    #expect(result.status == 0 && result.output.isEmpty)
  }

  @Test func unknownPairs() throws {
    defer { command.clean() }
    #expect(try run("--to", "ja", input: Data("x".utf8)).status == 69)
    #expect(try run("--to", "qq", input: Data("x".utf8)).status == 64)
  }

  /// Pipes of Node.js and others do not wait: what is not there yet, or does not fit yet, is no error.
  @Test func pipesThatDoNotWait() throws {
    defer { command.clean() }
    func pipeThatDoesNotWait(end: Int) throws -> [Int32] {
      var ends: [Int32] = [0, 0]
      try #require(pipe(&ends) == 0)
      for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
      try #require(fcntl(ends[end], F_SETFL, O_NONBLOCK) == 0)
      return ends
    }
    let input = try pipeThatDoesNotWait(end: 0), output = try pipeThatDoesNotWait(end: 1)
    // A page is full after a few lines.
    _ = fcntl(output[1], 1031, 4_096)
    let process = command.process(["translate", "-"], environment: TranscribeCommandTests.pulled)
    process.standardInput = FileHandle(fileDescriptor: input[0], closeOnDealloc: true)
    process.standardOutput = FileHandle(fileDescriptor: output[1], closeOnDealloc: true)
    let errors = Pipe()
    process.standardError = errors
    try process.run()
    close(output[1])
    usleep(500_000)
    let text = String(repeating: "The cat sat on the mat in the old house by the river.\n", count: 300)
    try FileHandle(fileDescriptor: input[1], closeOnDealloc: true).write(contentsOf: Data(text.utf8))
    close(input[1])
    // Time for the pipe to fill.
    sleep(2)
    let lines = try #require(try FileHandle(fileDescriptor: output[0], closeOnDealloc: true).readToEnd()).count {
      $0 == 10
    }
    process.waitUntilExit()
    let message = String(decoding: try errors.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    #expect(process.terminationStatus == 0 && lines == 300, "\(lines) lines, \(message)")
  }
}
