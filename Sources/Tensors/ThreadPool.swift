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
  public func run(parts: Int, _ body: (_ part: Int) -> Void) {
    run(parts: parts) { part, _ in body(part) }
  }

  /// The same for a body that has storage for each thread: `thread` is 0 for the caller, below `threads` for all.
  public func run(parts: Int, _ body: (_ part: Int, _ thread: Int) -> Void) {
    withoutActuallyEscaping(body) { body in
      var job = Job(body: body)
      withUnsafeMutablePointer(to: &job) { pointer in
        dragoman_pool_run(
          handle,
          { context, part, thread in
            context!.assumingMemoryBound(to: Job.self).pointee.body(Int(part), Int(thread))
          },
          pointer, Int32(parts))
      }
    }
  }

  /// The same for a job in memory of its own type, which allocates nothing: a closure costs one allocation a job.
  ///
  /// - Parameters:
  ///   - job: read by all threads; not changed while the job runs.
  ///   - body: gets `job`'s address, the part and the thread.
  package func run<Job>(
    parts: Int, job: inout Job, _ body: @convention(c) (UnsafeMutableRawPointer?, Int32, Int32) -> Void
  ) {
    withUnsafeMutablePointer(to: &job) { dragoman_pool_run(handle, body, $0, Int32(parts)) }
  }

  /// Holds a closure as it is; in memory of its own type it would be wrapped, which allocates.
  private struct Job {
    let body: (Int, Int) -> Void
  }
}
