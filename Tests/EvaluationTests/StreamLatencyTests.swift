import Foundation
import TestSupport
import Testing

@testable import Evaluation

@Suite struct StreamLatencyTests {
  /// 2 s of speech, 4 words of reference: a word each 500 ms.
  @Test func averageLagging() {
    // (1000 - 0) + (1500 - 500) + (2000 - 1000) over 3; the third word has the whole source, the fourth does not count.
    let delays = [1000.0, 1500, 2000, 2600]
    #expect(StreamLatency.averageLagging(delays: delays, sourceLength: 2000, referenceLength: 4) == 1000)
    // Without a word at the end: (500 + 0 + 250) / 3.
    let early = StreamLatency.averageLagging(delays: [500, 500, 1250], sourceLength: 2000, referenceLength: 4)
    #expect(early == 250)
    // The first word comes after the end: its delay alone.
    #expect(StreamLatency.averageLagging(delays: [2500, 9000], sourceLength: 2000, referenceLength: 4) == 2500)
  }

  @Test func tooManyWordsAreNoAdvantage() {
    // Two words of reference, four of output: the pace is 500 ms, not 1000. AL (500 - 500 - 1000 - 1000) / 4,
    // LAAL (500 + 0 + 0 + 500) / 4.
    let delays = [500.0, 500, 1000, 2000]
    #expect(StreamLatency.averageLagging(delays: delays, sourceLength: 2000, referenceLength: 2) == -500)
    #expect(StreamLatency.lengthAdaptiveAverageLagging(delays: delays, sourceLength: 2000, referenceLength: 2) == 250)
    // A short output is measured by the reference: (500 + 250) / 2 with a pace of 250.
    #expect(
      StreamLatency.lengthAdaptiveAverageLagging(delays: [500, 500], sourceLength: 2000, referenceLength: 8) == 375)
  }

  @Test func wordsAtOnceTakeTheirTime() {
    // Pace 500: d' = 1000, 1500, 2000, 2500, each 1000 behind.
    let delays = [1000.0, 1000, 1000, 1000]
    #expect(StreamLatency.differentiableAverageLagging(delays: delays, sourceLength: 2000) == 1000)
    // d' = 0, 1000: on time; with a second at 1500, 500 behind: (0 + 500) / 2.
    #expect(StreamLatency.differentiableAverageLagging(delays: [0, 0], sourceLength: 2000) == 0)
    #expect(StreamLatency.differentiableAverageLagging(delays: [0, 1500], sourceLength: 2000) == 250)
  }

  @Test func nothingToMeasure() {
    #expect(StreamLatency.averageLagging(delays: [], sourceLength: 2000, referenceLength: 4) == nil)
    #expect(StreamLatency.averageLagging(delays: [0], sourceLength: 0, referenceLength: 4) == nil)
    #expect(StreamLatency.averageLagging(delays: [0], sourceLength: 2000, referenceLength: 0) == nil)
    #expect(StreamLatency.lengthAdaptiveAverageLagging(delays: [0], sourceLength: 2000, referenceLength: 0) == 0)
    #expect(StreamLatency.differentiableAverageLagging(delays: [], sourceLength: 2000) == nil)
  }
}

@Suite struct ResegmentationTests {
  func parts(_ stream: String, _ sentences: String...) -> [String] {
    let words = stream.split(separator: " ").map(String.init)
    let ranges = Resegmentation.parts(of: words, sentences: sentences.map { $0.split(separator: " ").map(String.init) })
    return ranges.map { words[$0].joined(separator: " ") }
  }

  @Test func theCutIsWhereTheReferenceHasIt() {
    #expect(parts("a b c d", "a b", "c d") == ["a b", "c d"])
    #expect(parts("a b x c d", "a b", "c d") == ["a b x", "c d"], "what stands for nothing goes with the word before")
    #expect(parts("x a b c d y", "a b", "c d") == ["x a b", "c d y"])
    #expect(parts("a q r d", "a b", "c d") == ["a q", "r d"])
    #expect(parts("a b e f", "a b", "c d", "e f") == ["a b", "", "e f"])
    #expect(parts("", "a b", "c d") == ["", ""])
    #expect(parts("a b", "", "a b", "") == ["", "a b", ""])
    #expect(Resegmentation.parts(of: ["a"], sentences: []).isEmpty)
  }

  @Test func caseAndPunctuationSayNothing() {
    #expect(parts("Yes, a b. It's c", "YES A B", "ITS C") == ["Yes, a b.", "It's c"])
    #expect(parts("a – b", "a –", "b") == ["a –", "b"])
  }

  /// Of all cuts none leads to fewer edits; the parts are the stream.
  @Test func noCutHasFewerEdits() {
    var random = SplitMix64(seed: 3)
    for _ in 0..<200 {
      func words(_ count: Int) -> [String] { (0..<count).map { _ in "w\(random.index(below: 5))" } }
      let sentences = (0..<random.index(below: 3) + 1).map { _ in words(random.index(below: 6)) }
      let stream = words(random.index(below: 14))
      let parts = Resegmentation.parts(of: stream, sentences: sentences)
      #expect(parts.flatMap { stream[$0] } == stream && parts.count == sentences.count)
      let edits = zip(parts, sentences).map {
        TokenAlignment(reference: $1, hypothesis: Array(stream[$0])).counts.errors
      }.reduce(0, +)
      let fewest = TokenAlignment(reference: Array(sentences.joined()), hypothesis: stream).counts.errors
      #expect(edits == fewest, "\(stream) \(sentences) \(parts)")
    }
  }
}

@Suite struct LaggingTests {
  @Test func eachSentenceHasItsOwnClock() throws {
    // Two sentences of 2 s and 4 words (pace 500 ms), the second from 10 s on.
    let sentences = [
      StreamSentence(start: 0, duration: 2, text: "a b c d"), StreamSentence(start: 10, duration: 2, text: "e f g h"),
    ]
    let lagging = Lagging(
      words: ["a", "b", "c", "d", "e", "f", "g", "h"], delays: [1, 1.5, 2, 2.5, 9.5, 10.5, 11, 11.5],
      sentences: sentences)
    // First: (1000 + 1000 + 1000) / 3. Second, the first word before its sentence: 0, (0 + 0 + 0 + 0) / 4.
    #expect(lagging.sentences == 2 && lagging.unanswered == 0)
    #expect(try #require(lagging.streamLAAL) == 500 && lagging.averageLagging == 500)
  }

  @Test func silentSentencesAreLeftOutAndCounted() throws {
    let sentences = [
      StreamSentence(start: 0, duration: 2, text: "a b"), StreamSentence(start: 2, duration: 2, text: "c d"),
      StreamSentence(start: 4, duration: 2, text: "e f"),
    ]
    let lagging = Lagging(words: ["a", "b", "e", "f"], delays: [1, 2, 5, 6], sentences: sentences)
    #expect(lagging.sentences == 2 && lagging.unanswered == 1 && lagging.streamLAAL == 1000)
    let nothing = Lagging(words: [], delays: [], sentences: sentences)
    #expect(nothing.streamLAAL == nil && nothing.unanswered == 3)
    #expect((lagging + nothing).unanswered == 4 && (lagging + nothing).streamLAAL == 1000)
    #expect(Lagging(words: ["a"], delays: [1], sentences: []) == .zero)
  }
}

/// What SimulEval, mweralign and simulstream say; `Tests/Reference/latency_reference.py` makes it.
@Suite struct LatencyReferenceTests {
  struct Reference: Decodable {
    struct Sentence: Decodable {
      var delays: [Double], sourceLength: Double, referenceLength: Int
      var AL: Double, LAAL: Double, DAL: Double
    }
    struct Stream: Decodable {
      struct Part: Decodable { var start: Double, duration: Double, text: String }
      var words: [String], delays: [Double], sentences: [Part], lengths: [Int]
      var streamLAAL: Double, isClamped: Bool
    }
    var sentences: [Sentence], streams: [Stream]
  }
  let reference: Reference

  init() throws {
    let data = try Data(contentsOf: Places.reference.appending(path: "latency.json"))
    reference = try JSONDecoder().decode(Reference.self, from: data)
  }

  private func differ(_ name: String, _ expected: Double, _ found: Double?) -> String? {
    let found = found ?? .nan
    return abs(found - expected) <= 1e-6 ? nil : "\(name): expected \(expected), found \(found), tolerance 1e-6"
  }

  @Test func singleSentencesAgreeWithSimulEval() {
    #expect(reference.sentences.count > 60)
    for (index, entry) in reference.sentences.enumerated() {
      let (delays, length, words) = (entry.delays, entry.sourceLength, entry.referenceLength)
      let findings = [
        differ(
          "AL", entry.AL, StreamLatency.averageLagging(delays: delays, sourceLength: length, referenceLength: words)),
        differ(
          "LAAL", entry.LAAL,
          StreamLatency.lengthAdaptiveAverageLagging(delays: delays, sourceLength: length, referenceLength: words)),
        differ("DAL", entry.DAL, StreamLatency.differentiableAverageLagging(delays: delays, sourceLength: length)),
      ].compactMap { $0 }
      #expect(findings.isEmpty, "sentence \(index): \(findings)")
    }
  }

  @Test func streamsAgreeWithTheToolsOfTheField() {
    #expect(reference.streams.count >= 18 && Set(reference.streams.map(\.isClamped)) == [true, false])
    for (index, stream) in reference.streams.enumerated() {
      let sentences = stream.sentences.map { StreamSentence(start: $0.start, duration: $0.duration, text: $0.text) }
      let parts = Resegmentation.parts(
        of: stream.words, sentences: sentences.map { $0.text.split(separator: " ").map(String.init) })
      #expect(parts.map(\.count) == stream.lengths, "stream \(index)")
      let lagging = Lagging(words: stream.words, delays: stream.delays, sentences: sentences)
      let finding = differ("StreamLAAL", stream.streamLAAL, lagging.streamLAAL)
      #expect(finding == nil, "stream \(index): \(finding ?? "")")
    }
  }
}
