/// How much is done at once so that what is shown stays within the latency that was promised.
///
/// The session's own cost decides: a recognition follows the last one after twice its cost at the earliest, so that half the
/// time is left to others. When it falls behind all the same, it does less, level by level, audio being left out last of all.
///
/// What lies unheard before a recognition is at most what the promise leaves room for once audio is left out, so that then the
/// lag is at most the promise and the cost of one recognition, whatever that costs; before, it is at most twice the promise
/// and one recognition.
public struct LivePace: Sendable {
  /// What is done less, in the order in which it is given up.
  public enum Level: Int, Sendable, CaseIterable, Comparable {
    case full, fewerPartials, greedy, shortContext, smallerModel, skippingAudio

    /// Less is done at the greater one.
    public static func < (one: Level, other: Level) -> Bool { one.rawValue < other.rawValue }

    /// In words.
    public var description: String {
      switch self {
      case .full: "everything is done again"
      case .fewerPartials: "fewer partial texts"
      case .greedy: "greedy search at the end of a turn"
      case .shortContext: "shorter context"
      case .smallerModel: "a smaller model"
      case .skippingAudio: "audio is skipped"
      }
    }
  }

  /// Promised time from what is said to what is shown.
  public let contract: Duration
  /// Audio between recognitions when the machine is fast enough.
  public let shortestStep: Duration
  /// Whether there is a smaller model to go over to, and whether audio may be left out: levels without are passed over.
  public internal(set) var hasSmallerModel = false, maySkip = true
  /// What is done now.
  public private(set) var level = Level.full
  /// Cost of a recognition while a turn goes on, smoothed.
  private(set) var cost = Duration.zero
  /// What a recognition costs by the audio that is new in it, as the last ones tell, and as they told before the last one.
  private var forecast = CostForecast(), before = CostForecast()
  private var late = 0
  private var fineSince: Duration?
  private var lastClimb: Duration?
  /// How long all must be fine before more is tried.
  private var patience = Self.shortestPatience

  /// Lag in shares of the contract at which less is done, and at which more is tried again.
  private static let tooLate = 0.5, fine = 0.25
  /// Patience doubles with every try that failed.
  private static let shortestPatience = Duration.seconds(10), longestPatience = Duration.seconds(160)

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

  /// The same as long as nothing of a turn is shown: a third of it, where the machine keeps up.
  var firstStep: Duration { level == .full ? max(shortestStep / 3, cost * 2) : step }

  /// New audio that one recognition hears at most: as much as it can be done with within the promise, going by the last ones.
  var longestHearing: Duration { max(shortestStep, min(forecast.audio(within: contract), contract / 2)) }

  /// The age at which a word has to be certain, whatever the policy says: what is left of the promise after the wait for
  /// the next recognition and its cost. At least 1 s, which a word needs to be heard as a whole.
  var longestHold: Duration { max(.seconds(1), contract - step - cost * 2 - .milliseconds(300)) }

  /// Audio that may stay unheard; nil where nothing is to be left out.
  ///
  /// - Parameter backlog: what has come and was not heard.
  func kept(of backlog: Duration) -> Duration? {
    level == .skippingAudio && backlog > longestHearing + Self.leastSkip ? longestHearing : nil
  }

  /// Less is not worth the hole that it makes.
  private static let leastSkip = Duration.milliseconds(500)

  /// Looks ahead before a recognition: does less where what is waiting would break the promise, and all that can be done
  /// less where the delay would be more than twice that long; but audio is only left out where what waits is more than
  /// the promise by itself. Two slow recognitions in a row make a forecast.
  ///
  /// - Parameters:
  ///   - backlog: audio that has come and was not heard.
  ///   - now: of the session's clock.
  /// - Returns: the levels that it goes down, in order.
  public mutating func foresee(backlog: Duration, now: Duration) -> [Level] {
    let expected = backlog + min(forecast.cost(of: backlog), before.cost(of: backlog))
    guard expected > contract else { return [] }
    var levels: [Level] = []
    repeat {
      guard let next, next != .skippingAudio || backlog > contract else { break }
      descend(to: next, now: now)
      levels.append(next)
    } while expected > contract * 2
    return levels
  }

  /// Takes what a recognition cost and how far what is known lies behind what is heard.
  ///
  /// - Parameters:
  ///   - heard: audio that it heard for the first time.
  ///   - now: of the session's clock.
  /// - Returns: the level where it changes.
  public mutating func note(cost: Duration, heard: Duration, lag: Duration, now: Duration) -> Level? {
    self.cost = self.cost == .zero ? cost : self.cost * 0.7 + cost * 0.3
    before = forecast
    forecast.note(cost: cost, of: heard)
    if lag > contract * Self.tooLate {
      fineSince = nil
      late += 1
      guard late >= 2 || lag > contract, let next else { return nil }
      descend(to: next, now: now)
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
    guard now - since >= patience else { return nil }
    (fineSince, lastClimb) = (now, now)
    level = Level.allCases.last { $0 < level && exists($0) }!
    return level
  }

  private func exists(_ level: Level) -> Bool {
    switch level {
    case .smallerModel: hasSmallerModel
    case .skippingAudio: maySkip
    default: true
    }
  }

  /// The next level down; nil at the lowest.
  private var next: Level? { Level.allCases.first { $0 > level && exists($0) } }

  private mutating func descend(to next: Level, now: Duration) {
    if let climb = lastClimb {
      let failed = now - climb < Self.shortestPatience
      patience = failed ? min(patience * 2, Self.longestPatience) : Self.shortestPatience
      lastClimb = nil
    }
    (late, fineSince, level) = (0, nil, next)
  }
}
