import Foundation
import Testing

@testable import ModelFormats

/// A Marian binary file in memory, item by item.
struct MarianBytes {
  struct Item {
    var name: String
    var type: UInt64
    var shape: [Int32]
    var data: [UInt8]
  }
  var items: [Item] = []

  static func little<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }

  mutating func addFloats(_ name: String, _ shape: [Int32], _ values: [Float]) {
    items.append(Item(name: name, type: 0x404, shape: shape, data: values.flatMap { Self.little($0.bitPattern) }))
  }

  mutating func addInt8(_ name: String, _ shape: [Int32], _ values: [Int8], multiplier: Float) {
    var data = values.map { UInt8(bitPattern: $0) } + Self.little(multiplier.bitPattern)
    data += [UInt8](repeating: 0, count: 252)
    items.append(Item(name: name, type: 0x4101, shape: shape, data: data))
  }

  mutating func addText(_ name: String, _ text: String) {
    let data = Array(text.utf8) + [0]
    items.append(Item(name: name, type: 0x101, shape: [Int32(data.count)], data: data))
  }

  var encoded: [UInt8] {
    var bytes = Self.little(UInt64(1)) + Self.little(UInt64(items.count))
    for item in items {
      for value in [UInt64(item.name.utf8.count + 1), item.type, UInt64(item.shape.count), UInt64(item.data.count)] {
        bytes += Self.little(value)
      }
    }
    for item in items { bytes += Array(item.name.utf8) + [0] }
    for item in items { for extent in item.shape { bytes += Self.little(extent) } }
    let padding = (256 - (bytes.count + 8) % 256) % 256
    bytes += Self.little(UInt64(padding)) + [UInt8](repeating: 0, count: padding)
    for item in items { bytes += item.data }
    return bytes
  }
}

/// Writes bytes to a file of its own for as long as `body` runs.
@discardableResult
func withFile<Result>(_ bytes: [UInt8], _ body: (URL) throws -> Result) throws -> Result {
  let url = FileManager.default.temporaryDirectory.appendingPathComponent("dragoman-\(UUID().uuidString)")
  try Data(bytes).write(to: url)
  defer { try? FileManager.default.removeItem(at: url) }
  return try body(url)
}

@Suite struct MarianFileTests {
  static var sample: MarianBytes {
    var file = MarianBytes()
    file.addFloats("b", [1, 3], [1, -2, 0.5])
    file.addInt8("W", [2, 3], [1, 2, 3, -4, -5, -128], multiplier: 153.5)
    file.addText(
      "special:model.yml", "type: transformer\ndim-vocabs:\n  - 3\n  - 3\nquoted: \"\"\nenc-depth: 6  \nlist: []\n")
    return file
  }

  @Test func readsWhatWasWritten() throws {
    try withFile(Self.sample.encoded) { url in
      let file = try MarianFile(contentsOf: url)
      #expect(file.tensors.names == ["W", "b"])
      #expect(try file.tensors.tensor("b", shape: [1, 3]).floats == [1, -2, 0.5])
      let matrix = try file.tensors.tensor("W", shape: [2, 3])
      #expect(matrix.type == .int8)
      #expect(matrix.floats == [1, 2, 3, -4, -5, -128])
      #expect(file.multipliers == ["W": 153.5])
      #expect(
        file.configuration == ["type": "transformer", "dim-vocabs": "", "quoted": "", "enc-depth": "6", "list": "[]"])
    }
  }

  @Test func everyTruncationIsAnError() throws {
    let bytes = Self.sample.encoded
    for count in 0..<bytes.count {
      try withFile(Array(bytes[..<count])) { url in
        #expect(throws: ModelFileError.self, "cut to \(count) of \(bytes.count) bytes") {
          try MarianFile(contentsOf: url)
        }
      }
    }
  }

  /// Offsets 0 (version), 8 (count), then name length, type, rank and byte count of each item.
  @Test(arguments: [0, 8, 16, 24, 32, 40, 48, 56, 64, 72, 80, 88])
  func absurdNumbersAreAnError(offset: Int) throws {
    for value in [UInt64.max, UInt64(Int64.max), 1 << 62, 1 << 40, 100_000] {
      var bytes = Self.sample.encoded
      bytes.replaceSubrange(offset..<offset + 8, with: MarianBytes.little(value))
      try withFile(bytes) { url in
        #expect(throws: ModelFileError.self, "\(value) at byte \(offset)") { try MarianFile(contentsOf: url) }
      }
    }
  }

  @Test func impossibleShapesAreAnError() throws {
    // The last one is 2^63 - 1, to which nothing can be added.
    for (item, shape) in [
      (0, [-1, 3]), (0, [0, 3]), (0, [Int32.max, Int32.max]), (0, [3, 3]), (1, [7, 73 * 127, 337 * 92737, 649657, 7]),
    ] as [(Int, [Int32])] {
      var file = Self.sample
      file.items[item].shape = shape
      try withFile(file.encoded) { url in
        #expect(throws: ModelFileError.self, "shape \(shape)") { try MarianFile(contentsOf: url) }
      }
    }
  }

  @Test func aMissingMultiplierIsAnError() throws {
    var file = Self.sample
    file.items[1].data = Array(file.items[1].data.prefix(7))
    try withFile(file.encoded) { url in
      #expect(throws: ModelFileError.self) { try MarianFile(contentsOf: url) }
    }
  }

  @Test func anotherKindOfFileIsAnError() throws {
    try withFile(Array("PK\u{3}\u{4} this is a zip archive, or says so".utf8)) { url in
      #expect(throws: ModelFileError.self) { try MarianFile(contentsOf: url) }
    }
    #expect(throws: ModelFileError.self) { try MarianFile(contentsOf: URL(fileURLWithPath: "/nonexistent/model.bin")) }
  }
}

@Suite struct MarianShortlistTests {
  /// Four source words with 2, 0, 1 and 3 candidates out of ten target words.
  static func file(offsets: [UInt64] = [0, 2, 2, 3, 6], entries: [UInt32] = [4, 7, 9, 2, 3, 5]) -> [UInt8] {
    var body: [UInt8] = []
    for value in [2, 50, UInt64(offsets.count), UInt64(entries.count)] + offsets { body += MarianBytes.little(value) }
    for entry in entries { body += MarianBytes.little(entry) }
    let head = MarianBytes.little(UInt64(0xF11A_48D5_0134_17F5))
    let checksum = (head + [UInt8](repeating: 0, count: 8) + body).withUnsafeBytes { LexicalShortlist.checksum($0) }
    return head + MarianBytes.little(checksum) + body
  }

  @Test func readsWhatWasWritten() throws {
    try withFile(Self.file()) { url in
      let list = try LexicalShortlist(contentsOf: url, targetCount: 10)
      #expect(list.frequentCount == 2)
      #expect(list.sourceCount == 4)
      let candidates = (-1..<6).map { source in
        var words: [Int] = []
        list.forEachCandidate(of: source) { words.append($0) }
        return words
      }
      #expect(candidates == [[], [4, 7], [], [9], [2, 3, 5], [], []])
    }
  }

  @Test func everyTruncationIsAnError() throws {
    let bytes = Self.file()
    for count in 0..<bytes.count {
      try withFile(Array(bytes[..<count])) { url in
        #expect(throws: ModelFileError.self, "cut to \(count)") {
          try LexicalShortlist(contentsOf: url, targetCount: 10)
        }
      }
    }
  }

  @Test func damageIsAnError() throws {
    let bytes = Self.file()
    for offset in [0, 8, 16, 32, 40, 48, 60, 90, bytes.count - 1] {
      var damaged = bytes
      damaged[offset] ^= 0x41
      try withFile(damaged) { url in
        #expect(throws: ModelFileError.self, "byte \(offset) changed") {
          try LexicalShortlist(contentsOf: url, targetCount: 10)
        }
      }
    }
  }

  @Test func offsetsAndEntriesAreChecked() throws {
    for bytes in [
      Self.file(offsets: [0, 3, 2, 3, 6]), Self.file(offsets: [0, 2, 2, 3, 7]), Self.file(offsets: [0, 2, 2, 3, 5]),
      Self.file(entries: [4, 7, 10, 2, 3, 5]), Self.file() + [0],
    ] {
      try withFile(bytes) { url in
        #expect(throws: ModelFileError.self) { try LexicalShortlist(contentsOf: url, targetCount: 10) }
      }
    }
  }
}
