public import Foundation

/// What a journal keeps.
public protocol JournaledResult: Codable, Sendable {
  /// Names it across sets.
  var key: String { get }
  /// Whether it is of the same words, sound and language as another, which may be without a result.
  func isOfSameInput(as other: Self) -> Bool
  /// Path of the recording that it is of; nil for text.
  var recording: String? { get }
}

/// How journals look.
public enum BenchJournalForm {
  /// What every line begins with, one that was cut off too, for keys are sorted.
  public static let beginning = Data(#"{"result":"#.utf8)
}

/// Why a journal cannot be kept.
public enum BenchJournalError: Error, Equatable, Sendable, CustomStringConvertible {
  /// It cannot be written; the system's words.
  case unwritable(path: String, reason: String)
  /// Something else stands there.
  case notAJournal(path: String)
  /// Another process writes to it.
  case inUse(path: String)
  /// It holds results of a run that is none of the wanted ones.
  case ofAnotherRun(path: String, run: String)

  /// What happened, to what, and what to do next.
  public var description: String {
    switch self {
    case .unwritable(let path, let reason):
      "\(path): the journal cannot be written (\(reason)). Free some space or name another place."
    case .notAJournal(let path): "\(path): what is there is no journal. Name another place."
    case .inUse(let path):
      "\(path): another benchmark is writing to this journal. Wait for its end, or name another one with --journal."
    case .ofAnotherRun(let path, let run):
      "\(path): this journal holds results of another benchmark (\(run)). Let that one end, remove the journal, or name "
        + "another one with --journal."
    }
  }
}

/// Finished utterances on disk, one JSON object a line, so that a run that was ended goes on where it was.
///
/// It serves the runs of one command, and one process at a time. Each line is written whole and at once; one that was cut
/// off by a crash is passed over and written again.
public final class BenchJournal<Result: JournaledResult> {
  /// What every line tells, whatever results it holds.
  private struct Heading: Decodable {
    var run: String
  }

  /// A line.
  private struct Entry: Codable {
    var run: String
    var result: Result
    /// Size and time of the recording when it was heard; nil without one.
    var version: String?
  }

  /// Where it is.
  public let path: String
  private let file: FileHandle
  private let encoder = JSONEncoder()
  private var entries: [String: [String: Entry]] = [:]

  /// Opens a journal and reads what is in it; makes it when it is not there.
  ///
  /// - Parameter runs: the runs that it may hold results of.
  public init(path: String, runs: Set<String>) throws(BenchJournalError) {
    self.path = path
    let descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw .unwritable(path: path, reason: String(cString: strerror(errno))) }
    file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    // Where a file system has no locks, nothing tells.
    if flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK { throw .inUse(path: path) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { throw .notAJournal(path: path) }
    // Between opening and locking its process ended and took it away.
    guard status.st_nlink > 0 else { throw .inUse(path: path) }
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      let data = try file.readToEnd() ?? Data()
      try read(data.split(separator: 10), runs: runs)
      if let last = data.last, last != 10 { try file.write(contentsOf: Data([10])) }
    } catch let error as BenchJournalError {
      throw error
    } catch {
      throw .unwritable(path: path, reason: error.localizedDescription)
    }
  }

  private func read(_ lines: [Data], runs: Set<String>) throws(BenchJournalError) {
    if !lines.isEmpty, !lines.contains(where: { $0.starts(with: BenchJournalForm.beginning) }) {
      throw .notAJournal(path: path)
    }
    let decoder = JSONDecoder()
    for line in lines {
      guard let run = try? decoder.decode(Heading.self, from: line).run else { continue }
      guard runs.contains(run) else { throw .ofAnotherRun(path: path, run: run) }
      guard let entry = try? decoder.decode(Entry.self, from: line) else { continue }
      entries[entry.run, default: [:]][entry.result.key] = entry
    }
  }

  deinit { try? file.close() }

  /// What a run made of an input, if it is still the same input.
  public func result(of input: Result, run: String) -> Result? {
    guard let entry = entries[run]?[input.key], entry.result.isOfSameInput(as: input),
      entry.version == Self.version(of: input.recording)
    else { return nil }
    return entry.result
  }

  /// Tells a recording from another that takes its place.
  private static func version(of audio: String?) -> String? {
    var status = stat()
    guard let audio, stat(audio, &status) == 0 else { return nil }
    return "\(status.st_size) \(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
  }

  /// Keeps a finished result.
  public func append(_ result: Result, run: String) throws(BenchJournalError) {
    do {
      let entry = Entry(run: run, result: result, version: Self.version(of: result.recording))
      try file.write(contentsOf: encoder.encode(entry) + [10])
    } catch {
      throw .unwritable(path: path, reason: error.localizedDescription)
    }
  }

  /// Takes the file away, once its results stand elsewhere.
  public func remove() { try? FileManager.default.removeItem(atPath: path) }
}
