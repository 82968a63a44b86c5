import Foundation
import ModelFormats
import Tensors
import TestSupport
import Testing
import Transcripts

@testable import SpeechRecognition

/// The whole architecture on a tiny seeded model, against openai/whisper's outputs for it.
@Suite struct TinyModelTests {
  static let folder = Places.reference.appending(path: "tiny-whisper")
  static let isas = Kernels.all

  /// The model in float32, attending to the reference's window.
  static func workspace(_ context: ComputeContext) throws -> RecognitionWorkspace {
    let workspace = RecognitionWorkspace(
      model: try RecognitionModel(contentsOf: folder, precision: .float32), context: context)
    _ = workspace.encoder.input.update(fromContentsOf: try reference().tensor("frames").floats)
    workspace.decoder.attend(to: workspace.encoder.encode())
    return workspace
  }

  static func reference() throws -> NamedTensors {
    try SafetensorsFile.read(Places.reference.appending(path: "tiny-whisper.safetensors"))
  }

  func compare(_ observed: [Float], _ expected: [Float], tolerance: Float, _ what: String) {
    #expect(observed.count == expected.count)
    var worst: (index: Int, error: Float) = (0, 0)
    for (index, pair) in zip(observed, expected).enumerated() where !(abs(pair.0 - pair.1) <= worst.error) {
      worst = (index, abs(pair.0 - pair.1))
    }
    let (index, error) = worst
    #expect(
      error <= tolerance,
      "\(what)[\(index)]: expected \(expected[index]), observed \(observed[index]), tolerance \(tolerance)")
  }

  /// A workspace whose encoder has heard the reference's window.
  func workspace(_ kernels: Kernels, threads: Int) throws -> RecognitionWorkspace {
    let model = try RecognitionModel(contentsOf: Self.folder, precision: .float32)
    let workspace = RecognitionWorkspace(model: model, context: ComputeContext(kernels: kernels, threads: threads))
    _ = workspace.encoder.input.update(fromContentsOf: try Self.reference().tensor("frames").floats)
    workspace.decoder.attend(to: workspace.encoder.encode())
    return workspace
  }

  @Test(arguments: isas, [1, 2, 3]) func encoderAndDecoderAgree(kernels: Kernels, threads: Int) throws {
    let reference = try Self.reference()
    let workspace = try workspace(kernels, threads: threads)
    compare(
      workspace.encoder.output.values, try reference.tensor("encoder").floats, tolerance: 1e-4,
      "\(kernels.name) encoder")
    let tokens = try reference.tensor("tokens").floats.map { Int($0) }
    let logits = try reference.tensor("logits").floats
    let width = workspace.decoder.logits.count
    // All at once, as a prompt.
    workspace.decoder.advance(tokens)
    for row in tokens.indices {
      workspace.decoder.computeLogits(row: row)
      compare(
        workspace.decoder.logits.values, Array(logits[row * width..<(row + 1) * width]), tolerance: 2e-4,
        "\(kernels.name) logits of token \(row)")
    }
    // One by one, through the cache.
    workspace.decoder.reset()
    for (row, token) in tokens.enumerated() {
      workspace.decoder.advance(CollectionOfOne(token))
      workspace.decoder.computeLogits()
      compare(
        workspace.decoder.logits.values, Array(logits[row * width..<(row + 1) * width]), tolerance: 2e-4,
        "\(kernels.name) cached logits of token \(row)")
    }
  }

  @Test func sessionsOfAnyLengthEnd() throws {
    let model = try RecognitionModel(contentsOf: Self.folder, precision: .float32)
    let workspace = RecognitionWorkspace(model: model, context: ComputeContext(threads: 2))
    for count in [0, 1, 159, 160, 800, 31_999, 32_000, 100_001] {
      let signal = (0..<count).map { Float(sin(Double($0) * 0.05)) * 0.3 }
      let session = try RecognitionSession(workspace: workspace)
      var segments: [Segment] = []
      for start in stride(from: 0, to: count, by: 4_096) {
        segments += try signal[start..<min(start + 4_096, count)].withUnsafeBufferPointer { try session.append($0) }
      }
      segments += try session.finish()
      let end = Duration.milliseconds(count * 1000 / 16_000)
      for segment in segments {
        #expect(segment.start < segment.end && segment.end <= end, "\(count) samples: \(segment.start)..\(segment.end)")
      }
      #expect(segments.map(\.id) == Array(0..<segments.count))
      if count < 1_600 { #expect(segments.isEmpty, "no word is so short") }
      #expect(session.processed >= .milliseconds(count / 160 * 10), "\(count) samples end at \(session.processed)")
    }
  }

  @Test func samplesInPiecesGiveTheSameText() throws {
    let model = try RecognitionModel(contentsOf: Self.folder, precision: .float32)
    let workspace = RecognitionWorkspace(model: model, context: ComputeContext(threads: 1))
    let signal = (0..<90_000).map { Float(sin(Double($0) * Double($0) * 1e-6)) * 0.3 }
    var texts: Set<[Int]> = []
    for size in [90_000, 16_000, 333] {
      let session = try RecognitionSession(workspace: workspace)
      var tokens: [Int] = []
      for start in stride(from: 0, to: signal.count, by: size) {
        let piece = signal[start..<min(start + size, signal.count)]
        tokens += try piece.withUnsafeBufferPointer { try session.append($0) }.flatMap(\.tokens)
      }
      texts.insert(tokens + (try session.finish()).flatMap(\.tokens))
    }
    #expect(texts.count == 1)
  }

  @Test func theTaskIsChosenOnceTheLanguageIsKnown() throws {
    let model = try RecognitionModel(contentsOf: Self.folder, precision: .float32)
    let workspace = RecognitionWorkspace(model: model, context: ComputeContext(threads: 1))
    let signal = [Float](repeating: 0.1, count: 70_000)
    var asked: [String] = []
    let session = try RecognitionSession(workspace: workspace) { language in
      asked.append(language.code)
      return .translate
    }
    _ = try signal.withUnsafeBufferPointer { try session.append($0) } + session.finish()
    #expect(asked.count == 1 && asked.first == session.language?.code)
    struct Refusal: Error {}
    // Without waiting for what follows, a window is recognised as soon as it is full.
    var live = RecognitionOptions()
    live.lookahead = .zero
    let refusing = try RecognitionSession(workspace: workspace, options: live) { _ in throw Refusal() }
    #expect(throws: Refusal.self) { try signal.withUnsafeBufferPointer { try refusing.append($0) } }
  }
}
