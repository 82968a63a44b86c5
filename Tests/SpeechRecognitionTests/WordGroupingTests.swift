import Foundation
import TestSupport
import Testing
import Transcripts

@testable import SpeechRecognition

@Suite struct WordGroupingTests {
  /// The tiny model's tokens are the 256 bytes and " t", "he", " the", "in", "ing", " a", "an", " and".
  private let grouping: WordGrouping

  init() throws {
    grouping = WordGrouping(
      vocabulary: try RecognitionModel(contentsOf: TinyModelTests.folder, precision: .float32).vocabulary)
  }

  private func bytes(_ text: String) -> [Int] { text.utf8.map { Int(byteTokens[Int($0)]) } }

  /// Token of each byte.
  private var byteTokens: [Int] { (0...255).map { grouping.vocabulary.tokens.rank(of: [UInt8($0)])! } }

  /// Words of tokens as a trained vocabulary has them: letters or punctuation, either with its space.
  private func words(_ text: String, spaced: Bool = true) -> [TokenWord] {
    var runs: [String] = []
    for character in text {
      let isPunctuation = character.isPunctuation
      let last = runs.last?.last
      let joins = last.map { $0 == " " || (spaced && character != " " && $0.isPunctuation == isPunctuation) } ?? false
      if joins && character != " " { runs[runs.count - 1].append(character) } else { runs.append(String(character)) }
    }
    let words = WordGrouping.grouped(
      runs.enumerated().map { TokenWord(text: $1, tokens: $0..<$0 + 1, spoken: $0..<$0 + 1) }, spaced: spaced)
    #expect(words.map(\.text).joined() == text)
    var next = 0
    for word in words {
      #expect(word.tokens.lowerBound == next && !word.spoken.isEmpty)
      #expect(word.tokens.lowerBound <= word.spoken.lowerBound && word.spoken.upperBound <= word.tokens.upperBound)
      next = word.tokens.upperBound
    }
    #expect(next == runs.count)
    return words
  }

  @Test func wordsBeginAtSpacesAndKeepTheirPunctuation() {
    func texts(_ text: String) -> [String] { words(text).map(\.text) }
    #expect(texts(" Good morning, everyone.") == [" Good", " morning,", " everyone."])
    #expect(texts(" a well-known 9.5 of 100,000") == [" a", " well-known", " 9.5", " of", " 100,000"])
    #expect(texts(" \"Yes,\" he said (twice) - 'no' ...") == [" \"Yes,\"", " he", " said", " (twice)", " - 'no' ..."])
    #expect(texts(" ¿Qué? ¡No! 50% — sí…") == [" ¿Qué?", " ¡No!", " 50% —", " sí…"])
    #expect(texts("Hello") == ["Hello"])
    #expect(texts(" ...") == [" ..."])
    #expect(texts("").isEmpty)
  }

  @Test func charactersAreWordsWhereThereAreNoSpaces() {
    #expect(words("今日は、「元気」。", spaced: false).map(\.text) == ["今", "日", "は、", "「元", "気」。"])
    let thai = grouping.words(of: bytes("สวัสดี"), spaced: false)
    #expect(thai.map(\.text).joined() == "สวัสดี" && thai.count == "สวัสดี".unicodeScalars.count)
  }

  @Test func punctuationIsNotSpoken() {
    let words = words(" (so) on.")
    #expect(words.map(\.tokens) == [0..<3, 3..<5] && words.map(\.spoken) == [1..<2, 3..<4])
    #expect(self.words(" 9.5!").map(\.spoken) == [0..<3])
  }

  @Test func brokenTextIsKept() {
    let word = grouping.words(of: [byteTokens[0xE4], byteTokens[0xBB]], spaced: true)
    #expect(word.count == 1 && word[0].tokens == 0..<2)
    #expect(WordGrouping.endsInsideCharacter([0xE4, 0xBB]) && !WordGrouping.endsInsideCharacter([0xE4, 0xBB, 0x8A]))
    #expect(!WordGrouping.endsInsideCharacter([0x41]) && !WordGrouping.endsInsideCharacter([0x80, 0x80, 0x80, 0x80]))
    #expect(WordGrouping.endsInsideCharacter([0x41, 0xF0]) && !WordGrouping.endsInsideCharacter([]))
  }
}

@Suite struct WordEdgesTests {
  private func settle(_ loudness: [Float], _ words: [WordEdges.Span]) -> [WordEdges.Span] {
    let edges = WordEdges(windowFrames: loudness.count)
    loudness.withUnsafeBufferPointer { edges.listen(to: $0, mels: 1, frameCount: loudness.count) }
    var words = words
    edges.settle(&words)
    return words
  }

  private func sound(_ parts: (Float, Int)...) -> [Float] { parts.flatMap { [Float](repeating: $0.0, count: $0.1) } }

  // The mean over three frames rounds every corner by one frame, outwards.

  @Test func pausesBelongToNoWord() {
    let settled = settle(
      sound((-0.5, 100), (0.3, 30), (-0.5, 50), (0.3, 40), (-0.5, 80)),
      [
        .init(start: 0, end: 150, firstPeak: 110, lastPeak: 110),
        .init(start: 150, end: 300, firstPeak: 200, lastPeak: 205),
      ])
    #expect(settled.map(\.start) == [99, 179] && settled.map(\.end) == [131, 221])
  }

  @Test func aPathThatIsLateIsSetRight() {
    // The second word begins at 80, the path says 95.
    let settled = settle(
      sound((0.3, 60), (-0.5, 20), (0.3, 40)),
      [
        .init(start: 0, end: 95, firstPeak: 20, lastPeak: 30),
        .init(start: 95, end: 120, firstPeak: 100, lastPeak: 100),
      ])
    #expect(settled.map(\.start) == [0, 79] && settled.map(\.end) == [61, 120])
  }

  @Test func aWordThatThePathPutIntoSilenceIsMovedToTheSound() {
    let settled = settle(
      sound((-0.5, 100), (0.3, 60)),
      [
        .init(start: 0, end: 96, firstPeak: 90, lastPeak: 90),
        .init(start: 96, end: 160, firstPeak: 120, lastPeak: 130),
      ])
    #expect(settled[0].start == 99 && settled[0].end > 99 && settled[1].start == settled[0].end)
    #expect(settled[1].end == 160)
  }

  @Test func soundWithoutPausesStaysAsThePathHasIt() {
    let words: [WordEdges.Span] = [
      .init(start: 0, end: 30, firstPeak: 10, lastPeak: 20), .init(start: 30, end: 60, firstPeak: 40, lastPeak: 50),
    ]
    #expect(settle(sound((0.3, 60)), words) == words)
    #expect(settle(sound((0.2, 20), (0.05, 20), (0.2, 20)), words) == words)
    // A plosive's closure is no pause.
    #expect(settle(sound((0.3, 28), (-0.5, 6), (0.3, 26)), words) == words)
    #expect(settle([0.1], []) == [])
  }

  @Test func everyWordLastsAPositionWhereThereIsRoom() {
    func words(_ edges: [Int]) -> [WordEdges.Span] {
      zip(edges, edges.dropFirst()).map { .init(start: $0, end: $1, firstPeak: $0, lastPeak: $0) }
    }
    let inside = settle(sound((0.3, 60)), words([0, 20, 20, 20, 60]))
    #expect(inside.map(\.start) == [0, 20, 22, 24] && inside.map(\.end) == [20, 22, 24, 60])
    let atTheEnd = settle(sound((0.3, 60)), words([0, 30, 60, 60, 60]))
    #expect(atTheEnd.map(\.start) == [0, 30, 56, 58] && atTheEnd.map(\.end) == [30, 56, 58, 60])
    let crowded = settle(sound((0.3, 3)), words([0, 0, 0, 3]))
    #expect(crowded.map(\.start) == [0, 0, 1] && crowded.map(\.end) == [0, 1, 3])
  }

  /// Whatever comes, words stay in order.
  @Test func orderHolds() {
    var seed: UInt64 = 3
    func random(_ limit: Int) -> Int {
      seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(seed >> 33) % limit
    }
    for _ in 0..<300 {
      let count = 20 + random(200)
      var loudness: [Float] = []
      while loudness.count < count {
        loudness += [Float](repeating: Float(random(100)) / 100 - 0.5, count: 1 + random(30))
      }
      let cuts = ([0] + (0..<random(8)).map { _ in 2 * random(count / 2) }).sorted()
      let words = zip(cuts, cuts.dropFirst()).map { start, end in
        let peaks = [start + random(max(1, end - start)), start + random(max(1, end - start))].sorted()
        return WordEdges.Span(start: start, end: end, firstPeak: peaks[0], lastPeak: peaks[1])
      }
      let settled = settle(Array(loudness.prefix(count)), words)
      var last = 0
      for word in settled {
        #expect(word.start >= last && word.end >= word.start, "\(words) -> \(settled)")
        #expect(word.end - word.start >= WordEdges.leastWord, "\(words) -> \(settled)")
        last = word.end
      }
    }
  }
}

@Suite struct SegmentEdgesTests {
  private func segment(_ start: Double, _ end: Double, _ words: (Double, Double)...) -> Segment {
    Segment(
      id: 0, start: .seconds(start), end: .seconds(end), text: "a",
      words: words.isEmpty
        ? nil
        : words.map {
          Word(start: .seconds($0.0), end: .seconds($0.1), text: " a", probability: 1, confidence: 1)
        })
  }

  private func settle(_ segments: Segment..., after end: Double = 0) -> [[Double]] {
    var segments = segments
    SegmentEdges.settle(&segments, after: .seconds(end))
    return segments.map { [$0.start / .seconds(1), $0.end / .seconds(1)] }
  }

  @Test func segmentsHoldTheirWordsAndDoNotOverlap() {
    // The first begins too late, and goes on where the second one's word begins already.
    #expect(
      settle(segment(1, 5, (0.5, 2), (2, 4)), segment(5, 8, (4.5, 6), (6, 8.5))) == [[0.5, 4.5], [4.5, 8.5]])
    // Its last word goes on behind the timestamp, where the second begins.
    #expect(settle(segment(0, 4, (0, 5)), segment(4, 8, (6, 7))) == [[0, 5], [5, 8]])
    // Timestamps that hold all words stay, and so do segments without.
    #expect(settle(segment(0, 4, (1, 3)), segment(5, 8, (6, 7))) == [[0, 4], [5, 8]])
    #expect(settle(segment(0, 4), segment(4, 8)) == [[0, 4], [4, 8]])
    // What was told before is over.
    #expect(settle(segment(3, 4, (2.5, 3.5)), after: 2.8) == [[2.5, 4]])
    #expect(settle(segment(3, 4, (3.5, 3.7)), after: 3.2) == [[3.2, 4]])
  }
}
