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
  /// Rows quantised for the product that is being made; grows to the largest.
  private var quantized = QuantizedRows()

  /// - Parameter scratchPerThread: floats for each thread; 1 MiB of them (4 MiB of memory) unless told.
  public init(kernels: Kernels = .best, threads: Int, scratchPerThread: Int = 1 << 20) {
    self.kernels = kernels
    pool = ThreadPool(threads: threads)
    self.scratchPerThread = scratchPerThread
    scratchBuffer = FloatBuffer(count: scratchPerThread * threads)
  }

  deinit { quantized.free() }

  package func scratch(_ thread: Int) -> UnsafeMutablePointer<Float> {
    scratchBuffer.base + thread * scratchPerThread
  }

  /// Quantises rows for products with int8 weights; valid until the next call.
  package func quantize(_ rows: Matrix) -> QuantizedRows {
    quantized.reserve(rows: rows.rows, depth: rows.columns)
    let target = quantized, integers = kernels.table.pointee.integers
    if rows.rows <= Linear.fewRows {
      target.fill(0..<rows.rows, from: rows, integers: integers)
    } else {
      overRows(rows.rows) { target.fill($0, from: rows, integers: integers) }
    }
    return quantized
  }

  /// Into how many parts to split a job that is worth at most `max`: a few for each thread, so that they even out.
  package func parts(max: Int) -> Int { pool.threads == 1 ? 1 : Swift.max(1, min(max, 4 * pool.threads)) }

  /// Runs `body` over even runs of `count` rows; few rows cost no job, which would allocate.
  package func overRows(_ count: Int, _ body: (Range<Int>) -> Void) {
    let parts = parts(max: count / 16)
    if parts == 1 { return body(0..<count) }
    pool.run(parts: parts) { part in body(MatrixProduct.share(part, of: parts, count: count)) }
  }
}
