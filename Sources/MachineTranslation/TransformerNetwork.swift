internal import CKernels
internal import Tensors

/// A transformer with an attention decoder as a search sees it: the memory of one thread, and the layers computed in it.
///
/// Token rows of all sentences of a batch stand one after another without padding, `[token, channel]`. Which product computes a row
/// depends on how many rows there are, so a sentence's numbers may differ in the last bits with its company.
final class TransformerNetwork: TranslationNetwork {
  private let weights: TransformerWeights
  private let context: ComputeContext
  private let floats: dragoman_float_kernels
  private let positions: PositionSignal
  private var cache: KeyValueCache
  /// The source's keys and values per decoder layer; of each sentence `[head, token, channel]` from its first row on.
  private let sourceKeys: [Buffer<Float>]
  private let sourceValues: [Buffer<Float>]

  /// Rows of the encoder, and of the decoder after it: `[row, channel]`.
  private let rows = Buffer<Float>()
  private let queries = Buffer<Float>()
  private let keys = Buffer<Float>()
  private let values = Buffer<Float>()
  private let attended = Buffer<Float>()
  /// `[row, inner channel]`.
  private let inner = Buffer<Float>()
  private let gate = Buffer<Float>()
  private let scores = Buffer<Float>()
  /// `[row, source piece]` with `attentionStride` floats a row.
  private let attentions = Buffer<Float>()
  private var attentionStride = 0
  /// Logits of the rows `tile`, `[row, word]`.
  private let logits = Buffer<Float>()
  private var tile = 0..<0
  private var rowCount = 0
  private var position = 0

  /// Rows whose words are scored together: each pass reads the whole output matrix.
  private static let tileRows = 48

  private var channels: Int { weights.channels }
  private var width: Int { weights.headChannels }

  init(_ weights: TransformerWeights, kernels: Kernels) {
    self.weights = weights
    context = ComputeContext(kernels: kernels, threads: 1)
    floats = kernels.table.pointee.floats
    positions = PositionSignal(channels: weights.channels, spacing: weights.positions)
    cache = KeyValueCache(layers: weights.decoder.count, heads: weights.heads, width: weights.headChannels)
    sourceKeys = weights.decoder.map { _ in Buffer() }
    sourceValues = weights.decoder.map { _ in Buffer() }
  }

  private func matrix(_ buffer: Buffer<Float>, rows: Int) -> Matrix {
    Matrix(buffer.reserve(rows * channels), rows: rows, columns: channels)
  }

  // MARK: layers

  private func embed(_ word: Int32?, in embedding: WeightMatrix, position: Int, to output: UnsafeMutablePointer<Float>)
  {
    if let word {
      embedding.copyRow(Int(word), to: output, kernels: context.kernels)
      for channel in 0..<channels { output[channel] *= weights.embeddingScale }
      floats.add(positions.row(position), output, channels)
    } else {
      output.update(from: positions.row(position), count: channels)
    }
  }

  /// `rows = norm(rows + layer(input))`.
  private func addAndNormalize(_ layer: Linear, of input: Matrix, to rows: Matrix, norm: Tensors.LayerNorm) {
    let sum = matrix(queries, rows: rows.rows)
    layer(input, to: sum, context: context)
    context.add(sum, to: rows)
    norm(rows, to: rows, context: context)
  }

  private func feedForward(_ layer: TransformerWeights.FeedForward, _ rows: Matrix) {
    let columns = layer.first.weight.outputs
    let inner = Matrix(self.inner.reserve(rows.rows * columns), rows: rows.rows, columns: columns)
    layer.first(rows, to: inner, context: context)
    let count = inner.rows * columns
    switch weights.activation {
    case .relu: floats.relu(inner.base, count)
    case .gelu: floats.gelu(inner.base, count)
    case .swish:
      let gate = self.gate.reserve(count)
      gate.update(from: inner.base, count: count)
      floats.sigmoid(gate, count)
      for index in 0..<count { inner.base[index] *= gate[index] }
    }
    addAndNormalize(layer.second, of: inner, to: rows, norm: layer.norm)
  }

  // MARK: encoder

  func encode(_ sentences: [[Int32]], starts: [Int]) {
    encoded(sentences, starts: starts)
    let tokens = matrix(rows, rows: starts.last!)
    let (keys, values) = (matrix(self.keys, rows: tokens.rows), matrix(self.values, rows: tokens.rows))
    for (index, layer) in weights.decoder.enumerated() {
      layer.sourceAttention.key(tokens, to: keys, context: context)
      layer.sourceAttention.value(tokens, to: values, context: context)
      splitHeads(keys, starts, to: sourceKeys[index])
      splitHeads(values, starts, to: sourceValues[index])
    }
  }

  /// The encoder's rows, `[token, channel]`; valid until the next call.
  @discardableResult
  func encoded(_ sentences: [[Int32]], starts: [Int]) -> Matrix {
    let count = starts.last!
    positions.prepare(sentences.map(\.count).max() ?? 0)
    let tokens = matrix(rows, rows: count)
    for (sentence, start) in zip(sentences, starts) {
      for (position, word) in sentence.enumerated() {
        embed(word, in: weights.sourceEmbedding, position: position, to: tokens.row(start + position))
      }
    }
    let (queries, keys) = (matrix(self.queries, rows: count), matrix(self.keys, rows: count))
    let (values, attended) = (matrix(self.values, rows: count), matrix(self.attended, rows: count))
    for layer in weights.encoder {
      layer.attention.query(tokens, to: queries, context: context)
      layer.attention.key(tokens, to: keys, context: context)
      layer.attention.value(tokens, to: values, context: context)
      for (sentence, start) in zip(sentences, starts) {
        let range = start..<start + sentence.count
        Attention.full(
          queries: queries.rows(range), keys: keys.rows(range), values: values.rows(range), heads: weights.heads,
          to: attended.rows(range), context: context)
      }
      addAndNormalize(layer.attention.output, of: attended, to: tokens, norm: layer.attention.norm)
      feedForward(layer.feedForward, tokens)
    }
    return tokens
  }

  /// Brings the rows of each sentence into the order `[head, token, channel]`.
  private func splitHeads(_ rows: Matrix, _ starts: [Int], to buffer: Buffer<Float>) {
    let output = buffer.reserve(rows.rows * channels)
    for (start, end) in zip(starts, starts.dropFirst()) {
      var next = output + start * channels
      for head in 0..<weights.heads {
        for row in start..<end {
          next.update(from: rows.row(row) + head * width, count: width)
          next += width
        }
      }
    }
  }

  // MARK: decoder

  func begin(_ room: SearchRoom, candidates: UnsafeBufferPointer<UInt32>) {
    precondition(room.candidates == weights.targetWords, "all words of the vocabulary are scored")
    positions.prepare(room.words)
    cache.begin(rows: room.rows, words: room.words)
    scores.reserve(room.words)
    attentionStride = room.attended
    attentions.reserve(room.rows * room.attended)
    logits.reserve(min(room.rows, max(Self.tileRows, room.beam)) * weights.targetWords)
  }

  func advance(
    words: UnsafeBufferPointer<Int32>?, count: Int, position: Int, starts: UnsafePointer<Int>,
    lengths: UnsafePointer<Int>
  ) {
    (rowCount, self.position, tile) = (count, position, 0..<0)
    let rows = matrix(self.rows, rows: count)
    let (queries, keys) = (matrix(self.queries, rows: count), matrix(self.keys, rows: count))
    let (values, attended) = (matrix(self.values, rows: count), matrix(self.attended, rows: count))
    for row in 0..<count {
      embed(words?[row] ?? weights.startWord, in: weights.targetEmbedding, position: position, to: rows.row(row))
    }
    let longest = (0..<count).reduce(position + 1) { max($0, lengths[$1]) }
    let scores = self.scores.reserve(longest)
    for (index, layer) in weights.decoder.enumerated() {
      let own = layer.ownAttention
      own.query(rows, to: queries, context: context)
      own.key(rows, to: keys, context: context)
      own.value(rows, to: values, context: context)
      for row in 0..<count {
        cache.store(layer: index, row: row, position: position, key: keys.row(row), value: values.row(row))
        for head in 0..<weights.heads {
          Attention.step(
            query: queries.row(row) + head * width, keys: cache.keys(layer: index, row: row, head: head),
            values: cache.values(layer: index, row: row, head: head), rows: position + 1, width: width,
            scores: scores, output: attended.row(row) + head * width, kernels: context.kernels)
        }
      }
      addAndNormalize(own.output, of: attended, to: rows, norm: own.norm)

      let source = layer.sourceAttention
      source.query(rows, to: queries, context: context)
      let keeps = attentionStride > 0 && index == weights.decoder.count - 1
      for row in 0..<count {
        for head in 0..<weights.heads {
          let place = starts[row] * channels + head * lengths[row] * width
          Attention.step(
            query: queries.row(row) + head * width, keys: sourceKeys[index].pointer + place,
            values: sourceValues[index].pointer + place, rows: lengths[row], width: width,
            scores: keeps && head == 0 ? attentions.pointer + row * attentionStride : scores,
            output: attended.row(row) + head * width, kernels: context.kernels)
        }
      }
      addAndNormalize(source.output, of: attended, to: rows, norm: source.norm)
      feedForward(layer.feedForward, rows)
    }
  }

  func logits(
    firstRow: Int, count: Int, candidates: Range<Int>, of all: UnsafeBufferPointer<UInt32>
  ) -> UnsafeMutablePointer<Float> {
    let words = weights.targetWords
    if firstRow + count > tile.upperBound || firstRow < tile.lowerBound {
      tile = firstRow..<min(rowCount, firstRow + max(count, Self.tileRows))
      weights.output(
        matrix(rows, rows: rowCount).rows(tile),
        to: Matrix(logits.reserve(tile.count * words), rows: tile.count, columns: words), context: context)
    }
    return logits.pointer + (firstRow - tile.lowerBound) * words
  }

  func attention(row: Int) -> UnsafePointer<Float> { UnsafePointer(attentions.pointer + row * attentionStride) }

  func reorder(_ origins: UnsafeBufferPointer<Int32>) { cache.reorder(origins, count: position + 1) }
}
