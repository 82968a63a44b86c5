import Foundation
import Testing

/// The executable that this build made, run as a user runs it.
struct BuiltCommand {
  /// What a run left behind.
  struct Result: Equatable {
    var status: Int32
    var output: String
    var errors: String
  }

  let executable: URL
  /// Models, home and whatever else the run may write.
  let folder: URL

  /// Fails loudly when the executable is not beside the tests.
  ///
  /// - Parameter sharesPrepared: whether models that are prepared are kept beside the executable for other tests, too: large
  ///   ones are not written again for each test.
  init(sharesPrepared: Bool = false) throws {
    let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let beside = [tests, CommandLine.arguments[0]].map { URL(filePath: $0).deletingLastPathComponent() }
    let candidates = beside.map { $0.appending(path: "dragoman") }
    executable = try #require(
      candidates.first { FileManager.default.isExecutableFile(atPath: $0.path) },
      "no executable dragoman beside the tests, looked at \(candidates.map(\.path))")
    folder = FileManager.default.temporaryDirectory.appending(path: "dragoman-cli-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    guard sharesPrepared else { return }
    let shared = executable.deletingLastPathComponent().appending(path: "prepared-by-tests")
    try FileManager.default.createDirectory(at: shared, withIntermediateDirectories: true)
    try FileManager.default.createDirectory(
      at: prepared.deletingLastPathComponent(), withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(at: prepared, withDestinationURL: shared)
  }

  /// Where the runs keep prepared models.
  var prepared: URL { folder.appending(path: ".cache/dragoman/prepared") }

  /// Removes what the runs wrote.
  func clean() { try? FileManager.default.removeItem(at: folder) }

  /// Folder of the models that the runs see.
  var models: URL { folder.appending(path: "models") }

  /// A process that is set up but not started; its environment holds nothing but what is named here.
  func process(_ arguments: [String], environment: [String: String] = [:]) -> Process {
    let process = Process()
    process.executableURL = executable
    process.arguments = arguments
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    process.environment = ["PATH": path, "HOME": folder.path, "DRAGOMAN_MODELS": models.path]
      .merging(environment) { _, new in new }
    process.standardInput = FileHandle.nullDevice
    return process
  }

  /// Runs a shell script in a mount namespace of its own, where it may mount small file systems, and returns what it and its
  /// commands print on both streams.
  func runInNamespace(_ script: String, environment: [String: String]) throws -> String {
    let process = process([], environment: environment)
    process.executableURL = URL(filePath: "/usr/bin/unshare")
    process.arguments = (getuid() == 0 ? ["-m"] : ["-rm"]) + ["sh", "-c", script]
    let pipe = Pipe()
    (process.standardOutput, process.standardError) = (pipe, pipe)
    try process.run()
    let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return output
  }

  /// Runs to the end. Output goes through files, so that no pipe can fill.
  func run(_ arguments: String..., environment: [String: String] = [:]) throws -> Result {
    try run(arguments, environment: environment)
  }

  /// The same with a list of arguments and, if need be, something on standard input.
  func run(_ arguments: [String], environment: [String: String] = [:], input: FileHandle? = nil) throws -> Result {
    let process = process(arguments, environment: environment)
    if let input { process.standardInput = input }
    let output = folder.appending(path: "out-\(UUID().uuidString)")
    let errors = folder.appending(path: "err-\(UUID().uuidString)")
    for file in [output, errors] { try Data().write(to: file) }
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: errors)
    try process.run()
    process.waitUntilExit()
    return Result(
      status: process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus,
      output: try String(contentsOf: output, encoding: .utf8), errors: try String(contentsOf: errors, encoding: .utf8))
  }

  /// Writes a file below `folder`.
  func put(_ path: String, _ text: String, isExecutable: Bool = false) throws {
    let file = folder.appending(path: path)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
    if isExecutable {
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
    }
  }
}
