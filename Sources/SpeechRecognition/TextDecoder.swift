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
  /// Keys then values of every layer, `[slot][layer][key or value][head][position][channel]`.
  private var selfCache: FloatBuffer
  /// The same of the audio, which all slots share.
  private let crossCache: CrossCache
  /// Positions from here on are those of the silent tail, as long as there is one.
  private var tailStart: Int
  /// Hypotheses that there is room for.
  private(set) var slots = 1
  private let floatsPerSlot: Int
  private let states: FloatBuffer, normalized: FloatBuffer, mixed: FloatBuffer, wide: FloatBuffer
  /// Room for one head's attention weights, `scoreRoom` per head.
  private let scores: FloatBuffer
  private let scoreRoom: Int
  /// Logits of the rows that `computeLogits` was asked for, `[row, token]`.
  private(set) var logits: FloatBuffer
  /// Slot and position of each row of the last `advance` or `step`.
  private let rowSlots: UnsafeMutablePointer<Int>, rowPositions: UnsafeMutablePointer<Int>
  /// Tokens consumed since `reset`, by each hypothesis.
  private(set) var position = 0
  private(set) var lastRows = 0
  /// Positions of the audio that is attended to.
  private var audioRows = 0
  /// What takes the attention to the audio of the next passes, where that is wanted.
  var capture: CrossAttentionCapture?

  init(weights: WhisperWeights, context: ComputeContext) {
    (self.weights, self.context) = (weights, context)
    let size = weights.dimensions
    floatsPerSlot = 2 * size.decoderLayers * size.textContext * size.state
    selfCache = FloatBuffer(count: floatsPerSlot)
    crossCache = CrossCache(dimensions: size, isHalf: weights.isQuantized)
    tailStart = size.audioContext
    states = FloatBuffer(count: size.textContext * size.state)
    normalized = FloatBuffer(count: size.textContext * size.state)
    mixed = FloatBuffer(count: size.textContext * size.state)
    wide = FloatBuffer(count: size.textContext * 4 * size.state)
    scoreRoom = max(
      Attention.rowsAtOnce * Attention.tileCount(size.audioContext) * Attention.keyTile, size.textContext)
    scores = FloatBuffer(count: size.decoderHeads * scoreRoom)
    logits = FloatBuffer(count: size.vocabulary)
    rowSlots = .allocate(capacity: size.textContext)
    rowPositions = .allocate(capacity: size.textContext)
  }

  deinit {
    rowSlots.deallocate()
    rowPositions.deallocate()
  }

  /// Makes room for `count` hypotheses; forgets the tokens when there was less.
  func reserve(slots count: Int) {
    guard count > slots else { return }
    precondition(count <= weights.dimensions.textContext, "\(count) hypotheses at once")
    (slots, position) = (count, 0)
    selfCache = FloatBuffer(count: count * floatsPerSlot)
    logits = FloatBuffer(count: count * weights.dimensions.vocabulary)
  }

  /// The logits of one row of the last `computeLogits`, `[token]`.
  func logits(ofRow row: Int) -> UnsafeMutableBufferPointer<Float> {
    let count = weights.dimensions.vocabulary
    return UnsafeMutableBufferPointer(start: logits.base + row * count, count: count)
  }

  /// Lets the hypothesis in `slot` go on where the one in `source` stands; positions before `first` are equal already.
  func copy(slot source: Int, to slot: Int, from first: Int) {
    let size = weights.dimensions
    let width = size.decoderHeadWidth
    guard first < position else { return }
    for block in 0..<2 * size.decoderLayers * size.decoderHeads {
      let offset = (block * size.textContext + first) * width
      (selfCache.base + slot * floatsPerSlot + offset).update(
        from: selfCache.base + source * floatsPerSlot + offset, count: (position - first) * width)
    }
  }

  /// Keys (0) or values (1) of one head in slot 0: `[position, channel]`.
  private func slice(layer: Int, part: Int, head: Int) -> UnsafeMutablePointer<Float> {
    let size = weights.dimensions
    return selfCache.base
      + (((layer * 2 + part) * size.decoderHeads + head) * size.textContext) * size.decoderHeadWidth
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
    let room = FloatBuffer(count: audio.rows * 2 * weights.dimensions.state)
    let keyValue = room.matrix(rows: audio.rows, columns: 2 * weights.dimensions.state)
    for (index, layer) in weights.decoderLayers.enumerated() {
      layer.crossKeyValue(audio, to: keyValue, context: context)
      cache.store(keyValue, layer: index, context: context)
    }
  }

  /// Forgets the tokens, keeps the audio.
  func reset() { position = 0 }

  /// Consumes tokens at the next positions of the hypothesis in slot 0.
  ///
  /// - Precondition: `position + tokens.count` is at most the text context.
  func advance(_ tokens: some Collection<Int>) {
    for (row, token) in tokens.enumerated() { place(token, row: row, slot: 0, position: position + row) }
    run(rows: tokens.count)
    position += tokens.count
  }

  /// Consumes one token of each of several hypotheses, at the same position.
  ///
  /// - Parameters:
  ///   - tokens: one for each row.
  ///   - slots: the hypothesis of each row.
  func step(_ tokens: [Int], slots: [Int]) {
    for row in tokens.indices { place(tokens[row], row: row, slot: slots[row], position: position) }
    run(rows: tokens.count)
    position += 1
  }

  private func place(_ token: Int, row: Int, slot: Int, position: Int) {
    let size = weights.dimensions
    precondition(
      row < size.textContext && position < size.textContext && slot < slots,
      "more tokens than the decoder has positions")
    (rowSlots[row], rowPositions[row]) = (slot, position)
    let x = Matrix(states.base + row * size.state, rows: 1, columns: size.state)
    weights.embedding.weight.copyRow(token, to: x.base, kernels: context.kernels)
    context.add(weights.decoderPositions.matrix(columns: size.state).rows(position..<position + 1), to: x)
  }

  /// Passes the placed rows through all layers.
  private func run(rows: Int) {
    let state = weights.dimensions.state
    precondition(rows > 0, "no tokens to consume")
    let x = states.matrix(rows: rows, columns: state)
    let norm = normalized.matrix(rows: rows, columns: state), attended = mixed.matrix(rows: rows, columns: state)
    for (index, layer) in weights.decoderLayers.enumerated() {
      layer.attentionNorm(x, to: norm, context: context)
      let qkv = wide.matrix(rows: rows, columns: 3 * state)
      layer.queryKeyValue(norm, to: qkv, context: context)
      remember(qkv, layer: index)
      attend(queries: qkv, causal: true, layer: index, to: attended)
      addProjection(layer.attentionOutput, of: attended, to: x, via: norm)

      layer.crossNorm(x, to: norm, context: context)
      let queries = wide.matrix(rows: rows, columns: state)
      layer.crossQuery(norm, to: queries, context: context)
      capture?.record(queries, layer: index, cache: crossCache)
      attend(queries: queries, causal: false, layer: index, to: attended)
      addProjection(layer.crossOutput, of: attended, to: x, via: norm)

      layer.feedForwardNorm(x, to: norm, context: context)
      let hidden = wide.matrix(rows: rows, columns: 4 * state)
      layer.expand(norm, to: hidden, context: context, gelu: true)
      addProjection(layer.contract, of: hidden, to: x, via: norm)
    }
    lastRows = rows
  }

  /// Makes the first row of `logits` for one of the tokens of the last `advance`; the last of them unless told.
  func computeLogits(row: Int? = nil) {
    let row = row ?? lastRows - 1
    computeLogits(rows: row..<row + 1)
  }

  /// Makes one row of `logits` for each row of the last `step`.
  func computeAllLogits() { computeLogits(rows: 0..<lastRows) }

  private func computeLogits(rows: Range<Int>) {
    let size = weights.dimensions
    precondition(rows.lowerBound >= 0 && rows.upperBound <= lastRows && rows.count <= slots)
    let x = states.matrix(rows: lastRows, columns: size.state).rows(rows)
    let norm = normalized.matrix(rows: rows.count, columns: size.state)
    weights.decoderNorm(x, to: norm, context: context)
    weights.embedding(norm, to: logits.matrix(rows: rows.count, columns: size.vocabulary), context: context)
  }

  /// What the projection to logits sees of some tokens of the last `advance`, `[token, state]`; valid until the next.
  func outputs(rows: Range<Int>) -> Matrix {
    let state = weights.dimensions.state
    let norm = normalized.matrix(rows: rows.count, columns: state)
    weights.decoderNorm(states.matrix(rows: lastRows, columns: state).rows(rows), to: norm, context: context)
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

  /// Copies new keys and values into the cache, behind the older ones of their hypothesis.
  private func remember(_ qkv: Matrix, layer: Int) {
    let size = weights.dimensions
    let width = size.decoderHeadWidth
    for part in 0..<2 {
      for head in 0..<size.decoderHeads {
        let cache = slice(layer: layer, part: part, head: head)
        for row in 0..<qkv.rows {
          (cache + rowSlots[row] * floatsPerSlot + rowPositions[row] * width).update(
            from: qkv.row(row) + (part + 1) * size.state + head * width, count: width)
        }
      }
    }
  }

  /// Attention to the tokens so far (`causal`) or to the audio.
  private func attend(queries: Matrix, causal: Bool, layer: Int, to output: Matrix) {
    let size = weights.dimensions
    let parts = causal && queries.rows == 1 ? 1 : context.parts(max: size.decoderHeads)
    func memory(_ part: Int) -> UnsafeMutableRawPointer {
      causal
        ? UnsafeMutableRawPointer(slice(layer: layer, part: part, head: 0))
        : crossCache.slice(layer: layer, part: part, head: 0)
    }
    var job = HeadsJob(
      queries: queries, output: output, keys: memory(0), values: memory(1), isHalf: !causal && crossCache.isHalf,
      scores: scores.base, heads: size.decoderHeads, width: size.decoderHeadWidth,
      cacheRows: causal ? size.textContext : Attention.tileCount(size.audioContext) * Attention.keyTile,
      audioRows: audioRows,
      scoreRoom: scoreRoom, rowSlots: causal ? rowSlots : nil,
      rowPositions: rowPositions, floatsPerSlot: floatsPerSlot, parts: parts, kernels: context.kernels)
    context.pool.run(parts: parts, job: &job) { job, part, _ in
      job!.assumingMemoryBound(to: HeadsJob.self).pointee.run(Int(part))
    }
  }
}

/// Attention of some query rows to a cache, for a run of heads.
private struct HeadsJob {
  let queries: Matrix, output: Matrix
  /// `[head][position][channel]`, of slot 0.
  let keys: UnsafeMutableRawPointer, values: UnsafeMutableRawPointer
  /// Whether these are in half precision, or Float32.
  let isHalf: Bool
  let scores: UnsafeMutablePointer<Float>
  let heads: Int, width: Int, cacheRows: Int, audioRows: Int, scoreRoom: Int
  /// The slot of each query, which sees its own hypothesis up to its position; nil where every query sees the whole cache.
  let rowSlots: UnsafePointer<Int>?
  let rowPositions: UnsafePointer<Int>
  let floatsPerSlot: Int
  let parts: Int
  let kernels: Kernels

  func run(_ part: Int) {
    for head in MatrixProduct.share(part, of: parts, count: heads) {
      if isHalf {
        let memory = 2 * head * cacheRows * width, channels = head * width..<(head + 1) * width
        Attention.step(
          queries.columns(channels), halfKeys: keys + memory, halfValues: values + memory,
          positions: audioRows, scores: scores + head * scoreRoom, to: output.columns(channels), kernels: kernels)
        continue
      }
      for row in 0..<output.rows {
        let offset = head * cacheRows * width + (rowSlots.map { $0[row] * floatsPerSlot } ?? 0)
        let rows = rowSlots == nil ? audioRows : rowPositions[row] + 1
        Attention.step(
          query: queries.row(row) + head * width, keys: keys.assumingMemoryBound(to: Float.self) + offset,
          values: values.assumingMemoryBound(to: Float.self) + offset, rows: rows, width: width,
          scores: scores + head * scoreRoom, output: output.row(row) + head * width, kernels: kernels)
      }
    }
  }
}
