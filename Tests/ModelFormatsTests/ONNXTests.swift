import Foundation
import Testing

@testable import ModelFormats

/// The initializers of ONNX files, sound and damaged.
@Suite struct ONNXTests {
  /// A field of Protocol Buffers that holds bytes; short ones only.
  static func field(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] { [number << 3 | 2, UInt8(bytes.count)] + bytes }

  static func tensor(_ name: String, shape: [UInt8], type: UInt8, values: [UInt8]) -> [UInt8] {
    field(5, shape.flatMap { [1 << 3, $0] } + [2 << 3, type] + field(8, Array(name.utf8)) + field(9, values))
  }

  /// 1.5, -2 as float32; 0.5 as float16; a packed shape; an int64, which is not read; and fields that are passed over.
  static let model: [UInt8] =
    [1 << 3, 8] + field(2, Array("a producer".utf8))
    + field(
      7,
      tensor("x", shape: [2, 1], type: 1, values: [0, 0, 0xC0, 0x3F, 0, 0, 0, 0xC0])
        + tensor("y", shape: [], type: 10, values: [0, 0x38])
        + field(5, field(1, [1, 2]) + [2 << 3, 3] + field(8, Array("z".utf8)) + field(9, [1, 0xFF]))
        + tensor("n", shape: [1], type: 7, values: [1, 0, 0, 0, 0, 0, 0, 0])
        + [9 << 3 | 5, 1, 2, 3, 4] + [9 << 3 | 1, 1, 2, 3, 4, 5, 6, 7, 8])

  func read(_ bytes: [UInt8]) throws -> NamedTensors {
    let url = FileManager.default.temporaryDirectory.appending(path: "dragoman-\(UUID().uuidString).onnx")
    try Data(bytes).write(to: url)
    defer { try? FileManager.default.removeItem(at: url) }
    return try ONNXFile.read(url)
  }

  @Test func valuesAreRead() throws {
    let tensors = try read(Self.model)
    #expect(tensors.names == ["x", "y", "z"])
    #expect(try tensors.tensor("x", shape: [2, 1]).floats == [1.5, -2])
    #expect(try tensors.tensor("y", shape: []).floats == [0.5])
    #expect(try tensors.tensor("z", shape: [1, 2]).floats == [1, -1])
  }

  @Test func truncationAnywhereIsAnError() throws {
    // The first fields alone are whole, but no model.
    for cut in 0..<Self.model.count {
      #expect(throws: ModelFileError.self, "cut at \(cut)") { try read(Array(Self.model.prefix(cut))) }
    }
  }

  static let impossible: [[UInt8]] = {
    let endless = [UInt8](repeating: 0xFF, count: 9)
    let negative: [UInt8] = [1 << 3] + endless + [1, 2 << 3, 1] + field(9, [0])
    return [
      field(7, tensor("x", shape: [3], type: 1, values: [0, 0, 0, 0])),  // too few values
      field(7, tensor("x", shape: [1], type: 1, values: [0, 0, 0, 0, 0])),  // too many
      field(7, field(5, negative)),  // an extent of -1
      [7 << 3 | 2] + endless + [1],  // longer than anything
      [7 << 3 | 2] + endless + [0xFF, 0xFF],  // a number without an end
      [7 << 3 | 3],  // a group, which is no longer in use
      Array("not a model".utf8),
    ]
  }()

  @Test(arguments: impossible.indices) func impossibleModelsAreErrors(index: Int) throws {
    #expect(throws: ModelFileError.self) { try read(Self.impossible[index]) }
  }
}
