internal import CKernels
internal import COpenBLAS

/// A prepared weight matrix `[output, input]`, read where it lies: Float32, or half precision in a mapped file.
///
/// Half precision is widened exactly, so results are those of Float32 weights at half the memory traffic.
public struct WeightMatrix: Sendable {
  enum Storage: Sendable {
    case float(FloatBuffer)
    /// The address of mapped binary16 values, and what keeps them mapped.
    case half(address: UInt, owner: any Sendable)
    case integers(QuantizedMatrix)
  }

  let storage: Storage
  /// Rows and columns of the matrix.
  public let outputs: Int, inputs: Int

  /// Takes Float32 values, `[output, input]`.
  public init(_ values: FloatBuffer, outputs: Int, inputs: Int) {
    precondition(values.count == outputs * inputs, "\(values.count) values for \(outputs) x \(inputs)")
    (storage, self.outputs, self.inputs) = (.float(values), outputs, inputs)
  }

  /// Borrows binary16 values, `[output, input]`, at any alignment; `owner` keeps them valid.
  public init(half bytes: UnsafeRawBufferPointer, owner: any Sendable, outputs: Int, inputs: Int) {
    precondition(bytes.count == 2 * outputs * inputs, "\(bytes.count) bytes for \(outputs) x \(inputs) halves")
    storage = .half(address: UInt(bitPattern: bytes.baseAddress), owner: owner)
    (self.outputs, self.inputs) = (outputs, inputs)
  }

  /// Takes int8 values.
  public init(_ quantized: QuantizedMatrix) {
    (storage, outputs, inputs) = (.integers(quantized), quantized.outputs, quantized.inputs)
  }

  /// Widens row `row` into `output`, `[input]`.
  package func copyRow(_ row: Int, to output: UnsafeMutablePointer<Float>, kernels: Kernels) {
    precondition(row >= 0 && row < outputs, "row \(row) of \(outputs)")
    switch storage {
    case .float(let buffer): output.update(from: buffer.base + row * inputs, count: inputs)
    case .half(let address, _):
      let half = UnsafeRawPointer(bitPattern: address)! + 2 * row * inputs
      kernels.table.pointee.floats.half_to_float(half, output, inputs)
    case .integers(let quantized): quantized.copyRow(row, to: output)
    }
  }
}

/// `y = W x + b` over rows of `x`.
public struct Linear: Sendable {
  /// `[output, input]`.
  package let weight: WeightMatrix
  /// `[output]`, or nil.
  package let bias: FloatBuffer?

  /// - Parameter bias: `[output]`, or nil for none.
  public init(weight: WeightMatrix, bias: FloatBuffer?) {
    precondition(bias == nil || bias!.count == weight.outputs, "one bias per output")
    (self.weight, self.bias) = (weight, bias)
  }

  /// Rows up to which a product is made row by row (bound by reading the weights) rather than by BLAS.
  static let fewRows = 8

  /// `output[row] = W input[row] + b`, `[row, output]`; adds to what `output` holds when `adding`, and applies exact GELU
  /// to the result when told to.
  ///
  /// Splits over the pool; widens half-precision weights into `scratch` block by block when there are many rows.
  package func callAsFunction(
    _ input: Matrix, to output: Matrix, context: ComputeContext, adding: Bool = false, gelu: Bool = false
  ) {
    precondition(input.columns == weight.inputs && output.columns == weight.outputs && input.rows == output.rows)
    if case .integers(let quantized) = weight.storage {
      quantized.multiply(input, bias: bias, to: output, context: context, adding: adding, gelu: gelu)
      return
    }
    multiply(input, to: output, context: context, adding: adding)
    if gelu { context.gelu(output) }
  }

  private func multiply(_ input: Matrix, to output: Matrix, context: ComputeContext, adding: Bool) {
    if input.rows <= Self.fewRows && !adding {
      // Runs of outputs: more of them than threads, but each worth the handing out.
      let parts = context.parts(max: weight.outputs * weight.inputs / 65536)
      var job = FewRows(linear: self, input: input, output: output, kernels: context.kernels, parts: parts)
      context.pool.run(parts: parts, job: &job) { job, part, _ in
        job!.assumingMemoryBound(to: FewRows.self).pointee.run(Int(part))
      }
      return
    }
    // Runs of outputs, in blocks small enough for a thread's scratch.
    let parts = context.parts(max: weight.outputs / 64)
    context.pool.run(parts: parts) { part, thread in
      let share = MatrixProduct.share(part, of: parts, count: weight.outputs)
      let block = min(max(context.scratchPerThread / weight.inputs, 1), 1024)
      for start in stride(from: share.lowerBound, to: share.upperBound, by: block) {
        let outputs = start..<min(start + block, share.upperBound)
        let weights = floats(outputs, scratch: context.scratch(thread), kernels: context.kernels)
        let target = output.columns(outputs)
        if let bias, !adding {
          for row in 0..<input.rows { target.row(row).update(from: bias.base + start, count: outputs.count) }
        } else if let bias {
          for row in 0..<input.rows {
            context.kernels.table.pointee.floats.add(bias.base + start, target.row(row), outputs.count)
          }
        }
        MatrixProduct.multiply(input, transposed: weights, to: target, adding: adding || bias != nil)
      }
    }
  }

  /// A few rows against a run of outputs.
  private struct FewRows {
    let linear: Linear, input: Matrix, output: Matrix, kernels: Kernels, parts: Int

    static let blockWeights = 1 << 13

    func run(_ part: Int) {
      let share = MatrixProduct.share(part, of: parts, count: linear.weight.outputs)
      // Blocks of weights that stay in the first-level cache from the first row to the last.
      let block = max(16, Self.blockWeights / linear.weight.inputs / 16 * 16)
      for start in stride(from: share.lowerBound, to: share.upperBound, by: block) {
        let outputs = start..<min(start + block, share.upperBound)
        for row in 0..<input.rows {
          linear.matrixVector(input.row(row), to: output.row(row), outputs: outputs, kernels: kernels)
        }
      }
    }
  }

  private func matrixVector(
    _ input: UnsafePointer<Float>, to output: UnsafeMutablePointer<Float>, outputs: Range<Int>, kernels: Kernels
  ) {
    let floats = kernels.table.pointee.floats
    let bias = bias.map { UnsafePointer($0.base + outputs.lowerBound) }
    let first = outputs.lowerBound * weight.inputs
    switch weight.storage {
    case .float(let buffer):
      floats.matrix_vector(
        buffer.base + first, outputs.count, weight.inputs, weight.inputs, input, bias, output + outputs.lowerBound)
    case .half(let address, _):
      floats.matrix_vector_half(
        UnsafeRawPointer(bitPattern: address)! + 2 * first, outputs.count, weight.inputs, input, bias,
        output + outputs.lowerBound)
    case .integers: preconditionFailure("int8 weights have a product of their own")
    }
  }

  /// Rows of an input made ready for products with a part of the outputs.
  package func prepare(_ input: Matrix, context: ComputeContext) -> PreparedRows {
    if case .integers = weight.storage { return .integers(context.quantize(input)) }
    return .floats(input)
  }

  /// `output = W[outputs] input`, without the bias, on the calling thread.
  ///
  /// - Parameters:
  ///   - rows: from `prepare`.
  ///   - outputs: begins at a multiple of `QuantizedMatrix.blockOutputs`.
  ///   - scratch: room for `outputs.count` rows of weights.
  package func multiply(
    _ rows: PreparedRows, outputs: Range<Int>, to output: Matrix, scratch: UnsafeMutablePointer<Float>, kernels: Kernels
  ) {
    switch (rows, weight.storage) {
    case (.floats(let input), _):
      MatrixProduct.multiply(
        input, transposed: floats(outputs, scratch: scratch, kernels: kernels), to: output)
    case (.integers(let input), .integers(let quantized)):
      quantized.multiply(input, outputs: outputs, to: output, scratch: scratch, kernels: kernels)
    default: preconditionFailure("rows prepared for other weights")
    }
  }

  /// Rows `outputs` of the weights in Float32, widened into `scratch` where needed.
  private func floats(_ outputs: Range<Int>, scratch: UnsafeMutablePointer<Float>, kernels: Kernels) -> Matrix {
    let first = outputs.lowerBound * weight.inputs
    switch weight.storage {
    case .float(let buffer):
      return Matrix(buffer.base + first, rows: outputs.count, columns: weight.inputs)
    case .half(let address, _):
      kernels.table.pointee.floats.half_to_float(
        UnsafeRawPointer(bitPattern: address)! + 2 * first, scratch, outputs.count * weight.inputs)
      return Matrix(scratch, rows: outputs.count, columns: weight.inputs)
    case .integers: preconditionFailure("int8 weights have a product of their own")
    }
  }
}

/// Rows on the left side of a product.
package enum PreparedRows {
  case floats(Matrix)
  case integers(QuantizedRows)
}
