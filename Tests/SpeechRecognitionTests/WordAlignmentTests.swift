import CAllocations
import Foundation
import ModelFormats
import Tensors
import TestSupport
import Testing
import Transcripts

@testable import SpeechRecognition

/// The alignment of words with the audio on the tiny seeded model, against openai/whisper's `timing.py` for it.
@Suite(.serialized) struct WordAlignmentTests {
  private let base = TinyModelTests()

  private func aligner(_ workspace: RecognitionWorkspace) -> WordAligner {
    let size = workspace.model.weights.dimensions
    let heads = (0..<size.decoderHeads).map { AlignmentHead(layer: size.decoderLayers - 1, head: $0) }
    return WordAligner(
      weights: workspace.model.weights, vocabulary: workspace.model.vocabulary, heads: heads,
      context: workspace.context)
  }

  private func integers(_ tensors: NamedTensors, _ name: String) throws -> [Int] {
    try tensors.tensor(name).floats.map { Int($0) }
  }

  @Test(arguments: TinyModelTests.isas, [1, 2]) func attentionPathAndProbabilitiesAgree(
    kernels: Kernels, threads: Int
  ) throws {
    let reference = try SafetensorsFile.read(Places.reference.appending(path: "tiny-whisper.words.safetensors"))
    let text = try integers(reference, "text"), start = try integers(reference, "start")
    let workspace = try base.workspace(kernels, threads: threads)
    let aligner = aligner(workspace)
    for frameCount in [200, 74, 6] {
      let attention = aligner.attention(
        of: text, start: start, positions: frameCount / 2, decoder: workspace.decoder)
      let values = (0..<attention.rows).flatMap { row in (0..<attention.columns).map { attention.row(row)[$0] } }
      base.compare(
        values, try reference.tensor("attention\(frameCount)").floats, tolerance: 1e-4,
        "\(kernels.name) attention over \(frameCount) frames")
      #expect(Array(aligner.path(attention)) == (try integers(reference, "path\(frameCount)")))
      base.compare(
        aligner.probabilities(of: text, start: start, decoder: workspace.decoder).map { Float($0) },
        try reference.tensor("probabilities").floats, tolerance: 1e-5, "\(kernels.name) probabilities")
    }
  }

  @Test func wordsAreTheTextInOrderAndWithinTheWindow() throws {
    let workspace = try base.workspace(.best, threads: 2)
    let aligner = aligner(workspace), vocabulary = workspace.model.vocabulary
    let first = Array(" the rain. And".utf8).map(Int.init), second = Array(" fish".utf8).map(Int.init)
    let begin = vocabulary.timestampBegin
    for frameCount in [1, 2, 5, 33, 200] {
      let words = aligner.alignedWords(
        [[begin] + first + [begin + 20], [begin + 20, begin + 30], [begin + 30] + second], start: [265, 266, 270],
        language: "en", window: UnsafeBufferPointer(workspace.encoder.input), frameCount: frameCount,
        decoder: workspace.decoder
      ).map { $0.map(\.word) }
      #expect(words.map { $0.map(\.text) } == [[" the", " rain.", " And"], [], [" fish"]])
      var last = Duration.zero
      for word in words.joined() {
        #expect(word.start >= last && word.start <= word.end, "\(frameCount) frames: \(word)")
        #expect(word.end <= .milliseconds(10 * frameCount) && (0...1).contains(word.probability))
        last = word.end
      }
    }
    let nothing = aligner.alignedWords(
      [[begin, begin + 1], []], start: [265], language: nil, window: UnsafeBufferPointer(workspace.encoder.input),
      frameCount: 10, decoder: workspace.decoder
    ).map { $0.map(\.word) }
    #expect(nothing == [[], []])
  }

  @Test func aSessionGivesWordsWhenAsked() throws {
    let model = try RecognitionModel(contentsOf: TinyModelTests.folder, precision: .float32)
    let workspace = RecognitionWorkspace(model: model, context: ComputeContext(threads: 2))
    let signal = (0..<100_001).map { Float(sin(Double($0) * 0.05)) * 0.3 }
    var options = RecognitionOptions(language: "en")
    func segments() throws -> [Segment] {
      let session = try RecognitionSession(workspace: workspace, options: options)
      return try signal.withUnsafeBufferPointer { try session.append($0) } + session.finish()
    }
    let plain = try segments()
    #expect(!plain.isEmpty && plain.allSatisfy { $0.words == nil })
    options.wordTimes = true
    let timed = try segments()
    #expect(timed.map(\.tokens) == plain.map(\.tokens) && timed.map(\.text) == plain.map(\.text))
    for segment in timed {
      let words = try #require(segment.words)
      #expect(!words.isEmpty)
      for (word, next) in zip(words, words.dropFirst()) { #expect(word.end <= next.start) }
    }
  }

  /// Whichever thread takes which part of the vocabulary, the parts are added up in one order.
  @Test func probabilitiesDoNotDependOnThreads() throws {
    let model = try RecognitionModel(contentsOf: TinyModelTests.folder, precision: .float32)
    let state = model.weights.dimensions.state, rows = 8
    var random = SeededNumbers(state: 1)
    let states = FloatBuffer(count: rows * state)
    for index in 0..<states.count { states.base[index] = Float.random(in: -2...2, using: &random) }
    let tokens = (0..<rows).map { 97 + $0 }
    func measure(threads: Int) -> [Double] {
      // So little scratch that there are many parts.
      let context = ComputeContext(threads: threads, scratchPerThread: QuantizedMatrix.blockOutputs * (state + rows))
      let measure = TokenProbabilities(
        weights: model.weights, textTokens: model.vocabulary.endOfText, rowLimit: rows, context: context)
      var values = [Double](repeating: 0, count: rows)
      values.withUnsafeMutableBufferPointer {
        measure.measure(tokens[...], states: Matrix(states.base, rows: rows, columns: state), probabilities: $0)
      }
      return values
    }
    let one = measure(threads: 1)
    #expect(one.allSatisfy { $0 > 0 && $0 < 1 } && Set(one).count == rows, "\(one)")
    for threads in [2, 3, 8] { for _ in 0..<50 { #expect(measure(threads: threads) == one) } }
  }

  /// Everything large belongs to the aligner; what remains is the token lists and one closure for each shared job.
  @Test func alignmentAllocatesLittle() throws {
    let workspace = try base.workspace(.best, threads: 2)
    let aligner = aligner(workspace)
    func count(_ length: Int) -> Int {
      let text = (0..<length).map { 97 + $0 % 20 }
      func pass() {
        let attention = aligner.attention(of: text, start: [265, 266, 270], positions: 100, decoder: workspace.decoder)
        _ = aligner.probabilities(of: text, start: [265, 266, 270], decoder: workspace.decoder)
        _ = aligner.path(attention)
      }
      pass()
      allocations_begin()
      pass()
      return Int(allocations_end())
    }
    let (short, long) = (count(4), count(30))
    // Not one allocation more for each token, position or head; large layers are shared out in more jobs.
    #expect(long <= 120 && long - short < 26, "\(short) allocations for 4 tokens, \(long) for 30")
  }
}

@Suite struct MedianAndWarpingTests {
  /// A median network is right for all inputs when it is right for all of zeros and ones.
  @Test func medianOfSeven() {
    for bits in 0..<128 {
      var values: [Float] = (0..<7).map { bits >> $0 & 1 == 1 ? 1 : 0 } + [0, 0, 0, 0]
      var scratch = [Float](repeating: 0, count: values.count)
      let expected: Float = values[..<7].reduce(0, +) >= 4 ? 1 : 0
      AlignmentMatrix.filter(&values, count: values.count, scratch: &scratch)
      #expect(values[3] == expected, "\(bits)")
    }
  }

  @Test func mediansMirrorAtTheEnds() {
    var values: [Float] = [5, 1, 4, 2, 9]
    var scratch = [Float](repeating: 0, count: 5)
    AlignmentMatrix.filter(&values, count: 5, scratch: &scratch)
    // 2 4 1 |5| 1 4 2;  4 1 5 |1| 4 2 9;  1 5 1 |4| 2 9 2 …
    #expect(values[0] == 2 && values[1] == 4 && values[2] == 2)
    var few: [Float] = [3, 1, 2]
    AlignmentMatrix.filter(&few, count: 3, scratch: &scratch)
    #expect(few == [3, 1, 2])
  }

  /// Against all paths of a small matrix.
  @Test func thePathIsTheBest() {
    let (rows, columns) = (4, 6)
    var seed: UInt64 = 7
    for _ in 0..<50 {
      let gains = FloatBuffer(
        (0..<rows * columns).map { _ in
          seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
          return Float(seed >> 40) / 16_777_216 - 0.5
        })
      let matrix = gains.matrix(columns: columns)
      func best(_ row: Int, _ column: Int) -> Float {
        let here = matrix.row(row)[column]
        if row == 0 && column == 0 { return here }
        var top = -Float.infinity
        if row > 0 { top = max(top, best(row - 1, column)) }
        if column > 0 { top = max(top, best(row, column - 1)) }
        if row > 0 && column > 0 { top = max(top, best(row - 1, column - 1)) }
        return top + here
      }
      let first = UnsafeMutableBufferPointer<Int>.allocate(capacity: rows)
      defer { first.deallocate() }
      DynamicTimeWarping(rowLimit: 9, columnLimit: 9).path(matrix, firstColumns: first)
      #expect(first[0] == 0)
      // The best sum of a path with these first columns: each row runs to the column before the next one's first, or to it.
      func sum(_ row: Int, _ from: Int) -> Float {
        guard row + 1 < rows else { return (from..<columns).reduce(0) { $0 + matrix.row(row)[$1] } }
        let next = first[row + 1]
        return [next - 1, next].filter { $0 >= from }.map { last in
          (from...last).reduce(0) { $0 + matrix.row(row)[$1] } + sum(row + 1, next)
        }.max() ?? -.infinity
      }
      #expect(abs(sum(0, 0) - best(rows - 1, columns - 1)) < 1e-5)
    }
  }
}
