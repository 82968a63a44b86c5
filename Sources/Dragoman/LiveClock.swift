internal import Synchronization

/// Tells a live session the time since it began to hear.
public protocol LiveClock: AnyObject, Sendable {
  /// Time since the start.
  var now: Duration { get }
  /// So much audio has been taken from the source.
  func heard(_ duration: Duration)
  /// Whether it stands still while work is done.
  var waits: Bool { get }
}

/// The wall clock. It begins with the first audio, where that audio began.
public final class WallClock: LiveClock {
  private let begin = Mutex<ContinuousClock.Instant?>(nil)
  private let made = ContinuousClock.now

  /// Not begun.
  public init() {}

  /// Since the first audio began.
  public var now: Duration { (begin.withLock { $0 } ?? made).duration(to: .now) }

  /// The first audio begins the clock.
  public func heard(_ duration: Duration) {
    begin.withLock { begin in if begin == nil { begin = ContinuousClock.now - duration } }
  }

  /// It never does.
  public var waits: Bool { false }
}

/// A clock that stands still while work is done: it is as late as the audio is long. What a session does under it does not depend
/// on the machine.
public final class AudioClock: LiveClock {
  private let time = Mutex(Duration.zero)

  /// At zero.
  public init() {}

  /// All that was heard.
  public var now: Duration { time.withLock { $0 } }
  /// Goes on by what was heard.
  public func heard(_ duration: Duration) { time.withLock { $0 += duration } }
  /// It always does.
  public var waits: Bool { true }
}
