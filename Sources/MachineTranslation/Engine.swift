internal import CKernels
internal import Tensors

/// A layer and where its rows go.
struct LayerOutput {
  let layer: QuantizedLinear
  /// `[row, outputs]`.
  let rows: UnsafeMutablePointer<Float>

  init(_ layer: QuantizedLinear, _ rows: UnsafeMutablePointer<Float>) { (self.layer, self.rows) = (layer, rows) }
}

/// The memory of one thread of a session, and the layers computed in it.
///
/// Token rows of all sentences of a batch stand one after another without padding, `[token, channel]`; only attention looks at
/// where a sentence begins and ends. So a sentence's numbers, and its translation, do not depend on its batch.
final class Engine {
  let model: StudentWeights
  let channels: Int
  let floats: dragoman_float_kernels
  private let products: Products

  /// Rows that pass through a layer together, so that what lies between two products stays in the cache.
  private static let tileRows = 48
  private let inner: Buffer<Float>
  private let wide: Buffer<Float>
  private let scores = Buffer<Float>()
  private let positions: PositionSignal

  // Rows of the encoder, `[token, channel]`.
  let tokens = Buffer<Float>()
  private let queries = Buffer<Float>()
  private let keys = Buffer<Float>()
  private let values = Buffer<Float>()
  private let context = Buffer<Float>()
  /// The decoder's keys and values of the encoded source, one buffer per decoder layer, `[token, channel]`.
  let sourceKeys: [Buffer<Float>]
  let sourceValues: [Buffer<Float>]

  init(model: StudentWeights, precision: ActivationPrecision) {
    self.model = model
    channels = model.architecture.channels
    floats = model.kernels.table.pointee.floats
    let layers = model.encoder.map(\.feedForward) + model.decoder.map(\.feedForward)
    let widest = max(channels, layers.map(\.first.outputs).max() ?? 0)
    products = Products(integers: model.kernels.table.pointee.integers, precision: precision)
    products.reserve(rows: Self.tileRows, depth: widest, outputs: widest)
    positions = PositionSignal(channels: channels, spacing: .inclusive)
    inner = Buffer(count: Self.tileRows * widest)
    wide = Buffer(count: Self.tileRows * widest)
    sourceKeys = model.decoder.map { _ in Buffer() }
    sourceValues = model.decoder.map { _ in Buffer() }
  }

  // MARK: layers

  /// Applies one to three layers that read the same rows; `[row, inputs]` to `[row, outputs]` each.
  func apply(
    _ first: LayerOutput, _ second: LayerOutput? = nil, _ third: LayerOutput? = nil, to input: UnsafePointer<Float>,
    rows: Int
  ) {
    var row = 0
    while row < rows {
      let count = min(Self.tileRows, rows - row)
      let values = input + row * first.layer.inputs
      prepare(first.layer, values, rows: count)
      products.multiply(first.layer, into: first.rows + row * first.layer.outputs)
      var prepared = first.layer.inputMultiplier
      for next in 0..<2 {
        guard let output = next == 0 ? second : third else { break }
        if !products.serves(output.layer.inputMultiplier, preparedWith: prepared) {
          prepare(output.layer, values, rows: count)
          prepared = output.layer.inputMultiplier
        }
        products.multiply(output.layer, into: output.rows + row * output.layer.outputs)
      }
      row += count
    }
  }

  private func prepare(_ layer: QuantizedLinear, _ values: UnsafePointer<Float>, rows: Int) {
    products.prepare(values, rows: rows, depth: layer.inputs, multiplier: layer.inputMultiplier)
  }

  /// `rows = norm(rows + addend)`.
  func addAndNormalize(
    _ rows: UnsafeMutablePointer<Float>, _ addend: UnsafePointer<Float>, _ norm: LayerNorm, count: Int
  ) {
    floats.add(addend, rows, count * channels)
    for row in 0..<count {
      let values = rows + row * channels
      floats.layer_norm(values, norm.scale.pointer, norm.bias.pointer, LayerNorm.epsilon, values, channels)
    }
  }

  func feedForward(_ layer: FeedForwardLayer, _ rows: UnsafeMutablePointer<Float>, count: Int) {
    var row = 0
    while row < count {
      let tile = min(Self.tileRows, count - row)
      let values = rows + row * channels
      apply(LayerOutput(layer.first, wide.pointer), to: values, rows: tile)
      floats.relu(wide.pointer, tile * layer.first.outputs)
      apply(LayerOutput(layer.second, inner.pointer), to: wide.pointer, rows: tile)
      addAndNormalize(values, inner.pointer, layer.norm, count: tile)
      row += tile
    }
  }

  /// Attention of one query row over `length` key and value rows, head by head; `firstHead` takes the first one's weights.
  func attend(
    query: UnsafePointer<Float>, keys: UnsafePointer<Float>, values: UnsafePointer<Float>, length: Int,
    into output: UnsafeMutablePointer<Float>, firstHead: UnsafeMutablePointer<Float>? = nil
  ) {
    let size = model.architecture.headChannels
    let scale = 1 / Float(size).squareRoot()
    let weights = scores.pointer
    var head = 0
    while head < channels {
      floats.matrix_vector(keys + head, length, size, channels, query + head, nil, weights)
      floats.softmax(weights, scale, length)
      if head == 0, let firstHead { firstHead.update(from: weights, count: length) }
      floats.weighted_rows(weights, values + head, length, size, channels, output + head)
      head += size
    }
  }

  // MARK: words and positions

  /// Prepares the position signal of `count` words.
  func preparePositions(_ count: Int) { positions.prepare(count) }

  /// `output = sqrt(channels) * vector of the word + signal of the position`; no word is a vector of zeros.
  func embed(_ word: Int32?, in embedding: Embedding, position: Int, into output: UnsafeMutablePointer<Float>) {
    let signal = positions.row(position)
    guard let word else {
      output.update(from: signal, count: channels)
      return
    }
    let vector = embedding.words.pointer + Int(word) * channels
    let unit = 1 / embedding.multiplier
    let scale = Float(channels).squareRoot()
    for channel in 0..<channels {
      output[channel] = scale * (Float(vector[channel]) * unit) + signal[channel]
    }
  }

  // MARK: encoder

  /// Encodes sentences, each with its end-of-sentence piece, and leaves the decoder's keys and values of them.
  ///
  /// - Parameters:
  ///   - sentences: piece ids.
  ///   - starts: the first token row of each sentence, and the number of rows at the end.
  func encode(_ sentences: [[Int32]], starts: [Int]) {
    let rows = starts.last!
    let longest = sentences.map(\.count).max() ?? 0
    preparePositions(longest)
    scores.reserve(longest)
    let tokens = self.tokens.reserve(rows * channels)
    let queries = self.queries.reserve(rows * channels)
    let keys = self.keys.reserve(rows * channels)
    let values = self.values.reserve(rows * channels)
    let context = self.context.reserve(rows * channels)
    for (sentence, start) in zip(sentences, starts) {
      for (position, word) in sentence.enumerated() {
        embed(word, in: model.sourceEmbedding, position: position, into: tokens + (start + position) * channels)
      }
    }
    for layer in model.encoder {
      let attention = layer.attention
      apply(
        LayerOutput(attention.query, queries), LayerOutput(attention.key, keys), LayerOutput(attention.value, values),
        to: tokens, rows: rows)
      for (sentence, start) in zip(sentences, starts) {
        for row in start..<start + sentence.count {
          attend(
            query: queries + row * channels, keys: keys + start * channels, values: values + start * channels,
            length: sentence.count, into: context + row * channels)
        }
      }
      apply(LayerOutput(attention.output, queries), to: context, rows: rows)
      addAndNormalize(tokens, queries, attention.norm, count: rows)
      feedForward(layer.feedForward, tokens, count: rows)
    }
    for (index, layer) in model.decoder.enumerated() {
      apply(
        LayerOutput(layer.attention.key, sourceKeys[index].reserve(rows * channels)),
        LayerOutput(layer.attention.value, sourceValues[index].reserve(rows * channels)), to: tokens, rows: rows)
    }
  }
}
