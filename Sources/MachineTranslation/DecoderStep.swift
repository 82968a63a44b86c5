internal import CKernels
internal import Tensors

/// What the decoder keeps for the hypotheses of a batch, and one step of it.
final class DecoderState {
  private let engine: Engine
  private let channels: Int
  /// `[row, channel]` per decoder layer, twice: hypotheses change places between the two.
  private var cells: [Buffer<Float>]
  private var reordered: [Buffer<Float>]
  private let rows = Buffer<Float>()
  private let inputs = Buffer<Float>()
  private let gates = Buffer<Float>()
  private let products: Products
  private let logits = Buffer<Float>()

  init(engine: Engine, precision: ActivationPrecision) {
    self.engine = engine
    products = Products(integers: engine.model.kernels.table.pointee.integers, precision: precision)
    channels = engine.channels
    cells = engine.model.decoder.map { _ in Buffer() }
    reordered = engine.model.decoder.map { _ in Buffer() }
  }

  /// Makes room for `capacity` hypotheses, of which a sentence has at most `beam`, with at most `candidates` words each; all
  /// states begin at zero.
  func begin(capacity: Int, beam: Int, candidates: Int) {
    for cell in cells { cell.reserve(capacity * channels).update(repeating: 0, count: capacity * channels) }
    for cell in reordered { cell.reserve(capacity * channels) }
    for buffer in [rows, inputs, gates] { buffer.reserve(capacity * channels) }
    products.reserve(rows: beam, depth: channels, outputs: candidates)
    logits.reserve(beam * candidates)
  }

  /// Lets row `i` go on from where row `origins[i]` was.
  func reorder(_ origins: UnsafeBufferPointer<Int32>) {
    if origins.enumerated().allSatisfy({ $0.offset == Int($0.element) }) { return }
    for layer in cells.indices {
      for (row, origin) in origins.enumerated() {
        (reordered[layer].pointer + row * channels).update(
          from: cells[layer].pointer + Int(origin) * channels, count: channels)
      }
    }
    swap(&cells, &reordered)
  }

  /// Feeds the last word of each row and computes the rows from which words are scored.
  ///
  /// - Parameters:
  ///   - words: the last word of each row; nil before the first word.
  ///   - position: how many words came before.
  ///   - starts, lengths: per row, where its source stands in the encoder's rows.
  func advance(
    words: UnsafeBufferPointer<Int32>?, count: Int, position: Int, starts: UnsafePointer<Int>,
    lengths: UnsafePointer<Int>
  ) {
    let model = engine.model
    let rows = self.rows.pointer
    let inputs = self.inputs.pointer
    let gates = self.gates.pointer
    for row in 0..<count {
      engine.embed(words?[row], in: model.targetEmbedding, position: position, into: rows + row * channels)
    }
    for (index, layer) in model.decoder.enumerated() {
      let cell = cells[index].pointer
      engine.apply(
        LayerOutput(layer.recurrence.input, inputs), LayerOutput(layer.recurrence.forget, gates), to: rows, rows: count)
      engine.floats.sigmoid(gates, count * channels)
      for i in 0..<count * channels {
        cell[i] = gates[i] * cell[i] + (1 - gates[i]) * inputs[i]
        inputs[i] = max(cell[i], 0)
      }
      engine.addAndNormalize(rows, inputs, layer.recurrence.norm, count: count)

      engine.apply(LayerOutput(layer.attention.query, inputs), to: rows, rows: count)
      for row in 0..<count {
        let offset = starts[row] * channels
        engine.attend(
          query: inputs + row * channels, keys: engine.sourceKeys[index].pointer + offset,
          values: engine.sourceValues[index].pointer + offset, length: lengths[row], into: gates + row * channels)
      }
      engine.apply(LayerOutput(layer.attention.output, inputs), to: gates, rows: count)
      engine.addAndNormalize(rows, inputs, layer.attention.norm, count: count)
      engine.feedForward(layer.feedForward, rows, count: count)
    }
  }

  /// Scores the candidate words of a few neighbouring rows, those of one sentence: `[row, candidate]`, valid until the next call.
  ///
  /// - Parameters:
  ///   - candidates: ids of the words, ascending.
  ///   - bias: the output bias of each candidate.
  func logits(
    firstRow: Int, count: Int, candidates: UnsafeBufferPointer<UInt32>, bias: UnsafePointer<Float>
  ) -> UnsafeMutablePointer<Float> {
    let model = engine.model
    products.prepare(
      rows.pointer + firstRow * channels, rows: count, depth: channels, multiplier: model.outputInputMultiplier)
    products.multiply(
      model.outputWeights.pointer, weightMultiplier: model.outputMultiplier, selected: candidates, bias: bias,
      into: logits.pointer)
    return logits.pointer
  }
}
