internal import Foundation
internal import Synchronization

/// Long compute on a thread of its own, off Swift's cooperative pool.
enum DedicatedThread {
  /// Starts `body` on a new thread with room for deep calls.
  static func start(_ body: @escaping @Sendable () -> Void) {
    let thread = Thread(block: body)
    thread.stackSize = 8 << 20
    thread.name = "dragoman.session"
    thread.start()
  }
}

/// A wish to stop that another thread can look at.
public final class Cancellation: Sendable {
  private let requested = Atomic(false)

  /// Not requested yet.
  public init() {}

  /// Asks for an end; work stops before its next chunk of audio.
  public func request() { requested.store(true, ordering: .relaxed) }

  /// Whether an end was asked for.
  public var isRequested: Bool { requested.load(ordering: .relaxed) }
}
