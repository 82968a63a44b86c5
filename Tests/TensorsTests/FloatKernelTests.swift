import CKernels
import Foundation
import Testing

@testable import Tensors

/// Every float kernel of every instruction set of this machine against its plain scalar twin.
@Suite struct FloatKernelTests {
  static let fast = Array(Kernels.all.dropFirst())
  static let sizes = [1, 3, 7, 8, 15, 16, 17, 31, 33, 64, 100, 513]
  let generic = Kernels(named: "generic")!.table.pointee.floats

  static func random(_ count: Int, seed: UInt64, scale: Float = 1) -> [Float] {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    return (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (Float(state >> 40) / Float(1 << 23) - 1) * scale
    }
  }

  func expect(_ observed: [Float], near expected: [Float], _ tolerance: Float, _ what: String) {
    for (index, pair) in zip(observed, expected).enumerated() where !(abs(pair.0 - pair.1) <= tolerance) {
      Issue.record("\(what)[\(index)]: expected \(pair.1), observed \(pair.0), tolerance \(tolerance)")
      return
    }
  }

  @Test func everyInstructionSetOfThisMachineIsTested() {
    #expect(Self.fast.contains { $0.name == Kernels.best.name } || Kernels.best.name == "generic")
    #expect(Kernels(named: "none such") == nil)
  }

  @Test(arguments: fast, sizes) func inPlaceFunctions(_ kernels: Kernels, _ size: Int) {
    typealias InPlace = (UnsafeMutablePointer<Float>?, Int) -> Void
    let floats = kernels.table.pointee.floats
    let cases: [(String, InPlace, InPlace, Float, Float)] = [
      ("relu", floats.relu, generic.relu, 4, 0),
      ("gelu", floats.gelu, generic.gelu, 6, 2e-6),
      ("sigmoid", floats.sigmoid, generic.sigmoid, 30, 2e-7),
      ("softmax", { floats.softmax($0, 0.125, $1) }, { generic.softmax($0, 0.125, $1) }, 50, 2e-6),
    ]
    for (name, fast, plain, scale, tolerance) in cases {
      var observed = Self.random(size, seed: 7, scale: scale)
      var expected = observed
      fast(&observed, size)
      plain(&expected, size)
      expect(observed, near: expected, tolerance, "\(kernels.name) \(name) of \(size)")
    }
  }

  @Test(arguments: fast, sizes) func exponentialsOfAttention(_ kernels: Kernels, _ size: Int) {
    let floats = kernels.table.pointee.floats
    var observed = Self.random(size, seed: 9, scale: 900)
    observed[size / 2] = -.infinity
    observed[size / 3] = 900
    var expected = observed
    let sum = floats.exponentials(&observed, 0.125, size), plain = generic.exponentials(&expected, 0.125, size)
    expect(observed, near: expected, 4e-6, "\(kernels.name) exponentials of \(size)")
    expect([sum], near: [plain], 4e-6 * plain, "\(kernels.name) sum of the exponentials of \(size)")
    floats.scale_by(&observed, 1 / sum, size)
    var total: Double = 0
    for value in observed { total += Double(value) }
    #expect(abs(total - 1) < 1e-5)
  }

  @Test(arguments: fast, sizes) func reductions(_ kernels: Kernels, _ size: Int) {
    let floats = kernels.table.pointee.floats
    let (a, b) = (Self.random(size, seed: 1), Self.random(size, seed: 2))
    expect([floats.dot(a, b, size)], near: [generic.dot(a, b, size)], 1e-4, "dot")
    #expect(floats.maximum(a, size) == generic.maximum(a, size))
    let scaled = a.map { $0 * 40 }
    let top = generic.maximum(scaled, size)
    let expected = generic.sum_exponentials(scaled, top, size)
    expect([floats.sum_exponentials(scaled, top, size)], near: [expected], expected * 1e-5, "sum of exponentials")
    var (fastNorm, plainNorm) = ([Float](repeating: 0, count: size), [Float](repeating: 0, count: size))
    floats.layer_norm(a, b, a, 1e-5, &fastNorm, size)
    generic.layer_norm(a, b, a, 1e-5, &plainNorm, size)
    expect(fastNorm, near: plainNorm, 2e-5, "layer norm of \(size)")
    var (fastSum, plainSum) = (b, b)
    floats.add(a, &fastSum, size)
    generic.add(a, &plainSum, size)
    #expect(fastSum == plainSum)
  }

  @Test(arguments: fast, sizes) func matrices(_ kernels: Kernels, _ depth: Int) {
    let floats = kernels.table.pointee.floats
    for rows in [1, 2, 4, 5, 11] {
      let stride = depth + 3
      let matrix = Self.random(rows * stride, seed: 3), vector = Self.random(max(depth, rows), seed: 4)
      let bias = Self.random(rows, seed: 5)
      var (observed, expected) = ([Float](repeating: 9, count: rows), [Float](repeating: 8, count: rows))
      floats.matrix_vector(matrix, rows, depth, stride, vector, bias, &observed)
      generic.matrix_vector(matrix, rows, depth, stride, vector, bias, &expected)
      expect(observed, near: expected, 1e-4, "matrix vector \(rows) x \(depth)")

      // One byte off, as weights lie in files.
      var halves = [UInt8](repeating: 0, count: 2 * rows * depth + 1)
      for index in 0..<rows * depth {
        let bits = UInt16(truncatingIfNeeded: index &* 2654435761) & 0xBBFF  // exponents below 15: magnitude < 1
        (halves[2 * index + 1], halves[2 * index + 2]) = (UInt8(bits & 255), UInt8(bits >> 8))
      }
      halves.withUnsafeBytes { bytes in
        let weights = bytes.baseAddress! + 1
        floats.matrix_vector_half(weights, rows, depth, vector, nil, &observed)
        generic.matrix_vector_half(weights, rows, depth, vector, nil, &expected)
        expect(observed, near: expected, 1e-4, "half matrix vector \(rows) x \(depth)")
        var (wide, plain) = ([Float](repeating: 0, count: rows * depth), [Float](repeating: 1, count: rows * depth))
        floats.half_to_float(weights, &wide, rows * depth)
        generic.half_to_float(weights, &plain, rows * depth)
        #expect(wide == plain)
      }

      var (sums, plainSums) = ([Float](repeating: 9, count: depth), [Float](repeating: 8, count: depth))
      floats.weighted_rows(vector, matrix, rows, depth, stride, &sums)
      generic.weighted_rows(vector, matrix, rows, depth, stride, &plainSums)
      expect(sums, near: plainSums, 1e-5, "weighted rows \(rows) x \(depth)")
    }
  }

  @Test(arguments: fast) func halvesAreRoundedAlike(_ kernels: Kernels) {
    let special: [Float] = [
      0, -0.0, 1, 65504, 65519, 65520, -65520, 1e30, .infinity, -.infinity, 6.1e-5, 5.96e-8, 2.98e-8, 2.99e-8, 8.9e-8,
      1.0009765625, 1.00048828125, 1.00146484375, -3.14159, 1e-10,
    ]
    let values = special + Self.random(100, seed: 3, scale: 100) + Self.random(101, seed: 4, scale: 1e-5)
    func halves(_ floats: dragoman_float_kernels) -> [UInt16] {
      var halves = [UInt16](repeating: 7, count: values.count + 3)
      floats.float_to_half(values, &halves, values.count)
      return halves
    }
    let expected = halves(generic)
    #expect(halves(kernels.table.pointee.floats) == expected, "\(kernels.name)")
    #if arch(arm64)
      #expect(zip(values, expected).allSatisfy { Float16($0).bitPattern == $1 })
    #endif
    // Rounding what is a half already changes nothing, and no half is nearer than the one that was chosen.
    var wide = [Float](repeating: 0, count: values.count)
    generic.half_to_float(expected, &wide, values.count)
    for (value, half) in zip(values, wide) where value.isFinite && abs(value) < 65520 {
      #expect(abs(half - value) <= max(abs(value) / 2048, 2.99e-8), "\(value) became \(half)")
    }
  }

  @Test(arguments: fast, sizes) func attentionToHalves(_ kernels: Kernels, _ size: Int) {
    // `size` positions of 48 channels, then 48 positions of `size` channels.
    for (positions, depth) in [(size, 48), (48, size)] {
      let tiles = Attention.tileCount(positions), stride = tiles * Attention.keyTile
      var halves = [UInt16](repeating: 0, count: depth * stride)
      generic.float_to_half(Self.random(halves.count, seed: 6), &halves, halves.count)
      for rows in [1, 2, 3, 4, 5, 6, 12] {
        let queries = Self.random(rows * (depth + 1), seed: 5), weights = Self.random(rows * stride, seed: 7)
        func both(_ floats: dragoman_float_kernels) -> [Float] {
          var scores = [Float](repeating: 9, count: rows * stride)
          var output = [Float](repeating: 9, count: rows * (depth + 2))
          floats.scores_half(queries, rows, depth + 1, halves, depth, tiles, &scores, stride)
          floats.mix_half(weights, rows, stride, halves, positions, depth, &output, depth + 2)
          return scores + output
        }
        expect(
          both(kernels.table.pointee.floats), near: both(generic), 1e-4,
          "\(kernels.name), \(rows) rows, \(positions) positions, \(depth) channels")
      }
    }
  }

  @Test(arguments: fast, sizes) func productsWithTiles(_ kernels: Kernels, _ size: Int) {
    for (columns, depth) in [(size, 40), (40, size)] {
      let right = Self.random(columns * depth, seed: 3)
      var turned = [Float](repeating: 0, count: columns * depth)
      for column in 0..<columns { for d in 0..<depth { turned[column * depth + d] = right[d * columns + column] } }
      var tiles = [Float](repeating: 9, count: TileProduct.count(columns: columns, depth: depth)), others = tiles
      dragoman_pack_tiles(right, columns, depth, columns, nil, &tiles)
      dragoman_pack_tiles(turned, columns, depth, depth, kernels.table.pointee.floats.turn, &others)
      #expect(tiles == others)
      for rows in [1, 2, 3, 5, 12, 13, 31] {
        let left = Self.random(rows * (depth + 1), seed: 5)
        func product(_ floats: dragoman_float_kernels) -> [Float] {
          var output = [Float](repeating: 7, count: rows * (columns + 2))
          floats.multiply_tiles(left, rows, depth + 1, tiles, depth, columns, &output, columns + 2)
          return output
        }
        let observed = product(kernels.table.pointee.floats)
        expect(observed, near: product(generic), 1e-4, "\(kernels.name), \(rows) x \(depth) x \(columns)")
        // What stands behind the columns is left alone.
        for row in 0..<rows { #expect(observed[row * (columns + 2) + columns] == 7) }
      }
    }
  }

  /// Rows that are summed up together have the sums that they have alone: nothing depends on how a matrix is shared out.
  @Test(arguments: fast) func rowsDoNotDependOnTheirNeighbours(_ kernels: Kernels) {
    let floats = kernels.table.pointee.floats
    for depth in [1, 16, 64, 100, 387] {
      let (rows, vector) = (48, Self.random(depth, seed: 1))
      let matrix = Self.random(rows * depth, seed: 2), bias = Self.random(rows, seed: 3)
      func by(_ count: Int) -> [Float] {
        var output = [Float](repeating: 0, count: rows)
        output.withUnsafeMutableBufferPointer { output in
          matrix.withUnsafeBufferPointer { matrix in
            for row in stride(from: 0, to: rows, by: count) {
              floats.matrix_vector(
                matrix.baseAddress! + row * depth, count, depth, depth, vector, Array(bias[row...]),
                output.baseAddress! + row)
            }
          }
        }
        return output
      }
      #expect(by(48) == by(4), "\(kernels.name), depth \(depth)")
    }
  }
}
