internal import Crypto
internal import Foundation

/// Writes a file and computes its SHA-256 on the way; refuses to grow beyond the expected size.
struct HashingWriter {
  private let url: URL
  private let expected: ModelFile
  private let descriptor: Int32
  private var hash = SHA256()
  private(set) var byteCount = 0

  /// Creates the file, which must not exist.
  init(_ file: ModelFile, in folder: URL) throws(StoreError) {
    url = folder.appending(path: file.name)
    expected = file
    descriptor = open(url.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw .fileSystem(operation: "create", path: url.path, code: errno) }
  }

  /// Appends bytes.
  mutating func append(_ bytes: UnsafeRawBufferPointer) throws(StoreError) {
    guard byteCount + bytes.count <= expected.bytes else {
      throw .sizeMismatch(file: expected.name, expected: expected.bytes, found: byteCount + bytes.count)
    }
    hash.update(bufferPointer: bytes)
    var rest = bytes
    while !rest.isEmpty {
      let written = write(descriptor, rest.baseAddress, rest.count)
      if written < 0 {
        if errno == EINTR { continue }
        throw .fileSystem(operation: "write", path: url.path, code: errno)
      }
      rest = UnsafeRawBufferPointer(rebasing: rest[written...])
    }
    byteCount += bytes.count
  }

  /// Makes the file durable and compares size and checksum with the catalogue's.
  func finish() throws(StoreError) {
    guard byteCount == expected.bytes else {
      throw .sizeMismatch(file: expected.name, expected: expected.bytes, found: byteCount)
    }
    let found = hash.finalize().hexadecimal
    guard found == expected.sha256 else {
      throw .checksumMismatch(file: expected.name, expected: expected.sha256, found: found)
    }
    guard fsync(descriptor) == 0 else {
      throw .fileSystem(operation: "synchronize", path: url.path, code: errno)
    }
  }

  /// Closes the file; call it once, whatever happened.
  func close() { _ = Foundation.close(descriptor) }
}

extension SHA256.Digest {
  /// 64 lower-case digits.
  var hexadecimal: String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}

/// SHA-256 of a file, read once from front to back; nil where it cannot be read.
func sha256(of url: URL) -> String? {
  let descriptor = open(url.path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return nil }
  defer { close(descriptor) }
  var hash = SHA256()
  var buffer = [UInt8](repeating: 0, count: 1 << 20)
  while true {
    let count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
    if count < 0 {
      if errno == EINTR { continue }
      return nil
    }
    if count == 0 { return hash.finalize().hexadecimal }
    buffer.withUnsafeBytes { hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: $0[..<count])) }
  }
}
