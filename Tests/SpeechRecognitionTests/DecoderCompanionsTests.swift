import Foundation
import Tensors
import Testing

@testable import SpeechRecognition

/// Sessions that decode together, over a tiny model with random int8 weights.
@Suite struct DecoderCompanionsTests {
  private func workspace() throws -> RecognitionWorkspace {
    try RecognitionWorkspace(
      model: RecognitionModel(contentsOf: TinyModelTests.folder, precision: .int8), context: ComputeContext(threads: 2))
  }

  /// A window of noise that is different for each seed.
  private func listen(_ workspace: RecognitionWorkspace, seed: UInt64) {
    var random = SeededRandom(seed: seed)
    for index in workspace.encoder.input.indices {
      workspace.encoder.input[index] = .random(in: -1...1, using: &random)
    }
    workspace.decoder.attend(to: workspace.encoder.encode())
  }

  private func decode(_ workspace: RecognitionWorkspace, _ strategy: SearchStrategy, seed: UInt64) -> WindowText {
    let model = workspace.model
    var random = SeededRandom(seed: seed)
    return WindowDecoding(
      vocabulary: model.vocabulary, filter: model.filter, textContext: model.weights.dimensions.textContext,
      kernels: workspace.context.kernels
    ).decode(
      workspace.decoder, prompt: [], start: [model.vocabulary.startOfTranscript, model.vocabulary.transcribe],
      strategy: strategy, random: &random)
  }

  /// Each says what it would say alone, to the last digit of its probability, however many there are.
  @Test(
    arguments: [SearchStrategy.greedy, .beam(width: 3, patience: 1), .sampling(temperature: 0.7, count: 2)], [2, 3])
  func everyoneSaysWhatItWouldSayAlone(strategy: SearchStrategy, count: Int) throws {
    let alone = try workspace()
    let texts = (0..<7).map { seed in
      listen(alone, seed: UInt64(seed))
      return decode(alone, strategy, seed: UInt64(seed))
    }
    let companions = DecoderCompanions(), first = try workspace()
    let workspaces = [first] + (1..<count).map { _ in RecognitionWorkspace(besides: first, companions: companions) }
    let heard = Heard()
    let group = DispatchGroup()
    for workspace in workspaces {
      let box = Box(workspace: workspace)
      group.enter()
      Thread.detachNewThread {
        companions.takePart {
          while let seed = heard.next(of: texts.count) {
            listen(box.workspace, seed: UInt64(seed))
            heard.texts[seed] = decode(box.workspace, strategy, seed: UInt64(seed))
          }
        }
        group.leave()
      }
    }
    group.wait()
    for (seed, text) in texts.enumerated() {
      #expect(heard.texts[seed]?.tokens == text.tokens, "window \(seed)")
      #expect(heard.texts[seed]?.averageLogProbability == text.averageLogProbability, "window \(seed)")
    }
    #expect(Set(texts.map(\.tokens)).count > 1)
  }

  /// More hypotheses than one pass has room for are passed through one after the other.
  @Test func soItIsWithMoreHypothesesThanAPassHasRoomFor() throws {
    let room = try workspace().decoder.mostRows
    let width = room / 3
    try everyoneSaysWhatItWouldSayAlone(strategy: .beam(width: width, patience: 1), count: 5)
  }

  private struct Box: @unchecked Sendable { let workspace: RecognitionWorkspace }

  /// Only used by whose turn it is.
  private final class Heard: @unchecked Sendable {
    var texts: [Int: WindowText] = [:]
    private var upcoming = 0

    func next(of count: Int) -> Int? {
      defer { upcoming += 1 }
      return upcoming < count ? upcoming : nil
    }
  }
}
