import Foundation
import TestSupport
import Testing

@testable import ModelFormats

/// ggml files, sound and damaged; that blocks decode rightly is tested with whole models in `LayoutTests`.
@Suite struct GGMLWhisperFileTests {
  static let sound = Places.reference.appending(path: "layouts/ggml-q5_0.bin")

  func withFile(_ bytes: some Collection<UInt8>, _ body: (URL) throws -> Void) throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "dragoman-\(UUID().uuidString).bin")
    defer { try? FileManager.default.removeItem(at: url) }
    try Data(bytes).write(to: url)
    try body(url)
  }

  @Test func theDirectoryIsRead() throws {
    let file = try GGMLWhisperFile(contentsOf: Self.sound)
    #expect(
      file.sizes
        == .init(
          vocabulary: 376, audioContext: 100, audioState: 32, audioHeads: 2, audioLayers: 2, textContext: 64,
          textState: 32, textHeads: 2, textLayers: 2, mels: 80))
    #expect(file.tokens.count == 264 && file.tokens[65] == [65] && file.tokens[263] == Array(" and".utf8))
    let embedding = try file.tensors.tensor("decoder.token_embedding.weight", shape: [376, 32])
    #expect(embedding.type == .ggmlQ5_0 && embedding.bytes.count == 376 * 22)
    #expect(try file.tensors.tensor("encoder.conv1.weight", shape: [32, 80, 3]).type == .float16)
    #expect(try file.tensors.tensor("encoder.conv1.bias").shape == [32, 1])
    #expect(GGMLWhisperFile.isOne(Self.sound))
    #expect(!GGMLWhisperFile.isOne(Places.reference.appending(path: "tiny-whisper/model.bin")))
  }

  /// One block of each type, worked out by hand.
  @Test func blocksDecode() {
    // Scale 0.5 and minimum -1 as halves.
    let half: [UInt8] = [0x00, 0x38], minimum: [UInt8] = [0x00, 0xbc]
    // Value 0 is 1, value 16 is 15, the others are 0; the fifth bit of values 1 and 31 is set.
    let nibbles: [UInt8] = [0xf1] + [UInt8](repeating: 0, count: 15)
    let fifth: [UInt8] = [0x02, 0, 0, 0x80]
    func decode(_ type: ElementType, _ bytes: [UInt8]) -> [Float] {
      var output = [Float](repeating: .nan, count: 32)
      output.withUnsafeMutableBufferPointer { output in
        bytes.withUnsafeBytes { GGMLBlock.decode($0, as: type, to: output) }
      }
      return output
    }
    func expected(_ base: Float, _ special: [Int: Float]) -> [Float] { (0..<32).map { special[$0] ?? base } }
    #expect(decode(.ggmlQ4_0, half + nibbles) == expected(-4, [0: -3.5, 16: 3.5]))
    #expect(decode(.ggmlQ4_1, half + minimum + nibbles) == expected(-1, [0: -0.5, 16: 6.5]))
    #expect(decode(.ggmlQ5_0, half + fifth + nibbles) == expected(-8, [0: -7.5, 16: -0.5, 1: 0, 31: 0]))
    #expect(decode(.ggmlQ5_1, half + minimum + fifth + nibbles) == expected(-1, [0: -0.5, 16: 6.5, 1: 7, 31: 7]))
    let bytes = [UInt8](repeating: 0, count: 30) + [0x7f, 0x80]
    #expect(decode(.ggmlQ8_0, half + bytes) == expected(0, [30: 63.5, 31: -64]))
  }

  @Test func truncationAnywhereIsAnError() throws {
    let whole = try Data(contentsOf: Self.sound)
    let names = try GGMLWhisperFile(contentsOf: Self.sound).tensors.names
    for cut in Array(0..<120) + stride(from: 120, to: whole.count, by: 499) {
      try withFile(whole.prefix(cut)) { url in
        // A cut between two tensors leaves a sound file with fewer of them.
        if let file = try? GGMLWhisperFile(contentsOf: url) {
          #expect(file.tensors.names.count < names.count, "cut at \(cut)")
        }
      }
    }
  }

  @Test func damagedHeadersAreErrors() throws {
    let whole = [UInt8](try Data(contentsOf: Self.sound))
    // The magic number, and the top byte of each size: a negative one.
    for index in Array(0..<4) + stride(from: 7, to: 44, by: 4) {
      var bytes = whole
      bytes[index] = 0xff
      try withFile(bytes) { url in
        #expect(throws: ModelFileError.self, "byte \(index)") { try GGMLWhisperFile(contentsOf: url) }
      }
    }
    // The counts of mel bands, frequency bins and tokens.
    for offset in [48, 52, 56 + 80 * 4 * 4] {
      var bytes = whole
      bytes.replaceSubrange(offset..<offset + 4, with: [0xff, 0xff, 0xff, 0x7f])
      try withFile(bytes) { url in
        #expect(throws: ModelFileError.self, "count at \(offset)") { try GGMLWhisperFile(contentsOf: url) }
      }
    }
  }

  @Test func oldBlocksAreRefused() throws {
    var bytes = [UInt8](try Data(contentsOf: Self.sound))
    // File type 8 without the version of the quantisation.
    bytes.replaceSubrange(44..<48, with: [8, 0, 0, 0])
    try withFile(bytes) { url in
      let error = #expect(throws: ModelFileError.self) { try GGMLWhisperFile(contentsOf: url) }
      #expect(error?.description.contains("quantisation") == true)
    }
  }
}
