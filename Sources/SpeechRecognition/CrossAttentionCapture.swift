internal import Tensors

/// How much each token of a pass looks at each position of the audio, for the heads that follow it.
///
/// Owns room for one window: tokens up to `rowLimit`, positions of 20 ms.
final class CrossAttentionCapture {
  let heads: [AlignmentHead]
  /// Tokens that fit.
  let rowLimit: Int
  /// Positions that hold audio; the weights cover only these. Set before a pass.
  private(set) var positions: Int
  private let width: Int, positionLimit: Int
  private let context: ComputeContext
  /// `[head][token, position]`, room for `rowLimit` tokens and all positions for each head.
  private let weights: FloatBuffer

  init(heads: [AlignmentHead], dimensions: WhisperDimensions, context: ComputeContext) {
    (self.heads, self.context) = (heads, context)
    // Decoding stops at half the text context; the start sequence and the end come on top.
    rowLimit = min(dimensions.textContext, dimensions.textContext / 2 + 8)
    (width, positionLimit, positions) = (dimensions.decoderHeadWidth, dimensions.audioContext, dimensions.audioContext)
    weights = FloatBuffer(count: heads.count * rowLimit * positionLimit)
  }

  /// Makes room for a window whose audio ends after `positions`.
  func begin(positions: Int) {
    precondition(positions >= 1 && positions <= positionLimit)
    self.positions = positions
  }

  /// The weights of one of `heads`, `[token, position]`.
  func weights(head: Int, rows: Int) -> Matrix {
    Matrix(weights.base + head * rowLimit * positionLimit, rows: rows, columns: positions)
  }

  /// Takes one layer of a pass: softmax over the positions of scaled query-key products.
  ///
  /// - Parameters:
  ///   - queries: to the audio, `[token, head * channel]`.
  ///   - cache: holds the keys of that layer.
  func record(_ queries: Matrix, layer: Int, cache: CrossCache) {
    let scale = 1 / Float(width).squareRoot()
    context.pool.run(parts: heads.count) { index, thread in
      guard heads[index].layer == layer else { return }
      let head = heads[index].head
      let scores = weights(head: index, rows: queries.rows)
      let queries = queries.columns(head * width..<(head + 1) * width)
      let keys = cache.keys(
        layer: layer, head: head, positions: positions, scratch: context.scratch(thread), kernels: context.kernels)
      if keys.isTurned {
        MatrixProduct.multiply(queries, keys.matrix, to: scores)
      } else {
        MatrixProduct.multiply(queries, transposed: keys.matrix, to: scores)
      }
      for row in 0..<scores.rows {
        context.kernels.softmax(UnsafeMutableBufferPointer(start: scores.row(row), count: positions), scale: scale)
      }
    }
  }
}
