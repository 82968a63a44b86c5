internal import Evaluation
internal import Foundation

extension BenchOutput {
  /// Refuses places that cannot be written to, would be written to twice, or hold what is read, before work starts.
  ///
  /// - Parameter inputs: files and folders that are read.
  func check(inputs: [String]) throws(Failure) { try Self.check([output, report, journalPath], inputs: inputs) }

  /// The same of any files.
  static func check(_ paths: [String?], inputs: [String]) throws(Failure) {
    func refusal(_ path: String, _ reason: String) -> Failure {
      Failure(.cannotCreate, "cannot write \(path): \(reason); choose another place")
    }
    var taken: Set<String> = []
    for path in paths.compactMap(\.self) {
      if path == "-" {
        throw Failure(.usage, "the table goes to standard output, results go to a file: name one for -")
      }
      let url = URL(fileURLWithPath: path)
      let folder = url.deletingLastPathComponent().resolvingSymlinksInPath()
      guard access(folder.path, W_OK | X_OK) == 0 else { throw refusal(path, String(cString: strerror(errno))) }
      if let status = Status(path) {
        // Results are written as a whole, and read again.
        guard status.isFile else { throw refusal(path, "what is there is no file") }
        if let input = inputs.first(where: { isRead(path, status, from: $0) }) {
          throw refusal(path, input == path ? "it is read" : "it belongs to \(input), which is read")
        }
      } else if errno != ENOENT || path.hasSuffix("/") {
        throw refusal(path, String(cString: strerror(errno)))
      }
      guard taken.insert(folder.appending(path: url.lastPathComponent).path).inserted else {
        throw Failure(.usage, "\(path) is named twice; results, report and journal each need a file of their own")
      }
    }
  }

  /// What stands under a path.
  private struct Status {
    private var status = stat()

    /// nil, and `errno` set, where nothing does.
    init?(_ path: String) { guard stat(path, &status) == 0 else { return nil } }

    var isFile: Bool { status.st_mode & S_IFMT == S_IFREG }
    var isFolder: Bool { status.st_mode & S_IFMT == S_IFDIR }

    func isSame(as other: Status) -> Bool {
      status.st_dev == other.status.st_dev && status.st_ino == other.status.st_ino
    }
  }

  private static func isRead(_ path: String, _ status: Status, from input: String) -> Bool {
    guard let read = Status(input) else { return false }
    guard read.isFolder else { return read.isSame(as: status) }
    let folder = URL(fileURLWithPath: input).resolvingSymlinksInPath().path
    return URL(fileURLWithPath: path).resolvingSymlinksInPath().path.hasPrefix(folder + "/") && !isResult(path)
  }

  /// Whether a benchmark wrote what is there, which its next run may replace.
  private static func isResult(_ path: String) -> Bool {
    guard let data = FileManager.default.contents(atPath: path) else { return false }
    if data.isEmpty || data.starts(with: Data("<!DOCTYPE html>".utf8)) || data.starts(with: BenchJournalForm.beginning)
    {
      return true
    }
    let value = try? JSONSerialization.jsonObject(with: data)
    return (value as? [String: Any])?["rulers"] != nil || (value as? [[String: Any]])?.first?["metrics"] != nil
  }
}
