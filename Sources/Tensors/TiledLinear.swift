/// `y = W x + b` in Float32 over rows of `x`, on the calling thread, with weights in the tiles of `TileProduct`: made for rows that come
/// many at a time. What a row becomes does not depend, not even in its last bit, on the rows beside it.
package struct TiledLinear: Sendable {
  /// Columns of the result and of the input.
  package let outputs: Int, inputs: Int
  private let tiles: FloatBuffer
  private let bias: FloatBuffer?

  /// - Parameters:
  ///   - weight: `[output, input]`.
  ///   - bias: `[output]`, or nil for none.
  package init(weight: FloatBuffer, outputs: Int, inputs: Int, bias: FloatBuffer?) {
    precondition(weight.count == outputs * inputs && (bias == nil || bias!.count == outputs))
    (self.outputs, self.inputs, self.bias) = (outputs, inputs, bias)
    tiles = FloatBuffer(count: TileProduct.count(columns: outputs, depth: inputs))
    // Once a model, so that no instruction set need be chosen for it.
    TileProduct.pack(
      transposed: Matrix(weight.base, rows: outputs, columns: inputs), to: tiles.base, kernels: Kernels.all[0])
  }

  /// - Parameters:
  ///   - input: `[row, input]`.
  ///   - output: gets `[row, output]`.
  package func callAsFunction(_ input: Matrix, to output: Matrix, kernels: Kernels) {
    precondition(input.columns == inputs && output.columns == outputs && input.rows == output.rows)
    TileProduct.multiply(input, tiles.base, to: output, kernels: kernels)
    guard let bias else { return }
    for row in 0..<output.rows { kernels.add(bias.base, to: output.row(row), count: outputs) }
  }
}
