import AcousticFeatures
import Tensors
import TestSupport
import Testing
import Transcripts

@testable import SpeechRecognition

/// Long silence that voice activity left out: no segment spans it and no word goes on over it.
@Suite struct LongSilenceTests {
  /// A window with what is said in it, in frames; texts are one token a word, from 0, and 100 and more are timestamps.
  private func word(_ token: Int, _ frames: Range<Int>) -> AlignedWord {
    AlignedWord(
      word: Word(
        start: .milliseconds(10 * frames.lowerBound), end: .milliseconds(10 * frames.upperBound), text: " \(token)",
        probability: 1), tokens: token..<token + 1, bareEnd: token + 1, bareText: " \(token)",
      lastAttended: frames.lowerBound)
  }

  private func piece(_ start: Int, _ end: Int, _ tokens: [Int]) -> WindowCut.Piece {
    WindowCut.Piece(start: start, end: end, tokens: tokens)
  }

  @Test func onlyLongSilencesAreSeams() {
    let timeline = SpeechTimeline((0, 100), (150, 100), (1_000, 100), (5_000, 100))
    #expect(timeline.seams(in: 0..<400, leavingOut: 51) == [200, 300])
    #expect(timeline.seams(in: 0..<400, leavingOut: 50) == [100, 200, 300])
    #expect(timeline.seams(in: 200..<300, leavingOut: 1) == [])
    #expect(timeline.seams(in: 199..<301, leavingOut: 751) == [300])
  }

  @Test func aPieceIsDividedAtASilence() {
    let words = [word(0, 10..<40), word(1, 50..<90), word(2, 130..<160), word(3, 300..<310)]
    let parts = LongSilence.divide(
      [(piece(4, 320, [100, 0, 1, 2, 3, 101]), words)], at: [100, 200], endOfText: 100)
    #expect(parts.map(\.piece) == [piece(4, 90, [100, 0, 1]), piece(130, 160, [2]), piece(300, 320, [3, 101])])
    #expect(parts.flatMap(\.words) == words)
  }

  /// Pieces stay whole on one side; a timestamp on the other side gives way to the word.
  @Test func timesOnTheOtherSideGiveWay() {
    let first = [word(0, 10..<40)], second = [word(1, 130..<160), word(2, 160..<170)]
    let parts = LongSilence.divide(
      [(piece(0, 104, [100, 0, 101]), first), (piece(80, 180, [101, 1, 2, 102]), second)], at: [100], endOfText: 100)
    #expect(parts.map(\.piece) == [piece(0, 40, [100, 0, 101]), piece(130, 180, [101, 1, 2, 102])])
    let whole = LongSilence.divide([(piece(0, 500, [100, 0, 101]), first)], at: [], endOfText: 100)
    #expect(whole.map(\.piece) == [piece(0, 500, [100, 0, 101])])
  }

  /// Loudness of a window: sound in some ranges, silence elsewhere.
  private func edges(_ count: Int, sound: [Range<Int>]) -> WordEdges {
    let edges = WordEdges(windowFrames: count)
    let window = (0..<count).map { frame in sound.contains { $0.contains(frame) } ? Float(0) : -0.9 }
    window.withUnsafeBufferPointer { edges.listen(to: $0, mels: 1, frameCount: count) }
    return edges
  }

  private func span(_ frames: Range<Int>, peak: Int) -> WordEdges.Span {
    WordEdges.Span(start: frames.lowerBound, end: frames.upperBound, firstPeak: peak, lastPeak: peak)
  }

  /// What is kept of a silence is quiet: a word that lies there and looks at the sound behind is said there.
  @Test func aWordWithoutSoundIsWhereItLooks() {
    let edges = edges(300, sound: [0..<100, 180..<280])
    var words = [
      span(20..<100, peak: 60), span(110..<112, peak: 110), span(112..<220, peak: 200), span(220..<280, peak: 250),
    ]
    edges.part(&words, attended: [60, 185, 200, 250], at: [140])
    #expect(words[1].start >= 178 && words[1].end <= words[2].start && words[1].end - words[1].start >= 6)
    #expect(words[0] == span(20..<100, peak: 60) && words[2].end == 220)

    words = [span(20..<100, peak: 60), span(141..<150, peak: 145), span(180..<280, peak: 200)]
    edges.part(&words, attended: [60, 96, 200], at: [140])
    #expect(words[1].end <= 102 && words[1].start >= words[0].end && words[1].end - words[1].start >= 6)
    #expect(words[2] == span(180..<280, peak: 200))
  }

  /// A word stays where it has sound, whatever its token looks at, and never goes on over a silence.
  @Test func aWordStaysOnItsSide() {
    let edges = edges(300, sound: [0..<100, 180..<280])
    var words = [span(20..<80, peak: 60), span(80..<190, peak: 90), span(190..<280, peak: 200)]
    edges.part(&words, attended: [60, 200, 200], at: [140])
    #expect(words[1].start == 80 && words[1].end == 140 && words[2].start == 190)
    words = [span(20..<80, peak: 60), span(100..<190, peak: 90), span(190..<280, peak: 200)]
    edges.part(&words, attended: [60, 90, 200], at: [140])
    #expect(words[1].start == 140 && words[1].end == 190)
  }

  /// Frames of noise on either side of half an hour that was left out, recognised by a tiny model with random weights.
  @Test(arguments: [true, false]) func noSegmentOfASessionSpansHalfAnHour(wordTimes: Bool) throws {
    let model = try RecognitionModel(contentsOf: TinyModelTests.folder, precision: .int8)
    let workspace = RecognitionWorkspace(model: model, context: ComputeContext(threads: 1))
    let half = model.weights.dimensions.windowFrames / 2, hop = AcousticFrame.hopLength
    func segments(gap: Int, seed: UInt64) throws -> [Segment] {
      var options = RecognitionOptions(language: "en")
      (options.wordTimes, options.noSpeechThreshold, options.temperatures) = (wordTimes, 1, [1])
      let session = try RecognitionSession(workspace: workspace, options: options)
      var random = SeededRandom(seed: seed)
      var heard = session.listener.emptyFrames
      heard.append(start: 0, count: half * hop)
      heard.append(start: (half + gap) * hop, count: half * hop)
      heard.frames = (0..<2 * half * model.weights.dimensions.mels).map { _ in .random(in: -2...2, using: &random) }
      heard.sampleCount = (2 * half + gap) * hop
      session.append(heard)
      return try session.finish()
    }
    let gap = 1_800 * AcousticFrame.framesPerSecond
    let before = Duration.milliseconds(10 * half), behind = before + .milliseconds(10 * gap)
    var spanning = 0
    for seed in 0..<10 as Range<UInt64> {
      let packed = try segments(gap: 0, seed: seed), parted = try segments(gap: gap, seed: seed)
      #expect(parted.flatMap(\.tokens) == packed.flatMap(\.tokens))
      spanning += packed.count { $0.start < before && $0.end > before }
      for segment in parted {
        #expect(segment.end <= before || segment.start >= behind, "\(seed): \(segment.start) to \(segment.end)")
        #expect((segment.words != nil) == wordTimes)
        for word in segment.words ?? [] { #expect(word.start >= segment.start && word.end <= segment.end) }
      }
      #expect(parted.map(\.id) == Array(parted.indices))
    }
    #expect(spanning > 0)
  }
}
