import Foundation
import Testing

/// One at a time: Foundation's `Process` sees the end of a child late while another child holds its socket.
@Suite(.serialized) struct ModelsCommandTests {
  let command: BuiltCommand

  init() throws { command = try BuiltCommand() }

  @Test func helpAndVersionSucceedOnStandardOutput() throws {
    defer { command.clean() }
    let help = try command.run("--help")
    #expect(help.status == 0 && help.errors.isEmpty)
    #expect(help.output.contains("USAGE: dragoman"))
    let version = try command.run("--version")
    #expect(version.status == 0 && version.output.wholeMatch(of: /\d+\.\d+\.\d+\n/) != nil)
  }

  @Test func usageErrorsEndWith64() throws {
    defer { command.clean() }
    for arguments in [["--no-such-option"], ["models", "pull", "--all", "whisper-base"], ["models", "remove"]] {
      let process = command.process(arguments)
      process.standardOutput = FileHandle.nullDevice
      process.standardError = FileHandle.nullDevice
      try process.run()
      process.waitUntilExit()
      #expect(process.terminationStatus == 64, "dragoman \(arguments.joined(separator: " "))")
    }
    let unknown = try command.run("models", "pull", "no-such-model")
    #expect(unknown.status == 64)
    #expect(unknown.errors.hasPrefix("dragoman: no model is called no-such-model; known are whisper-base"))
  }

  @Test func theListIsATableOrJSON() throws {
    defer { command.clean() }
    try command.put("models/firefox-de-en/model.bin", "x")
    try command.put("models/whisper-base/config.json", "x")
    try command.put("models/.hidden.partial/model.bin", "x")
    let table = try command.run("models", "list")
    let lines = table.output.split(separator: "\n").map(String.init)
    #expect(lines[0].hasPrefix("MODEL "))
    #expect(lines.count == 7)
    #expect(lines.contains { $0.hasPrefix("whisper-base ") && $0.contains("incomplete") })
    #expect(lines.contains { $0.hasPrefix("firefox-de-en ") && $0.contains("de -> en") && $0.contains("installed") })

    let json = try command.run("models", "list", "--json")
    let rows = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [[String: Any]])
    #expect(rows.count == 6)
    #expect(rows[0]["id"] as? String == "whisper-base" && rows[0]["installed"] as? Bool == false)
    #expect(rows[0]["default"] as? Bool == true && rows[1]["default"] as? Bool == false)
  }

  @Test func pathNamesTheStoreAndRefusesAnAbsentModel() throws {
    defer { command.clean() }
    let root = try command.run("models", "path")
    #expect(root.status == 0 && root.output == command.models.path + "\n")
    let xdg = try command.run("models", "path", environment: ["DRAGOMAN_MODELS": "", "XDG_DATA_HOME": "/data"])
    #expect(xdg.output == "/data/dragoman/models\n")
    let absent = try command.run("models", "path", "whisper-base")
    #expect(absent.status == 69 && absent.output.isEmpty)
    #expect(absent.errors.contains("fetch it with: dragoman models pull whisper-base"))
  }

  @Test func verifyTellsDamageWith65() throws {
    defer { command.clean() }
    try command.put("models/silero-vad/silero_vad_16k_op15.onnx", "too short")
    let result = try command.run("models", "verify")
    #expect(result.status == 65)
    #expect(result.output == "silero-vad/silero_vad_16k_op15.onnx: has 9 bytes instead of 1289603\n")
    #expect(result.errors.contains("dragoman models pull silero-vad"))
    // One that cannot be checked keeps no other from it.
    let more = try command.run("models", "verify", "nosuch", "silero-vad")
    #expect(more.status == 65 && more.output == result.output && more.errors.contains("nosuch"))
    #expect(try command.run("models", "verify", "whisper-base").status == 69)
  }

  @Test func removeDeletesOneModel() throws {
    defer { command.clean() }
    try command.put("models/one/model.bin", "x")
    try command.put("models/two/model.bin", "x")
    #expect(try command.run("models", "remove", "one").status == 0)
    #expect(try command.run("models", "remove", "one").status == 69)
    #expect(!FileManager.default.fileExists(atPath: command.models.appending(path: "one").path))
    #expect(FileManager.default.fileExists(atPath: command.models.appending(path: "two").path))
  }

  @Test func withoutPipTheDebianPackageIsNamed() throws {
    defer { command.clean() }
    let result = try command.run("models", "pull", "firefox-en-pt", environment: ["PATH": "/nonexistent"])
    #expect(result.status == 69)
    #expect(result.errors.contains("sudo apt-get install python3-pip"))
  }

  @Test func aStoreThatCannotBeMadeEndsWith73() throws {
    defer { command.clean() }
    try command.put("file", "")
    let root = command.folder.appending(path: "file/models").path
    let result = try command.run("models", "pull", "silero-vad", environment: ["DRAGOMAN_MODELS": root])
    #expect(result.status == 73)
    #expect(result.errors.contains("cannot create \(root): Not a directory"))
  }

  @Test func aFullDiskUnderTheResultEndsWith74() throws {
    defer { command.clean() }
    let process = command.process(["models", "list"])
    process.standardOutput = try FileHandle(forWritingTo: URL(filePath: "/dev/full"))
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 74)
  }

  @Test func aReaderThatHasGoneEndsItQuietly() throws {
    defer { command.clean() }
    let pipe = Pipe()
    let errors = Pipe()
    let process = command.process(["models", "list"])
    process.standardOutput = pipe
    process.standardError = errors
    try pipe.fileHandleForReading.close()
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 141)
    try errors.fileHandleForWriting.close()
    #expect(try errors.fileHandleForReading.readToEnd()?.isEmpty ?? true)
  }

  /// A pip that never ends stands in front of the real one; it tells its process id through a file.
  @Test(arguments: [(SIGINT, 130), (SIGTERM, 143), (SIGHUP, 130)] as [(Int32, Int32)])
  func aSignalEndsThePullAndItsChild(signal: Int32, status: Int32) throws {
    defer { command.clean() }
    let note = command.folder.appending(path: "pip.pid")
    try command.put(
      "bin/python3",
      """
      #!/bin/sh
      case "$*" in *--version*) exit 0;; esac
      echo $$ >'\(note.path).new'
      mv '\(note.path).new' '\(note.path)'
      sleep 300
      """, isExecutable: true)
    let path = "\(command.folder.appending(path: "bin").path):/usr/bin:/bin"
    let process = command.process(["models", "pull", "whisper-base"], environment: ["PATH": path])
    process.standardError = FileHandle.nullDevice
    try process.run()
    let child = try #require(waitForNumber(in: note), "the stand-in for pip never ran")
    #expect(FileManager.default.fileExists(atPath: command.models.appending(path: ".whisper-base.partial").path))
    kill(process.processIdentifier, signal)
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == status)
    #expect(kill(child, 0) == -1 && errno == ESRCH, "the child \(child) outlives the pull")
    #expect(try FileManager.default.contentsOfDirectory(atPath: command.models.path) == [".whisper-base.lock"])
  }

  private func waitForNumber(in file: URL) -> Int32? {
    for _ in 0..<300 {
      if let text = try? String(contentsOf: file, encoding: .utf8) {
        return Int32(text.trimmingCharacters(in: .whitespacesAndNewlines))
      }
      usleep(100_000)
    }
    return nil
  }
}
