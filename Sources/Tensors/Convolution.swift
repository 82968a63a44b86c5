internal import CKernels

/// A convolution over time as one matrix product with runs of input rows: no copy of the input is made.
public struct Convolution: Sendable {
  /// `[output, tap * input]`: each tap's matrix stands beside the next.
  package let weight: FloatBuffer
  /// `[output]`, or nil.
  package let bias: FloatBuffer?
  private let inputs: Int, outputs: Int, taps: Int

  /// - Parameters:
  ///   - weight: `[output, input, tap]`, as frameworks store it.
  ///   - bias: `[output]`, or nil for none.
  public init(weight: [Float], bias: FloatBuffer?, outputs: Int, inputs: Int, taps: Int) {
    precondition(weight.count == outputs * inputs * taps, "\(weight.count) values for \(outputs) x \(inputs) x \(taps)")
    let turned = FloatBuffer(count: weight.count)
    for output in 0..<outputs {
      for input in 0..<inputs {
        for tap in 0..<taps {
          turned.base[(output * taps + tap) * inputs + input] = weight[(output * inputs + input) * taps + tap]
        }
      }
    }
    (self.weight, self.bias, self.inputs, self.outputs, self.taps) = (turned, bias, inputs, outputs, taps)
  }

  /// - Parameters:
  ///   - turned: `[output, tap * input]`, as `weight` is kept.
  ///   - bias: `[output]`, or nil for none.
  package init(turned: FloatBuffer, bias: FloatBuffer?, outputs: Int, inputs: Int, taps: Int) {
    precondition(turned.count == outputs * inputs * taps, "\(turned.count) values for \(outputs) x \(inputs) x \(taps)")
    (weight, self.bias, self.inputs, self.outputs, self.taps) = (turned, bias, inputs, outputs, taps)
  }

  /// `output[t] = bias + sum over taps k of W[k] input[step * t + k]`, `[frame, output]`.
  ///
  /// `input` is `[frame, input]` with the padding rows in it: at least `step * (output.rows - 1) + taps` rows.
  package func callAsFunction(_ input: Matrix, step: Int, to output: Matrix, context: ComputeContext) {
    precondition(input.columns == inputs && output.columns == outputs && output.rows > 0)
    precondition(input.rows >= step * (output.rows - 1) + taps, "too few input rows")
    precondition(input.stride == inputs, "the rows under all taps are one run")
    let runs = Matrix(input.base, rows: output.rows, columns: taps * inputs, stride: step * inputs)
    let matrix = Matrix(weight.base, rows: outputs, columns: taps * inputs)
    let floats = context.kernels.table.pointee.floats
    precondition(context.scratchPerThread >= TileProduct.width * taps * inputs, "no room for a tile of weights")
    context.pool.run(parts: (outputs + TileProduct.width - 1) / TileProduct.width) { part, thread in
      let columns = part * TileProduct.width..<min((part + 1) * TileProduct.width, outputs)
      let tile = context.scratch(thread), target = output.columns(columns)
      TileProduct.pack(transposed: matrix.rows(columns), to: tile, kernels: context.kernels)
      TileProduct.multiply(runs, tile, to: target, kernels: context.kernels)
      guard let bias else { return }
      for row in 0..<target.rows { floats.add(bias.base + columns.lowerBound, target.row(row), columns.count) }
    }
  }
}
