internal import Foundation

/// Float32 storage of fixed size, aligned to a cache line and zeroed.
///
/// Owned by one session (workspace, KV cache) or, once filled, shared read-only by many (prepared weights).
public final class FloatBuffer: @unchecked Sendable {
  /// The first value.
  package let base: UnsafeMutablePointer<Float>
  /// Number of values.
  public let count: Int
  /// Bytes that were allocated for it here; 0 when it reads somebody else's.
  private let byteCount: Int
  /// What keeps `base` valid when it was not allocated here.
  private let owner: AnyObject?

  /// From this size on, buffers are mapped one by one: they take memory only where they are touched, and leave no holes
  /// between others when they go.
  private static let mappedBytes = 1 << 20

  /// Allocates `count` zeros.
  public init(count: Int) {
    (self.count, owner) = (count, nil)
    byteCount = max((count * 4 + 63) / 64 * 64, 64)
    let memory: UnsafeMutableRawPointer?
    if byteCount < Self.mappedBytes {
      memory = aligned_alloc(64, byteCount)
      if let memory { memset(memory, 0, byteCount) }
    } else {
      memory = mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    }
    guard let memory, memory != MAP_FAILED else { preconditionFailure("out of memory: \(byteCount) bytes") }
    base = memory.bindMemory(to: Float.self, capacity: byteCount / 4)
  }

  /// Reads values of a mapped file where they lie; nothing may be written to them.
  ///
  /// - Parameters:
  ///   - bytes: whole values, aligned to 4 bytes.
  ///   - owner: keeps them valid and unchanged.
  public init(mapped bytes: UnsafeRawBufferPointer, owner: AnyObject) {
    precondition(bytes.count % 4 == 0 && UInt(bitPattern: bytes.baseAddress) % 4 == 0, "\(bytes.count) bytes")
    (byteCount, self.owner, count) = (0, owner, bytes.count / 4)
    let start = bytes.bindMemory(to: Float.self).baseAddress
    base = UnsafeMutablePointer(mutating: start ?? UnsafePointer(bitPattern: 64)!)
  }

  /// Copies `values`.
  public convenience init(_ values: some Collection<Float>) {
    self.init(count: values.count)
    _ = UnsafeMutableBufferPointer(start: base, count: count).initialize(from: values)
  }

  deinit {
    switch byteCount {
    case 0: break
    case ..<Self.mappedBytes: free(base)
    default: munmap(base, byteCount)
    }
  }

  /// Gives back the memory of some bytes of a mapped file until they are read again; other buffers keep theirs.
  package func release(_ range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= 4 * count, "bytes \(range) of \(4 * count)")
    guard owner != nil else { return }
    let page = Int(getpagesize()), bytes = UnsafeMutableRawPointer(base)
    let first = (bytes + range.lowerBound).alignedUp(toMultipleOf: page)
    let end = (bytes + range.upperBound).alignedDown(toMultipleOf: page)
    if first < end { madvise(first, end - first, Int32(MADV_DONTNEED)) }
  }

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
