internal import CKernels

/// A fixed set of threads that split one job at a time; the calling thread is one of them.
///
/// One session owns one pool and uses it from one thread. OpenBLAS is pinned to one thread, so that the two never compete.
public final class ThreadPool: @unchecked Sendable {
  package let handle: OpaquePointer

  /// - Parameter threads: at least 1, the caller included.
  public init(threads: Int) {
    precondition(threads >= 1, "a pool needs at least the calling thread")
    guard let handle = dragoman_pool_create(Int32(threads)) else {
      preconditionFailure("the operating system refuses \(threads) threads")
    }
    self.handle = handle
  }

  deinit { dragoman_pool_destroy(handle) }

  /// Number of threads, the caller included.
  public var threads: Int { Int(dragoman_pool_threads(handle)) }

  /// Runs `body` for each part, spread over the threads, and returns when all are done.
  public func run(parts: Int, _ body: (Int) -> Void) {
    withoutActuallyEscaping(body) { escaping in
      var escaping = escaping
      withUnsafeMutablePointer(to: &escaping) { pointer in
        dragoman_pool_run(
          handle,
          { context, part in context!.assumingMemoryBound(to: ((Int) -> Void).self).pointee(Int(part)) },
          pointer, Int32(parts))
      }
    }
  }
}
