public import Foundation

/// Why a log of live events cannot be read.
public enum LiveLogError: Error, Equatable, Sendable, CustomStringConvertible {
  /// It is not there or cannot be read; the system's words.
  case unreadable(path: String, reason: String)
  /// A line, from 1, is no JSON object.
  case notJSON(line: Int)
  /// A line's object lacks a field that its event needs, or has it in another type.
  case incomplete(line: Int, event: String, field: String)

  /// What happened, to what, and what to do next.
  public var description: String {
    switch self {
    case .unreadable(let path, let reason): "\(path): cannot be read (\(reason)). Check the spelling."
    case .notJSON(let line):
      "Line \(line) is not a JSON object. Give the output of `dragoman live --format jsonl`, and nothing else."
    case .incomplete(let line, let event, let field):
      "Line \(line): the event `\(event)` has no usable `\(field)`. See docs/live-events.md for what it needs."
    }
  }
}

/// Everything that a live session said, in its order.
///
/// - Reference: `docs/live-events.md`.
public struct LiveLog: Sendable, Equatable {
  /// In the order in which they were written.
  public var events: [LoggedEvent]

  /// Events from elsewhere.
  public init(_ events: [LoggedEvent] = []) { self.events = events }

  /// Reads JSON lines; fields and events that are not known are passed over, as are empty lines.
  ///
  /// - Throws: `LiveLogError`.
  public init(_ data: Data) throws(LiveLogError) {
    events = []
    let decoder = JSONDecoder()
    for line in TextLines.split(data) {
      guard let text = line.text else { throw .notJSON(line: line.number) }
      if text.allSatisfy(\.isWhitespace) { continue }
      do {
        events.append(try decoder.decode(LiveLine.self, from: Data(text.utf8)).typed())
      } catch let missing as LiveLine.Missing {
        throw .incomplete(line: line.number, event: missing.event, field: missing.field)
      } catch {
        guard let path = (error as? DecodingError)?.path, !path.isEmpty else { throw .notJSON(line: line.number) }
        throw .incomplete(
          line: line.number, event: LiveLine.name(in: text) ?? "?",
          field: path.map(\.stringValue).joined(separator: "."))
      }
    }
  }

  /// Reads the JSON lines of a file.
  ///
  /// - Throws: `LiveLogError`.
  public init(contentsOf path: String) throws(LiveLogError) {
    let data: Data
    do {
      data = try Data(contentsOf: URL(fileURLWithPath: path))
    } catch {
      throw .unreadable(path: path, reason: error.localizedDescription)
    }
    try self.init(data)
  }

  /// Partials and finals.
  public var updates: [LoggedUpdate] {
    events.compactMap { if case .update(let update) = $0 { update } else { nil } }
  }

  /// The sentences that ended, in the order in which they did.
  public var finals: [LoggedUpdate] { updates.filter(\.isFinal) }

  /// Seconds of audio: as the session's end says it, or else where its last text ends.
  public var duration: Double? {
    for case .end(_, let duration) in events.reversed() { return duration }
    return updates.map(\.end).max()
  }

  /// Seconds of audio that were lost.
  public var lost: Double {
    events.reduce(0) { if case .overrun(_, let lost, _) = $1 { $0 + lost } else { $0 } }
  }
}

extension DecodingError {
  /// The field that cannot be decoded; empty where it is all of it, which then is no JSON.
  fileprivate var path: [any CodingKey] {
    switch self {
    case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context): context.codingPath
    case .keyNotFound(let key, let context): context.codingPath + [key]
    @unknown default: []
    }
  }
}

/// A line as it is written.
private struct LiveLine: Decodable {
  /// What an event lacks.
  struct Missing: Error {
    var event: String, field: String
  }

  // Counts are any numbers until they are looked at: of 1.5 the decoder says that the line is no JSON.
  var event: String?, emittedAt: Double?
  var utterance: Double?, t0: Double?, t1: Double?
  var language: String?, text: String?, stable: Double?
  var translation: String?, stableTranslation: Double?
  var words: [LiveWord]?
  var lost: Double?, reason: String?
  var level: Double?, what: String?, lag: Double?
  var state: String?, name: String?
  var duration: Double?

  enum CodingKeys: String, CodingKey {
    case event, emittedAt = "emitted_at", utterance, t0, t1, language, text, stable, translation
    case stableTranslation = "stable_translation", words, lost, reason, level, what, lag, state, name, duration
  }

  init(from decoder: any Decoder) throws {
    let line = try decoder.container(keyedBy: CodingKeys.self)
    func field<Value: Decodable>(_ key: CodingKeys) throws -> Value? {
      try line.decodeIfPresent(Value.self, forKey: key)
    }
    (event, emittedAt) = (try field(.event), try field(.emittedAt))
    // A field means what it says only in the events that have it; `end` counts its words, for one.
    switch event {
    case "partial", "final":
      (utterance, t0, t1) = (try field(.utterance), try field(.t0), try field(.t1))
      (language, text, stable) = (try field(.language), try field(.text), try field(.stable))
      (translation, stableTranslation) = (try field(.translation), try field(.stableTranslation))
      if event == "final" { words = try field(.words) }
    case "overrun": (lost, reason) = (try field(.lost), try field(.reason))
    case "degraded": (level, what, lag) = (try field(.level), try field(.what), try field(.lag))
    case "device": (state, name) = (try field(.state), try field(.name))
    case "end": duration = try field(.duration)
    default: break
    }
  }

  /// The name of a line's event, where that much can be read.
  static func name(in text: String) -> String? {
    let object = try? JSONSerialization.jsonObject(with: Data(text.utf8))
    return (object as? [String: Any])?["event"] as? String
  }

  /// Seconds that a session can tell of: what lies beyond some months is a mistake, and would be a table of as many minutes.
  private static let times = -1e7...1e7

  func typed() throws -> LoggedEvent {
    guard let event else { throw Missing(event: "?", field: "event") }
    func needed<Value>(_ value: Value?, _ field: String) throws -> Value {
      guard let value else { throw Missing(event: event, field: field) }
      return value
    }
    func seconds(_ value: Double?, _ field: String) throws -> Double {
      try needed(value.flatMap { Self.times.contains($0) ? $0 : nil }, field)
    }
    func count(_ value: Double?, _ field: String) throws -> Int {
      try needed(value.flatMap { Int(exactly: $0) }.flatMap { $0 >= 0 ? $0 : nil }, field)
    }
    let time = try seconds(emittedAt, "emitted_at")
    switch event {
    case "partial":
      return .update(
        .partial(
          try count(utterance, "utterance"), at: time, from: try seconds(t0, "t0"), to: try seconds(t1, "t1"),
          language: language, try needed(text, "text"), stable: try count(stable, "stable"), translation: translation,
          stableTranslation: try count(stableTranslation ?? 0, "stable_translation")))
    case "final":
      for time in (words ?? []).flatMap({ [$0.start, $0.end] }) { _ = try seconds(time, "words") }
      return .update(
        .final(
          try count(utterance, "utterance"), at: time, from: try seconds(t0, "t0"), to: try seconds(t1, "t1"),
          language: language, try needed(text, "text"), translation: translation,
          words: words ?? []))
    case "overrun": return .overrun(at: time, lost: try seconds(lost, "lost"), reason: reason ?? "")
    case "degraded": return .degraded(at: time, level: try count(level, "level"), what: what ?? "", lag: lag)
    case "device": return .device(at: time, state: try needed(state, "state"), name: name ?? "")
    case "end": return .end(at: time, duration: try seconds(duration, "duration"))
    default: return .other(at: time, name: event)
    }
  }
}
