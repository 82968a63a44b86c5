internal import Tensors

/// The text half of Whisper with its key/value caches. Owns its workspace; one step allocates nothing.
///
/// Several hypotheses of one window can be kept side by side, each in a *slot* of its own: they share the audio, the
/// weights are read once for all of them, and a hypothesis that goes on from another takes over only what differs.
///
/// - Reference: openai/whisper `whisper/model.py`, `TextDecoder`.
final class TextDecoder {
  private let weights: WhisperWeights
  private let context: ComputeContext
  /// Keys and values of the tokens.
  private let selfCache: SelfCache
  /// The same of the audio, which all slots share.
  private let crossCache: CrossCache
  /// Positions from here on are those of the silent tail, as long as there is one.
  private var tailStart: Int
  /// Hypotheses that there is room for.
  var slots: Int { selfCache.slots }
  var vocabularySize: Int { weights.dimensions.vocabulary }
  /// Rows that one pass has room for.
  var mostRows: Int { weights.dimensions.textContext }
  private let states: FloatBuffer, normalized: FloatBuffer, mixed: FloatBuffer, wide: FloatBuffer
  /// Room for one head's attention weights, `scoreRoom` per head.
  private let scores: FloatBuffer
  private let scoreRoom: Int
  /// Logits of the rows that `computeLogits` was asked for, `[row, token]`.
  private(set) var logits: FloatBuffer
  /// Where they stand: in `logits`, or among those of other decoders.
  private var logitsBase: UnsafeMutablePointer<Float>
  /// Slot and position of each row of the last `advance` or `step`.
  private let rows: SelfCache.Rows
  /// Tokens consumed since `reset`, by each hypothesis.
  private(set) var position = 0
  /// Whether all of them are those of slot 0, from which every hypothesis goes on.
  private var isCommon = true
  private(set) var lastRows = 0
  /// Positions of the audio that is attended to.
  private var audioRows = 0
  /// What takes the attention to the audio of the next passes, where that is wanted.
  var capture: CrossAttentionCapture?
  /// Other decoders that steps are made together with.
  var companions: DecoderCompanions?

  convenience init(weights: WhisperWeights, context: ComputeContext) {
    self.init(weights: weights, context: context, sharing: nil)
  }

  /// A decoder that is never at work at the same time as `other`: they share what no pass leaves behind.
  convenience init(besides other: TextDecoder) {
    self.init(weights: other.weights, context: other.context, sharing: other)
  }

  private init(weights: WhisperWeights, context: ComputeContext, sharing other: TextDecoder?) {
    (self.weights, self.context) = (weights, context)
    let size = weights.dimensions
    selfCache = SelfCache(dimensions: size, isHalf: weights.isQuantized)
    crossCache = CrossCache(dimensions: size, isHalf: weights.isQuantized)
    tailStart = size.audioContext
    states = FloatBuffer(count: size.textContext * size.state)
    normalized = other?.normalized ?? FloatBuffer(count: size.textContext * size.state)
    mixed = other?.mixed ?? FloatBuffer(count: size.textContext * size.state)
    wide = other?.wide ?? FloatBuffer(count: size.textContext * 4 * size.state)
    scoreRoom = max(
      Attention.rowsAtOnce * Attention.tiled(size.audioContext), SelfCache.scoreRoom(size))
    scores = other?.scores ?? FloatBuffer(count: size.decoderHeads * scoreRoom)
    logits = FloatBuffer(count: size.vocabulary)
    logitsBase = logits.base
    rows = SelfCache.Rows(
      slots: .allocate(capacity: size.textContext), positions: .allocate(capacity: size.textContext))
  }

  deinit {
    rows.slots.deallocate()
    rows.positions.deallocate()
  }

  /// Makes room for `count` hypotheses; forgets the tokens when there was less.
  func reserve(slots count: Int) {
    guard count > slots else { return }
    precondition(count <= weights.dimensions.textContext, "\(count) hypotheses at once")
    reset()
    selfCache.reserve(slots: count)
    logits = FloatBuffer(count: count * weights.dimensions.vocabulary)
    logitsBase = logits.base
  }

  /// The logits of one row of the last `computeLogits`, `[token]`.
  func logits(ofRow row: Int) -> UnsafeMutableBufferPointer<Float> {
    let count = weights.dimensions.vocabulary
    return UnsafeMutableBufferPointer(start: logitsBase + row * count, count: count)
  }

  /// Lets the hypothesis in `slot` go on where the one in `source` stands; positions before `first` are equal already.
  func copy(slot source: Int, to slot: Int, from first: Int) {
    selfCache.copy(slot: source, to: slot, from: first, position: position)
  }

  /// Makes the keys and values of the audio, once per window.
  ///
  /// - Parameters:
  ///   - audio: what the encoder has made, `[position, state]`.
  ///   - tail: the silence behind it, when only the audio was encoded.
  func attend(to audio: Matrix, before tail: SilentTail? = nil) {
    let size = weights.dimensions
    precondition(audio.rows <= size.audioContext && audio.columns == size.state)
    Self.keysAndValues(of: audio, weights: weights, to: crossCache, context: context)
    if let tail {
      crossCache.copy(audio.rows..<max(audio.rows, tailStart), from: tail.cross)
      tailStart = audio.rows
      audioRows = size.audioContext
    } else {
      tailStart = max(tailStart, audio.rows)
      audioRows = audio.rows
    }
  }

  static func keysAndValues(of audio: Matrix, weights: WhisperWeights, to cache: CrossCache, context: ComputeContext) {
    let state = weights.dimensions.state, width = weights.dimensions.decoderHeadWidth
    if weights.isQuantized {
      // A block of positions is quantised once for all layers, and what is made of it goes from the cache to its place.
      context.overBlocks(audio.rows, multiple: Attention.keyTile, depth: state, values: 2 * state + width) {
        rows, block in
        let input = block.quantize(audio.rows(rows))
        let keyValue = block.floats(rows: rows.count, columns: 2 * state)
        let scratch = block.floats(from: rows.count * 2 * state, rows: Attention.keyTile, columns: width)
        for (index, layer) in weights.decoderLayers.enumerated() {
          layer.crossKeyValue(input, to: keyValue, in: block)
          cache.store(keyValue, layer: index, from: rows.lowerBound, scratch: scratch.base, kernels: block.kernels)
        }
      }
      return
    }
    let room = FloatBuffer(count: audio.rows * 2 * state)
    let keyValue = room.matrix(rows: audio.rows, columns: 2 * state)
    for (index, layer) in weights.decoderLayers.enumerated() {
      layer.crossKeyValue(audio, to: keyValue, context: context)
      cache.store(keyValue, layer: index, context: context)
    }
  }

  /// Forgets the tokens, keeps the audio.
  func reset() { (position, isCommon) = (0, true) }

  /// Consumes tokens at the next positions of the hypothesis in slot 0.
  ///
  /// - Precondition: `position + tokens.count` is at most the text context.
  func advance(_ tokens: some Collection<Int>) {
    for (row, token) in tokens.enumerated() { place(token, row: row, slot: 0, position: position + row) }
    run(rows: tokens.count)
    position += tokens.count
    selfCache.share(isCommon ? position : 0)
  }

  /// Consumes one token of each of several hypotheses, at the same position.
  ///
  /// - Parameters:
  ///   - tokens: one for each row.
  ///   - slots: the hypothesis of each row.
  func step(_ tokens: [Int], slots: [Int]) {
    place(tokens, slots: slots)
    run(rows: tokens.count)
    position += 1
  }

  /// The same, and the logits of each row: together with other decoders where there are some.
  func next(_ tokens: [Int], slots: [Int]) {
    precondition(!tokens.isEmpty && tokens.count <= slots.count && tokens.count <= self.slots, "one token a hypothesis")
    place(tokens, slots: slots)
    lastRows = tokens.count
    if let companions { return companions.step(self) }
    Self.step(CollectionOfOne(self), logits: logits.matrix(rows: lastRows, columns: vocabularySize))
  }

  private func place(_ tokens: [Int], slots: [Int]) {
    for row in tokens.indices { place(tokens[row], row: row, slot: slots[row], position: position) }
    isCommon = false
  }

  private func place(_ token: Int, row: Int, slot: Int, position: Int) {
    let size = weights.dimensions
    precondition(
      row < size.textContext && position < size.textContext && slot < slots,
      "more tokens than the decoder has positions")
    (rows.slots[row], rows.positions[row]) = (slot, position)
    let x = Matrix(states.base + row * size.state, rows: 1, columns: size.state)
    weights.embedding.weight.copyRow(token, to: x.base, kernels: context.kernels)
    context.add(weights.decoderPositions.matrix(columns: size.state).rows(position..<position + 1), to: x)
  }

  /// Passes the placed rows through all layers.
  private func run(rows count: Int) {
    precondition(count > 0, "no tokens to consume")
    lastRows = count
    Self.run(CollectionOfOne(self))
  }

  /// Passes the placed rows of some decoders of one model through all layers, in the workspace of the first: weights are read once
  /// for all of them.
  private static func run(_ group: some Collection<TextDecoder>) {
    let leader = group.first!, weights = leader.weights, context = leader.context
    let state = weights.dimensions.state
    let total = group.reduce(0) { $0 + $1.lastRows }
    let x = leader.states.matrix(rows: total, columns: state)
    let norm = leader.normalized.matrix(rows: total, columns: state)
    let attended = leader.mixed.matrix(rows: total, columns: state)
    each(of: group) { decoder, rows in
      if decoder !== leader { x.row(rows.lowerBound).update(from: decoder.states.base, count: rows.count * state) }
    }
    for (index, layer) in weights.decoderLayers.enumerated() {
      layer.attentionNorm(x, to: norm, context: context)
      let qkv = leader.wide.matrix(rows: total, columns: 3 * state)
      layer.queryKeyValue(norm, to: qkv, context: context)
      each(of: group) { decoder, rows in
        decoder.selfCache.store(qkv.rows(rows), layer: index, rows: decoder.rows, kernels: context.kernels)
        decoder.attendToTokens(qkv.rows(rows), layer: index, to: attended.rows(rows))
      }
      leader.addProjection(layer.attentionOutput, of: attended, to: x, via: norm)

      layer.crossNorm(x, to: norm, context: context)
      let queries = leader.wide.matrix(rows: total, columns: state)
      layer.crossQuery(norm, to: queries, context: context)
      each(of: group) { decoder, rows in
        decoder.capture?.record(queries.rows(rows), layer: index, cache: decoder.crossCache)
        decoder.attendToAudio(queries.rows(rows), layer: index, to: attended.rows(rows))
      }
      leader.addProjection(layer.crossOutput, of: attended, to: x, via: norm)

      layer.feedForwardNorm(x, to: norm, context: context)
      let hidden = leader.wide.matrix(rows: total, columns: 4 * state)
      layer.expand(norm, to: hidden, context: context, gelu: true)
      leader.addProjection(layer.contract, of: hidden, to: x, via: norm)
    }
  }

  /// Calls `body` with each decoder and its rows among those of all.
  private static func each(of group: some Collection<TextDecoder>, _ body: (TextDecoder, Range<Int>) -> Void) {
    var first = 0
    for decoder in group {
      body(decoder, first..<first + decoder.lastRows)
      first += decoder.lastRows
    }
  }

  /// Consumes the tokens that each decoder has `placed`, and makes the logits of all of them.
  ///
  /// - Parameters:
  ///   - group: decoders of one model that have placed at most `mostRows` together.
  ///   - logits: `[row, token]`.
  static func step(_ group: some Collection<TextDecoder>, logits: Matrix) {
    run(group)
    let leader = group.first!
    leader.computeLogits(rows: 0..<logits.rows, to: logits)
    each(of: group) { decoder, rows in
      decoder.logitsBase = logits.row(rows.lowerBound)
      decoder.position += 1
    }
  }

  /// Makes the first row of `logits` for one of the tokens of the last `advance`; the last of them unless told.
  func computeLogits(row: Int? = nil) {
    let row = row ?? lastRows - 1
    computeLogits(rows: row..<row + 1)
  }

  /// Makes one row of `logits` for each row of the last `step`.
  func computeAllLogits() { computeLogits(rows: 0..<lastRows) }

  private func computeLogits(rows: Range<Int>) {
    precondition(rows.lowerBound >= 0 && rows.upperBound <= lastRows && rows.count <= slots)
    computeLogits(rows: rows, to: logits.matrix(rows: rows.count, columns: vocabularySize))
    logitsBase = logits.base
  }

  private func computeLogits(rows: Range<Int>, to logits: Matrix) {
    weights.embedding(normalize(rows), to: logits, context: context)
  }

  /// What the projection to logits sees of some tokens of the last `advance`, `[token, state]`; valid until the next.
  func outputs(rows: Range<Int>) -> Matrix {
    precondition(rows.upperBound <= lastRows, "rows \(rows) of \(lastRows)")
    return normalize(rows)
  }

  private func normalize(_ rows: Range<Int>) -> Matrix {
    let state = weights.dimensions.state
    let norm = normalized.matrix(rows: rows.count, columns: state)
    weights.decoderNorm(states.matrix(rows: rows.upperBound, columns: state).rows(rows), to: norm, context: context)
    return norm
  }

  /// `x += projection(input)`, through `scratch` where the product cannot add by itself.
  private func addProjection(_ projection: Linear, of input: Matrix, to x: Matrix, via scratch: Matrix) {
    if weights.isQuantized {
      projection(input, to: x, context: context, adding: true)
    } else {
      projection(input, to: scratch, context: context)
      context.add(scratch, to: x)
    }
  }

  private func attendToTokens(_ queries: Matrix, layer: Int, to output: Matrix) {
    let heads = weights.dimensions.decoderHeads
    let parts = queries.rows == 1 ? 1 : context.parts(max: heads)
    var job = TokenJob(
      cache: selfCache, queries: queries, output: output, layer: layer, rows: rows, scores: scores.base,
      scoreRoom: scoreRoom, heads: heads, parts: parts, kernels: context.kernels)
    context.pool.run(parts: parts, job: &job) { job, part, _ in
      job!.assumingMemoryBound(to: TokenJob.self).pointee.run(Int(part))
    }
  }

  private func attendToAudio(_ queries: Matrix, layer: Int, to output: Matrix) {
    let size = weights.dimensions
    let parts = context.parts(max: size.decoderHeads)
    var job = AudioJob(
      queries: queries, output: output, keys: crossCache.slice(layer: layer, part: 0, head: 0),
      values: crossCache.slice(layer: layer, part: 1, head: 0), isHalf: crossCache.isHalf, scores: scores.base,
      scoreRoom: scoreRoom, heads: size.decoderHeads, width: size.decoderHeadWidth,
      cacheRows: Attention.tiled(size.audioContext), audioRows: audioRows, parts: parts,
      kernels: context.kernels)
    context.pool.run(parts: parts, job: &job) { job, part, _ in
      job!.assumingMemoryBound(to: AudioJob.self).pointee.run(Int(part))
    }
  }
}

/// Attention of some query rows to the tokens of their hypotheses, for a run of heads.
private struct TokenJob {
  let cache: SelfCache
  let queries: Matrix, output: Matrix
  let layer: Int
  let rows: SelfCache.Rows
  let scores: UnsafeMutablePointer<Float>
  let scoreRoom: Int, heads: Int, parts: Int
  let kernels: Kernels

  func run(_ part: Int) {
    cache.attend(
      queries: queries, layer: layer, heads: MatrixProduct.share(part, of: parts, count: heads), rows: rows,
      scores: scores, scoreRoom: scoreRoom, to: output, kernels: kernels)
  }
}

/// Attention of some query rows to the audio, for a run of heads.
private struct AudioJob {
  let queries: Matrix, output: Matrix
  /// `[head][position][channel]`.
  let keys: UnsafeMutableRawPointer, values: UnsafeMutableRawPointer
  /// Whether these are in half precision, or Float32.
  let isHalf: Bool
  let scores: UnsafeMutablePointer<Float>
  let scoreRoom: Int, heads: Int, width: Int, cacheRows: Int, audioRows: Int, parts: Int
  let kernels: Kernels

  func run(_ part: Int) {
    for head in MatrixProduct.share(part, of: parts, count: heads) {
      let first = head * cacheRows * width, scores = scores + head * scoreRoom
      if isHalf {
        let channels = head * width..<(head + 1) * width
        Attention.step(
          queries.columns(channels), halfKeys: keys + 2 * first, halfValues: values + 2 * first,
          positions: audioRows, scores: scores, to: output.columns(channels), kernels: kernels)
        continue
      }
      for row in 0..<output.rows {
        Attention.step(
          query: queries.row(row) + head * width, keys: keys.assumingMemoryBound(to: Float.self) + first,
          values: values.assumingMemoryBound(to: Float.self) + first, rows: audioRows, width: width,
          scores: scores, output: output.row(row) + head * width, kernels: kernels)
      }
    }
  }
}
