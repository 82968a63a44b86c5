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

  /// A clock for one session.
  public init() {}

  /// Time since the first audio began; zero before.
  public var now: Duration { begin.withLock { $0 }?.duration(to: .now) ?? .zero }

  /// Begins with the first audio.
  public func heard(_ duration: Duration) {
    begin.withLock { begin in if begin == nil { begin = ContinuousClock.now - duration } }
  }

  /// It never stands still.
  public var waits: Bool { false }
}

/// A clock that stands still while work is done: it is as late as the audio is long. What a session does under it does not depend
/// on the machine.
public final class AudioClock: LiveClock {
  private let time = Mutex(Duration.zero)

  /// A clock for one session.
  public init() {}

  /// As much as was heard.
  public var now: Duration { time.withLock { $0 } }
  /// Goes on by what was heard.
  public func heard(_ duration: Duration) { time.withLock { $0 += duration } }
  /// It always waits.
  public var waits: Bool { true }
}
