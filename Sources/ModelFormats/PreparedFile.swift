public import Foundation

/// Named bytes that were made from other files, mapped: what a program would otherwise compute each time it starts.
///
/// ```
/// 8 bytes "dragoman"; u32 version 1; u32 blobs; u64 length of the file; u64 length of the head
/// u32 length and bytes of the key; u32 length and bytes of the origin
/// for each blob: u16 length and bytes of its name, u64 offset, u64 length, u64 XXH64, u8 flags (1: checked when opened)
/// u64 XXH64 of the head before this
/// the blobs, each aligned to 64 bytes
/// ```
///
/// The head and those blobs that say so are checked whenever the file is opened: names, sizes and whatever is used as an index.
/// Large blobs of mere numbers are checked when the file is written, and by `damagedBlobs`.
public struct PreparedFile: Sendable {
  /// One blob, as its maker plans it.
  public struct Plan: Sendable {
    /// The name, of at most 65,535 bytes of UTF-8.
    public var name: String
    /// Length in bytes.
    public var count: Int
    /// Whether its bytes are checked each time the file is opened.
    public var isChecked: Bool

    /// A blob of `count` bytes.
    public init(name: String, count: Int, isChecked: Bool) {
      (self.name, self.count, self.isChecked) = (name, count, isChecked)
    }
  }

  struct Blob: Sendable {
    var offset: Int, count: Int, hash: UInt64, isChecked: Bool
  }

  /// What the file was made from and how; a reader that wants another key has to make the file anew.
  public let key: String
  /// Where that stood, for people and for clearing up.
  public let origin: String
  /// Keeps the blobs mapped.
  public let file: MappedFile
  private let blobs: [String: Blob]

  static let magic = Array("dragoman".utf8)
  static let version: UInt32 = 1
  static let alignment = 64

  init(file: MappedFile, key: String, origin: String, blobs: [String: Blob]) {
    (self.file, self.key, self.origin, self.blobs) = (file, key, origin, blobs)
  }

  /// Maps the file and checks its head and the blobs that are to be checked.
  ///
  /// - Throws: `ModelFileError` when it cannot be read, is of another version, truncated or damaged.
  public init(contentsOf url: URL) throws(ModelFileError) {
    let path = url.path
    var reader = ByteReader(try MappedFile(contentsOf: url))
    let file = reader.file
    guard try reader.bytes(8, "the magic number").elementsEqual(Self.magic) else {
      throw .malformed(path: path, what: "it does not begin as a prepared model does")
    }
    let version = try reader.integer(UInt32.self, "the version")
    guard version == Self.version else {
      throw .unsupportedVersion(path: path, found: "\(version)", supported: "\(Self.version)")
    }
    let count = try reader.count(UInt32.self, "the number of blobs")
    let length = try reader.integer(UInt64.self, "the length of the file")
    guard length == file.count else { throw .truncated(path: path, what: "part of the blobs", offset: file.count) }
    let head = try reader.count(UInt64.self, "the length of the head")
    guard head > 8 else { throw .malformed(path: path, what: "its head has \(head) bytes") }
    defer { withExtendedLifetime(file) {} }
    let sum = file.bytes.loadUnaligned(fromByteOffset: head - 8, as: UInt64.self)
    guard ContentHash.of(UnsafeRawBufferPointer(rebasing: file.bytes[..<(head - 8)])) == UInt64(littleEndian: sum)
    else {
      throw .malformed(path: path, what: "the checksum of its head is wrong")
    }
    let key = try reader.string(length: reader.count(UInt32.self, "the length of the key"), "the key")
    let origin = try reader.string(length: reader.count(UInt32.self, "the length of the origin"), "the origin")
    var blobs: [String: Blob] = [:]
    for index in 0..<count {
      let length = Int(try reader.integer(UInt16.self, "the name of blob \(index)"))
      let name = try reader.string(length: length, "the name of blob \(index)")
      let blob = Blob(
        offset: try reader.count(UInt64.self, "the offset of \(name)"),
        count: try reader.count(UInt64.self, "the length of \(name)"),
        hash: try reader.integer(UInt64.self, "the checksum of \(name)"),
        isChecked: try reader.integer(UInt8.self, "the flags of \(name)") & 1 != 0)
      guard blob.offset % Self.alignment == 0, blob.offset >= head, blob.count <= file.count - blob.offset else {
        throw .malformed(path: path, what: "\(name) does not lie inside it")
      }
      blobs[name] = blob
    }
    self.init(file: file, key: key, origin: origin, blobs: blobs)
    if let name = damagedBlobs(where: \.isChecked).first {
      throw .malformed(path: path, what: "the checksum of \(name) is wrong")
    }
  }

  /// The bytes of this name, aligned to 64; valid while `file` lives.
  ///
  /// - Throws: `ModelFileError.missingTensor` when there are none.
  public func bytes(_ name: String) throws(ModelFileError) -> UnsafeRawBufferPointer {
    guard let blob = blobs[name] else { throw .missingTensor(path: file.url.path, name: name) }
    return bytes(blob)
  }

  /// The same when there are as many as the caller needs.
  ///
  /// - Throws: `ModelFileError.missingTensor` or `.malformed`.
  public func bytes(_ name: String, count: Int) throws(ModelFileError) -> UnsafeRawBufferPointer {
    let bytes = try bytes(name)
    guard bytes.count == count else {
      throw .malformed(path: file.url.path, what: "\(name) has \(bytes.count) bytes instead of \(count)")
    }
    return bytes
  }

  /// Whether there is a blob of this name.
  public func contains(_ name: String) -> Bool { blobs[name] != nil }

  /// Reads every byte: the names of the blobs whose checksums are wrong, sorted.
  public func damagedBlobs() -> [String] { damagedBlobs { _ in true } }

  private func damagedBlobs(where isWanted: (Blob) -> Bool) -> [String] {
    withExtendedLifetime(file) {
      blobs.filter { isWanted($0.value) && ContentHash.of(bytes($0.value)) != $0.value.hash }.keys.sorted()
    }
  }

  private func bytes(_ blob: Blob) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: file.bytes[blob.offset..<blob.offset + blob.count])
  }
}
