public import Foundation

/// A file mapped read-only into memory for as long as this object, or a tensor that holds it, lives.
public final class MappedFile: Sendable {
  /// Where the file was found.
  public let url: URL
  private let base: UInt  // address of the mapping, 0 for an empty file
  /// Length in bytes.
  public let count: Int

  /// Maps the whole file. Pages are read when they are touched.
  ///
  /// - Throws: `ModelFileError.unreadable` when it cannot be opened or is not a regular file.
  public init(contentsOf url: URL) throws(ModelFileError) {
    self.url = url
    let descriptor = open(url.path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .unreadable(path: url.path, code: errno) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .unreadable(path: url.path, code: errno) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .unreadable(path: url.path, code: EISDIR) }
    count = Int(status.st_size)
    guard count > 0 else {
      base = 0
      return
    }
    let address = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0)
    guard let address, address != MAP_FAILED else { throw .unreadable(path: url.path, code: errno) }
    base = UInt(bitPattern: address)
  }

  /// Takes `count` bytes of memory in place of a file's own, for what had to be unpacked.
  ///
  /// - Parameters:
  ///   - url: the file that the bytes come from.
  ///   - fill: writes all bytes; they are not changed afterwards.
  /// - Throws: `ModelFileError.unreadable` when the operating system has no memory, and whatever `fill` throws.
  init(
    unpacking url: URL, count: Int, fill: (UnsafeMutableRawBufferPointer) throws(ModelFileError) -> Void
  ) throws(ModelFileError) {
    (self.url, self.count) = (url, count)
    guard count > 0 else {
      base = 0
      return
    }
    let address = mmap(nil, count, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let address, address != MAP_FAILED else { throw .unreadable(path: url.path, code: errno) }
    base = UInt(bitPattern: address)
    try fill(UnsafeMutableRawBufferPointer(start: address, count: count))
  }

  deinit {
    if let address = UnsafeMutableRawPointer(bitPattern: base) { munmap(address, count) }
  }

  /// The file's bytes; valid while this object lives.
  public var bytes: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: UnsafeRawPointer(bitPattern: base), count: count)
  }
}
