public import Foundation

/// A lexical shortlist: for each source word the target words that may translate it.
///
/// Layout of the binary file, all little-endian: `u64` magic, checksum, `firstNum`, `bestNum`, number of offsets (source
/// vocabulary + 1) and number of entries; then the `u64` offsets and the `u32` entries, ascending within one source word.
///
/// - Reference: marian-dev `src/data/shortlist.h` (`BinaryShortlistGenerator`).
public struct LexicalShortlist: Sendable {
  /// The target words `0..<frequentCount` are always candidates.
  public let frequentCount: Int
  /// Number of source words the list knows.
  public let sourceCount: Int
  private let file: MappedFile
  private let offsetsStart: Int
  private let entriesStart: Int

  private static let magic: UInt64 = 0xF11A_48D5_0134_17F5

  /// Maps the file and checks every offset and entry once.
  ///
  /// - Parameter targetCount: size of the target vocabulary; an entry beyond it is refused.
  /// - Throws: `ModelFileError`.
  public init(contentsOf url: URL, targetCount: Int) throws(ModelFileError) {
    let file = try MappedFile(contentsOf: url)
    let path = url.path
    var reader = ByteReader(file)
    guard try reader.integer(UInt64.self, "the magic number") == Self.magic else {
      throw .malformed(path: path, what: "it does not begin as a binary lexical shortlist does")
    }
    let checksum = try reader.integer(UInt64.self, "the checksum")
    let frequent = try reader.integer(UInt64.self, "the number of frequent words")
    _ = try reader.integer(UInt64.self, "the number of best words")
    let offsetCount = try reader.count(UInt64.self, "the number of offsets")
    let entryCount = try reader.count(UInt64.self, "the number of entries")
    guard offsetCount >= 1, frequent <= UInt64(targetCount) else {
      throw .malformed(path: path, what: "\(offsetCount) offsets, \(frequent) frequent words")
    }
    let offsetsStart = reader.offset
    let offsets = try reader.bytes(offsetCount * 8, "the offsets")
    let entriesStart = reader.offset
    let entries = try reader.bytes(entryCount * 4, "the entries")
    guard reader.remaining == 0 else { throw .malformed(path: path, what: "\(reader.remaining) bytes too many") }
    var previous: UInt64 = 0
    for index in 0..<offsetCount {
      let offset = UInt64(littleEndian: offsets.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self))
      guard offset >= previous, offset <= UInt64(entryCount) else {
        throw .malformed(path: path, what: "offset \(index) is \(offset)")
      }
      previous = offset
    }
    for index in 0..<entryCount {
      let word = UInt32(littleEndian: entries.loadUnaligned(fromByteOffset: index * 4, as: UInt32.self))
      guard word < UInt32(targetCount) else { throw .malformed(path: path, what: "entry \(index) is word \(word)") }
    }
    guard previous == UInt64(entryCount) else { throw .malformed(path: path, what: "the last offset is \(previous)") }
    guard checksum == Self.checksum(file.bytes) else {
      throw .malformed(path: path, what: "its checksum does not match its content")
    }
    (self.file, self.offsetsStart, self.entriesStart) = (file, offsetsStart, entriesStart)
    (frequentCount, sourceCount) = (Int(frequent), offsetCount - 1)
  }

  /// Calls `body` with each candidate of one source word; none for a word the list does not know.
  public func forEachCandidate(of source: Int, _ body: (Int) -> Void) {
    guard source >= 0, source < sourceCount else { return }
    let bytes = file.bytes
    func offset(_ index: Int) -> Int {
      Int(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offsetsStart + index * 8, as: UInt64.self)))
    }
    for entry in offset(source)..<offset(source + 1) {
      body(Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: entriesStart + entry * 4, as: UInt32.self))))
    }
  }

  /// The hash that the file carries over everything behind it, in whole 64-bit words.
  static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    var seed: UInt64 = 0
    var offset = 16
    while offset + 8 <= bytes.count {
      let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
      seed ^= word &+ 0x9e37_79b9 &+ (seed << 6) &+ (seed >> 2)
      offset += 8
    }
    return seed
  }
}
