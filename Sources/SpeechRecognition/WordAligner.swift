internal import Tensors
internal import Transcripts

/// Finds when each word of a window was said, and how sure the model is of it.
///
/// The tokens go through the decoder once more, all at once. In some heads a token's attention to the audio moves along with
/// the speech; the best monotonic path through what these heads look at gives each token its stretch of the audio.
/// `docs/word-times.md` has the measured accuracy and cost.
///
/// - Reference: openai/whisper `whisper/timing.py`, `find_alignment`; CTranslate2 `src/models/whisper.cc`, `align`.
final class WordAligner {
  private let vocabulary: Vocabulary
  private let context: ComputeContext
  private let grouping: WordGrouping
  private let capture: CrossAttentionCapture
  private let probabilities: TokenProbabilities
  private let warping: DynamicTimeWarping
  /// Mean over the heads, `[token, position]`.
  private let matrix: FloatBuffer
  private let tokenProbabilities: UnsafeMutableBufferPointer<Double>
  private let firstPositions: UnsafeMutableBufferPointer<Int>
  private let edges: WordEdges
  private let positionLimit: Int, mels: Int

  /// Log-mel frames in one position of the audio, 20 ms.
  static let framesPerPosition = 2

  init(
    weights: WhisperWeights, vocabulary: Vocabulary, heads: [AlignmentHead], context: ComputeContext
  ) {
    (self.vocabulary, self.context) = (vocabulary, context)
    grouping = WordGrouping(vocabulary: vocabulary)
    capture = CrossAttentionCapture(heads: heads, dimensions: weights.dimensions, context: context)
    (positionLimit, mels) = (weights.dimensions.audioContext, weights.dimensions.mels)
    edges = WordEdges(windowFrames: weights.dimensions.windowFrames)
    probabilities = TokenProbabilities(
      weights: weights, textTokens: vocabulary.endOfText, rowLimit: capture.rowLimit, context: context)
    warping = DynamicTimeWarping(rowLimit: capture.rowLimit, columnLimit: positionLimit)
    matrix = FloatBuffer(count: capture.rowLimit * positionLimit)
    tokenProbabilities = .allocate(capacity: capture.rowLimit)
    firstPositions = .allocate(capacity: capture.rowLimit)
    tokenProbabilities.initialize(repeating: 0)
    firstPositions.initialize(repeating: 0)
  }

  deinit {
    tokenProbabilities.deallocate()
    firstPositions.deallocate()
  }

  /// The path of a text through the audio that `decoder` attends to.
  ///
  /// - Parameters:
  ///   - text: text tokens, at most half the text context.
  ///   - start: the start sequence that they were decoded after, without a prompt.
  ///   - positions: positions of the window that hold audio.
  /// - Returns: `[token, position]`, what stands out of the attention where the token is foretold; one row more than there
  ///   are tokens, the last one where the end is. Valid until the next call.
  func attention(of text: [Int], start: [Int], positions: Int, decoder: TextDecoder) -> Matrix {
    let tokens = start + [vocabulary.noTimestamps] + text + [vocabulary.endOfText]
    precondition(tokens.count <= capture.rowLimit, "\(tokens.count) tokens in a window")
    capture.begin(positions: max(1, min(positions, positionLimit)))
    decoder.reset()
    decoder.capture = capture
    decoder.advance(tokens)
    decoder.capture = nil

    let heads = capture.heads.count
    context.pool.run(parts: heads) { head, thread in
      AlignmentMatrix.sharpen(capture.weights(head: head, rows: tokens.count), scratch: context.scratch(thread))
    }
    let mean = matrix.matrix(rows: text.count + 1, columns: capture.positions)
    for row in 0..<mean.rows {
      let target = mean.row(row)
      target.update(repeating: 0, count: mean.columns)
      for head in 0..<heads {
        let values = capture.weights(head: head, rows: tokens.count).row(start.count + row)
        for position in 0..<mean.columns { target[position] += values[position] }
      }
      for position in 0..<mean.columns { target[position] /= Float(heads) }
    }
    return mean
  }

  /// Probabilities of the tokens of the text that `attention` was last asked for; valid until the next call.
  func probabilities(of text: [Int], start: [Int], decoder: TextDecoder) -> UnsafeMutableBufferPointer<Double> {
    let measured = UnsafeMutableBufferPointer(rebasing: tokenProbabilities[..<text.count])
    guard !text.isEmpty else { return measured }
    probabilities.measure(
      text[...], states: decoder.outputs(rows: start.count..<start.count + text.count), probabilities: measured)
    return measured
  }

  /// The position where each row of `attention` begins on the best path; valid until the next call.
  func path(_ attention: Matrix) -> UnsafeMutableBufferPointer<Int> {
    let path = UnsafeMutableBufferPointer(rebasing: firstPositions[..<attention.rows])
    warping.path(attention, firstColumns: path)
    return path
  }

  /// The words of a window's segments, each with its time after the window's start, its tokens and what its last token looks at.
  ///
  /// - Parameters:
  ///   - segments: tokens of each segment; only text tokens count.
  ///   - start: start of the transcript, with language and task where the model has them.
  ///   - language: code of the text's language: `en` for a translation.
  ///   - window: the encoder's input, normalised log-mel energies, `[frame, mel]`.
  ///   - frameCount: log-mel frames of the window that hold audio.
  ///   - end: the frame where the next window begins; the end of the audio unless told.
  ///   - silences: frames where long silence was left out, in order; no word goes on over one.
  ///   - decoder: attends to the window; its tokens are forgotten.
  func alignedWords(
    _ segments: [[Int]], start: [Int], language: String?, window: UnsafeBufferPointer<Float>, frameCount: Int,
    end: Int? = nil, silences: [Int] = [], decoder: TextDecoder
  ) -> [[AlignedWord]] {
    let texts = segments.map { tokens in tokens.filter { $0 < vocabulary.endOfText } }
    let text = texts.flatMap(\.self)
    guard !text.isEmpty else { return segments.map { _ in [] } }
    let attention = attention(of: text, start: start, positions: frameCount / Self.framesPerPosition, decoder: decoder)
    let probabilities = probabilities(of: text, start: start, decoder: decoder)
    let first = path(attention)
    let spaced = !Transcript.unspaced.contains(language ?? "")
    var words: [TokenWord] = [], counts: [Int] = []
    for tokens in texts {
      // A word never spans two segments.
      let offset = words.last?.tokens.upperBound ?? 0
      let own = grouping.words(of: tokens, spaced: spaced)
      counts.append(own.count)
      words += own.map { $0.moved(by: offset) }
    }
    var spans = words.map { span(of: $0.spoken, first: first, attention: attention) }
    edges.listen(to: window, mels: mels, frameCount: frameCount)
    let attended = words.map { Self.framesPerPosition * peak(of: $0.spoken.upperBound - 1, in: attention) }
    edges.settle(&spans, before: end)
    edges.part(&spans, attended: attended, at: silences, before: end)
    var timed = zip(zip(words, attended), spans).map { spoken, span in
      let (word, attended) = spoken
      let mean = word.spoken.reduce(0) { $0 + probabilities[$1] } / Double(word.spoken.count)
      return AlignedWord(
        word: Word(
          start: .milliseconds(10 * span.start), end: .milliseconds(10 * span.end), text: word.text, probability: mean,
          confidence: WordConfidence.whisperBase(mean)),
        tokens: word.tokens, bareEnd: word.spoken.upperBound,
        bareText: vocabulary.text(of: text[word.tokens.lowerBound..<word.spoken.upperBound]),
        lastAttended: attended)
    }[...]
    return counts.map { count in
      defer { timed = timed.dropFirst(count) }
      return Array(timed.prefix(count))
    }
  }

  /// The position that a token looks at most.
  private func peak(of token: Int, in attention: Matrix) -> Int {
    let row = attention.row(token)
    return (0..<attention.columns).reduce(0) { row[$1] > row[$0] ? $1 : $0 }
  }

  /// Frames of a run of tokens, from the path and the peaks of its first and last token's attention.
  private func span(
    of tokens: Range<Int>, first: UnsafeMutableBufferPointer<Int>, attention: Matrix
  ) -> WordEdges.Span {
    func peak(_ token: Int) -> Int {
      let row = attention.row(token), begin = first[token]
      var best = begin
      for position in begin..<max(begin + 1, first[token + 1]) where row[position] > row[best] { best = position }
      return best
    }
    return WordEdges.Span(
      start: Self.framesPerPosition * first[tokens.lowerBound], end: Self.framesPerPosition * first[tokens.upperBound],
      firstPeak: Self.framesPerPosition * peak(tokens.lowerBound),
      lastPeak: Self.framesPerPosition * peak(tokens.upperBound - 1))
  }
}
