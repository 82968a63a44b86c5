import CAllocations
import Foundation
import ModelFormats
import TestSupport
import Testing

@testable import SpeechRecognition

/// Probabilities of a tiny seeded model against PyTorch (`Tests/Reference/manifest.json`), and of the pulled model.
@Suite(.serialized) struct VoiceActivityTests {
  let model: VoiceActivityModel
  let reference: NamedTensors

  init() throws {
    model = try VoiceActivityModel(contentsOf: VoiceActivity.tinyFolder)
    reference = try SafetensorsFile.read(Places.reference.appending(path: "voice-activity.tiny.safetensors"))
  }

  func signal(_ name: String = "noise") throws -> [Float] { try reference.tensor(name).floats }

  @Test(arguments: ["noise", "tones"]) func agreesWithTheReference(name: String) throws {
    let expected = try reference.tensor("\(name).probabilities").floats
    let found = VoiceActivityDetector(model: model).probabilities(of: try signal(name))
    try #require(found.count == expected.count)
    for (frame, (ours, theirs)) in zip(found, expected).enumerated() {
      #expect(abs(ours - theirs) <= 1e-5, "frame \(frame): expected \(theirs), found \(ours)")
    }
  }

  @Test func piecesOfAnySizeGiveTheSameBits() throws {
    let whole = VoiceActivityDetector(model: model).probabilities(of: try signal())
    var numbers = SeededNumbers(state: 1)
    for size in [1, 7, 511, 512, 513, 5_000] {
      #expect(VoiceActivityDetector(model: model).probabilities(of: try signal()) { size } == whole, "runs of \(size)")
    }
    let random = VoiceActivityDetector(model: model).probabilities(of: try signal()) {
      .random(in: 1...1_500, using: &numbers)
    }
    #expect(random == whole)
  }

  @Test func everySignalStartsAfresh() throws {
    let detector = VoiceActivityDetector(model: model)
    let first = detector.probabilities(of: try signal())
    #expect(detector.probabilities(of: try signal()) == first)
    var ignored: [Float] = []
    try signal("tones").withUnsafeBufferPointer { detector.append($0, to: &ignored) }
    detector.reset()
    #expect(detector.probabilities(of: try signal()) == first)
    #expect(detector.probabilities(of: []).isEmpty)
  }

  @Test(arguments: [Float.nan, .infinity, .greatestFiniteMagnitude]) func brokenSamplesAreForgotten(value: Float) throws
  {
    let clean = try signal()
    let found = VoiceActivityDetector(model: model).probabilities(
      of: [value] + [Float](repeating: 0, count: 1_023) + clean)
    // The frame and, through its context alone, never the one after the next.
    #expect(found[0] == 0)
    #expect(found.allSatisfy { (0...1).contains($0) })
    #expect(found.dropFirst(2).contains { $0 > 0.5 })
  }

  @Test func aFrameAllocatesNothing() throws {
    let detector = VoiceActivityDetector(model: model)
    let samples = try signal()
    var probabilities: [Float] = []
    probabilities.reserveCapacity(100)
    samples.withUnsafeBufferPointer { samples in
      detector.append(samples, to: &probabilities)
      allocations_begin()
      detector.append(samples, to: &probabilities)
    }
    #expect(allocations_end() == 0)
    #expect(probabilities.count > 30)
  }

  /// The tiny model under the names and in the format of the package's ONNX file.
  @Test func theOtherFileIsTheSameModel() throws {
    let tensors = try SafetensorsFile.read(VoiceActivity.tinyFolder.appending(path: "silero_vad_16k.safetensors"))
    let names = [
      "stft_conv.weight": "stft.forward_basis_buffer", "conv1": "encoder.0.reparam_conv",
      "conv2": "encoder.1.reparam_conv",
      "conv3": "encoder.2.reparam_conv", "conv4": "encoder.3.reparam_conv", "lstm_cell": "decoder.rnn",
      "final_conv": "decoder.decoder.2",
    ]
    func number(_ value: Int) -> [UInt8] {
      value < 128 ? [UInt8(value)] : [UInt8(value & 127 | 128)] + number(value >> 7)
    }
    func field(_ index: Int, _ bytes: [UInt8]) -> [UInt8] { number(index << 3 | 2) + number(bytes.count) + bytes }
    var graph: [UInt8] = []
    for name in tensors.names {
      let tensor = try tensors.tensor(name)
      let layer = name.split(separator: ".")[0]
      let renamed = names[name] ?? names[String(layer)]! + name.dropFirst(layer.count)
      let shape = tensor.shape.flatMap { number(1 << 3) + number($0) }
      graph += field(
        5, shape + number(2 << 3) + [1] + field(8, Array("model.\(renamed)".utf8)) + field(9, Array(tensor.bytes)))
    }
    try withFolder { folder in
      try Data(field(7, graph)).write(to: folder.appending(path: "silero_vad_16k_op15.onnx"))
      let found = VoiceActivityDetector(model: try VoiceActivityModel(contentsOf: folder)).probabilities(
        of: try signal())
      #expect(found == VoiceActivityDetector(model: model).probabilities(of: try signal()))
    }
  }

  @Test func otherFoldersAreErrors() throws {
    #expect(throws: RecognitionError.modelMissing(path: "/nonexistent/vad")) {
      try VoiceActivityModel(contentsOf: URL(filePath: "/nonexistent/vad"))
    }
    let sound = try Data(contentsOf: VoiceActivity.tinyFolder.appending(path: "silero_vad_16k.safetensors"))
    try withFolder { folder in
      #expect(throws: RecognitionError.notAVoiceActivityModel(path: folder.path)) {
        try VoiceActivityModel(contentsOf: folder)
      }
      let file = folder.appending(path: "silero_vad_16k.safetensors")
      for cut in Array(0..<100) + stride(from: 100, to: sound.count, by: 331) + [sound.count - 1] {
        try sound.prefix(cut).write(to: file)
        #expect(throws: RecognitionError.self, "cut at \(cut)") { try VoiceActivityModel(contentsOf: folder) }
      }
      // Another shape of the same size, and a name that is missing.
      for (found, replaced) in [("[8,9,3]", "[9,8,3]"), ("[1,8,1]", "[8,1,1]"), ("conv2.bias", "conv2.bios")] {
        var bytes = sound
        try bytes.replaceSubrange(#require(bytes.range(of: Data(found.utf8))), with: Data(replaced.utf8))
        try bytes.write(to: file)
        #expect(throws: RecognitionError.self, "\(replaced)") { try VoiceActivityModel(contentsOf: folder) }
      }
    }
  }

  @Test(arguments: ["short-en", "meeting-en", "meeting-pt"]) func thePulledModelAgreesOnFixtures(name: String) throws {
    let (model, reference) = try VoiceActivity.pulled()
    let expected = try reference.tensor("fixtures/\(name)").floats.map { $0 / 32_767 }
    let samples = try samples(of: Places.fixtures.appending(path: "\(name).flac"))
    let found = VoiceActivityDetector(model: model).probabilities(of: samples)
    try #require(found.count == expected.count)
    let worst = zip(found, expected).map { abs($0 - $1) }.max() ?? 1
    #expect(worst <= 1e-3)
  }

  func withFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "dragoman-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
  }
}
