internal import CKernels
internal import Tensors

/// A Bergamot student as a search sees it: what its decoder keeps for the hypotheses of a batch, and one step of it.
final class StudentNetwork: TranslationNetwork {
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
  /// `[row, source piece]` with `attentionStride` floats a row: the first head of the last layer's attention to the source.
  private let attentions = Buffer<Float>()
  private var attentionStride = 0

  /// `[candidate]`, the output bias of the candidates of all sentences.
  private let bias = Buffer<Float>()

  init(model: StudentWeights, precision: ActivationPrecision) {
    engine = Engine(model: model, precision: precision)
    products = Products(integers: model.kernels.table.pointee.integers, precision: precision)
    channels = model.architecture.channels
    cells = model.decoder.map { _ in Buffer() }
    reordered = model.decoder.map { _ in Buffer() }
  }

  func encode(_ sentences: [[Int32]], starts: [Int]) { engine.encode(sentences, starts: starts) }

  func begin(_ room: SearchRoom, candidates: UnsafeBufferPointer<UInt32>) {
    let values = room.rows * channels
    for cell in cells { cell.reserve(values).update(repeating: 0, count: values) }
    for cell in reordered { cell.reserve(values) }
    for buffer in [rows, inputs, gates] { buffer.reserve(values) }
    engine.preparePositions(room.words)
    products.reserve(rows: room.beam, depth: channels, outputs: room.candidates)
    logits.reserve(room.beam * room.candidates)
    attentionStride = room.attended
    attentions.reserve(room.rows * room.attended)
    let bias = self.bias.reserve(candidates.count)
    for (index, word) in candidates.enumerated() { bias[index] = engine.model.outputBias.pointer[Int(word)] }
  }

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
        let keeps = attentionStride > 0 && index == model.decoder.count - 1
        engine.attend(
          query: inputs + row * channels, keys: engine.sourceKeys[index].pointer + offset,
          values: engine.sourceValues[index].pointer + offset, length: lengths[row], into: gates + row * channels,
          firstHead: keeps ? attentions.pointer + row * attentionStride : nil)
      }
      engine.apply(LayerOutput(layer.attention.output, inputs), to: gates, rows: count)
      engine.addAndNormalize(rows, inputs, layer.attention.norm, count: count)
      engine.feedForward(layer.feedForward, rows, count: count)
    }
  }

  func attention(row: Int) -> UnsafePointer<Float> { UnsafePointer(attentions.pointer + row * attentionStride) }

  func logits(
    firstRow: Int, count: Int, candidates: Range<Int>, of all: UnsafeBufferPointer<UInt32>
  ) -> UnsafeMutablePointer<Float> {
    let model = engine.model
    products.prepare(
      rows.pointer + firstRow * channels, rows: count, depth: channels, multiplier: model.outputInputMultiplier)
    products.multiply(
      model.outputWeights.pointer, weightMultiplier: model.outputMultiplier,
      selected: UnsafeBufferPointer(rebasing: all[candidates]), bias: bias.pointer + candidates.lowerBound,
      into: logits.pointer)
    return logits.pointer
  }
}
