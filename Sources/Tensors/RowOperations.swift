internal import CKernels
internal import Foundation

/// Layer normalisation over the last axis.
public struct LayerNorm: Sendable {
  package let gamma: FloatBuffer, beta: FloatBuffer
  let epsilon: Float

  /// - Parameters:
  ///   - gamma: scale, `[column]`.
  ///   - beta: shift, `[column]`.
  public init(gamma: FloatBuffer, beta: FloatBuffer, epsilon: Float = 1e-5) {
    precondition(gamma.count == beta.count)
    (self.gamma, self.beta, self.epsilon) = (gamma, beta, epsilon)
  }

  /// `output[row] = (input[row] - mean) / sqrt(variance + epsilon) * gamma + beta`; `output` may be `input`.
  package func callAsFunction(_ input: Matrix, to output: Matrix, context: ComputeContext) {
    let kernels = context.kernels
    func normalize(_ rows: Range<Int>) { self(input.rows(rows), to: output.rows(rows), kernels: kernels) }
    if input.rows == 1 { normalize(0..<1) } else { context.overRows(input.rows, normalize) }
  }

  /// The same on the calling thread.
  package func callAsFunction(_ input: Matrix, to output: Matrix, kernels: Kernels) {
    let floats = kernels.table.pointee.floats
    for row in 0..<input.rows {
      floats.layer_norm(input.row(row), gamma.base, beta.base, epsilon, output.row(row), input.columns)
    }
  }
}

extension ComputeContext {
  /// Exact GELU in place. - Reference: Hendrycks and Gimpel 2016, arXiv:1606.08415.
  package func gelu(_ values: Matrix) {
    let kernels = kernels
    func apply(_ rows: Range<Int>) {
      for row in rows { kernels.table.pointee.floats.gelu(values.row(row), values.columns) }
    }
    if values.rows == 1 { apply(0..<1) } else { overRows(values.rows, apply) }
  }

  /// `sums += values`, row by row.
  package func add(_ values: Matrix, to sums: Matrix) {
    let kernels = kernels
    func apply(_ rows: Range<Int>) {
      for row in rows { kernels.table.pointee.floats.add(values.row(row), sums.row(row), values.columns) }
    }
    if values.rows == 1 { apply(0..<1) } else { overRows(values.rows, apply) }
  }
}

extension Kernels {
  /// Natural log of the sum of exponentials of `values`.
  package func logSumExp(_ values: UnsafeBufferPointer<Float>) -> Float {
    guard let base = values.baseAddress, !values.isEmpty else { return -.infinity }
    let top = table.pointee.floats.maximum(base, values.count)
    guard top > -.infinity else { return -.infinity }
    return top + log(table.pointee.floats.sum_exponentials(base, top, values.count))
  }

  /// The largest of `values`, minus infinity for none.
  package func maximum(_ values: UnsafeBufferPointer<Float>) -> Float {
    guard let base = values.baseAddress else { return -.infinity }
    return table.pointee.floats.maximum(base, values.count)
  }

  /// `values = softmax(scale * values)`.
  package func softmax(_ values: UnsafeMutableBufferPointer<Float>, scale: Float = 1) {
    guard let base = values.baseAddress else { return }
    table.pointee.floats.softmax(base, scale, values.count)
  }
}

extension Kernels {
  /// Rounds to half precision.
  package func narrow(_ values: UnsafePointer<Float>, to half: UnsafeMutableRawPointer, count: Int) {
    table.pointee.floats.float_to_half(values, half, count)
  }

  /// `sums += values`.
  package func add(_ values: UnsafePointer<Float>, to sums: UnsafeMutablePointer<Float>, count: Int) {
    table.pointee.floats.add(values, sums, count)
  }

  /// Widens half precision, exactly.
  package func widen(_ half: UnsafeRawPointer, to values: UnsafeMutablePointer<Float>, count: Int) {
    table.pointee.floats.half_to_float(half, values, count)
  }
}

extension Kernels {
  /// Where the largest of `values` stands first.
  package func indexOfMaximum(_ values: UnsafeBufferPointer<Float>) -> Int {
    let top = maximum(values)
    return values.firstIndex { $0 == top } ?? 0
  }
}
