import Foundation
import Testing

@testable import Tensors

/// Products, convolutions and attention against loops that say what they mean.
@Suite struct LinearTests {
  static func plain(_ x: [[Float]], _ w: [Float], _ b: [Float]?, outputs: Int) -> [[Float]] {
    x.map { row in
      (0..<outputs).map { o in
        row.indices.reduce(b?[o] ?? 0) { $0 + row[$1] * w[o * row.count + $1] }
      }
    }
  }

  static func compare(_ observed: [Float], _ expected: [Float], _ tolerance: Float, _ what: String) {
    #expect(observed.count == expected.count)
    for (index, pair) in zip(observed, expected).enumerated() where !(abs(pair.0 - pair.1) <= tolerance) {
      Issue.record("\(what)[\(index)]: expected \(pair.1), observed \(pair.0), tolerance \(tolerance)")
      return
    }
  }

  @Test(arguments: [1, 2, 3, 4, 5, 37, 200], [1, 2, 3])
  func linear(rows: Int, threads: Int) {
    let context = ComputeContext(threads: threads, scratchPerThread: 5000)
    let (inputs, outputs) = (96, 391)
    let x = FloatBuffer(FloatKernelTests.random(rows * inputs, seed: 1))
    let w = FloatKernelTests.random(outputs * inputs, seed: 2), b = FloatKernelTests.random(outputs, seed: 3)
    let rowsOfX = (0..<rows).map { Array(x.values[$0 * inputs..<($0 + 1) * inputs]) }
    let expected = Self.plain(rowsOfX, w, b, outputs: outputs).flatMap { $0 }
    let linear = Linear(
      weight: WeightMatrix(FloatBuffer(w), outputs: outputs, inputs: inputs), bias: FloatBuffer(b))
    let y = FloatBuffer(count: rows * outputs)
    linear(x.matrix(columns: inputs), to: y.matrix(columns: outputs), context: context)
    Self.compare(y.values, expected, 1e-4, "linear")
    linear(x.matrix(columns: inputs), to: y.matrix(columns: outputs), context: context, adding: true)
    Self.compare(y.values, expected.map { 2 * $0 }, 2e-4, "adding linear")
  }

  @Test(arguments: [1, 2, 3]) func attention(threads: Int) {
    let context = ComputeContext(threads: threads, scratchPerThread: 12_000)
    let (rows, heads, width) = (150, 3, 16)
    let columns = heads * width
    let qkv = FloatBuffer(FloatKernelTests.random(rows * 3 * columns, seed: 5, scale: 3))
    let all = qkv.matrix(columns: 3 * columns)
    let output = FloatBuffer(count: rows * columns)
    Attention.full(
      queries: all.columns(0..<columns), keys: all.columns(columns..<2 * columns),
      values: all.columns(2 * columns..<3 * columns), heads: heads, to: output.matrix(columns: columns),
      context: context)
    var expected: [Float] = []
    for row in 0..<rows {
      for head in 0..<heads {
        let channels = head * width..<(head + 1) * width
        let query = all.row(row)
        var weights: [Float] = []
        for key in 0..<rows {
          var score: Float = 0
          for channel in channels { score += query[channel] * all.row(key)[columns + channel] }
          weights.append(exp(score / Float(width).squareRoot()))
        }
        let total = weights.reduce(0, +)
        for channel in channels {
          var mixed: Float = 0
          for key in 0..<rows { mixed += weights[key] * all.row(key)[2 * columns + channel] }
          expected.append(mixed / total)
        }
      }
    }
    Self.compare(output.values, expected, 2e-5, "attention")
  }

  @Test(arguments: [1, 2]) func convolution(step: Int) {
    let context = ComputeContext(threads: 2)
    let (frames, inputs, outputs) = (9, 5, 3)
    let weight = FloatKernelTests.random(outputs * inputs * 3, seed: 8)
    let bias: [Float] = [0.5, -1, 2]
    // A zero row at both ends.
    let edge = [Float](repeating: 0, count: inputs)
    let input = edge + FloatKernelTests.random(frames * inputs, seed: 9) + edge
    let convolution = Convolution(
      weight: weight, bias: FloatBuffer(bias), outputs: outputs, inputs: inputs, taps: 3)
    let rows = (frames + step - 1) / step
    let output = FloatBuffer(count: rows * outputs)
    let padded = FloatBuffer(input)
    convolution(
      padded.matrix(columns: inputs), step: step, to: output.matrix(columns: outputs), context: context)
    var expected: [Float] = []
    for row in 0..<rows {
      for out in 0..<outputs {
        var sum = bias[out]
        for tap in 0..<3 {
          for channel in 0..<inputs {
            sum += weight[(out * inputs + channel) * 3 + tap] * input[(row * step + tap) * inputs + channel]
          }
        }
        expected.append(sum)
      }
    }
    withExtendedLifetime(padded) {}
    Self.compare(output.values, expected, 1e-5, "convolution with step \(step)")
  }
}
