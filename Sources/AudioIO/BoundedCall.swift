internal import Foundation

/// A call that may never return, because a server behind it hangs.
enum BoundedCall {
  /// Makes the call on a thread of its own and waits for it.
  ///
  /// A call that comes too late is not waited for: its thread ends when it does, however late, and what it made is dropped there. A
  /// thread whose call never returns stays until the process ends.
  ///
  /// - Parameters:
  ///   - limit: how long to wait.
  ///   - name: of the thread.
  /// - Returns: nil when the call has not returned by then.
  static func result<Made, Reason: Error>(
    within limit: Duration, name: String, of call: @escaping @Sendable () throws(Reason) -> Made
  ) throws(Reason) -> Made? {
    let place = Place<Result<Made, Reason>>()
    let thread = Thread {
      do throws(Reason) { place.put(.success(try call())) } catch { place.put(.failure(error)) }
    }
    thread.name = name
    thread.start()
    return try place.take(within: limit)?.get()
  }

  /// Hands one value from a thread to another, which may have given up on it.
  private final class Place<Value>: @unchecked Sendable {
    private let lock = NSLock(), isThere = DispatchSemaphore(value: 0)
    private var value: Value?, isAbandoned = false

    func put(_ value: Value) {
      lock.withLock { if !isAbandoned { self.value = value } }
      isThere.signal()
    }

    func take(within limit: Duration) -> Value? {
      _ = isThere.wait(timeout: .now() + .milliseconds(Int(limit / .milliseconds(1))))
      return lock.withLock {
        isAbandoned = true
        defer { value = nil }
        return value
      }
    }
  }
}
