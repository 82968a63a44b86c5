internal import Tensors

/// The text half of Whisper with its key/value caches. Owns its workspace; one step allocates nothing.
///
/// - Reference: openai/whisper `whisper/model.py`, `TextDecoder`.
final class TextDecoder {
  private let weights: WhisperWeights
  private let context: ComputeContext
  /// Keys then values of every layer, `[layer][key or value][head][position][channel]`.
  private let selfCache: FloatBuffer, crossCache: FloatBuffer
  private let states: FloatBuffer, normalized: FloatBuffer, mixed: FloatBuffer, wide: FloatBuffer
  /// Room for one head's attention weights, per head.
  private let scores: FloatBuffer
  /// Logits of the row that `computeLogits` was asked for, `[token]`.
  let logits: FloatBuffer
  /// Tokens consumed since `reset`.
  private(set) var position = 0
  private var lastRows = 0

  init(weights: WhisperWeights, context: ComputeContext) {
    (self.weights, self.context) = (weights, context)
    let size = weights.dimensions
    selfCache = FloatBuffer(count: 2 * size.decoderLayers * size.textContext * size.state)
    crossCache = FloatBuffer(count: 2 * size.decoderLayers * size.audioContext * size.state)
    states = FloatBuffer(count: size.textContext * size.state)
    normalized = FloatBuffer(count: size.textContext * size.state)
    mixed = FloatBuffer(count: size.textContext * size.state)
    wide = FloatBuffer(count: size.textContext * 4 * size.state)
    scores = FloatBuffer(count: size.decoderHeads * max(size.audioContext, size.textContext))
    logits = FloatBuffer(count: size.vocabulary)
  }

  /// A cache's keys (0) or values (1) of one head: `[position, channel]`.
  private func slice(_ cache: FloatBuffer, rows: Int, layer: Int, part: Int, head: Int) -> UnsafeMutablePointer<Float> {
    let size = weights.dimensions
    return cache.base + (((layer * 2 + part) * size.decoderHeads + head) * rows) * size.decoderHeadWidth
  }

  /// Makes the keys and values of the audio, once per window. `audio` is `[position, state]`.
  func attend(to audio: FloatBuffer) {
    let size = weights.dimensions
    let (width, rows) = (size.decoderHeadWidth, size.audioContext)
    let input = audio.matrix(columns: size.state)
    let units = size.decoderLayers * 2 * size.decoderHeads
    context.pool.run(parts: units) { unit, thread in
      let layer = unit / (2 * size.decoderHeads), slot = unit % (2 * size.decoderHeads)
      let linear = weights.decoderLayers[layer].crossKeyValue
      let channels = slot * width..<(slot + 1) * width
      let output = Matrix(
        slice(crossCache, rows: rows, layer: layer, part: 0, head: slot), rows: rows, columns: width)
      let block = linear.floats(channels, scratch: context.scratch(thread), kernels: context.kernels)
      if let bias = linear.bias {
        for row in 0..<rows { output.row(row).update(from: bias.base + channels.lowerBound, count: width) }
      }
      MatrixProduct.multiply(input, transposed: block, to: output, adding: linear.bias != nil)
    }
  }

  /// Forgets the tokens, keeps the audio.
  func reset() { position = 0 }

  /// Consumes tokens at the next positions.
  ///
  /// - Precondition: `position + tokens.count` is at most the text context.
  func advance(_ tokens: some Collection<Int>) {
    let size = weights.dimensions
    let (state, rows) = (size.state, tokens.count)
    precondition(rows > 0 && position + rows <= size.textContext, "more tokens than the decoder has positions")
    let x = states.matrix(rows: rows, columns: state)
    for (row, token) in tokens.enumerated() {
      weights.embedding.weight.copyRow(token, to: x.row(row), kernels: context.kernels)
    }
    context.add(weights.decoderPositions.matrix(columns: state).rows(position..<position + rows), to: x)
    let norm = normalized.matrix(rows: rows, columns: state), attended = mixed.matrix(rows: rows, columns: state)
    for (index, layer) in weights.decoderLayers.enumerated() {
      layer.attentionNorm(x, to: norm, context: context)
      let qkv = wide.matrix(rows: rows, columns: 3 * state)
      layer.queryKeyValue(norm, to: qkv, context: context)
      remember(qkv, layer: index)
      attend(queries: qkv, cache: selfCache, cacheRows: size.textContext, causal: true, layer: index, to: attended)
      addProjection(layer.attentionOutput, of: attended, to: x, via: norm)

      layer.crossNorm(x, to: norm, context: context)
      let queries = wide.matrix(rows: rows, columns: state)
      layer.crossQuery(norm, to: queries, context: context)
      attend(
        queries: queries, cache: crossCache, cacheRows: size.audioContext, causal: false, layer: index, to: attended)
      addProjection(layer.crossOutput, of: attended, to: x, via: norm)

      layer.feedForwardNorm(x, to: norm, context: context)
      let hidden = wide.matrix(rows: rows, columns: 4 * state)
      layer.expand(norm, to: hidden, context: context)
      context.gelu(hidden)
      addProjection(layer.contract, of: hidden, to: x, via: norm)
    }
    position += rows
    lastRows = rows
  }

  /// Makes `logits` for one of the tokens of the last `advance`; the last of them unless told.
  func computeLogits(row: Int? = nil) {
    let state = weights.dimensions.state
    let row = row ?? lastRows - 1
    precondition(row >= 0 && row < lastRows)
    let x = states.matrix(rows: lastRows, columns: state).rows(row..<row + 1)
    let norm = normalized.matrix(rows: 1, columns: state)
    weights.decoderNorm(x, to: norm, context: context)
    weights.embedding(norm, to: logits.matrix(rows: 1, columns: logits.count), context: context)
  }

  /// `x += projection(input)`, through `scratch` where the product cannot add by itself.
  private func addProjection(_ projection: Linear, of input: Matrix, to x: Matrix, via scratch: Matrix) {
    projection(input, to: scratch, context: context)
    context.add(scratch, to: x)
  }

  /// Copies new keys and values into the cache, behind the older ones.
  private func remember(_ qkv: Matrix, layer: Int) {
    let size = weights.dimensions
    let width = size.decoderHeadWidth
    for part in 0..<2 {
      for head in 0..<size.decoderHeads {
        let cache = slice(selfCache, rows: size.textContext, layer: layer, part: part, head: head)
        for row in 0..<qkv.rows {
          (cache + (position + row) * width).update(
            from: qkv.row(row) + (part + 1) * size.state + head * width, count: width)
        }
      }
    }
  }

  private func attend(
    queries: Matrix, cache: FloatBuffer, cacheRows: Int, causal: Bool, layer: Int, to output: Matrix
  ) {
    let size = weights.dimensions
    let width = size.decoderHeadWidth
    let parts = causal && queries.rows == 1 ? 1 : context.parts(max: size.decoderHeads)
    var job = HeadsJob(
      queries: queries, output: output, keys: slice(cache, rows: cacheRows, layer: layer, part: 0, head: 0),
      values: slice(cache, rows: cacheRows, layer: layer, part: 1, head: 0), scores: scores.base,
      heads: size.decoderHeads, width: width, cacheRows: cacheRows,
      scoreRoom: max(size.audioContext, size.textContext), causalStart: causal ? position : nil, parts: parts,
      kernels: context.kernels)
    context.pool.run(parts: parts, job: &job) { job, part, _ in
      job!.assumingMemoryBound(to: HeadsJob.self).pointee.run(Int(part))
    }
  }
}

/// Attention of some query rows to a cache, for a run of heads.
private struct HeadsJob {
  let queries: Matrix, output: Matrix
  /// `[head][position][channel]`.
  let keys: UnsafeMutablePointer<Float>, values: UnsafeMutablePointer<Float>
  let scores: UnsafeMutablePointer<Float>
  let heads: Int, width: Int, cacheRows: Int, scoreRoom: Int
  /// Position of the first query; nil where every query sees the whole cache.
  let causalStart: Int?
  let parts: Int
  let kernels: Kernels

  func run(_ part: Int) {
    for head in MatrixProduct.share(part, of: parts, count: heads) {
      for row in 0..<output.rows {
        Attention.step(
          query: queries.row(row) + head * width, keys: keys + head * cacheRows * width,
          values: values + head * cacheRows * width, rows: causalStart.map { $0 + row + 1 } ?? cacheRows, width: width,
          scores: scores + head * scoreRoom, output: output.row(row) + head * width, kernels: kernels)
      }
    }
  }
}
