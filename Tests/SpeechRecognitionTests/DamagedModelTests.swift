import Foundation
import ModelFormats
import Testing

@testable import SpeechRecognition

/// Model folders that are missing, damaged or of another kind: an error that says so, never a crash.
@Suite struct DamagedModelTests {
  /// A copy of the tiny model whose binary `change` has been at; removed afterwards.
  func withModel(_ change: (inout [UInt8]) -> Void, _ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "dragoman-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.copyItem(
      at: TinyModelTests.folder.appending(path: "vocabulary.txt"), to: folder.appending(path: "vocabulary.txt"))
    var bytes = [UInt8](try Data(contentsOf: TinyModelTests.folder.appending(path: "model.bin")))
    change(&bytes)
    try Data(bytes).write(to: folder.appending(path: "model.bin"))
    try body(folder)
  }

  @Test func truncationAnywhereIsAnError() throws {
    let size = try Data(contentsOf: TinyModelTests.folder.appending(path: "model.bin")).count
    var cuts = Array(0..<200) + stride(from: 200, to: size, by: 997)
    cuts.append(size - 1)
    for cut in cuts {
      try withModel({ $0.removeLast($0.count - cut) }) { folder in
        #expect(throws: RecognitionError.self, "cut at \(cut)") { try RecognitionModel(contentsOf: folder) }
      }
    }
  }

  @Test func damagedHeadersAreErrors() throws {
    // Every byte of the first tensors' headers, set to its complement: an error or, in a name, a missing tensor.
    for index in 0..<120 {
      try withModel({ $0[index] = ~$0[index] }) { folder in
        do {
          let model = try RecognitionModel(contentsOf: folder)
          // Bytes of values (the head counts, the revision) may change without being noticed.
          #expect(model.weights.dimensions.state == 32)
        } catch {}
      }
    }
  }

  /// A half in place of the integer: no number, infinite, or none of heads.
  @Test(arguments: [[0x00, 0x7E], [0x00, 0x7C], [0x00, 0xBC], [0x00, 0x38]] as [[UInt8]])
  func headsThatAreNoNumberAreAnError(half: [UInt8]) throws {
    try withModel({ bytes in
      let name = Array("encoder/num_heads".utf8) + [0]
      let end = bytes.indices.first { bytes[$0...].starts(with: name) }! + name.count
      bytes[end + 1] = 4
      bytes.replaceSubrange(end + 6..<end + 8, with: half)
    }) { folder in
      #expect(throws: RecognitionError.self) { try RecognitionModel(contentsOf: folder) }
    }
  }

  @Test func hugeCountsDoNotAllocate() throws {
    try withModel({ $0.replaceSubrange(22..<26, with: [255, 255, 255, 255]) }) { folder in
      #expect(throws: RecognitionError.self) { try RecognitionModel(contentsOf: folder) }
    }
  }

  @Test func otherThingsAreNamed() throws {
    let none = URL(filePath: "/nonexistent/whisper")
    #expect(throws: RecognitionError.modelMissing(path: "/nonexistent/whisper")) {
      try RecognitionModel(contentsOf: none)
    }
    try withModel({ $0.replaceSubrange(6..<17, with: Array("MarianModel".utf8)) }) { folder in
      let error = #expect(throws: RecognitionError.self) { try RecognitionModel(contentsOf: folder) }
      #expect(error?.description.contains("MarianModel") == true)
      try FileManager.default.removeItem(at: folder.appending(path: "model.bin"))
      #expect(throws: RecognitionError.self) { try RecognitionModel(contentsOf: folder) }
    }
    try withModel({ _ in }) { folder in
      let vocabulary = folder.appending(path: "vocabulary.txt")
      let lines = try String(contentsOf: vocabulary, encoding: .utf8).split(separator: "\n")
      try (["extra"] + lines).joined(separator: "\n").write(to: vocabulary, atomically: true, encoding: .utf8)
      let error = #expect(throws: RecognitionError.self) { try RecognitionModel(contentsOf: folder) }
      #expect(error == .vocabularyMismatch(path: folder.path, expected: lines.count, found: lines.count + 1))
    }
  }

  @Test func impossibleWishesAreRefused() throws {
    let model = try RecognitionModel(contentsOf: TinyModelTests.folder)
    #expect(throws: RecognitionError.unknownLanguage(model: "tiny-whisper", language: "xx")) {
      try model.validate(RecognitionOptions(language: "xx"))
    }
  }
}
