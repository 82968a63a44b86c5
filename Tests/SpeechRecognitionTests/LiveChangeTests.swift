import Foundation
import Tensors
import TestSupport
import Testing
import Transcripts

@testable import SpeechRecognition

/// What a live recogniser does on a machine that is too slow: another model goes on, and audio is left out.
@Suite(.serialized) struct LiveChangeTests {
  private static let models = Result {
    (
      base: try RecognitionModel(contentsOf: Places.model("whisper-base")),
      tiny: try RecognitionModel(contentsOf: Places.model("whisper-tiny.en")),
      voice: try VoiceActivityModel(contentsOf: Places.model("silero-vad"))
    )
  }

  /// The words of a recording, recognised every half second; `between` is asked after each.
  private func words(
    of samples: [Float], _ recognizer: LiveRecognizer,
    between: (LiveRecognizer, _ words: [Word]) throws -> Void = { _, _ in }
  ) throws -> [Word] {
    var words: [Word] = []
    for start in stride(from: 0, to: samples.count, by: 8_000) {
      samples[start..<min(start + 8_000, samples.count)].withUnsafeBufferPointer { recognizer.append($0) }
      while let occasion = recognizer.listen() {
        if occasion == .turnBegins { continue }
        words += try recognizer.recognize().certain
        try between(recognizer, words)
        if occasion == .turnGoesOn { break }
      }
    }
    recognizer.finish()
    while let occasion = recognizer.listen() {
      if occasion != .turnBegins { words += try recognizer.recognize().certain }
    }
    return words
  }

  private func text(_ words: [Word]) -> [String] {
    words.map(\.text).joined().lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
  }

  /// With another model after every recognition, the text begins with the same certain words, and goes on from there.
  @Test func certainWordsStayWhateverTheModel() throws {
    let models = try Self.models.get()
    let context = ComputeContext(threads: 2)
    let base = RecognitionWorkspace(model: models.base, context: context)
    let tiny = RecognitionWorkspace(model: models.tiny, context: context)
    func recognizer() throws -> LiveRecognizer {
      try LiveRecognizer(
        workspace: base, options: RecognitionOptions(language: "en"), voiceActivity: models.voice)
    }
    let samples = try samples(of: Places.fixtures.appending(path: "meeting-en.flac"))
    let plain = text(try words(of: samples, recognizer()))
    var changes = 0, kept = 0
    let changed = text(
      try words(of: samples, recognizer()) { recognizer, told in
        func spoken() -> String {
          let vocabulary = recognizer.model.vocabulary
          return vocabulary.text(of: recognizer.prefix.filter { $0 < vocabulary.endOfText })
        }
        let before = spoken()
        recognizer.change(to: recognizer.workspace === base ? tiny : base)
        #expect(spoken() == before)
        #expect(told.map(\.text).joined().hasSuffix(before), "\(before)")
        let ranges = recognizer.certain.map(\.tokens)
        #expect(zip(ranges, ranges.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound })
        #expect((ranges.last?.upperBound ?? 0) == max(0, recognizer.prefix.count - 1))
        changes += 1
        if !before.isEmpty { kept += 1 }
      })
    #expect(changes > 40 && kept > 20, "\(changes), \(kept)")
    let same = changed.difference(from: plain)
    #expect(same.count < plain.count / 6, "\(changed) for \(plain)")
    // No word is there twice that was said once: pairs of the same word in a row.
    #expect(!zip(changed, changed.dropFirst()).contains { $0 == $1 }, "\(changed)")
  }

  @Test func onlyASmallerModelForTheSameSpeechReplaces() throws {
    let models = try Self.models.get()
    #expect(models.tiny.work < models.base.work)
    #expect(models.tiny.canReplace(models.base, RecognitionOptions(language: "en")))
    #expect(!models.base.canReplace(models.tiny, RecognitionOptions(language: "en")))
    #expect(!models.base.canReplace(models.base, RecognitionOptions(language: "en")))
    for other in [RecognitionOptions(), RecognitionOptions(language: "pt")] {
      #expect(!models.tiny.canReplace(models.base, other))
    }
    #expect(!models.tiny.canReplace(models.base, RecognitionOptions(language: "en", task: .translate)))
  }

  @Test func theOldestAudioIsLeftOutToAQuietMoment() throws {
    let models = try Self.models.get()
    let recognizer = try LiveRecognizer(
      workspace: RecognitionWorkspace(model: models.tiny, context: ComputeContext(threads: 2)),
      voiceActivity: models.voice)
    // Ten seconds of sound with a tenth of silence 1.8 s before the end.
    var samples = (0..<160_000).map { Float(sin(Double($0) * 0.3)) * 0.5 }
    for index in 131_200..<132_800 { samples[index] = 0 }
    samples.withUnsafeBufferPointer { recognizer.append($0) }
    #expect(recognizer.skip(keeping: .seconds(20)) == nil && recognizer.skip(keeping: .seconds(10)) == nil)
    let gap = try #require(recognizer.skip(keeping: .seconds(2)))
    #expect(gap.start == .zero && gap.end == .milliseconds(8_250), "\(gap)")
    #expect(recognizer.waiting.count == 160_000, "what is left out stands as silence")
    #expect(recognizer.waiting[..<132_000].allSatisfy { $0 == 0 } && recognizer.waiting[132_900] != 0)
    #expect(recognizer.backlog == .milliseconds(1_750) && recognizer.skip(keeping: .seconds(2)) == nil, "but once")
    for _ in 0..<5 { _ = recognizer.listen() }
    #expect(recognizer.position > .milliseconds(9_960) && recognizer.leftOut == 0)
    // Without a quiet moment it is where it was asked for.
    let steady = [Float](repeating: 0.5, count: 32_000)
    let place = steady.withUnsafeBufferPointer { LiveRecognizer.quietest(in: $0, near: 16_000, slack: 4_000) }
    #expect(place == 16_000)
  }

  @Test func noMoreIsListenedToThanAsked() throws {
    let models = try Self.models.get()
    var live = LiveOptions()
    live.pause = .seconds(2)
    let recognizer = try LiveRecognizer(
      workspace: RecognitionWorkspace(model: models.tiny, context: ComputeContext(threads: 2)), live: live,
      voiceActivity: models.voice)
    let speech = try samples(of: Places.fixtures.appending(path: "meeting-en.flac"))[..<48_000]
    speech.withUnsafeBufferPointer { recognizer.append($0) }
    #expect(recognizer.listen(atMost: .milliseconds(100)) == .turnBegins)
    let begin = recognizer.position
    #expect(recognizer.listen(atMost: .milliseconds(320)) == .turnGoesOn)
    #expect(recognizer.position - begin == .milliseconds(320), "\(recognizer.position)")
    #expect(recognizer.listen() == .turnGoesOn && recognizer.backlog < .milliseconds(32))
  }

  @Test func whatWasListenedToGoesWhileATurnGoesOn() throws {
    let models = try Self.models.get()
    var live = LiveOptions()
    live.pause = .seconds(2)
    let recognizer = try LiveRecognizer(
      workspace: RecognitionWorkspace(model: models.tiny, context: ComputeContext(threads: 2)), live: live,
      voiceActivity: models.voice)
    let speech = try samples(of: Places.fixtures.appending(path: "meeting-en.flac"))[..<256_000]
    speech.withUnsafeBufferPointer { recognizer.append($0) }
    #expect(recognizer.listen() == .turnBegins)
    for _ in 0..<12 { #expect(recognizer.listen(atMost: .seconds(1)) == .turnGoesOn) }
    #expect(recognizer.backlog > .seconds(2) && recognizer.waiting.count < 160_000, "\(recognizer.waiting.count)")
  }

  @Test func aTurnThatHasOnlyBegunIsLeftOutToo() throws {
    let models = try Self.models.get()
    let recognizer = try LiveRecognizer(
      workspace: RecognitionWorkspace(model: models.tiny, context: ComputeContext(threads: 2)),
      voiceActivity: models.voice)
    let speech = try samples(of: Places.fixtures.appending(path: "meeting-en.flac"))[..<160_000]
    speech.withUnsafeBufferPointer { recognizer.append($0) }
    #expect(recognizer.listen() == .turnBegins)
    let gap = try #require(recognizer.skip(keeping: .seconds(3)))
    #expect(gap.start <= recognizer.position && recognizer.position - gap.start < .milliseconds(200), "\(gap)")
    #expect(recognizer.turnStart == nil && recognizer.listen() == .turnBegins && recognizer.position > gap.end)
    // One that has been recognised ends there.
    #expect(recognizer.listen(atMost: .seconds(1)) == .turnGoesOn)
    _ = try recognizer.recognize()
    #expect(recognizer.skip(keeping: .seconds(0.1)) != nil && recognizer.turnStart != nil)
    #expect(recognizer.listen() == .turnEnds)
  }
}
