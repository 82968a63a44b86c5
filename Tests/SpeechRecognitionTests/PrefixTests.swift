import Foundation
import Tensors
import Testing

@testable import SpeechRecognition

/// Decoding with a text that is known to begin with something.
@Suite struct PrefixTests {
  let context = ComputeContext(threads: 2)

  private func workspace() throws -> RecognitionWorkspace { try TinyModelTests.workspace(context) }

  private func decode(
    _ workspace: RecognitionWorkspace, _ strategy: SearchStrategy, prompt: [Int] = [], prefix: [Int] = []
  ) -> WindowText {
    let vocabulary = workspace.model.vocabulary
    var random = SeededRandom(seed: 3)
    return WindowDecoding(
      vocabulary: vocabulary, filter: workspace.model.filter,
      textContext: workspace.model.weights.dimensions.textContext,
      kernels: context.kernels
    ).decode(
      workspace.decoder, prompt: prompt,
      start: [vocabulary.startOfTranscript, vocabulary.startOfTranscript + 1, vocabulary.transcribe], prefix: prefix,
      strategy: strategy, random: &random)
  }

  @Test(arguments: [[], [265, 266, 270]]) func greedySearchGoesOnFromItsOwnPrefix(prompt: [Int]) throws {
    let workspace = try workspace()
    let whole = decode(workspace, .greedy, prompt: prompt)
    try #require(whole.tokens.count > 4)
    for count in 1..<whole.tokens.count {
      let continued = decode(workspace, .greedy, prompt: prompt, prefix: Array(whole.tokens.prefix(count)))
      #expect(continued.tokens == whole.tokens, "after \(count) tokens")
      #expect(
        abs(continued.noSpeechProbability - whole.noSpeechProbability) < 1e-6, "heard where the transcript starts")
    }
  }

  @Test(arguments: [2, 4]) func aBeamGoesOnFromItsOwnPrefix(width: Int) throws {
    let workspace = try workspace()
    let strategy = SearchStrategy.beam(width: width, patience: 1)
    let whole = decode(workspace, strategy, prompt: [265, 266])
    try #require(whole.tokens.count > 4)
    for count in stride(from: 1, to: whole.tokens.count, by: 2) {
      let continued = decode(workspace, strategy, prompt: [265, 266], prefix: Array(whole.tokens.prefix(count)))
      #expect(continued.tokens == whole.tokens, "after \(count) tokens")
    }
  }

  @Test func whatIsGivenHasNoProbability() throws {
    let workspace = try workspace()
    let vocabulary = workspace.model.vocabulary
    let whole = decode(workspace, .greedy)
    let last = try #require(whole.tokens.last)
    // All but the last token is given: what remains is that token and, where the text ended by itself, its end.
    let continued = decode(workspace, .greedy, prefix: whole.tokens.dropLast())
    var given = Hypothesis(slot: 0, prefix: whole.tokens.dropLast(), textTokens: vocabulary.endOfText)
    #expect(given.averageLogProbability == 0 && given.tokens.count == whole.tokens.count - 1)
    given.say(last, logProbability: -1, vocabulary: vocabulary)
    #expect(given.averageLogProbability == -0.5 && given.score(lengthPenalty: nil) == -1)
    #expect(continued.averageLogProbability < 0 && continued.averageLogProbability != whole.averageLogProbability)
  }

  @Test func aLoopIsSeenAcrossThePrefix() {
    let model = try? RecognitionModel(contentsOf: TinyModelTests.folder, precision: .float32)
    guard let vocabulary = model?.vocabulary else {
      Issue.record("no tiny model")
      return
    }
    var hypothesis = Hypothesis(slot: 0, prefix: [Int](repeating: 5, count: 23), textTokens: vocabulary.endOfText)
    #expect(!hypothesis.isLooping)
    hypothesis.say(5, logProbability: 0, vocabulary: vocabulary)
    #expect(hypothesis.isLooping)
  }
}
