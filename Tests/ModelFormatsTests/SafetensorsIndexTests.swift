import Foundation
import TestSupport
import Testing

@testable import ModelFormats

/// Tensors in several files, found by their index.
@Suite struct SafetensorsIndexTests {
  /// A copy of a tiny model in three shards, for as long as `body` runs; told the index' map.
  func withShards(_ body: (URL, [String: String]) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "dragoman-shards-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.copyItem(at: Places.reference.appending(path: "tiny-marian/hf-shared"), to: folder)
    try body(folder, try Shards.split(folder, into: 3))
  }

  func read(_ folder: URL) throws -> NamedTensors {
    try SafetensorsIndex(contentsOf: folder.appending(path: SafetensorsIndex.name)).read()
  }

  @Test func shardsHoldWhatTheWholeHeld() throws {
    let whole = try SafetensorsFile.read(Places.reference.appending(path: "tiny-marian/hf-shared/model.safetensors"))
    try withShards { folder, map in
      let index = try SafetensorsIndex(contentsOf: folder.appending(path: SafetensorsIndex.name))
      #expect(index.shards.map(\.lastPathComponent) == (1...3).map { Shards.name($0, of: 3) })
      let found = try index.read()
      #expect(found.names == whole.names && found.names == map.keys.sorted())
      for name in whole.names {
        let (one, other) = (try found.tensor(name), try whole.tensor(name))
        #expect(one.shape == other.shape && one.type == other.type && one.floats == other.floats, "\(name)")
      }
    }
  }

  /// A shard may hold a tensor that the index finds elsewhere, or names nowhere.
  @Test func theIndexDecides() throws {
    try withShards { folder, map in
      let name = try #require(map.keys.sorted().first)
      var other = map
      other[name] = nil
      try Shards.write(other, to: folder)
      #expect(try read(folder).names == other.keys.sorted())
      try FileManager.default.copyItem(
        at: folder.appending(path: map[name]!), to: folder.appending(path: "copy.safetensors"))
      other[name] = "copy.safetensors"
      try Shards.write(other, to: folder)
      #expect(try read(folder).names == map.keys.sorted())
    }
  }

  @Test func whatIsMissingIsNamed() throws {
    try withShards { folder, map in
      let name = try #require(map.keys.sorted().first)
      var other = map
      other[name] = Shards.name(2, of: 3)
      try Shards.write(other, to: folder)
      let misplaced = #expect(throws: ModelFileError.self) { try read(folder) }
      #expect(misplaced?.description.contains(name) == true && misplaced?.description.contains("00002") == true)
      try Shards.write(map, to: folder)
      try FileManager.default.removeItem(at: folder.appending(path: Shards.name(3, of: 3)))
      let missing = #expect(throws: ModelFileError.self) { try read(folder) }
      #expect(missing?.description.contains(Shards.name(3, of: 3)) == true)
    }
  }

  @Test(arguments: [
    "", "3", "{}", #"{"weight_map":{}}"#, #"{"weight_map":{"a":"../b.safetensors"}}"#, #"{"weight_map":{"a":""}}"#,
    #"{"weight_map":{"a":".hidden"}}"#, #"{"weight_map":["a"]}"#,
  ]) func otherThingsAreNoIndex(text: String) throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "dragoman-\(UUID().uuidString).index.json")
    defer { try? FileManager.default.removeItem(at: url) }
    try Data(text.utf8).write(to: url)
    #expect(throws: ModelFileError.self) { try SafetensorsIndex(contentsOf: url) }
  }
}
