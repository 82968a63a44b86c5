internal import Foundation

/// Reads little-endian values from mapped bytes; every offset and count is checked against the file's size before use.
struct ByteReader {
  let file: MappedFile
  private(set) var offset = 0

  init(_ file: MappedFile) { self.file = file }

  /// Goes to `offset` from the file's beginning, which must not lie behind its end.
  mutating func seek(to offset: Int, _ what: @autoclosure () -> String) throws(ModelFileError) {
    guard (0...file.count).contains(offset) else {
      throw .truncated(path: file.url.path, what: what(), offset: offset)
    }
    self.offset = offset
  }

  var remaining: Int { file.count - offset }

  /// Takes the next `count` bytes without copying.
  mutating func bytes(_ count: Int, _ what: @autoclosure () -> String) throws(ModelFileError) -> UnsafeRawBufferPointer
  {
    guard count >= 0, count <= remaining else {
      throw .truncated(path: file.url.path, what: what(), offset: offset)
    }
    defer { offset += count }
    return UnsafeRawBufferPointer(rebasing: file.bytes[offset..<offset + count])
  }

  /// Takes the next integer.
  mutating func integer<Value: FixedWidthInteger>(
    _ type: Value.Type, _ what: @autoclosure () -> String
  ) throws(ModelFileError) -> Value {
    Value(littleEndian: try bytes(MemoryLayout<Value>.size, what()).loadUnaligned(as: Value.self))
  }

  /// Takes an unsigned count, refused when it cannot be an index of this file.
  mutating func count<Value: FixedWidthInteger & UnsignedInteger>(
    _ type: Value.Type, _ what: @autoclosure () -> String
  ) throws(ModelFileError) -> Int {
    let value = try integer(type, what())
    guard let count = Int(exactly: value), count <= file.count else {
      throw .malformed(path: file.url.path, what: "\(what()) is \(value), more than the file has bytes")
    }
    return count
  }

  /// Takes `length` bytes of UTF-8, without a NUL at the end.
  mutating func string(length: Int, _ what: @autoclosure () -> String) throws(ModelFileError) -> String {
    var text = try bytes(length, what())
    if text.last == 0 { text = UnsafeRawBufferPointer(rebasing: text.dropLast()) }
    guard let string = String(validating: text, as: UTF8.self) else {
      throw .malformed(path: file.url.path, what: "\(what()) is not UTF-8")
    }
    return string
  }
}
