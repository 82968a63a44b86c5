internal import Foundation

/// Finished utterances on disk, one JSON object a line, so that a run that was ended goes on where it was.
///
/// Each line is written whole and at once; one that was cut off by a crash is passed over and written again.
public final class BenchJournal {
  /// A line.
  private struct Entry: Codable {
    var run: String
    var result: UtteranceResult
  }

  /// Why a journal cannot be kept.
  public struct Failure: Error, Equatable, Sendable, CustomStringConvertible {
    /// The file, and the system's words.
    public var path: String, reason: String

    /// What happened, to what, and what to do next.
    public var description: String {
      "\(path): the journal cannot be written (\(reason)). Free some space or name another place."
    }
  }

  /// Where it is.
  public let path: String
  private let file: FileHandle
  private let encoder = JSONEncoder()
  /// What every line begins with, one that was cut off too, for keys are sorted.
  private static let beginning = Data(#"{"result":"#.utf8)
  private var results: [String: [String: UtteranceResult]] = [:]

  /// Finished utterances that the file held when it was opened.
  public private(set) var resumed = 0

  /// Opens a journal and reads what is in it; makes it when it is not there.
  public init(path: String) throws(Failure) {
    self.path = path
    let data = FileManager.default.contents(atPath: path) ?? Data()
    if !FileManager.default.fileExists(atPath: path), !FileManager.default.createFile(atPath: path, contents: nil) {
      throw Failure(path: path, reason: String(cString: strerror(errno)))
    }
    guard let file = FileHandle(forUpdatingAtPath: path) else {
      throw Failure(path: path, reason: String(cString: strerror(errno)))
    }
    self.file = file
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let decoder = JSONDecoder()
    let lines = data.split(separator: 10)
    if !lines.isEmpty, !lines.contains(where: { $0.starts(with: Self.beginning) }) {
      throw Failure(path: path, reason: "there is a file that is no journal")
    }
    for line in lines {
      guard let entry = try? decoder.decode(Entry.self, from: line) else { continue }
      results[entry.run, default: [:]][entry.result.key] = entry.result
      resumed += 1
    }
    do {
      try file.seekToEnd()
      if let last = data.last, last != 10 { try file.write(contentsOf: Data([10])) }
    } catch {
      throw Failure(path: path, reason: error.localizedDescription)
    }
  }

  deinit { try? file.close() }

  /// What a run made of an utterance, if it is still the same utterance: same words, same sound, same translation wanted.
  public func result(of utterance: UtteranceResult, run: String) -> UtteranceResult? {
    guard let result = results[run]?[utterance.key], result.reference == utterance.reference,
      result.audio == utterance.audio, result.excerpt == utterance.excerpt,
      result.translationReference == utterance.translationReference
    else { return nil }
    return result
  }

  /// Keeps a finished utterance.
  public func append(_ result: UtteranceResult, run: String) throws(Failure) {
    do {
      try file.write(contentsOf: encoder.encode(Entry(run: run, result: result)) + [10])
    } catch {
      throw Failure(path: path, reason: error.localizedDescription)
    }
  }

  /// Takes the file away, once its results stand elsewhere.
  public func remove() { try? FileManager.default.removeItem(atPath: path) }
}
