import Foundation
import ModelFormats
import Tensors
import TestSupport
import Testing

@testable import SpeechRecognition

/// The same model as float16, float32 and int8 files, and what each file's damage does.
@Suite struct PrecisionTests {
  /// Writes CTranslate2's binary, version 6.
  struct Writer {
    var bytes: [UInt8] = []

    mutating func put(_ value: some FixedWidthInteger) {
      withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func put(_ text: String) {
      put(UInt16(text.utf8.count + 1))
      bytes.append(contentsOf: text.utf8)
      bytes.append(0)
    }

    mutating func put(_ name: String, shape: [Int], type: UInt8, data: [UInt8]) {
      put(name)
      put(UInt8(shape.count))
      for extent in shape { put(UInt32(extent)) }
      put(type)
      put(UInt32(data.count))
      bytes.append(contentsOf: data)
    }
  }

  static func data(_ floats: [Float]) -> [UInt8] {
    floats.flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) } }
  }

  /// The tiny model again, its matrices as float32 or as int8 with a scale for each row.
  static func write(int8: Bool, to folder: URL) throws {
    let source = try CTranslate2File.read(
      TinyModelTests.folder.appending(path: "model.bin"), specification: "WhisperSpec")
    var writer = Writer()
    let names = source.names.filter { $0 != "decoder/projection/weight" }
    let quantized = names.filter { int8 && $0.hasSuffix("/weight") && !$0.contains("/conv") }
    writer.put(UInt32(6))
    writer.put("WhisperSpec")
    writer.put(UInt32(3))
    writer.put(UInt32(names.count + quantized.count))
    for name in names {
      let tensor = try source.tensor(name)
      let values = tensor.floats
      if tensor.shape.isEmpty {
        writer.put(name, shape: [], type: 2, data: [UInt8(values[0]), 0])
      } else if quantized.contains(name) {
        let columns = tensor.shape[1]
        var scales: [Float] = [], rounded: [UInt8] = []
        for row in 0..<tensor.shape[0] {
          let row = values[row * columns..<(row + 1) * columns]
          let scale = 127 / row.map(abs).max()!
          scales.append(scale)
          rounded += row.map { UInt8(bitPattern: Int8(($0 * scale).rounded())) }
        }
        writer.put(name, shape: tensor.shape, type: 1, data: rounded)
        writer.put(name + "_scale", shape: [scales.count], type: 0, data: data(scales))
      } else {
        writer.put(name, shape: tensor.shape, type: 0, data: data(values))
      }
    }
    writer.put(UInt32(0))
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Data(writer.bytes).write(to: folder.appending(path: "model.bin"))
    try FileManager.default.copyItem(
      at: TinyModelTests.folder.appending(path: "vocabulary.txt"), to: folder.appending(path: "vocabulary.txt"))
  }

  /// Encoder output and logits after three tokens, for the reference's window.
  static func outputs(of folder: URL) throws -> (encoder: [Float], logits: [Float]) {
    let model = try RecognitionModel(contentsOf: folder, precision: .float32)
    let workspace = RecognitionWorkspace(model: model, context: ComputeContext(threads: 2))
    let frames = try SafetensorsFile.read(Places.reference.appending(path: "tiny-whisper.safetensors"))
      .tensor("frames").floats
    _ = workspace.encoder.input.update(fromContentsOf: frames)
    workspace.decoder.attend(to: workspace.encoder.encode())
    workspace.decoder.advance([265, 266, 270])
    workspace.decoder.computeLogits()
    return (workspace.encoder.output.values, workspace.decoder.logits.values)
  }

  static func largestDifference(_ a: [Float], _ b: [Float]) -> Float { zip(a, b).map { abs($0 - $1) }.max() ?? 0 }

  @Test(arguments: [(false, Float(2e-5)), (true, 0.2)]) func filesOfEveryPrecision(int8: Bool, tolerance: Float) throws
  {
    let folder = FileManager.default.temporaryDirectory.appending(path: "dragoman-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    try Self.write(int8: int8, to: folder)
    let (half, other) = (try Self.outputs(of: TinyModelTests.folder), try Self.outputs(of: folder))
    let encoder = Self.largestDifference(half.encoder, other.encoder)
    let logits = Self.largestDifference(half.logits, other.logits)
    #expect(encoder <= tolerance && logits <= tolerance, "encoder \(encoder), logits \(logits)")
    // Quantisation shows: the two are not the same file by mistake.
    #expect(!int8 || encoder > 1e-4)
  }

  @Test func aJSONVocabularyIsTheSame() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "dragoman-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.copyItem(at: TinyModelTests.folder, to: folder)
    let text = folder.appending(path: "vocabulary.txt")
    let tokens = try String(contentsOf: text, encoding: .utf8).split(separator: "\n").map(String.init)
    try JSONEncoder().encode(tokens).write(to: folder.appending(path: "vocabulary.json"))
    try FileManager.default.removeItem(at: text)
    #expect(try RecognitionModel(contentsOf: folder, precision: .float32).vocabulary.tokens.count == tokens.count)
  }
}
