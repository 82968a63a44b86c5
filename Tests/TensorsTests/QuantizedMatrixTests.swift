import Foundation
import Testing

@testable import Tensors

/// Products with int8 weights: near those of the same weights as numbers, and the same on every instruction set.
@Suite struct QuantizedMatrixTests {
  static let isas = Kernels.all
  /// Sizes that fill blocks, and that do not.
  static let sizes = [(64, 32), (391, 96), (25, 7), (130, 513)]

  static func weights(_ outputs: Int, _ inputs: Int) -> WeightMatrix {
    WeightMatrix(
      FloatBuffer(FloatKernelTests.random(outputs * inputs, seed: 2)), outputs: outputs, inputs: inputs)
  }

  static func product(
    _ linear: Linear, rows: Int, kernels: Kernels, threads: Int, adding: Bool = false, gelu: Bool = false
  ) -> [Float] {
    let context = ComputeContext(kernels: kernels, threads: threads, scratchPerThread: 5000)
    let (inputs, outputs) = (linear.weight.inputs, linear.weight.outputs)
    let x = FloatBuffer(FloatKernelTests.random(rows * inputs, seed: 1, scale: 3))
    let y = FloatBuffer([Float](repeating: adding ? 1 : 77, count: rows * outputs))
    linear(
      x.matrix(columns: inputs), to: y.matrix(columns: outputs), context: context, adding: adding, gelu: gelu)
    return y.values
  }

  @Test(arguments: sizes) func productsAreNearThoseOfNumbers(outputs: Int, inputs: Int) {
    let weight = Self.weights(outputs, inputs)
    let bias = FloatBuffer(FloatKernelTests.random(outputs, seed: 3))
    let exact = Linear(weight: weight, bias: bias)
    let quantized = Linear(weight: WeightMatrix(QuantizedMatrix(quantizing: weight, kernels: .best)), bias: bias)
    for rows in [1, 5, 9, 70] {
      for (adding, gelu) in [(false, false), (true, false), (false, true)] {
        let expected = Self.product(exact, rows: rows, kernels: .best, threads: 2, adding: adding, gelu: gelu)
        let found = Self.product(quantized, rows: rows, kernels: .best, threads: 2, adding: adding, gelu: gelu)
        // A step of 1/127 on either side, half of it lost each time, over `inputs` products of up to 3.
        let tolerance = 3 * Float(inputs).squareRoot() / 127 * 2
        LinearTests.compare(found, expected, tolerance, "\(rows) rows, adding \(adding), GELU \(gelu)")
        #expect(found != expected)
      }
    }
  }

  @Test(arguments: sizes) func instructionSetsAndThreadsAgreeBitForBit(outputs: Int, inputs: Int) {
    let weight = Self.weights(outputs, inputs)
    let bias = FloatBuffer(FloatKernelTests.random(outputs, seed: 3))
    let plain = QuantizedMatrix(quantizing: weight, kernels: Kernels(named: "generic")!)
    for rows in [1, 8, 71] {
      let expected = Self.product(
        Linear(weight: WeightMatrix(plain), bias: bias), rows: rows, kernels: Kernels(named: "generic")!, threads: 1,
        adding: true)
      for kernels in Self.isas {
        let quantized = QuantizedMatrix(quantizing: weight, kernels: kernels)
        #expect(plain.bytes.elementsEqual(quantized.bytes), "\(kernels.name) quantises alike")
        for threads in [1, 3] {
          let linear = Linear(weight: WeightMatrix(quantized), bias: bias)
          #expect(
            Self.product(linear, rows: rows, kernels: kernels, threads: threads, adding: true) == expected,
            "\(kernels.name), \(threads) threads, \(rows) rows")
        }
      }
    }
  }

  @Test func rowsAndPartsAreThoseOfTheWhole() {
    let (outputs, inputs, rows) = (391, 96, 5)
    let weight = Self.weights(outputs, inputs)
    let context = ComputeContext(threads: 1)
    let quantized = WeightMatrix(QuantizedMatrix(quantizing: weight, kernels: .best))
    let (row, exact) = (FloatBuffer(count: inputs), FloatBuffer(count: inputs))
    for output in [0, 63, 64, 390] {
      quantized.copyRow(output, to: row.base, kernels: .best)
      weight.copyRow(output, to: exact.base, kernels: .best)
      LinearTests.compare(row.values, exact.values, 1 / 254 + 1e-6, "row \(output)")
    }
    let linear = Linear(weight: quantized, bias: nil)
    let x = FloatBuffer(FloatKernelTests.random(rows * inputs, seed: 1))
    let whole = FloatBuffer(count: rows * outputs), part = FloatBuffer(count: rows * 71)
    linear(x.matrix(columns: inputs), to: whole.matrix(columns: outputs), context: context)
    let prepared = linear.prepare(x.matrix(columns: inputs), context: context)
    linear.multiply(
      prepared, outputs: 192..<263, to: part.matrix(columns: 71), scratch: context.scratch(0), kernels: .best)
    for row in 0..<rows {
      #expect((0..<71).allSatisfy { part.values[row * 71 + $0] == whole.values[row * outputs + 192 + $0] })
    }
  }

  /// Blocks of rows, whatever their size, and rows quantised once for two products.
  @Test(arguments: isas, [1, 8, 71, 300]) func blocksOfRowsAreThoseOfTheWhole(_ kernels: Kernels, rows: Int) {
    let (outputs, inputs) = (391, 96)
    let bias = FloatBuffer(FloatKernelTests.random(outputs, seed: 3))
    let quantized = QuantizedMatrix(quantizing: Self.weights(outputs, inputs), kernels: kernels)
    let linear = Linear(weight: WeightMatrix(quantized), bias: bias)
    let x = FloatBuffer(FloatKernelTests.random(rows * inputs, seed: 1, scale: 3))
    for (adding, gelu) in [(false, false), (true, false), (false, true)] {
      let expected = Self.product(linear, rows: rows, kernels: kernels, threads: 1, adding: adding, gelu: gelu)
      for threads in [1, 3] {
        let context = ComputeContext(kernels: kernels, threads: threads, scratchPerThread: 60_000)
        let y = FloatBuffer([Float](repeating: adding ? 1 : 77, count: rows * outputs))
        let again = FloatBuffer(count: rows * outputs)
        context.overBlocks(rows, multiple: 32, depth: inputs, values: outputs + 3) { range, block in
          let input = block.quantize(x.matrix(columns: inputs).rows(range))
          let target = y.matrix(columns: outputs).rows(range)
          linear(input, to: target, in: block, adding: adding)
          if gelu { block.gelu(target) }
          let apart = block.floats(rows: range.count, columns: outputs, stride: outputs + 3)
          linear(input, to: apart, in: block)
          if gelu { block.gelu(apart) }
          for row in 0..<range.count {
            again.matrix(columns: outputs).row(range.lowerBound + row).update(from: apart.row(row), count: outputs)
          }
        }
        #expect(
          y.values == expected, "\(kernels.name), \(rows) rows, \(threads) threads, adding \(adding), GELU \(gelu)")
        if !adding { #expect(again.values == expected) }
      }
    }
  }

  @Test func zerosStayZeros() {
    let weight = WeightMatrix(FloatBuffer(count: 64 * 8), outputs: 64, inputs: 8)
    let linear = Linear(weight: WeightMatrix(QuantizedMatrix(quantizing: weight, kernels: .best)), bias: nil)
    #expect(Self.product(linear, rows: 3, kernels: .best, threads: 1).allSatisfy { $0 == 0 })
  }
}
