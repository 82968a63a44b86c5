import Foundation
import TestSupport
import Testing

@testable import ModelFormats

/// The reader for `.npz` on archives that numpy 2.4 wrote, and on damaged ones.
@Suite struct NpzFileTests {
  static func temporary(_ data: Data) throws -> URL {
    let url = FileManager.default.temporaryDirectory.appending(path: "dragoman-\(UUID().uuidString).npz")
    try data.write(to: url)
    return url
  }

  /// Stored and deflated: `numpy.savez` and `savez_compressed` of `a` = arange(6) * 0.5 as float32 [2, 3], `half` = [1, -2] as
  /// float16, `text` = the bytes of "dim-emb: 8\n\0" as int8, `scalar` = int32 7. See Tests/Reference/npz.py.
  @Test(arguments: ["stored", "deflated"]) func arraysOfNumpy(kind: String) throws {
    let tensors = try NpzFile.read(Places.reference.appending(path: "tiny-npz/\(kind).npz"))
    #expect(tensors.names == ["a", "half", "scalar", "text"])
    let a = try tensors.tensor("a", shape: [2, 3])
    #expect(a.type == .float32 && a.floats == [0, 0.5, 1, 1.5, 2, 2.5])
    let half = try tensors.tensor("half", shape: [2])
    #expect(half.type == .float16 && half.floats == [1, -2])
    let scalar = try tensors.tensor("scalar", shape: [])
    #expect(scalar.type == .int32 && scalar.floats == [7])
    let text = try tensors.tensor("text")
    #expect(text.floats == "dim-emb: 8\n\0".utf8.map { Float($0) })
  }

  @Test(arguments: ["stored", "deflated"]) func everyDamageIsFoundOrHarmless(kind: String) throws {
    let whole = try Data(contentsOf: Places.reference.appending(path: "tiny-npz/\(kind).npz"))
    for length in stride(from: 0, to: whole.count, by: 7) {
      let url = try Self.temporary(whole.prefix(length))
      defer { try? FileManager.default.removeItem(at: url) }
      #expect(throws: ModelFileError.self, "cut to \(length) bytes") { try NpzFile.read(url) }
    }
    // Any byte may change; what is read must stay inside the file.
    for index in stride(from: 0, to: whole.count, by: 3) {
      var damaged = whole
      damaged[index] ^= 0xFF
      let url = try Self.temporary(damaged)
      defer { try? FileManager.default.removeItem(at: url) }
      if let tensors = try? NpzFile.read(url) {
        for name in tensors.names { _ = try tensors.tensor(name).floats.count }
      }
    }
  }

  /// A bit of each array's values that has changed, and of the checksum that the archive names.
  @Test(arguments: ["stored", "deflated"]) func checksumsAreCompared(kind: String) throws {
    let whole = try Data(contentsOf: Places.reference.appending(path: "tiny-npz/\(kind).npz"))
    let bytes = [UInt8](whole)
    func short(_ place: Int) -> Int { Int(bytes[place]) | Int(bytes[place + 1]) << 8 }
    func long(_ place: Int) -> Int { short(place) | short(place + 2) << 16 }
    let members = bytes.indices.dropLast(46).filter { bytes[$0..<$0 + 4].elementsEqual([0x50, 0x4B, 1, 2]) }
    #expect(members.count == 4)
    for member in members {
      let header = long(member + 42)
      let end = header + 30 + short(header + 26) + short(header + 28) + long(member + 20)
      for place in kind == "stored" ? [end - 1, member + 16] : [member + 16] {
        var damaged = whole
        damaged[place] ^= 1
        let url = try Self.temporary(damaged)
        defer { try? FileManager.default.removeItem(at: url) }
        let name = String(decoding: bytes[(member + 46)..<(member + 46 + short(member + 28))], as: UTF8.self)
        let error = #expect(throws: ModelFileError.self, "\(name), byte \(place)") { try NpzFile.read(url) }
        #expect(error?.description.contains("\(name) is damaged: its checksum") == true, "\(error?.description ?? "")")
      }
    }
  }

  @Test(arguments: ["fortran", "float64"]) func whatIsNotReadIsRefused(kind: String) {
    #expect(throws: ModelFileError.self) { try NpzFile.read(Places.reference.appending(path: "tiny-npz/\(kind).npz")) }
  }

  @Test func anArchiveWithoutConfigurationIsNoModel() {
    #expect(throws: ModelFileError.self) {
      try MarianFile(archive: Places.reference.appending(path: "tiny-npz/stored.npz"))
    }
  }
}
