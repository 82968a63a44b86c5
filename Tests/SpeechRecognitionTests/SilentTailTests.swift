import AudioIO
import Foundation
import Tensors
import TestSupport
import Testing
import Transcripts

@testable import SpeechRecognition

/// Windows that cost what their audio costs, and int8 weights.
@Suite(.serialized) struct SilentTailTests {
  @Test func positionsAreWholeGroupsBehindTheAudio() {
    #expect(SilentTail.positions(frames: 1, of: 1500) == 20)
    #expect(SilentTail.positions(frames: 10, of: 1500) == 20)
    #expect(SilentTail.positions(frames: 11, of: 1500) == 40)
    #expect(SilentTail.positions(frames: 3000, of: 1500) == 1500)
    #expect(SilentTail.positions(frames: 2950, of: 1500) == 1500)
    for frames in stride(from: 1, to: 3000, by: 7) {
      let positions = SilentTail.positions(frames: frames, of: 1500)
      #expect(
        positions == 1500 || positions % SilentTail.groupSize == 0 && 2 * positions >= frames + 2 * SilentTail.margin)
    }
  }

  @Test func groupsCountWhatTheyStandFor() {
    let model = WhisperDimensions(
      mels: 8, audioContext: 50, textContext: 8, state: 4, encoderHeads: 1, decoderHeads: 1, encoderLayers: 1,
      decoderLayers: 1, vocabulary: 10)
    let tail = SilentTail(groups: [], cross: CrossCache(dimensions: model, isHalf: false), positions: 50)
    let (groups, logarithms) = tail.behind(20)
    #expect(groups == 1..<3)
    #expect(logarithms == [log(Float(20)), log(Float(10))])
  }

  @Test func vowelsAreASecondOfVoice() {
    let samples = SyntheticVowels.samples()
    #expect(samples.count == 16_000 && samples.allSatisfy { abs($0) <= 0.3 })
    #expect(samples == SyntheticVowels.samples())
    #expect(samples.reduce(0) { $0 + $1 * $1 } / 16_000 > 1e-4)
    #expect(SyntheticVowels.frames(mels: 80).count == 100 * 80 && SyntheticVowels.frames(mels: 128).count == 100 * 128)
  }

  @Test func keysAndValuesAreStoredAndCopied() {
    let size = WhisperDimensions(
      mels: 8, audioContext: 6, textContext: 8, state: 4, encoderHeads: 2, decoderHeads: 2, encoderLayers: 1,
      decoderLayers: 2, vocabulary: 10)
    let context = ComputeContext(threads: 2)
    for isHalf in [false, true] {
      let cache = CrossCache(dimensions: size, isHalf: isHalf), other = CrossCache(dimensions: size, isHalf: isHalf)
      let rows = FloatBuffer((0..<6 * 8).map { Float($0) })
      cache.store(rows.matrix(columns: 8), layer: 1, context: context)
      other.copy(2..<5, from: cache)
      func value(_ cache: CrossCache, _ part: Int, _ head: Int, _ position: Int, _ channel: Int) -> Float {
        let memory = cache.slice(layer: 1, part: part, head: head)
        guard isHalf else { return memory.assumingMemoryBound(to: Float.self)[position * 2 + channel] }
        var wide: Float = 0
        // Keys stand in tiles of 32 positions.
        let index = part == 0 ? channel * 32 + position : position * 2 + channel
        Kernels.best.widen(memory + 2 * index, to: &wide, count: 1)
        return wide
      }
      // Row 3, values, head 1, channel 0: the seventh of eight.
      #expect(value(cache, 1, 1, 3, 0) == 3 * 8 + 6 && value(other, 1, 1, 3, 0) == 3 * 8 + 6)
      #expect(value(cache, 0, 1, 5, 1) == 5 * 8 + 3 && value(other, 0, 1, 5, 1) == 0)
    }
  }

  /// A window that is full of audio has no silence behind it: nothing may differ.
  @Test func fullWindowsAreEncodedAsEver() throws {
    let model = try RecognitionModel(contentsOf: TinyModelTests.folder, precision: .float32)
    let context = ComputeContext(threads: 1)
    let encoder = AudioEncoder(weights: model.weights, context: context)
    for index in encoder.input.indices { encoder.input[index] = sin(Float(index) * 0.37) }
    let whole = Array(UnsafeBufferPointer(start: encoder.encode().base, count: encoder.output.count))
    let frames = model.weights.dimensions.windowFrames
    #expect(encoder.encode(audioFrames: frames, before: model.tail(context: context)).rows == frames / 2)
    #expect(encoder.output.values == whole)
  }

  static func text(
    _ name: String, precision: RecognitionPrecision, wholly: Bool, kernels: Kernels = .best
  ) throws -> String {
    let model = try RecognitionModel(contentsOf: Places.model("whisper-base"), precision: precision, kernels: kernels)
    let workspace = RecognitionWorkspace(model: model, context: ComputeContext(kernels: kernels, threads: 2))
    var options = RecognitionOptions(language: "en")
    options.encodesWholeWindows = wholly
    let session = try RecognitionSession(workspace: workspace, options: options)
    let audio = try samples(of: Places.fixtures.appending(path: name))
    let segments = try audio.withUnsafeBufferPointer { try session.append($0) } + session.finish()
    return segments.map(\.text).joined(separator: " ")
  }

  @Test(arguments: RecognitionPrecision.allCases) func theTextIsThatOfWholeWindows(precision: RecognitionPrecision)
    throws
  {
    let whole = try Self.text("short-en.flac", precision: .float32, wholly: true)
    #expect(try Self.text("short-en.flac", precision: precision, wholly: false) == whole)
    #expect(whole.count > 20)
  }
}
