/// Where a session broke the promises of `docs/live-events.md`.
public struct LiveFault: Sendable, Equatable, Codable, CustomStringConvertible {
  /// What was promised.
  public enum Promise: String, Sendable, Codable {
    /// Committed text of a sentence does not change.
    case committedText
    /// What is committed stays so, and is no longer than the text.
    case committedLength
    /// A sentence is over with its final.
    case finality
    /// Times of writing do not go back.
    case clock
  }

  /// The event, counted from 1 in the order of the log.
  public var event: Int
  /// The promise that it breaks.
  public var promise: Promise

  /// `event 12: committedText`.
  public var description: String { "event \(event): \(promise.rawValue)" }
}

extension LiveLog {
  /// All broken promises, in order; a session that keeps the contract has none.
  ///
  /// Of translations nothing is said here: those are only meant to stay. `WordDelays.revoked` counts theirs.
  public var faults: [LiveFault] {
    var faults: [LiveFault] = []
    var latest: [Int: LoggedUpdate] = [:]
    var clock = -Double.infinity
    for (index, event) in events.enumerated() {
      func report(_ promise: LiveFault.Promise) { faults.append(LiveFault(event: index + 1, promise: promise)) }
      if event.emittedAt < clock { report(.clock) }
      clock = max(clock, event.emittedAt)
      guard case .update(let update) = event else { continue }
      let scalars = update.text.unicodeScalars
      let before = latest[update.utterance]
      if before?.isFinal == true {
        report(.finality)
        continue
      }
      if update.stable > scalars.count || update.stable < before?.stable ?? 0 { report(.committedLength) }
      if let before, !scalars.starts(with: before.text.unicodeScalars.prefix(before.stable)) {
        report(.committedText)
      }
      latest[update.utterance] = update
    }
    return faults
  }
}
