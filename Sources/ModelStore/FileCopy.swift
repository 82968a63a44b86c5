internal import Crypto
internal import Foundation

/// Reading and writing whole files in pieces, hashed on the way.
enum FileCopy {
  /// Bytes of a piece.
  private static let pieceSize = 1 << 20

  /// Feeds the bytes of a file to `consume`, in pieces of a megabyte.
  static func read(_ url: URL, consume: (UnsafeRawBufferPointer) throws(StoreError) -> Void) throws(StoreError) {
    let descriptor = open(url.path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .unreadable(path: url.path, code: errno) }
    defer { close(descriptor) }
    let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: pieceSize, alignment: 64)
    defer { piece.deallocate() }
    while true {
      let count = Foundation.read(descriptor, piece.baseAddress, piece.count)
      if count < 0 {
        if errno == EINTR { continue }
        throw .unreadable(path: url.path, code: errno)
      }
      if count == 0 { return }
      try consume(UnsafeRawBufferPointer(rebasing: piece[..<count]))
    }
  }

  /// Makes a new file of what `produce` hands over, and makes it durable.
  ///
  /// - Returns: its size and SHA-256.
  static func write(
    to url: URL, produce: ((UnsafeRawBufferPointer) throws(StoreError) -> Void) throws(StoreError) -> Void
  ) throws(StoreError) -> (byteCount: Int, sha256: String) {
    let descriptor = open(url.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw .fileSystem(operation: "create", path: url.path, code: errno) }
    defer { close(descriptor) }
    var hash = SHA256()
    var byteCount = 0
    try produce { (bytes) throws(StoreError) in
      hash.update(bufferPointer: bytes)
      byteCount += bytes.count
      var rest = bytes
      while !rest.isEmpty {
        let written = Foundation.write(descriptor, rest.baseAddress, rest.count)
        if written < 0 {
          if errno == EINTR { continue }
          throw .fileSystem(operation: "write", path: url.path, code: errno)
        }
        rest = UnsafeRawBufferPointer(rebasing: rest[written...])
      }
    }
    guard fsync(descriptor) == 0 else { throw .fileSystem(operation: "synchronize", path: url.path, code: errno) }
    return (byteCount, hash.finalize().hexadecimal)
  }
}
