internal import CKernels

/// Rows quantised to int8, each with a step of its own: value = step * integer.
package struct QuantizedRows: @unchecked Sendable {
  private var bytes: UnsafeMutablePointer<Int8>?
  private(set) var steps: UnsafeMutablePointer<Float>!
  private var stride = 0, byteRoom = 0, rowRoom = 0

  init() {}

  /// Rows in somebody else's memory.
  init(bytes: UnsafeMutablePointer<Int8>, steps: UnsafeMutablePointer<Float>, depth: Int) {
    (self.bytes, self.steps) = (bytes, steps)
    reshape(depth: depth)
  }

  /// Floats that take the place of one row.
  static func floats(depth: Int) -> Int { dragoman_padded_depth(depth) / 4 }

  /// Rows of another length in the same memory, of no more than there is room for.
  mutating func reshape(depth: Int) { stride = dragoman_padded_depth(depth) }

  mutating func reserve(rows: Int, depth: Int) {
    stride = dragoman_padded_depth(depth)
    if rows * stride > byteRoom {
      bytes?.deallocate()
      byteRoom = rows * stride
      bytes = .allocate(capacity: byteRoom)
    }
    if rows > rowRoom {
      steps?.deallocate()
      rowRoom = rows
      steps = .allocate(capacity: rows)
    }
  }

  func free() {
    bytes?.deallocate()
    steps?.deallocate()
  }

  func row(_ index: Int) -> UnsafeMutablePointer<Int8> { bytes! + index * stride }

  func fill(_ range: Range<Int>, from rows: Matrix, integers: dragoman_integer_kernels) {
    for row in range {
      let magnitude = integers.magnitude(rows.row(row), rows.columns)
      steps[row] = magnitude / 127
      integers.quantize(rows.row(row), magnitude > 0 ? 127 / magnitude : 0, self.row(row), rows.columns)
      for padding in rows.columns..<stride { self.row(row)[padding] = 0 }
    }
  }
}
