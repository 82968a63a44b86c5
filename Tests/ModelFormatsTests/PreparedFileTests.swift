import Foundation
import Testing

@testable import ModelFormats

/// Files of named blobs: what goes in comes out, and damage is found.
@Suite struct PreparedFileTests {
  /// A folder of its own for each test.
  let folder = FileManager.default.temporaryDirectory.appending(path: "dragoman-\(UUID().uuidString)")
  var url: URL { folder.appending(path: "a.prepared") }

  init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

  func clean() { try? FileManager.default.removeItem(at: folder) }

  var names: [String] { (try? FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()) ?? [] }

  func contents(_ file: PreparedFile, _ name: String) throws -> [UInt8] {
    try withExtendedLifetime(file) { Array(try file.bytes(name)) }
  }

  static let index = Array(0..<100 as Range<UInt8>), numbers = (0..<1_000).map { UInt8($0 * 7 & 255) }

  static func writer(at url: URL, key: String = "k", seed: UInt8 = 0) throws -> PreparedFileWriter {
    let writer = try PreparedFileWriter(
      at: url, key: key, origin: "/somewhere/ä",
      blobs: [
        .init(name: "index", count: index.count, isChecked: true), .init(name: "empty", count: 0, isChecked: false),
        .init(name: "numbers", count: numbers.count, isChecked: false),
      ])
    try numbers.map { $0 &+ seed }.withUnsafeBytes { try writer.write("numbers", $0) }
    try index.withUnsafeBytes { try writer.write("index", $0) }
    try writer.write("empty", UnsafeRawBufferPointer(start: nil, count: 0))
    return writer
  }

  @Test func hashesAreThoseOfXXH64() {
    // Values of the reference implementation, `xxh64sum`: short, and with a whole stripe.
    #expect(ContentHash.of("") == 0xef46_db37_51d8_e999)
    #expect(ContentHash.of("a") == 0xd24e_c4f1_a98c_6e5b)
    #expect(ContentHash.of("abc") == 0x44bc_2cf5_ad77_0999)
    #expect(ContentHash.of("Nobody inspects the spammish repetition") == 0xfbce_a83c_8a37_8bf1)
  }

  @Test func whatGoesInComesOut() throws {
    defer { clean() }
    let writer = try Self.writer(at: url)
    // Half made, it can be looked at and does not stand there.
    #expect(try contents(writer.view(), "numbers") == Self.numbers)
    #expect(names.allSatisfy { $0.hasPrefix(".") })
    try writer.finish()
    #expect(names == ["a.prepared"])
    let file = try PreparedFile(contentsOf: url)
    #expect(file.key == "k" && file.origin == "/somewhere/ä")
    #expect(try contents(file, "index") == Self.index)
    #expect(try contents(file, "numbers") == Self.numbers && file.bytes("numbers", count: 1_000).count == 1_000)
    #expect(try contents(file, "empty").isEmpty)
    #expect(UInt(bitPattern: try file.bytes("numbers").baseAddress) % 64 == 0)
    #expect(file.damagedBlobs().isEmpty)
    #expect(file.contains("index") && !file.contains("other"))
    #expect(throws: ModelFileError.missingTensor(path: url.path, name: "other")) { try file.bytes("other") }
    #expect(throws: ModelFileError.self) { try file.bytes("index", count: 99) }
  }

  /// The finished file with some change.
  func changed(_ change: (inout [UInt8]) -> Void) throws -> URL {
    var bytes = [UInt8](try Data(contentsOf: url))
    change(&bytes)
    let other = folder.appending(path: "changed")
    try Data(bytes).write(to: other)
    return other
  }

  @Test func truncationAnywhereIsAnError() throws {
    defer { clean() }
    try Self.writer(at: url).finish()
    let size = try Data(contentsOf: url).count
    for cut in 0..<size {
      let cut = try changed { $0.removeLast($0.count - cut) }
      #expect(throws: ModelFileError.self, "cut at \(cut)") { try PreparedFile(contentsOf: cut) }
    }
    let longer = try changed { $0.append(0) }
    #expect(throws: ModelFileError.self) { try PreparedFile(contentsOf: longer) }
  }

  @Test func otherVersionsAreRefused() throws {
    defer { clean() }
    try Self.writer(at: url).finish()
    let newer = try changed { $0[8] = 2 }
    #expect(throws: ModelFileError.unsupportedVersion(path: newer.path, found: "2", supported: "1")) {
      try PreparedFile(contentsOf: newer)
    }
  }

  @Test func everyFlippedByteIsFound() throws {
    defer { clean() }
    try Self.writer(at: url).finish()
    let bytes = [UInt8](try Data(contentsOf: url))
    let file = try PreparedFile(contentsOf: url)
    defer { withExtendedLifetime(file) {} }
    let base = file.file.bytes.baseAddress!
    func place(_ name: String) throws -> Range<Int> {
      let bytes = try file.bytes(name)
      return bytes.baseAddress! - base..<bytes.baseAddress! - base + bytes.count
    }
    let (index, numbers) = (try place("index"), try place("numbers"))
    let head = Int(bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: 24, as: UInt64.self) })
    for position in bytes.indices {
      let other = try changed { $0[position] ^= 0x10 }
      if position < head || index.contains(position) {
        #expect(throws: ModelFileError.self, "byte \(position)") { try PreparedFile(contentsOf: other) }
      } else {
        let found = try PreparedFile(contentsOf: other).damagedBlobs()
        #expect(found == (numbers.contains(position) ? ["numbers"] : []), "byte \(position)")
      }
    }
  }

  @Test func anUnfinishedFileLeavesNothing() throws {
    defer { clean() }
    do {
      let writer = try Self.writer(at: url)
      #expect(names.count == 1)
      // It is locked, and so not taken for abandoned.
      PreparedFileWriter.removeAbandoned(in: folder)
      #expect(names.count == 1)
      withExtendedLifetime(writer) {}
    }
    #expect(names.isEmpty)
    try Data("left by a process that was killed".utf8).write(to: folder.appending(path: ".a.prepared.1-2.unfinished"))
    try Data("something else".utf8).write(to: folder.appending(path: ".other"))
    PreparedFileWriter.removeAbandoned(in: folder)
    #expect(names == [".other"])
  }

  @Test func noRoomIsAnErrorThatLeavesNothing() throws {
    defer { clean() }
    #expect(throws: ModelFileError.self) {
      try PreparedFileWriter(
        at: url, key: "", origin: "", blobs: [.init(name: "huge", count: 1 << 60, isChecked: false)])
    }
    #expect(names.isEmpty)
    #expect(throws: ModelFileError.self) { try Self.writer(at: folder.appending(path: "none/a.prepared")) }
    // A folder in its place.
    try FileManager.default.createDirectory(at: url.appending(path: "full"), withIntermediateDirectories: true)
    #expect(throws: ModelFileError.self) { try Self.writer(at: url).finish() }
    #expect(names == ["a.prepared"])
  }

  @Test func theLastOfTwoWritersWins() throws {
    defer { clean() }
    let first = try Self.writer(at: url, key: "first"), second = try Self.writer(at: url, key: "second", seed: 1)
    try first.finish()
    let mapped = try PreparedFile(contentsOf: url)
    try second.finish()
    #expect(names == ["a.prepared"])
    // Who has mapped the first goes on with it.
    #expect(mapped.key == "first" && mapped.damagedBlobs().isEmpty)
    #expect(try contents(mapped, "numbers") == Self.numbers)
    let file = try PreparedFile(contentsOf: url)
    #expect(file.key == "second" && file.damagedBlobs().isEmpty)
    #expect(try contents(file, "numbers").first == 1)
  }
}
