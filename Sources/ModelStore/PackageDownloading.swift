public import Foundation

/// Gets packages from where packages live.
public protocol PackageDownloading: Sendable {
  /// Puts the wheel of exactly this version into `folder`.
  ///
  /// - Parameters:
  ///   - package: what to get.
  ///   - folder: an empty folder that belongs to this call alone, for temporary files too.
  ///   - proceed: called about ten times a second; false means stop, clean up and throw.
  /// - Returns: the wheel's file.
  /// - Throws: `StoreError.toolMissing` or `.downloadFailed`.
  func download(_ package: PackageReference, into folder: URL, proceed: () -> Bool) throws(StoreError) -> URL
}

/// `pip download`, with the user's own pip settings (index, proxy, certificates, cache).
///
/// Only wheels are accepted, never source packages: nothing of the package is executed.
public struct PipDownloader: PackageDownloading {
  /// The commands that can be pip, best first.
  private static let commands = [["python3", "-m", "pip"], ["pip3"], ["pip"]]

  /// A downloader that looks for pip when it is first needed.
  public init() {}

  /// See `PackageDownloading`.
  public func download(_ package: PackageReference, into folder: URL, proceed: () -> Bool) throws(StoreError) -> URL {
    var arguments = [
      "download", "--no-deps", "--only-binary", ":all:", "--no-input", "--disable-pip-version-check",
      "--progress-bar", "off", "--quiet", "--dest", folder.path,
    ]
    if let platform = package.platform {
      // The members that are wanted are data: any machine and any Python may ask for the wheel of that one platform.
      arguments += ["--platform", platform, "--implementation", "cp", "--abi", "abi3", "--python-version", "3.12"]
    }
    arguments.append("\(package.name)==\(package.version)")

    guard let command = Self.commands.first(where: { Self.works($0, proceed: proceed) }) else {
      throw .toolMissing(tool: "pip", debianPackage: "python3-pip")
    }
    let child = ChildProcess(
      program: command[0], arguments: command.dropFirst() + arguments,
      environment: ["TMPDIR": folder.path, "PYTHONUNBUFFERED": "1"])
    switch child.run(tick: proceed) {
    case .exited(status: 0, _): break
    case .exited(let status, let log):
      throw .downloadFailed(package: "\(package.name) \(package.version)", reason: Self.reason(in: log, status: status))
    case .notFound: throw .toolMissing(tool: "pip", debianPackage: "python3-pip")
    case .stopped: throw .downloadFailed(package: package.name, reason: "stopped")
    }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    guard let wheel = names.first(where: { $0.hasSuffix(".whl") }) else {
      throw .downloadFailed(package: package.name, reason: "pip ended well but left no wheel")
    }
    return folder.appending(path: wheel)
  }

  private static func works(_ command: [String], proceed: () -> Bool) -> Bool {
    let child = ChildProcess(program: command[0], arguments: command.dropFirst() + ["--version"])
    if case .exited(status: 0, _) = child.run(tick: proceed) { return true }
    return false
  }

  /// The last line that pip marks as an error, else its last line.
  static func reason(in log: String, status: Int32) -> String {
    let lines = log.split(separator: "\n").map(String.init)
    let line = lines.last { $0.hasPrefix("ERROR:") } ?? lines.last ?? "pip ended with status \(status)"
    let reason = line.hasPrefix("ERROR: ") ? String(line.dropFirst(7)) : line
    // pip says the same of an index that cannot be reached as of a package that does not exist.
    return log.contains("(from versions: none)") ? "\(reason) (is the package index reachable?)" : reason
  }
}
