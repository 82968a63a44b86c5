import CKernels
import Tensors
import Testing

/// Every fast int8 kernel against its plain twin, bit for bit, on every instruction set of this machine.
@Suite struct IntegerKernelTests {
  static let names = Kernels.all.dropFirst().map(\.name)
  static let fast = names.map { dragoman_kernels_named($0)!.pointee.integers }
  let plain = dragoman_kernels_named("generic")!.pointee.integers

  /// A fixed sequence of bytes and floats.
  struct Numbers {
    var state: UInt64
    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state >> 33
    }
    mutating func bytes(_ count: Int, _ range: ClosedRange<Int>) -> [Int8] {
      (0..<count).map { _ in Int8(range.lowerBound + Int(next() % UInt64(range.count))) }
    }
    mutating func floats(_ count: Int) -> [Float] { (0..<count).map { _ in Float(Int(next() % 20001) - 10000) / 1777 } }
  }

  /// Memory as the kernels want packed weights: aligned to 64 bytes.
  func withPacked<Result>(_ b: [Int8], columns: Int, depth: Int, _ body: (UnsafeRawPointer) -> Result) -> Result {
    let memory = UnsafeMutableRawPointer.allocate(byteCount: dragoman_packed_size(columns, depth), alignment: 64)
    defer { memory.deallocate() }
    dragoman_pack(b, columns, depth, memory)
    return body(memory)
  }

  @Test func thisMachineHasAFastTableOnX86AndArm() {
    #if arch(x86_64) || arch(arm64)
      #expect(!Self.names.isEmpty, "no fast int8 kernels on this machine, so the comparisons below compare nothing")
    #endif
  }

  @Test(arguments: names.indices)
  func productsAgree(table: Int) {
    var numbers = Numbers(state: 1)
    for (rows, columns, depth) in [
      (1, 1, 1), (1, 16, 4), (2, 17, 5), (3, 31, 64), (5, 33, 63), (8, 32, 256), (9, 48, 130), (13, 7, 1536),
      (17, 65, 36),
    ] {
      let stride = dragoman_padded_depth(depth)
      let a = numbers.bytes(rows * stride, -127...127)
      let b = numbers.bytes(columns * depth, -128...127)
      var expected = [Int32](repeating: 1, count: rows * columns)
      var found = [Int32](repeating: 2, count: rows * columns + 8)
      withPacked(b, columns: columns, depth: depth) { packed in
        plain.multiply(a, rows, packed, columns, depth, &expected)
        Self.fast[table].multiply(a, rows, packed, columns, depth, &found)
      }
      let direct = (0..<rows * columns).map { index in
        (0..<depth).reduce(Int32(0)) {
          $0 + Int32(a[index / columns * stride + $1]) * Int32(b[index % columns * depth + $1])
        }
      }
      #expect(expected == direct, "the plain kernel at \(rows) x \(columns) x \(depth)")
      #expect(
        Array(found.prefix(rows * columns)) == expected, "\(Self.names[table]) at \(rows) x \(columns) x \(depth)")
      #expect(found.suffix(8).allSatisfy { $0 == 2 }, "\(Self.names[table]) wrote behind its output")

      let selected = (0..<columns).filter { $0 % 3 != 1 }.map { UInt32($0) }
      var some = [Int32](repeating: 0, count: rows * selected.count + 8)
      Self.fast[table].multiply_selected(a, rows, b, selected, selected.count, depth, &some)
      for row in 0..<rows {
        for (place, column) in selected.enumerated() {
          #expect(some[row * selected.count + place] == direct[row * columns + Int(column)])
        }
      }
      #expect(some.suffix(8).allSatisfy { $0 == 0 })
    }
  }

  @Test(arguments: names.indices)
  func extremesDoNotSaturate(table: Int) {
    let depth = 1536
    for (left, right) in [(127, -128), (-127, -128), (127, 127), (-127, 127)] as [(Int8, Int8)] {
      let a = [Int8](repeating: left, count: depth)
      let b = [Int8](repeating: right, count: depth)
      var sum: [Int32] = [0]
      withPacked(b, columns: 1, depth: depth) { Self.fast[table].multiply(a, 1, $0, 1, depth, &sum) }
      #expect(sum[0] == Int32(left) * Int32(right) * Int32(depth))
      Self.fast[table].multiply_selected(a, 1, b, [0], 1, depth, &sum)
      #expect(sum[0] == Int32(left) * Int32(right) * Int32(depth))
    }
  }

  @Test(arguments: names.indices)
  func quantisationAgrees(table: Int) {
    var numbers = Numbers(state: 2)
    let fast = Self.fast[table]
    for count in [0, 1, 7, 8, 15, 16, 31, 32, 33, 100, 257] {
      var values = numbers.floats(count)
      if count > 20 {
        values[0] = .infinity
        values[1] = -.infinity
        values[2] = .nan
        values[count - 1] = .nan
        values[5] = -0.0
        for index in 8..<16 { values[index] = Float(index - 12) + 0.5 }  // ties go to even
      }
      for factor: Float in [1, 22.77, 3000] {
        /// The narrow bytes, and the high and low halves, with room behind that must stay untouched.
        func quantize(_ kernels: dragoman_integer_kernels) -> [[Int8]] {
          var narrow = [Int8](repeating: 9, count: count + 4)
          var high = narrow
          var low = narrow
          kernels.quantize(values, factor, &narrow, count)
          kernels.quantize_wide(values, factor, &high, &low, count)
          return [narrow, high, low]
        }
        let (found, expected) = (quantize(fast), quantize(plain))
        #expect(found == expected, "\(Self.names[table]), \(count) values times \(factor)")
      }
      #expect(fast.magnitude(values, count) == plain.magnitude(values, count))
    }
  }

  @Test func wideHalvesAreTheWhole() {
    let values = (-16300...16300).map { Float($0) }
    var high = [Int8](repeating: 0, count: values.count)
    var low = high
    plain.quantize_wide(values, 1, &high, &low, values.count)
    for (index, value) in values.enumerated() {
      #expect(Int(high[index]) * 128 + Int(low[index]) == max(-16256, min(16256, Int(value))))
      #expect(high[index] >= -127)
    }
  }

  @Test(arguments: names.indices)
  func dequantisationAgrees(table: Int) {
    var numbers = Numbers(state: 3)
    let fast = Self.fast[table]
    for count in [0, 1, 7, 16, 17, 40, 257] {
      let high = (0..<count).map { _ in Int32(truncatingIfNeeded: numbers.next()) % 30_000_000 }
      let low = (0..<count).map { _ in Int32(truncatingIfNeeded: numbers.next()) % 30_000_000 }
      let bias = numbers.floats(count)
      var expected = [Float](repeating: 5, count: count + 3)
      var found = expected
      for withBias in [true, false] {
        bias.withUnsafeBufferPointer { bias in
          let pointer = withBias ? bias.baseAddress : nil
          plain.dequantize(high, 0.00317, pointer, &expected, count)
          fast.dequantize(high, 0.00317, pointer, &found, count)
          #expect(found == expected, "\(Self.names[table]), \(count) sums")
          plain.dequantize_wide(high, low, 0.00317, pointer, &expected, count)
          fast.dequantize_wide(high, low, 0.00317, pointer, &found, count)
          #expect(found == expected, "\(Self.names[table]), \(count) wide sums")
          for adding: Int32 in [0, 1] {
            plain.dequantize_columns(high, 0.00317, bias.baseAddress, pointer, adding, &expected, count)
            fast.dequantize_columns(high, 0.00317, bias.baseAddress, pointer, adding, &found, count)
            #expect(found == expected, "\(Self.names[table]), \(count) sums with scales of columns, adding \(adding)")
          }
        }
      }
    }
  }
}
