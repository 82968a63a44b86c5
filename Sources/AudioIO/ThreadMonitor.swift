internal import Foundation

/// A lock and a condition to wait for, on the monotonic clock: what two threads need to hand something over.
final class ThreadMonitor: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  init() {
    pthread_mutex_init(mutex, nil)
    var attributes = pthread_condattr_t()
    pthread_condattr_init(&attributes)
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    pthread_cond_init(condition, &attributes)
    pthread_condattr_destroy(&attributes)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  /// Runs `body` alone.
  func withLock<Result>(_ body: () -> Result) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return body()
  }

  /// Inside `withLock`: lets the others in until one of them says `notify`, or until `deadline`; false then.
  func wait(until deadline: Duration) -> Bool {
    let (seconds, attoseconds) = deadline.components
    var time = timespec(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
    return pthread_cond_timedwait(condition, mutex, &time) == 0
  }

  /// Wakes who waits.
  func notify() { pthread_cond_broadcast(condition) }
}

/// The clock that no one sets: time since the machine started, suspended or not counted.
enum MonotonicClock {
  static var now: Duration {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
  }
}

extension Duration {
  /// How long `frames` last at `rate` per second, to the nanosecond.
  init(frames: Int, rate: Int) {
    let (seconds, rest) = frames.quotientAndRemainder(dividingBy: rate)
    self = .seconds(seconds) + .nanoseconds(rest * 1_000_000_000 / rate)
  }
}
