internal import CKernels

/// Room of one thread for a few rows that go through several layers one after the other, all of them with int8 weights: what lies
/// between the layers stays in the second-level cache. The rows become, bit for bit, what they become among all the others.
package struct RowBlock {
  /// Rows at once: more of them read the weights less often, fewer leave the cache less full.
  package static let rows = 96

  /// The kernels in use.
  package let kernels: Kernels
  fileprivate let quantized: QuantizedRows
  fileprivate let sums: UnsafeMutablePointer<Float>
  private let values: UnsafeMutablePointer<Float>, valueCount: Int

  fileprivate init(_ scratch: UnsafeMutablePointer<Float>, rows: Int, depth: Int, values count: Int, kernels: Kernels) {
    self.kernels = kernels
    sums = scratch
    let steps = sums + QuantizedMatrix.sumCount
    let bytes = steps + rows
    quantized = QuantizedRows(
      bytes: UnsafeMutableRawPointer(bytes).assumingMemoryBound(to: Int8.self), steps: steps, depth: depth)
    (values, valueCount) = (bytes + rows * QuantizedRows.floats(depth: depth), count)
  }

  /// Floats that such a room takes.
  fileprivate static func count(rows: Int, depth: Int, values: Int) -> Int {
    QuantizedMatrix.sumCount + rows * (1 + QuantizedRows.floats(depth: depth)) + values
  }

  /// Some of the floats that were asked for, as rows that stand `stride` apart.
  package func floats(from first: Int = 0, rows: Int, columns: Int, stride: Int? = nil) -> Matrix {
    let stride = stride ?? columns
    precondition(first + rows * stride <= valueCount, "\(rows) x \(stride) from \(first) on, of \(valueCount)")
    return Matrix(values + first, rows: rows, columns: columns, stride: stride)
  }

  /// Quantises rows for products; valid until the next call.
  package func quantize(_ rows: Matrix) -> QuantizedRows {
    var target = quantized
    target.reshape(depth: rows.columns)
    target.fill(0..<rows.rows, from: rows, integers: kernels.table.pointee.integers)
    return target
  }

  /// Exact GELU in place.
  package func gelu(_ values: Matrix) {
    let floats = kernels.table.pointee.floats
    for row in 0..<values.rows { floats.gelu(values.row(row), values.columns) }
  }
}

extension ComputeContext {
  /// Runs `body` over blocks of `count` rows, spread over the threads.
  ///
  /// - Parameters:
  ///   - multiple: of which every block but the last has a multiple of rows.
  ///   - depth: the longest rows that are quantised.
  ///   - values: floats for each row of a block.
  package func overBlocks(
    _ count: Int, multiple: Int = 8, depth: Int, values: Int, _ body: (Range<Int>, RowBlock) -> Void
  ) {
    // As many blocks for one thread as for the next.
    let turns = (count + RowBlock.rows * pool.threads - 1) / (RowBlock.rows * pool.threads)
    let even = (count + turns * pool.threads - 1) / (turns * pool.threads)
    let rows = (even + multiple - 1) / multiple * multiple
    precondition(
      RowBlock.count(rows: rows, depth: depth, values: rows * values) <= scratchPerThread,
      "no room for \(rows) rows of \(values)")
    pool.run(parts: (count + rows - 1) / rows) { part, thread in
      let block = RowBlock(scratch(thread), rows: rows, depth: depth, values: rows * values, kernels: kernels)
      body(part * rows..<min((part + 1) * rows, count), block)
    }
  }
}

extension Linear {
  /// `output[row] = W input[row] + b` with int8 weights, on the calling thread; adds to what `output` holds when `adding`.
  package func callAsFunction(_ input: Matrix, to output: Matrix, in block: RowBlock, adding: Bool = false) {
    callAsFunction(block.quantize(input), to: output, in: block, adding: adding)
  }

  /// The same for rows that are quantised already.
  package func callAsFunction(_ input: QuantizedRows, to output: Matrix, in block: RowBlock, adding: Bool = false) {
    guard case .integers(let quantized) = weight.storage else { preconditionFailure("these weights are not int8") }
    quantized.multiply(
      input, bias: bias?.base, to: output, scratch: block.sums, kernels: block.kernels, adding: adding)
  }
}
