internal import CZlib
public import Foundation

/// The reader for `.npz` files: a zip archive of `.npy` arrays, stored or deflated.
///
/// Arrays must be little-endian and in C order. Archives beyond 4 GiB (zip64) are refused. The checksum of every array is compared.
///
/// - Reference: PKWARE APPNOTE 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16; numpy `lib/format.py`.
public enum NpzFile {
  /// A member as the archive's directory describes it.
  private struct Member {
    var name: String
    var method: UInt16
    var checksum: UInt32
    var packed: Int
    var unpacked: Int
    var header: Int
  }

  /// Maps the file and lists its arrays by their names, without `.npy`. Stored arrays are read where they lie.
  ///
  /// - Throws: `ModelFileError` when the archive or an array is damaged, or an array has an element type that no model here
  ///   uses (float32, float16, int8 or bytes, int16, int32 are read).
  public static func read(_ url: URL) throws(ModelFileError) -> NamedTensors {
    let file = try MappedFile(contentsOf: url)
    var tensors: [NamedTensor] = []
    for member in try directory(file) where member.name.hasSuffix(".npy") {
      tensors.append(try array(member, of: file))
    }
    return NamedTensors(path: url.path, tensors: tensors)
  }

  /// The archive's directory, which its last record points to.
  private static func directory(_ file: MappedFile) throws(ModelFileError) -> [Member] {
    let path = file.url.path
    let endLength = 22
    let longestComment = 65535
    var end = file.count - endLength
    let lowest = max(0, end - longestComment)
    while end >= lowest, end >= 0, file.bytes.loadUnaligned(fromByteOffset: end, as: UInt32.self) != 0x0605_4b50 {
      end -= 1
    }
    guard end >= lowest, end >= 0 else {
      throw .malformed(path: path, what: "it has no zip directory, so it is cut off or no .npz")
    }
    var reader = ByteReader(file)
    try reader.seek(to: end + 10, "the directory's end")
    let count = Int(try reader.integer(UInt16.self, "the number of members"))
    _ = try reader.integer(UInt32.self, "the directory's size")
    let start = try reader.integer(UInt32.self, "the directory's place")
    guard start != .max, count != 0xFFFF else { throw .malformed(path: path, what: "it is a zip64 archive") }
    try reader.seek(to: Int(start), "the directory")
    var members: [Member] = []
    for index in 0..<count {
      let what = "member \(index) of the directory"
      guard try reader.integer(UInt32.self, what) == 0x0201_4b50 else {
        throw .malformed(path: path, what: "\(what) is damaged")
      }
      let fields = try reader.bytes(42, what)
      func short(_ offset: Int) -> Int { Int(fields.loadUnaligned(fromByteOffset: offset - 4, as: UInt16.self)) }
      func long(_ offset: Int) -> Int { Int(fields.loadUnaligned(fromByteOffset: offset - 4, as: UInt32.self)) }
      let name = try reader.string(length: short(28), "the name of \(what)")
      members.append(
        Member(
          name: name, method: UInt16(short(10)), checksum: UInt32(long(16)), packed: long(20), unpacked: long(24),
          header: long(42)))
      _ = try reader.bytes(short(30) + short(32), what)
    }
    return members
  }

  private static func array(_ member: Member, of file: MappedFile) throws(ModelFileError) -> NamedTensor {
    let path = file.url.path
    var reader = ByteReader(file)
    try reader.seek(to: member.header, "member \(member.name)")
    guard try reader.integer(UInt32.self, member.name) == 0x0403_4b50 else {
      throw .malformed(path: path, what: "the header of \(member.name) is damaged")
    }
    _ = try reader.bytes(22, member.name)
    let nameLength = Int(try reader.integer(UInt16.self, member.name))
    let extraLength = Int(try reader.integer(UInt16.self, member.name))
    _ = try reader.bytes(nameLength + extraLength, member.name)
    let start = reader.offset
    let packed = try reader.bytes(member.packed, member.name)
    switch member.method {
    case 0:
      guard member.packed == member.unpacked else {
        throw .malformed(path: path, what: "\(member.name) is stored in another length than its own")
      }
      try check(packed, of: member, path: path)
      return try tensor(member.name, file: file, from: start, count: member.packed)
    case 8:
      let unpacked = try MappedFile(unpacking: file.url, count: member.unpacked) { memory throws(ModelFileError) in
        guard inflate(packed, to: memory) else {
          throw .malformed(path: path, what: "\(member.name) cannot be unpacked")
        }
        try check(UnsafeRawBufferPointer(memory), of: member, path: path)
      }
      return try tensor(member.name, file: unpacked, from: 0, count: member.unpacked)
    default:
      throw .malformed(path: path, what: "\(member.name) is packed by method \(member.method), not stored or deflated")
    }
  }

  /// Refuses an array of another CRC-32 than the archive names; of less than 4 GiB.
  private static func check(
    _ bytes: UnsafeRawBufferPointer, of member: Member, path: String
  ) throws(ModelFileError) {
    let found = crc32(0, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt32(bytes.count))
    guard found == UInt(member.checksum) else {
      throw .malformed(
        path: path, what: "\(member.name) is damaged: its checksum is not the one that the archive names")
    }
  }

  /// Unpacks raw deflate data; false when it does not fill `memory` exactly.
  private static func inflate(
    _ packed: UnsafeRawBufferPointer, to memory: UnsafeMutableRawBufferPointer
  ) -> Bool {
    var stream = z_stream()
    guard inflateInit2_(&stream, -MAX_WBITS, zlibVersion(), Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      return false
    }
    defer { inflateEnd(&stream) }
    stream.next_in = UnsafeMutablePointer(mutating: packed.baseAddress?.assumingMemoryBound(to: UInt8.self))
    stream.avail_in = UInt32(packed.count)
    stream.next_out = memory.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.avail_out = UInt32(memory.count)
    return CZlib.inflate(&stream, Z_FINISH) == Z_STREAM_END && stream.avail_out == 0
  }

  /// Reads the header of a `.npy` array, whose text is a Python dictionary.
  private static func tensor(
    _ member: String, file: MappedFile, from start: Int, count: Int
  ) throws(ModelFileError) -> NamedTensor {
    let path = file.url.path
    let name = String(member.dropLast(".npy".count))
    var reader = ByteReader(file)
    try reader.seek(to: start, name)
    let magic = try reader.bytes(8, "the header of \(name)")
    guard magic.prefix(6).elementsEqual([0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]), (1...3).contains(magic[6]) else {
      throw .malformed(path: path, what: "\(member) is no .npy array")
    }
    let length =
      magic[6] == 1
      ? Int(try reader.integer(UInt16.self, name)) : try reader.count(UInt32.self, "the header length of \(name)")
    let header = try reader.string(length: length, "the header of \(name)")
    let descriptor = value(of: "descr", in: header).split(separator: "'").first.map(String.init) ?? ""
    guard let type = elementTypes[descriptor] else {
      throw .malformed(path: path, what: "\(name) has the element type \(descriptor), which is not read")
    }
    let extents = value(of: "shape", in: header).drop { $0 != "(" }.dropFirst().prefix { $0 != ")" }
    let shape = extents.split { $0 == "," || $0 == " " }.map { Int($0) ?? -1 }
    guard shape.count <= 1 || value(of: "fortran_order", in: header).hasPrefix("False") else {
      throw .malformed(path: path, what: "\(name) is in Fortran order")
    }
    guard let bytes = NamedTensor.byteCount(shape: shape, type: type), bytes <= start + count - reader.offset else {
      throw .malformed(path: path, what: "\(name) of shape \(shape) is longer than its member")
    }
    return NamedTensor(name: name, shape: shape, type: type, file: file, offset: reader.offset, byteCount: bytes)
  }

  /// The text behind `'key':` in a dictionary, to its end.
  private static func value(of key: String, in header: String) -> Substring {
    guard let place = header.range(of: "'\(key)':") else { return "" }
    return header[place.upperBound...].drop { $0 == " " }
  }

  private static let elementTypes: [String: ElementType] = [
    "<f4": .float32, "<f2": .float16, "|i1": .int8, "|u1": .int8, "|S1": .int8, "<i2": .int16, "<i4": .int32,
  ]
}
