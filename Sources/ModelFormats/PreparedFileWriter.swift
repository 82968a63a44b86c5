public import Foundation

/// Makes a `PreparedFile`: under a hidden name in the same folder first, then whole under its own name, or not at all.
///
/// Several processes may do so at once: each has a hidden file of its own, and the last to finish wins.
public final class PreparedFileWriter {
  private let url: URL
  private let key: String, origin: String
  private let plans: [PreparedFile.Plan]
  private var blobs: [String: PreparedFile.Blob] = [:]
  private var unwritten: Set<String>
  private let headLength: Int, length: Int
  /// The hidden file; nil once it has its own name.
  private var hidden: URL?
  private let descriptor: Int32

  /// Makes the hidden file and takes the room for all of it.
  ///
  /// - Parameters:
  ///   - url: where the file will stand; its folder is there.
  ///   - key: what `PreparedFile.key` will say.
  ///   - origin: what `PreparedFile.origin` will say.
  ///   - blobs: all blobs, in the order in which they are to lie; names differ.
  /// - Throws: `ModelFileError.unwritable`, for a full disk too; then nothing is left behind.
  public init(at url: URL, key: String, origin: String, blobs plans: [PreparedFile.Plan]) throws(ModelFileError) {
    (self.url, self.key, self.origin, self.plans) = (url, key, origin, plans)
    unwritten = Set(plans.map(\.name))
    precondition(unwritten.count == plans.count, "two blobs have one name")
    headLength =
      8 + 4 + 4 + 8 + 8 + 4 + key.utf8.count + 4 + origin.utf8.count
      + plans.reduce(0) { $0 + 2 + $1.name.utf8.count + 8 + 8 + 8 + 1 } + 8
    var end = headLength
    for plan in plans {
      let offset = (end + PreparedFile.alignment - 1) / PreparedFile.alignment * PreparedFile.alignment
      blobs[plan.name] = .init(offset: offset, count: plan.count, hash: 0, isChecked: plan.isChecked)
      end = offset + plan.count
    }
    length = end
    (hidden, descriptor) = try Self.makeHidden(for: url)
    let code = posix_fallocate(descriptor, 0, off_t(length))
    // Some file systems cannot reserve room: there, writing tells when it is full.
    guard code == 0 || code == EOPNOTSUPP || code == EINVAL else { throw .unwritable(path: url.path, code: code) }
    guard ftruncate(descriptor, off_t(length)) == 0 else { throw .unwritable(path: url.path, code: errno) }
  }

  /// A locked file of a new hidden name: the lock says that it is being written, so that `removeAbandoned` leaves it alone. In the
  /// moment before the lock, that may have removed it: then there is another one.
  private static func makeHidden(for url: URL) throws(ModelFileError) -> (URL, Int32) {
    while true {
      let name = ".\(url.lastPathComponent).\(getpid())-\(UInt32.random(in: 0 ... .max))\(hiddenSuffix)"
      let hidden = url.deletingLastPathComponent().appending(path: name)
      let descriptor = open(hidden.path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
      guard descriptor >= 0 else { throw .unwritable(path: hidden.path, code: errno) }
      _ = flock(descriptor, LOCK_EX)
      var status = stat()
      if fstat(descriptor, &status) != 0 || status.st_nlink > 0 { return (hidden, descriptor) }
      close(descriptor)
    }
  }

  deinit {
    if let hidden { unlink(hidden.path) }
    if descriptor >= 0 { close(descriptor) }
  }

  /// Writes one blob.
  ///
  /// - Parameters:
  ///   - name: planned, and not written yet.
  ///   - bytes: as many as were planned.
  /// - Throws: `ModelFileError.unwritable`.
  public func write(_ name: String, _ bytes: UnsafeRawBufferPointer) throws(ModelFileError) {
    precondition(unwritten.remove(name) != nil, "\(name) is written twice or was not planned")
    let offset = blobs[name]!.offset
    precondition(bytes.count == blobs[name]!.count, "\(name) has \(bytes.count) bytes")
    blobs[name]!.hash = ContentHash.of(bytes)
    try write(bytes, at: offset)
  }

  /// What is written so far, mapped; blobs that are not written yet hold zeros.
  public func view() throws(ModelFileError) -> PreparedFile {
    PreparedFile(file: try MappedFile(contentsOf: hidden ?? url), key: key, origin: origin, blobs: blobs)
  }

  /// Writes the head, checks every byte, and gives the file its name in place of an older one.
  ///
  /// - Throws: `ModelFileError`.
  public func finish() throws(ModelFileError) {
    precondition(unwritten.isEmpty, "\(unwritten.sorted()) are not written")
    guard let hidden else { preconditionFailure("finished twice") }
    let head = head(), memory = UnsafeMutableRawBufferPointer.allocate(byteCount: head.count, alignment: 8)
    defer { memory.deallocate() }
    memory.copyBytes(from: head)
    try write(UnsafeRawBufferPointer(memory), at: 0)
    guard fsync(descriptor) == 0 else { throw .unwritable(path: hidden.path, code: errno) }
    guard try PreparedFile(contentsOf: hidden).damagedBlobs().isEmpty else {
      throw .unwritable(path: hidden.path, code: EIO)
    }
    guard rename(hidden.path, url.path) == 0 else { throw .unwritable(path: url.path, code: errno) }
    self.hidden = nil
    let folder = open(url.deletingLastPathComponent().path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if folder >= 0 {
      // Whether or not the name is on disk yet: a reader finds the whole file or none.
      fsync(folder)
      close(folder)
    }
  }

  /// Removes the hidden files of processes that ended before they were done.
  public static func removeAbandoned(in folder: URL) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    for name in names where name.hasPrefix(".") && name.hasSuffix(hiddenSuffix) {
      let path = folder.appending(path: name).path
      let descriptor = open(path, O_RDONLY | O_CLOEXEC)
      guard descriptor >= 0 else { continue }
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { unlink(path) }
      close(descriptor)
    }
  }

  private static let hiddenSuffix = ".unfinished"

  private func head() -> [UInt8] {
    var head: [UInt8] = []
    func put(_ value: some FixedWidthInteger) { withUnsafeBytes(of: value.littleEndian) { head += $0 } }
    head += PreparedFile.magic
    put(PreparedFile.version)
    put(UInt32(plans.count))
    put(UInt64(length))
    put(UInt64(headLength))
    for text in [key, origin] {
      put(UInt32(text.utf8.count))
      head += text.utf8
    }
    for plan in plans {
      let blob = blobs[plan.name]!
      put(UInt16(plan.name.utf8.count))
      head += plan.name.utf8
      put(UInt64(blob.offset))
      put(UInt64(blob.count))
      put(blob.hash)
      put(UInt8(blob.isChecked ? 1 : 0))
    }
    put(head.withUnsafeBytes { ContentHash.of($0) })
    return head
  }

  private func write(_ bytes: UnsafeRawBufferPointer, at start: Int) throws(ModelFileError) {
    var done = 0
    while done < bytes.count {
      let count = pwrite(descriptor, bytes.baseAddress! + done, bytes.count - done, off_t(start + done))
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw .unwritable(path: (hidden ?? url).path, code: count < 0 ? errno : ENOSPC) }
      done += count
    }
  }
}
