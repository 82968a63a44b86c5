import Foundation
import Testing

@testable import ModelFormats

/// Safetensors files, sound and damaged.
@Suite struct SafetensorsTests {
  func file(_ header: String, data: [UInt8] = [], length: UInt64? = nil) throws -> URL {
    let url = FileManager.default.temporaryDirectory.appending(path: "dragoman-\(UUID().uuidString).safetensors")
    var bytes = Data()
    withUnsafeBytes(of: (length ?? UInt64(header.utf8.count)).littleEndian) { bytes.append(contentsOf: $0) }
    bytes.append(contentsOf: header.utf8)
    bytes.append(contentsOf: data)
    try bytes.write(to: url)
    return url
  }

  static let header =
    #"{"__metadata__":{"a":"b"},"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"#
    + #""y":{"dtype":"F16","shape":[],"data_offsets":[8,10]}}"#
  // 1.5, -2 as float32; 0.5 as float16.
  static let data: [UInt8] = [0, 0, 0xC0, 0x3F, 0, 0, 0, 0xC0, 0, 0x38]

  @Test func valuesAreRead() throws {
    let url = try file(Self.header, data: Self.data)
    defer { try? FileManager.default.removeItem(at: url) }
    let tensors = try SafetensorsFile.read(url)
    #expect(tensors.names == ["x", "y"])
    #expect(try tensors.tensor("x", shape: [2]).floats == [1.5, -2])
    #expect(try tensors.tensor("y").floats == [0.5])
    #expect(throws: ModelFileError.missingTensor(path: url.path, name: "z")) { try tensors.tensor("z") }
    #expect(throws: ModelFileError.shapeMismatch(path: url.path, tensor: "x", expected: [3], found: [2])) {
      try tensors.tensor("x", shape: [3])
    }
  }

  @Test func truncationAnywhereIsAnError() throws {
    let whole = try Data(contentsOf: file(Self.header, data: Self.data))
    for cut in 0..<whole.count {
      let url = try file("")
      defer { try? FileManager.default.removeItem(at: url) }
      try whole.prefix(cut).write(to: url)
      #expect(throws: ModelFileError.self, "cut at \(cut)") { try SafetensorsFile.read(url) }
    }
  }

  @Test(arguments: [
    #"{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#,
    #"{"x":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}"#,
    #"{"x":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}"#,
    #"{"x":{"dtype":"F32","shape":[2],"data_offsets":[4,-4]}}"#,
    #"{"x":{"dtype":"F32","shape":[200],"data_offsets":[0,800]}}"#,
    #"{"x":{"dtype":"Q9","shape":[2],"data_offsets":[0,8]}}"#,
    #"{"x":3}"#, "[1,2]", "not json",
  ])
  func impossibleHeadersAreErrors(header: String) throws {
    let url = try file(header, data: Self.data)
    defer { try? FileManager.default.removeItem(at: url) }
    #expect(throws: ModelFileError.self) { try SafetensorsFile.read(url) }
  }

  @Test func hugeHeaderLengthDoesNotAllocate() throws {
    for length in [UInt64.max, 1 << 62, 1 << 31] {
      let url = try file("{}", length: length)
      defer { try? FileManager.default.removeItem(at: url) }
      #expect(throws: ModelFileError.self) { try SafetensorsFile.read(url) }
    }
  }
}
