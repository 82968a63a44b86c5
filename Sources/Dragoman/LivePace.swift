/// How much is done at once so that what is shown stays within the latency that was promised.
///
/// The session's own cost decides: a recognition follows the last one after twice its cost at the earliest, so that half the
/// time is left to others. When it falls behind all the same, it does less, level by level.
public struct LivePace: Sendable {
  /// What is done less, in the order in which it is given up.
  public enum Level: Int, Sendable, CaseIterable, Comparable {
    case full, fewerPartials, greedy, shortContext, skippingAudio

    /// Less is done at the greater one.
    public static func < (one: Level, other: Level) -> Bool { one.rawValue < other.rawValue }

    /// In words.
    public var description: String {
      switch self {
      case .full: "everything is done again"
      case .fewerPartials: "fewer partial texts"
      case .greedy: "greedy search at the end of a turn"
      case .shortContext: "shorter context"
      case .skippingAudio: "audio is skipped"
      }
    }
  }

  /// Promised time from what is said to what is shown.
  public let contract: Duration
  /// Audio between recognitions when the machine is fast enough.
  public let shortestStep: Duration
  /// What is done now.
  public private(set) var level = Level.full
  /// Cost of a recognition while a turn goes on, smoothed.
  private(set) var cost = Duration.zero
  private var late = 0
  private var fineSince: Duration?

  /// Lag in shares of the contract at which less is done, and at which more is tried again.
  private static let tooLate = 0.5, fine = 0.25
  /// How long all must be fine before more is tried.
  private static let patience = Duration.seconds(10)

  /// - Parameters:
  ///   - contract: the promised latency.
  ///   - shortestStep: between recognitions.
  public init(contract: Duration = .seconds(4), shortestStep: Duration = .milliseconds(300)) {
    (self.contract, self.shortestStep) = (contract, shortestStep)
  }

  /// Audio that is awaited before the next recognition.
  public var step: Duration {
    let step = max(shortestStep, cost * 2)
    return min(level >= .fewerPartials ? step * 2 : step, max(contract / 2, shortestStep))
  }

  /// Takes what a recognition cost and how far what is known lies behind what is heard.
  ///
  /// - Parameter now: of the session's clock.
  /// - Returns: the level where it changes.
  public mutating func note(cost: Duration, lag: Duration, now: Duration) -> Level? {
    self.cost = self.cost == .zero ? cost : self.cost * 0.7 + cost * 0.3
    if lag > contract * Self.tooLate {
      fineSince = nil
      late += 1
      guard late >= 2 || lag > contract, let next = Level(rawValue: level.rawValue + 1) else { return nil }
      (late, level) = (0, next)
      return next
    }
    late = 0
    guard level > .full, lag < contract * Self.fine else {
      fineSince = nil
      return nil
    }
    guard let since = fineSince else {
      fineSince = now
      return nil
    }
    guard now - since >= Self.patience else { return nil }
    fineSince = now
    level = Level(rawValue: level.rawValue - 1)!
    return level
  }
}
