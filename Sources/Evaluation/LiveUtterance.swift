/// One sentence of a live session: what was shown of it, from the first partial to its final.
public struct LiveUtterance: Sendable, Equatable {
  /// What of a sentence is looked at.
  public enum Side: String, Sendable, CaseIterable, Codable {
    /// What was said.
    case text
    /// What it means in the target language.
    case translation
  }

  /// Its number.
  public var index: Int
  /// What was shown, in order, up to its final if it has one.
  public var updates: [LoggedUpdate]

  /// Updates of one sentence, in order.
  public init(index: Int, updates: [LoggedUpdate]) { (self.index, self.updates) = (index, updates) }

  /// How it ended; nil while it is under way.
  public var final: LoggedUpdate? { updates.last.flatMap { $0.isFinal ? $0 : nil } }

  /// Where its speech begins, in seconds of audio: its first word, or else the beginning of its last update.
  public var speechStart: Double { final?.words.first?.start ?? updates.last?.start ?? 0 }

  /// Where its speech ends, in seconds of audio: its last word, or else the end of its last update.
  public var speechEnd: Double { final?.words.last?.end ?? updates.last?.end ?? 0 }
}

extension LiveLog {
  /// The sentences in the order in which they were begun.
  ///
  /// What is said of a sentence behind its final is no part of it; `faults` has it.
  public var utterances: [LiveUtterance] {
    var order: [Int] = []
    var byIndex: [Int: [LoggedUpdate]] = [:]
    for update in updates {
      if byIndex[update.utterance] == nil { order.append(update.utterance) }
      if byIndex[update.utterance]?.last?.isFinal == true { continue }
      byIndex[update.utterance, default: []].append(update)
    }
    return order.map { LiveUtterance(index: $0, updates: byIndex[$0] ?? []) }
  }
}

extension LoggedUpdate {
  /// The text or the translation; an absent translation is one that is not shown yet.
  func shown(_ side: LiveUtterance.Side) -> String { side == .text ? text : translation ?? "" }

  /// How many scalars of it are committed.
  func committed(_ side: LiveUtterance.Side) -> Int { side == .text ? stable : stableTranslation }
}
