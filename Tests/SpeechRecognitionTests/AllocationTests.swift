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
