internal import CKernels

/// What a session computes with: kernels, threads and per-thread scratch. One job at a time.
public final class ComputeContext {
  /// The instruction set in use.
  public let kernels: Kernels
  /// The threads in use.
  public let pool: ThreadPool
  /// Floats of scratch that each thread may use within one job.
  package let scratchPerThread: Int
  private let scratchBuffer: FloatBuffer

  /// - Parameter scratchPerThread: floats for each thread; 1 MiB of them (4 MiB of memory) unless told.
  public init(kernels: Kernels = .best, threads: Int, scratchPerThread: Int = 1 << 20) {
    self.kernels = kernels
    pool = ThreadPool(threads: threads)
    self.scratchPerThread = scratchPerThread
    scratchBuffer = FloatBuffer(count: scratchPerThread * threads)
  }

  package func scratch(_ thread: Int) -> UnsafeMutablePointer<Float> {
    scratchBuffer.base + thread * scratchPerThread
  }

  /// Into how many parts to split a job that is worth at most `max`: a few for each thread, so that they even out.
  package func parts(max: Int) -> Int { pool.threads == 1 ? 1 : Swift.max(1, min(max, 4 * pool.threads)) }

  /// Runs `body` over even runs of `count` rows.
  package func overRows(_ count: Int, _ body: (Range<Int>) -> Void) {
    let parts = parts(max: count / 16)
    pool.run(parts: parts) { part in body(MatrixProduct.share(part, of: parts, count: count)) }
  }
}
