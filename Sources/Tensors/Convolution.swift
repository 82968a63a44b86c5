/// A convolution over time as one matrix product per tap: no copy of the input is made.
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
    context.overRows(output.rows) { rows in
      let target = output.rows(rows)
      if let bias { for row in 0..<rows.count { target.row(row).update(from: bias.base, count: outputs) } }
      for tap in 0..<taps {
        let taken = Matrix(
          input.row(step * rows.lowerBound + tap), rows: rows.count, columns: inputs, stride: step * input.stride)
        let matrix = Matrix(weight.base + tap * inputs, rows: outputs, columns: inputs, stride: taps * inputs)
        MatrixProduct.multiply(taken, transposed: matrix, to: target, adding: bias != nil || tap > 0)
      }
    }
  }
}
