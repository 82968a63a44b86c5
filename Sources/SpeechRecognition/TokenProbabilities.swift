internal import Foundation
internal import Tensors

/// The probability of each of many tokens at once, among text tokens only. Owns its workspace.
///
/// The logits of a whole text would take 50 MB; they are made block by block of the vocabulary, and only their sums kept.
final class TokenProbabilities {
  private let embedding: Linear
  private let textTokens: Int
  private let context: ComputeContext
  /// Logarithm of the sum of exponentials, for each block and row: `[block][row]`. By block and not by thread, so that they
  /// are added up in one order, whichever thread took which.
  private let sums: FloatBuffer
  /// Logit of the token itself, `[row]`.
  private let chosen: FloatBuffer
  private let rowLimit: Int
  /// Outputs of one block; a thread's scratch holds its weights and its logits.
  private static let blockSize = 512

  init(weights: WhisperWeights, textTokens: Int, rowLimit: Int, context: ComputeContext) {
    (embedding, self.textTokens, self.rowLimit, self.context) = (weights.embedding, textTokens, rowLimit, context)
    let block = Self.block(rows: rowLimit, states: weights.dimensions.state, context: context)
    sums = FloatBuffer(count: (textTokens + block - 1) / block * rowLimit)
    chosen = FloatBuffer(count: rowLimit)
  }

  /// Outputs that are made at a time: whole blocks of int8 weights, where that is what they are.
  private static func block(rows: Int, states: Int, context: ComputeContext) -> Int {
    let room = min(blockSize, context.scratchPerThread / (states + rows))
    return max(QuantizedMatrix.blockOutputs, room / QuantizedMatrix.blockOutputs * QuantizedMatrix.blockOutputs)
  }

  /// - Parameters:
  ///   - states: the decoder's normalised output where each token is foretold, `[token, state]`.
  ///   - probabilities: gets one of 0...1 for each token.
  func measure(_ tokens: ArraySlice<Int>, states: Matrix, probabilities: UnsafeMutableBufferPointer<Double>) {
    let rows = states.rows
    precondition(tokens.count == rows && probabilities.count == rows && rows <= rowLimit)
    let block = Self.block(rows: rows, states: states.columns, context: context)
    let blocks = (textTokens + block - 1) / block
    let prepared = embedding.prepare(states, context: context)
    context.pool.run(parts: blocks) { part, thread in
      let outputs = part * block..<min((part + 1) * block, textTokens)
      let scratch = context.scratch(thread)
      let logits = Matrix(scratch + block * states.columns, rows: rows, columns: outputs.count)
      embedding.multiply(prepared, outputs: outputs, to: logits, scratch: scratch, kernels: context.kernels)
      let sums = sums.base + part * rowLimit
      for (row, token) in tokens.enumerated() {
        let values = UnsafeBufferPointer(start: logits.row(row), count: outputs.count)
        sums[row] = context.kernels.logSumExp(values)
        if outputs.contains(token) { chosen.base[row] = values[token - outputs.lowerBound] }
      }
    }
    for row in 0..<rows {
      var (largest, sum) = (-Float.infinity, Float(0))
      for block in 0..<blocks {
        let logarithm = sums.base[block * rowLimit + row]
        if logarithm > largest {
          (largest, sum) = (logarithm, sum * exp(largest - logarithm) + 1)
        } else {
          sum += exp(logarithm - largest)
        }
      }
      probabilities[row] = exp(Double(chosen.base[row]) - Double(largest) - log(Double(sum)))
    }
  }
}
