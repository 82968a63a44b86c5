internal import Foundation

/// Float32 storage of fixed size, aligned to a cache line and zeroed.
///
/// Owned by one session (workspace, KV cache) or, once filled, shared read-only by many (prepared weights).
public final class FloatBuffer: @unchecked Sendable {
  /// The first value.
  package let base: UnsafeMutablePointer<Float>
  /// Number of values.
  public let count: Int
  /// What `base` lies in, when it was allocated here.
  private let memory: UnsafeMutableRawPointer?
  /// What keeps `base` valid otherwise.
  private let owner: AnyObject?

  /// Allocates `count` zeros; large buffers take memory only where they are touched.
  public init(count: Int) {
    self.count = count
    let bytes = max((count * 4 + 63) / 64 * 64, 64)
    guard let memory = calloc(1, bytes + 63) else { preconditionFailure("out of memory: \(bytes) bytes") }
    (self.memory, owner) = (memory, nil)
    base = memory.alignedUp(toMultipleOf: 64).bindMemory(to: Float.self, capacity: bytes / 4)
  }

  /// Reads values where they lie; nothing may be written to them.
  ///
  /// - Parameters:
  ///   - bytes: whole values, aligned to 4 bytes.
  ///   - owner: keeps them valid and unchanged.
  public init(reading bytes: UnsafeRawBufferPointer, owner: AnyObject) {
    precondition(bytes.count % 4 == 0 && UInt(bitPattern: bytes.baseAddress) % 4 == 0, "\(bytes.count) bytes")
    (memory, self.owner, count) = (nil, owner, bytes.count / 4)
    let start = bytes.bindMemory(to: Float.self).baseAddress
    base = UnsafeMutablePointer(mutating: start ?? UnsafePointer(bitPattern: 64)!)
  }

  /// Copies `values`.
  public convenience init(_ values: some Collection<Float>) {
    self.init(count: values.count)
    _ = UnsafeMutableBufferPointer(start: base, count: count).initialize(from: values)
  }

  deinit { free(memory) }

  /// The values, for tests and inspection.
  public var values: [Float] { Array(UnsafeBufferPointer(start: base, count: count)) }

  /// The bytes of all values.
  public var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: 4 * count) }

  /// All values as rows of `columns`.
  package func matrix(columns: Int) -> Matrix { Matrix(base, rows: count / columns, columns: columns) }

  /// The first `rows` rows of `columns` values.
  package func matrix(rows: Int, columns: Int) -> Matrix {
    precondition(rows * columns <= count, "a view of \(rows) x \(columns) in \(count) values")
    return Matrix(base, rows: rows, columns: columns)
  }
}

/// A view of rows in somebody else's storage, `[row, column]`, row-major with a stride.
package struct Matrix: @unchecked Sendable {
  package let base: UnsafeMutablePointer<Float>
  package let rows: Int, columns: Int, stride: Int

  package init(_ base: UnsafeMutablePointer<Float>, rows: Int, columns: Int, stride: Int? = nil) {
    (self.base, self.rows, self.columns, self.stride) = (base, rows, columns, stride ?? columns)
  }

  package func row(_ index: Int) -> UnsafeMutablePointer<Float> { base + index * stride }

  /// Rows `range` of this view.
  package func rows(_ range: Range<Int>) -> Matrix {
    precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows \(range) of \(rows)")
    return Matrix(row(range.lowerBound), rows: range.count, columns: columns, stride: stride)
  }

  /// Columns `range` of this view.
  package func columns(_ range: Range<Int>) -> Matrix {
    precondition(range.lowerBound >= 0 && range.upperBound <= columns, "columns \(range) of \(columns)")
    return Matrix(base + range.lowerBound, rows: rows, columns: range.count, stride: stride)
  }
}
