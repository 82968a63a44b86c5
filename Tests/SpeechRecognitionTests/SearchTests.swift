import Foundation
import ModelFormats
import Tensors
import Testing

@testable import SpeechRecognition

/// The searches over a tiny model with random weights, whose texts are nonsense but whose numbers are real.
@Suite struct SearchTests {
  let context = ComputeContext(threads: 2)

  private func workspace() throws -> RecognitionWorkspace { try TinyModelTests.workspace(context) }

  private func decode(
    _ workspace: RecognitionWorkspace, _ strategy: SearchStrategy, seed: UInt64 = 0, prompt: [Int] = []
  ) -> WindowText {
    let model = workspace.model
    var random = SeededRandom(seed: seed)
    return WindowDecoding(
      vocabulary: model.vocabulary, filter: model.filter, textContext: model.weights.dimensions.textContext,
      kernels: context.kernels
    ).decode(
      workspace.decoder, prompt: prompt,
      start: [model.vocabulary.startOfTranscript, model.vocabulary.startOfTranscript + 1, model.vocabulary.transcribe],
      strategy: strategy, random: &random)
  }

  /// Hypotheses side by side see what each would see alone, also after one took over from another.
  @Test func slotsDoNotMix() throws {
    let workspace = try workspace()
    let decoder = workspace.decoder
    let size = workspace.model.weights.dimensions.vocabulary
    func alone(_ tokens: [Int]) -> [Float] {
      decoder.reset()
      decoder.advance(tokens)
      decoder.computeLogits()
      return Array(decoder.logits(ofRow: 0))
    }
    let prompt = [265, 266]
    let wanted = [prompt + [270, 280], prompt + [271, 281], prompt + [270, 282]].map(alone)
    decoder.reserve(slots: 3)
    decoder.reset()
    decoder.advance(prompt)
    for slot in 1..<3 { decoder.copy(slot: 0, to: slot, from: 0) }
    decoder.step([270, 271, 290], slots: [0, 1, 2])
    // The third goes on from the first: what it has of the prompt is equal already.
    decoder.copy(slot: 0, to: 2, from: prompt.count)
    decoder.step([280, 281, 282], slots: [0, 1, 2])
    decoder.computeAllLogits()
    for row in 0..<3 {
      let logits = decoder.logits(ofRow: row)
      let difference = (0..<size).map { abs(logits[$0] - wanted[row][$0]) }.max()!
      #expect(difference < 1e-4, "row \(row): \(difference)")
    }
  }

  /// What a long prompt has in common is kept once: whoever goes on from it, alone or as one of many, and in whatever slot, sees it.
  @Test(arguments: [[3], [1, 2], [0, 1, 2, 3, 4, 5, 6], [6]]) func theSharedPromptIsSeenFromEverySlot(
    slots: [Int]
  ) throws {
    let model = try RecognitionModel(contentsOf: TinyModelTests.folder)
    let workspace = RecognitionWorkspace(model: model, context: context)
    _ = workspace.encoder.input.update(fromContentsOf: try TinyModelTests.reference().tensor("frames").floats)
    let decoder = workspace.decoder
    decoder.attend(to: workspace.encoder.encode())
    let prompt = (0..<model.weights.dimensions.textContext - 2).map { 260 + $0 % 20 }
    try #require(prompt.count > Attention.keyTile, "a whole tile")
    decoder.reserve(slots: 7)
    func logits(_ slots: [Int]) -> [[Float]] {
      decoder.reset()
      decoder.advance(prompt)
      for slot in 1..<7 { decoder.copy(slot: 0, to: slot, from: 0) }
      decoder.step(slots.map { _ in 270 }, slots: slots)
      decoder.computeAllLogits()
      return slots.indices.map { Array(decoder.logits(ofRow: $0)) }
    }
    // Beside another one it is added up as all are: int8 makes much of the last bit.
    let wanted = logits([0, 1])[0]
    for (slot, found) in zip(slots, logits(slots)) {
      let difference = zip(found, wanted).map { abs($0 - $1) }.max()!
      #expect(difference < 1e-4, "slot \(slot): \(difference)")
    }
  }

  @Test func aBeamOfOneIsGreedy() throws {
    let workspace = try workspace()
    let greedy = decode(workspace, .greedy)
    let beam = decode(workspace, .beam(width: 1, patience: 1))
    #expect(!greedy.tokens.isEmpty && greedy.tokens == beam.tokens)
    #expect(abs(greedy.averageLogProbability - beam.averageLogProbability) < 1e-6)
  }

  /// The probability that a search reports is that of its text, read token by token.
  @Test(arguments: [SearchStrategy.greedy, .beam(width: 4, patience: 1), .sampling(temperature: 0.7, count: 3)])
  func probabilitiesAreThoseOfTheText(strategy: SearchStrategy) throws {
    let workspace = try workspace()
    let model = workspace.model
    let found = decode(workspace, strategy)
    let decoder = workspace.decoder
    decoder.reset()
    decoder.advance([
      model.vocabulary.startOfTranscript, model.vocabulary.startOfTranscript + 1, model.vocabulary.transcribe,
    ])
    decoder.computeLogits()
    var sum = 0.0
    let isEnded = found.tokens.count < model.weights.dimensions.textContext / 2 && !found.isLooping
    for (index, token) in (found.tokens + (isEnded ? [model.vocabulary.endOfText] : [])).enumerated() {
      let logits = decoder.logits(ofRow: 0)
      model.filter.apply(to: logits, sampled: Array(found.tokens[..<index]), kernels: context.kernels)
      sum += Double(logits[token] - context.kernels.logSumExp(UnsafeBufferPointer(logits)))
      guard token != model.vocabulary.endOfText else { break }
      if decoder.position < model.weights.dimensions.textContext {
        decoder.advance(CollectionOfOne(token))
        decoder.computeLogits()
      }
    }
    #expect(abs(found.averageLogProbability - sum / Double(found.tokens.count + 1)) < 1e-4)
  }

  @Test func drawsDependOnTheSeedAlone() throws {
    let workspace = try workspace()
    let texts = (0..<2).map { _ in decode(workspace, .sampling(temperature: 1, count: 3), seed: 7).tokens }
    #expect(texts[0] == texts[1])
    let others = Set((0..<8).map { decode(workspace, .sampling(temperature: 1, count: 1), seed: $0).tokens })
    #expect(others.count > 1)
  }
}

@Suite struct RepetitionGuardTests {
  @Test func loopsAreSeen() {
    #expect(RepetitionGuard.phrase([Int](repeating: 5, count: 24)) == 1)
    #expect(RepetitionGuard.phrase([9, 8] + (0..<24).map { $0 % 3 }) == 3)
    let sentence = Array(100..<112)
    #expect(RepetitionGuard.phrase(sentence + sentence + sentence + sentence) == 12)
  }

  @Test func peopleMayRepeatThemselves() {
    #expect(RepetitionGuard.phrase([]) == nil)
    #expect(RepetitionGuard.phrase([Int](repeating: 5, count: 23)) == nil)
    let sentence = Array(100..<112)
    #expect(RepetitionGuard.phrase(sentence + sentence + sentence) == nil)
    #expect(RepetitionGuard.phrase(sentence + sentence + [1] + sentence + sentence) == nil)
    #expect(RepetitionGuard.phrase(Array(0..<200)) == nil)
  }

  @Test func aLongPhraseIsSaidAgain() {
    let sentence = Array(100..<120)
    #expect(RepetitionGuard.saysAgain(sentence + sentence.prefix(8)))
    #expect(RepetitionGuard.saysAgain([1, 2] + sentence.suffix(9) + [3] + sentence.dropFirst(3)))
    #expect(RepetitionGuard.saysAgain([Int](repeating: 5, count: 9)))
  }

  @Test func shortPhrasesMayReturn() {
    let sentence = Array(100..<120)
    #expect(!RepetitionGuard.saysAgain([]))
    #expect(!RepetitionGuard.saysAgain(sentence))
    #expect(!RepetitionGuard.saysAgain(sentence + sentence.prefix(7)))
    #expect(!RepetitionGuard.saysAgain([Int](repeating: 5, count: 8)))
  }
}

@Suite struct LanguageTrackerTests {
  private func window(_ pt: Double, _ en: Double) -> LanguageProbabilities {
    LanguageProbabilities(values: [("pt", pt), ("en", en), ("gl", 1 - pt - en)])
  }

  @Test func oneDoubtfulWindowChangesNothing() {
    var tracker = LanguageTracker()
    #expect(tracker.follow(window(0.95, 0.02)).code == "pt")
    #expect(tracker.follow(window(0.3, 0.6)).code == "pt")
    #expect(tracker.follow(window(0.95, 0.02)).code == "pt")
    // Doubts are not summed over a window that denies them.
    #expect(tracker.follow(window(0.2, 0.75)).code == "pt")
  }

  @Test func certaintyAndPersistenceChangeIt() {
    var tracker = LanguageTracker()
    #expect(tracker.follow(window(0.95, 0.02)).code == "pt")
    #expect(tracker.follow(window(0.02, 0.95)).code == "en")
    #expect(tracker.follow(window(0.8, 0.15)).code == "en")
    #expect(tracker.follow(window(0.8, 0.15)).code == "pt")
  }
}

@Suite struct WindowPromptTests {
  @Test func theUsersWordsStayInEveryWindow() throws {
    let model = try RecognitionModel(contentsOf: TinyModelTests.folder, precision: .float32)
    let encoder = BytePairEncoder(vocabulary: model.vocabulary)
    var options = RecognitionOptions()
    options.initialPrompt = "a b"
    options.hotwords = "  c\n"
    var prompt = WindowPrompt(options: options, encoder: encoder, room: 20)
    let fixed = encoder.encode(" a b") + encoder.encode(" c")
    #expect(prompt.tokens == fixed && prompt.fixedTokens == fixed)
    prompt.append(Array(0..<50))
    #expect(prompt.tokens == fixed + Array((50 - 20 + fixed.count)..<50))
    prompt.forget()
    #expect(prompt.tokens == fixed)
    options.hotwords = String(repeating: "long ", count: 100)
    #expect(WindowPrompt(options: options, encoder: encoder, room: 20).fixedTokens.count == 10)
  }
}
