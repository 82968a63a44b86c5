internal import CKernels

/// Scaled dot-product attention. - Reference: Vaswani et al. 2017, arXiv:1706.03762.
package enum Attention {
  /// Query rows per block: one block's scores over 1,500 keys stay in the second-level cache.
  static let queryBlock = 96

  /// All queries against all keys, without a mask.
  ///
  /// - Parameters:
  ///   - queries, keys, values: `[row, head * channel]`.
  ///   - output: `[row, head * channel]`.
  ///   - keyWeights: keys from `first` on stand for several each: the logarithm of how many.
  package static func full(
    queries: Matrix, keys: Matrix, values: Matrix, heads: Int, to output: Matrix, context: ComputeContext,
    keyWeights: (first: Int, logarithms: [Float])? = nil
  ) {
    let width = queries.columns / heads
    let scale = 1 / Float(width).squareRoot()
    let block = max(1, min(queryBlock, context.scratchPerThread / keys.rows))
    let blocks = (queries.rows + block - 1) / block
    context.pool.run(parts: blocks * heads) { unit, thread in
      let channels = unit / blocks * width..<(unit / blocks + 1) * width
      let first = unit % blocks * block
      let rows = first..<min(first + block, queries.rows)
      let scores = Matrix(context.scratch(thread), rows: rows.count, columns: keys.rows)
      MatrixProduct.multiply(queries.rows(rows).columns(channels), transposed: keys.columns(channels), to: scores)
      for row in 0..<rows.count {
        if let keyWeights {
          let counted = scores.row(row) + keyWeights.first
          for (key, logarithm) in keyWeights.logarithms.enumerated() { counted[key] += logarithm / scale }
        }
        context.kernels.table.pointee.floats.softmax(scores.row(row), scale, keys.rows)
      }
      MatrixProduct.multiply(scores, values.columns(channels), to: output.rows(rows).columns(channels))
    }
  }

  /// The same against half-precision keys and values.
  package static func step(
    query: UnsafePointer<Float>, halfKeys: UnsafeRawPointer, halfValues: UnsafeRawPointer, rows: Int, width: Int,
    scores: UnsafeMutablePointer<Float>, output: UnsafeMutablePointer<Float>, kernels: Kernels
  ) {
    let floats = kernels.table.pointee.floats
    floats.matrix_vector_half(halfKeys, rows, width, query, nil, scores)
    floats.softmax(scores, 1 / Float(width).squareRoot(), rows)
    floats.weighted_rows_half(scores, halfValues, rows, width, output)
  }

  /// One query row of one head against `rows` cached keys and values, `[row, channel]` each.
  ///
  /// - Parameter scores: room for `rows` floats; holds the attention weights afterwards.
  package static func step(
    query: UnsafePointer<Float>, keys: UnsafePointer<Float>, values: UnsafePointer<Float>, rows: Int, width: Int,
    scores: UnsafeMutablePointer<Float>, output: UnsafeMutablePointer<Float>, kernels: Kernels
  ) {
    let floats = kernels.table.pointee.floats
    floats.matrix_vector(keys, rows, width, width, query, nil, scores)
    floats.softmax(scores, 1 / Float(width).squareRoot(), rows)
    floats.weighted_rows(scores, values, rows, width, width, output)
  }
}
