import AcousticFeatures
import Foundation
import Tensors
import TestSupport
import Testing
import Transcripts

@testable import SpeechRecognition

/// Where a recording is divided, and that nothing else depends on it; over a tiny model with random weights, whose window is short.
@Suite struct RecordingPassagesTests {
  private let model: RecognitionModel
  private let workspace: RecognitionWorkspace
  /// Frames of a window.
  private let window: Int

  init() throws {
    model = try RecognitionModel(contentsOf: TinyModelTests.folder, precision: .int8)
    workspace = RecognitionWorkspace(model: model, context: ComputeContext(threads: 1))
    window = model.weights.dimensions.windowFrames
  }

  private func options() -> RecognitionOptions {
    var options = RecognitionOptions()
    options.conditionsOnPreviousText = false
    options.lookahead = .seconds(5)
    return options
  }

  private func divider(
    _ options: RecognitionOptions? = nil, chooseTask: RecognitionSession.TaskChoice? = nil
  ) throws -> RecordingPassages {
    var usual = self.options()
    usual.language = "en"
    return try RecordingPassages(
      model: model, context: workspace.context, options: options ?? usual, chooseTask: chooseTask)
  }

  /// Noise with pauses, both in windows.
  private func noise(_ windows: Double, pauses: [Range<Double>] = []) -> [Float] {
    var random = SeededRandom(seed: 7)
    let samples = Double(window * AcousticFrame.hopLength)
    return (0..<Int(windows * samples)).map { index in
      pauses.contains { $0.contains(Double(index) / samples) }
        ? Float.random(in: -0.0001...0.0001, using: &random) : .random(in: -0.3...0.3, using: &random)
    }
  }

  /// The passages of a signal, where it comes in runs of `length` samples.
  private func divide(
    _ signal: [Float], by passages: RecordingPassages? = nil, length: Int = 16_000
  ) throws -> [RecordingPassage] {
    let passages = try passages ?? divider()
    var found: [RecordingPassage] = []
    func take() throws { while let passage = try passages.next(in: workspace) { found.append(passage) } }
    for start in stride(from: 0, to: signal.count, by: length) {
      signal[start..<min(start + length, signal.count)].withUnsafeBufferPointer {
        passages.listener.append($0) { passages.append($0) }
      }
      try take()
    }
    passages.finish()
    try take()
    let behind = try passages.next(in: workspace)
    #expect(passages.isAtEnd && behind == nil)
    #expect(found.last?.end ?? .zero == .milliseconds(signal.count / 16))
    #expect(found.first?.audio.kept.lowerBound ?? 0 == 0)
    for (passage, next) in zip(found, found.dropFirst()) {
      #expect(passage.audio.kept.upperBound == next.audio.kept.lowerBound && passage.end < next.end)
    }
    return found
  }

  @Test func bordersAreInThePausesOfTheSecondHalfOfAWindow() throws {
    // The first pause is too early.
    let pauses = [0.2..<0.4, 0.7..<0.9, 1.6..<1.8, 2.3..<2.5]
    let passages = try divide(noise(3, pauses: pauses)).map(\.audio.kept)
    #expect(passages.count == 4)
    for (passage, pause) in zip(passages, pauses.dropFirst()) {
      let end = Double(passage.upperBound) / Double(window)
      #expect(pause.contains(end), "\(passages)")
    }
  }

  @Test(arguments: [333, 16_000, 1_000_000]) func bordersDoNotDependOnHowSamplesCome(length: Int) throws {
    let signal = noise(12.3, pauses: [0.6..<0.7, 1.5..<1.6, 2.2..<2.4, 3..<3.1])
    let passages = try divide(signal, length: length).map(\.audio.kept)
    let usual = try divide(signal).map(\.audio.kept)
    #expect(passages == usual && passages.count > 12)
    #expect(passages.allSatisfy { $0.count <= window && $0.count >= window / 6 })
  }

  @Test(arguments: [0, 0.1, 0.99, 1.01, 1.3]) func onlyMoreThanAWindowIsDivided(windows: Double) throws {
    let count = try divide(noise(windows)).count
    #expect(count == (windows == 0 ? 0 : windows < 1 ? 1 : 2))
  }

  @Test func betweenRegionsOfSpeechIsTheBestPlace() {
    let timeline = SpeechTimeline((0, 100), (150, 100), (400, 100), (1_000, 100))
    #expect(timeline.longestGap(in: 50..<250) == 200)
    #expect(timeline.longestGap(in: 50..<150) == 100)
    #expect(timeline.longestGap(in: 0..<1_000) == 300)
    #expect(timeline.longestGap(in: 101..<200) == nil)
  }

  /// A passage is recognised as if nothing had been before it.
  @Test func aPassageStartsAfresh() throws {
    let passages = try divide(noise(6.2))
    func texts(_ order: [RecordingPassage]) -> [Int: [[Int]]] {
      var texts: [Int: [[Int]]] = [:]
      for passage in order {
        let segments = RecognitionSession.recognize(passage, in: workspace, options: options())
        #expect(segments.map(\.id) == Array(segments.indices))
        texts[passage.audio.kept.lowerBound] = segments.map(\.tokens)
      }
      return texts
    }
    // Frames are forgotten as they are recognised.
    let forwards = texts(passages)
    #expect(forwards.count == passages.count && forwards.values.joined().count > 2)
    let backwards = texts(try divide(noise(6.2)).reversed())
    #expect(backwards == forwards)
  }

  @Test func aWindowComesOutAsFromASession() throws {
    let signal = noise(0.9)
    var options = options()
    options.language = "en"
    let passage = try #require(try divide(signal).first)
    let session = try RecognitionSession(workspace: workspace, options: options)
    let expected = try signal.withUnsafeBufferPointer { try session.append($0) } + session.finish()
    #expect(RecognitionSession.recognize(passage, in: workspace, options: options) == expected && !expected.isEmpty)
  }

  @Test func theTaskIsChosenWhereTheLanguageIsNews() throws {
    var asked: [String] = []
    let passages = try divider(options()) { language in
      asked.append(language.code)
      return .translate
    }
    let found = try divide(noise(5), by: passages)
    #expect(!asked.isEmpty && found.allSatisfy { $0.task == .translate })
    #expect(found.compactMap(\.newLanguage?.code) == asked && found[0].newLanguage != nil)
    struct Refusal: Error {}
    let refusing = try divider { _ in throw Refusal() }
    #expect(throws: Refusal.self) { try divide(noise(5), by: refusing) }
  }
}
