import Tensors
import Testing

@testable import SpeechRecognition

/// What a window's text has to be sure of, over a tiny model with random weights.
@Suite struct TemperatureFallbackTests {
  let workspace: RecognitionWorkspace
  let start: [Int]

  init() throws {
    workspace = try TinyModelTests.workspace(ComputeContext(threads: 1))
    let vocabulary = workspace.model.vocabulary
    start = [vocabulary.startOfTranscript, vocabulary.startOfTranscript + 1, vocabulary.transcribe]
  }

  /// Any text will do, so that none is decoded again for being improbable.
  private func options(beam: Int, temperatures: [Double] = [0, 0.2]) -> RecognitionOptions {
    var options = RecognitionOptions()
    (options.beam, options.temperatures) = (beam, temperatures)
    (options.logProbabilityThreshold, options.compressionRatioThreshold) = (-100, 100)
    options.noSpeechThreshold = 1
    options.keepsToScript = false
    return options
  }

  private func text(_ options: RecognitionOptions, behind prefix: [Int]) -> WindowText {
    var random = SeededRandom(seed: 0)
    let prompt = WindowPrompt(
      options: options, encoder: BytePairEncoder(vocabulary: workspace.model.vocabulary), room: 10)
    return TemperatureFallback(options: options, workspace: workspace).decode(
      workspace.decoder, prompt: prompt, start: start, prefix: prefix, random: &random
    ) { false }
  }

  /// Where a greedy text is doubted, the more probable one of it and a beam's is taken.
  @Test func whatIsDoubtedIsLookedForWithABeam() {
    var changed = 0
    for token in 256..<286 {
      let prefix = [workspace.model.vocabulary.timestampBegin, token]
      let greedy = text(options(beam: 1, temperatures: [0]), behind: prefix)
      let beam = text(options(beam: 5, temperatures: [0]), behind: prefix)
      guard greedy.tokens != beam.tokens, !greedy.isLooping, !beam.isLooping else { continue }
      changed += 1
      let better = greedy.averageLogProbability > beam.averageLogProbability ? greedy : beam
      var options = options(beam: 1)
      options.greedyDoubt = 0
      #expect(text(options, behind: prefix).tokens == better.tokens)
      options.bestOf = 1
      #expect(text(options, behind: prefix).tokens == greedy.tokens, "a beam of one is greedy")
      (options.bestOf, options.temperatures) = (5, [0])
      #expect(text(options, behind: prefix).tokens == greedy.tokens, "nothing to fall back to")
      (options.greedyDoubt, options.temperatures) = (-100, [0, 0.2])
      #expect(text(options, behind: prefix).tokens == greedy.tokens, "not doubted")
    }
    #expect(changed > 0)
  }

  /// What is said where the text before ended is held for its echo, unless it is surer; timestamps between do not make a phrase long.
  @Test func echoesOfAnEndHaveToBeSure() {
    var fallback = TemperatureFallback(options: .init(), workspace: workspace)
    fallback.doubtsRepetition = true
    let vocabulary = workspace.model.vocabulary
    func text(_ words: String, times: Int = 1) -> WindowText {
      let tokens = BytePairEncoder(vocabulary: vocabulary).encode(words)
      let said = (0..<times).flatMap {
        [vocabulary.timestampBegin + $0] + tokens + [vocabulary.timestampBegin + $0 + 1]
      }
      return WindowText(
        tokens: said, averageLogProbability: -0.8, noSpeechProbability: 0.7, compressionRatio: 1)
    }
    #expect(!fallback.isSilent(text(" 1455")) && fallback.isSilent(text(" 1455"), endsAgain: true))
    #expect(fallback.isSilent(text(" you", times: 3)))
  }

  /// Phrases that the model says of silence have to be surer than others; what else is said, and whoever says it by itself, not.
  @Test(arguments: [
    (" Thank you.", -0.8, 0.7, true), (" You you you", -0.8, 0.7, true), (" Bye.", -0.9, 0.61, true),
    (" Thank you.", -0.6, 0.7, false), (" Thank you.", -0.8, 0.5, false), (" Thank you, John.", -0.8, 0.7, false),
  ])
  func phrasesOfSilenceHaveToBeSure(of words: String, probability: Double, noSpeech: Double, isSilent: Bool) {
    let fallback = TemperatureFallback(options: .init(), workspace: workspace)
    var text = WindowText(
      tokens: BytePairEncoder(vocabulary: workspace.model.vocabulary).encode(words), averageLogProbability: probability,
      noSpeechProbability: noSpeech, compressionRatio: 1)
    #expect(fallback.isSilent(text) == isSilent)
    text.averageLogProbability = -1.1
    #expect(fallback.isSilent(text) == (noSpeech > 0.6))
  }
}
