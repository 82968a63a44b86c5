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

  /// Runs `body` over even runs of `count` rows, one run per thread.
  package func overRows(_ count: Int, _ body: (Range<Int>) -> Void) {
    let parts = count < pool.threads ? 1 : pool.threads
    pool.run(parts: parts) { part in body(MatrixProduct.share(part, of: parts, count: count)) }
  }
}
