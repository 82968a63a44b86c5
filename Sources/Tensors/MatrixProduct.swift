internal import COpenBLAS

/// Float32 matrix products by OpenBLAS, one BLAS thread per pool thread.
package enum MatrixProduct {
  /// Pins OpenBLAS to the calling thread: the pool is what splits work. Evaluated once.
  private static let pinned: Void = {
    BLASCore.settle()
    openblas_set_num_threads(1)
  }()

  /// `output = left * right^T` on the calling thread; `left` is `[row, depth]`, `right` is `[column, depth]`.
  package static func multiply(_ left: Matrix, transposed right: Matrix, to output: Matrix, adding: Bool = false) {
    _ = pinned
    cblas_sgemm(
      CblasRowMajor, CblasNoTrans, CblasTrans, blasint(left.rows), blasint(right.rows), blasint(left.columns), 1,
      left.base, blasint(left.stride), right.base, blasint(right.stride), adding ? 1 : 0, output.base,
      blasint(output.stride))
  }

  /// `output = left * right` on the calling thread; `left` is `[row, depth]`, `right` is `[depth, column]`.
  package static func multiply(_ left: Matrix, _ right: Matrix, to output: Matrix) {
    _ = pinned
    cblas_sgemm(
      CblasRowMajor, CblasNoTrans, CblasNoTrans, blasint(left.rows), blasint(right.columns), blasint(left.columns), 1,
      left.base, blasint(left.stride), right.base, blasint(right.stride), 0, output.base, blasint(output.stride))
  }

  /// Splits `count` into `parts` runs, as even as can be, and gives the `part`-th.
  package static func share(_ part: Int, of parts: Int, count: Int) -> Range<Int> {
    (count * part / parts)..<(count * (part + 1) / parts)
  }
}
