internal import Foundation
internal import Tensors

/// The probability of each of many tokens at once, among text tokens only. Owns its workspace.
///
/// The logits of a whole text would take 50 MB; they are made block by block of the vocabulary, and only their sums kept.
final class TokenProbabilities {
  private let embedding: Linear
  private let textTokens: Int
  private let context: ComputeContext
  /// Largest logit and sum of exponentials over it, for each thread and row: `[thread][row][2]`.
  private let sums: FloatBuffer
  /// Logit of the token itself, `[row]`.
  private let chosen: FloatBuffer
  private let rowLimit: Int
  /// Outputs of one block; a thread's scratch holds its weights and its logits.
  private static let blockSize = 512

  init(weights: WhisperWeights, textTokens: Int, rowLimit: Int, context: ComputeContext) {
    (embedding, self.textTokens, self.rowLimit, self.context) = (weights.embedding, textTokens, rowLimit, context)
    sums = FloatBuffer(count: context.pool.threads * rowLimit * 2)
    chosen = FloatBuffer(count: rowLimit)
  }

  /// - Parameters:
  ///   - states: the decoder's normalised output where each token is foretold, `[token, state]`.
  ///   - probabilities: gets one of 0...1 for each token.
  func measure(_ tokens: ArraySlice<Int>, states: Matrix, probabilities: UnsafeMutableBufferPointer<Double>) {
    let rows = states.rows
    precondition(tokens.count == rows && probabilities.count == rows && rows <= rowLimit)
    for index in stride(from: 0, to: sums.count, by: 2) { (sums.base[index], sums.base[index + 1]) = (-.infinity, 0) }
    // Whole blocks of int8 weights, where that is what they are.
    let room = min(Self.blockSize, context.scratchPerThread / (states.columns + rows))
    let block = max(QuantizedMatrix.blockOutputs, room / QuantizedMatrix.blockOutputs * QuantizedMatrix.blockOutputs)
    let blocks = (textTokens + block - 1) / block
    let prepared = embedding.prepare(states, context: context)
    context.pool.run(parts: blocks) { part, thread in
      let outputs = part * block..<min((part + 1) * block, textTokens)
      let scratch = context.scratch(thread)
      let logits = Matrix(scratch + block * states.columns, rows: rows, columns: outputs.count)
      embedding.multiply(prepared, outputs: outputs, to: logits, scratch: scratch, kernels: context.kernels)
      let sums = sums.base + thread * rowLimit * 2
      for (row, token) in tokens.enumerated() {
        let values = UnsafeBufferPointer(start: logits.row(row), count: outputs.count)
        Self.add(context.kernels.logSumExp(values), to: sums + 2 * row)
        if outputs.contains(token) { chosen.base[row] = values[token - outputs.lowerBound] }
      }
    }
    for row in 0..<rows {
      let total = sums.base + 2 * row
      for thread in 1..<max(1, context.pool.threads) {
        let other = sums.base + (thread * rowLimit + row) * 2
        if other[1] > 0 { Self.add(other[0] + log(other[1]), to: total) }
      }
      probabilities[row] = exp(Double(chosen.base[row]) - Double(total[0]) - log(Double(total[1])))
    }
  }

  /// Adds exp(`logarithm`) to a sum that is kept as `[largest, sum of exp(value - largest)]`.
  private static func add(_ logarithm: Float, to sum: UnsafeMutablePointer<Float>) {
    if logarithm > sum[0] {
      (sum[0], sum[1]) = (logarithm, sum[1] * exp(sum[0] - logarithm) + 1)
    } else {
      sum[1] += exp(logarithm - sum[0])
    }
  }
}
