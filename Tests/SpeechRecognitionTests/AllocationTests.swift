import AcousticFeatures
import CAllocations
import Foundation
import Tensors
import Testing

@testable import SpeechRecognition

/// Committed thresholds: what the hot loops may allocate once they are warm.
@Suite(.serialized) struct AllocationTests {
  @Test func theCounterCounts() {
    allocations_begin()
    let array = [Int](repeating: Int.random(in: 0...9), count: 1_000)
    #expect(array.count == 1_000)
    #expect(allocations_end() >= 1)
  }

  @Test(arguments: [1, 2], RecognitionPrecision.allCases)
  func aDecoderStepAllocatesNothing(threads: Int, precision: RecognitionPrecision) throws {
    let model = try RecognitionModel(contentsOf: TinyModelTests.folder, precision: precision)
    let workspace = RecognitionWorkspace(model: model, context: ComputeContext(threads: threads))
    workspace.decoder.attend(to: workspace.encoder.encode())
    let decoder = workspace.decoder
    let logits = UnsafeMutableBufferPointer(start: decoder.logits.base, count: decoder.logits.count)
    let sampled = [300, 104, 105]
    func step() {
      decoder.advance(CollectionOfOne(104))
      decoder.computeLogits()
      model.filter.apply(to: logits, sampled: sampled, kernels: workspace.context.kernels)
      _ = workspace.context.kernels.indexOfMaximum(UnsafeBufferPointer(logits))
    }
    for _ in 0..<5 { step() }
    allocations_begin()
    for _ in 0..<20 { step() }
    #expect(allocations_end() == 0, "20 decoder steps on \(threads) threads")
  }

  @Test(arguments: [1, 2])
  func aStepOfABeamAllocatesNothing(threads: Int) throws {
    let model = try RecognitionModel(contentsOf: TinyModelTests.folder, precision: .int8)
    let workspace = RecognitionWorkspace(model: model, context: ComputeContext(threads: threads))
    let decoder = workspace.decoder
    decoder.reserve(slots: 5)
    decoder.attend(to: workspace.encoder.encode())
    let tokens = [104, 105, 104, 105, 104], slots = [0, 1, 2, 3, 4]
    func step() {
      decoder.step(tokens, slots: slots)
      decoder.computeAllLogits()
      decoder.copy(slot: 0, to: 3, from: 0)
    }
    for _ in 0..<3 { step() }
    allocations_begin()
    for _ in 0..<10 { step() }
    #expect(allocations_end() == 0, "10 steps of 5 rows on \(threads) threads")
  }

  /// A chunk of a second: voice activity with both ears, and log-mel frames into an array that has grown.
  @Test(arguments: [1, 2])
  func aChunkOfAudioAllocatesNothing(threads: Int) throws {
    let pool = ThreadPool(threads: threads)
    let ears = VoiceEars(model: try VoiceActivityModel(contentsOf: VoiceActivity.tinyFolder), pool: pool)
    let stream = LogMelStream(mels: 80)
    let chunk = (0..<16_000).map { Float(($0 &* 7919) % 1009) / 5045 - 0.1 }
    var (probabilities, frames) = ([Float](), [Float]())
    probabilities.reserveCapacity(1_000)
    frames.reserveCapacity(100_000)
    chunk.withUnsafeBufferPointer { chunk in
      func take() {
        ears.append(chunk, to: &probabilities)
        stream.append(chunk, to: &frames)
        probabilities.removeAll(keepingCapacity: true)
        frames.removeAll(keepingCapacity: true)
      }
      for _ in 0..<4 { take() }
      allocations_begin()
      for _ in 0..<10 { take() }
      let count = allocations_end()
      #expect(count == 0, "10 chunks on \(threads) threads")
    }
  }

  /// A second that is heard, handed over in parts that go round and kept until it is forgotten, however much of it becomes certain at once.
  @Test(arguments: [true, false]) func aSecondOfARecordingAllocatesNothing(isSpeechOnly: Bool) throws {
    let model = try VoiceActivityModel(contentsOf: VoiceActivity.tinyFolder)
    let gate = isSpeechOnly ? SpeechGate(model: model, options: SpeechListenerTests.unbroken) : nil
    let listener = SpeechListener(mels: 80, gate: gate)
    let audio = AudioWindows(listener: listener, needed: 800)
    let chunk = (0..<16_000).map { Float(($0 &* 7919) % 1009) / 5045 - 0.1 }
    var part = listener.emptyFrames
    chunk.withUnsafeBufferPointer { chunk in
      func take() {
        listener.append(chunk) { heard in
          swap(&heard, &part)
          audio.append(part)
        }
        if audio.kept.count > 700 { audio.forget(before: audio.count - 400) }
      }
      for _ in 0..<30 { take() }
      allocations_begin()
      for _ in 0..<30 { take() }
      #expect(allocations_end() == 0, "30 seconds")
    }
    #expect(audio.count > 5_000)
  }

  @Test func aWindowAllocatesOnceAJob() throws {
    let model = try RecognitionModel(contentsOf: TinyModelTests.folder, precision: .float32)
    let workspace = RecognitionWorkspace(model: model, context: ComputeContext(threads: 2))
    workspace.encoder.encode()
    allocations_begin()
    workspace.decoder.attend(to: workspace.encoder.encode())
    // One closure for each job that threads share; the number does not depend on the length of the window.
    #expect(allocations_end() <= 30)
  }
}
