internal import Tensors

/// Keys and values of the tokens of several hypotheses, side by side in *slots*, for every decoder layer.
///
/// In Float32, `[slot][layer][key or value][head][position][channel]`; or in half precision, with keys in tiles as those of
/// `CrossCache`. In half precision the tiles that all hypotheses have in common, those of the prompt, are kept once, in slot 0, and
/// read once for all of them.
final class SelfCache {
  let isHalf: Bool
  private let dimensions: WhisperDimensions
  private var memory: FloatBuffer
  /// Hypotheses that there is room for.
  private(set) var slots = 1
  /// Positions that every hypothesis has in common, whole tiles of them: only slot 0 keeps them. 0 in Float32.
  private(set) var sharedPositions = 0

  init(dimensions: WhisperDimensions, isHalf: Bool) {
    (self.dimensions, self.isHalf) = (dimensions, isHalf)
    memory = FloatBuffer(count: Self.floats(dimensions, isHalf: isHalf))
  }

  private static func rows(_ size: WhisperDimensions, isHalf: Bool) -> Int {
    isHalf ? Attention.tiled(size.textContext) : size.textContext
  }

  /// Float32 values that one slot takes.
  private static func floats(_ size: WhisperDimensions, isHalf: Bool) -> Int {
    2 * size.decoderLayers * rows(size, isHalf: isHalf) * size.state / (isHalf ? 2 : 1)
  }

  /// Scores that `attend` needs room for, for each head.
  static func scoreRoom(_ size: WhisperDimensions) -> Int {
    Attention.rowsAtOnce * Attention.tiled(size.textContext) + size.decoderHeadWidth
  }

  /// Makes room for more hypotheses; forgets all tokens.
  func reserve(slots count: Int) {
    (slots, sharedPositions) = (count, 0)
    memory = FloatBuffer(count: count * Self.floats(dimensions, isHalf: isHalf))
  }

  /// All hypotheses go on from the first `positions` tokens of slot 0.
  func share(_ positions: Int) { sharedPositions = isHalf ? positions / Attention.keyTile * Attention.keyTile : 0 }

  /// Keys (0) or values (1) of one head.
  private func slice(slot: Int, layer: Int, part: Int, head: Int) -> UnsafeMutableRawPointer {
    let size = dimensions, rows = Self.rows(size, isHalf: isHalf)
    let row = ((layer * 2 + part) * size.decoderHeads + head) * rows
    return UnsafeMutableRawPointer(memory.base + slot * Self.floats(size, isHalf: isHalf))
      + row * size.decoderHeadWidth * (isHalf ? 2 : 4)
  }

  /// Lets the hypothesis in `slot` go on where the one in `source` stands, at `position`; what is before `first` is equal already.
  func copy(slot source: Int, to slot: Int, from first: Int, position: Int) {
    let first = max(first, sharedPositions)
    guard first < position else { return }
    let size = dimensions, width = size.decoderHeadWidth, bytes = isHalf ? 2 : 4, tile = Attention.keyTile
    for layer in 0..<size.decoderLayers {
      for unit in 0..<2 * size.decoderHeads {
        let (part, head) = unit.quotientAndRemainder(dividingBy: size.decoderHeads)
        // Half-precision keys come in whole tiles.
        let isTiled = isHalf && part == 0
        let start = isTiled ? first / tile * tile : first
        let end = isTiled ? Attention.tiled(position) : position
        (slice(slot: slot, layer: layer, part: part, head: head) + start * width * bytes).copyMemory(
          from: slice(slot: source, layer: layer, part: part, head: head) + start * width * bytes,
          byteCount: (end - start) * width * bytes)
      }
    }
  }

  /// Keeps keys and values of new tokens, `[row, query or key or value * head * channel]`, each at its slot and position.
  func store(_ qkv: Matrix, layer: Int, rows: Rows, kernels: Kernels) {
    let size = dimensions, width = size.decoderHeadWidth, tile = Attention.keyTile
    for part in 0..<2 {
      for head in 0..<size.decoderHeads {
        for row in 0..<qkv.rows {
          let source = qkv.row(row) + (part + 1) * size.state + head * width, position = rows.positions[row]
          let target = slice(slot: rows.slots[row], layer: layer, part: part, head: head)
          if !isHalf {
            (target.assumingMemoryBound(to: Float.self) + position * width).update(from: source, count: width)
          } else if part == 1 {
            kernels.narrow(source, to: target + 2 * position * width, count: width)
          } else {
            // The position's column in its tile, `[channel][position]`.
            let column = target.assumingMemoryBound(to: UInt16.self) + position / tile * tile * width + position % tile
            withUnsafeTemporaryAllocation(of: UInt16.self, capacity: width) { halves in
              kernels.narrow(source, to: halves.baseAddress!, count: width)
              for channel in 0..<width { column[channel * tile] = halves[channel] }
            }
          }
        }
      }
    }
  }

  /// Slot and position of each row of queries.
  struct Rows {
    let slots: UnsafeMutablePointer<Int>, positions: UnsafeMutablePointer<Int>
  }

  /// Lets each query of some heads see its own hypothesis up to its own position.
  ///
  /// - Parameters:
  ///   - queries, output: `[row, head * channel]`.
  ///   - scores: `scoreRoom` for each head of the model.
  func attend(
    queries: Matrix, layer: Int, heads: Range<Int>, rows: Rows, scores: UnsafeMutablePointer<Float>, scoreRoom: Int,
    to output: Matrix, kernels: Kernels
  ) {
    let width = dimensions.decoderHeadWidth
    for head in heads {
      let scores = scores + head * scoreRoom
      if isHalf {
        for first in stride(from: 0, to: output.rows, by: Attention.rowsAtOnce) {
          let range = first..<min(first + Attention.rowsAtOnce, output.rows)
          let channels = head * width..<(head + 1) * width
          attend(
            queries.rows(range).columns(channels), layer: layer, head: head,
            rows: Rows(slots: rows.slots + first, positions: rows.positions + first), scores: scores,
            to: output.rows(range).columns(channels), kernels: kernels)
        }
        continue
      }
      for row in 0..<output.rows {
        let slot = rows.slots[row]
        Attention.step(
          query: queries.row(row) + head * width,
          keys: slice(slot: slot, layer: layer, part: 0, head: head).assumingMemoryBound(to: Float.self),
          values: slice(slot: slot, layer: layer, part: 1, head: head).assumingMemoryBound(to: Float.self),
          rows: rows.positions[row] + 1, width: width, scores: scores, output: output.row(row) + head * width,
          kernels: kernels)
      }
    }
  }

  /// A few queries of one head in half precision: what they have in common is read once for all of them.
  private func attend(
    _ queries: Matrix, layer: Int, head: Int, rows: Rows, scores: UnsafeMutablePointer<Float>, to output: Matrix,
    kernels: Kernels
  ) {
    let width = dimensions.decoderHeadWidth, scale = 1 / Float(width).squareRoot()
    let count = output.rows
    // What is shared stands in slot 0 alone: a hypothesis elsewhere has a beginning of others and an end of its own, also by itself.
    let isOne =
      (1..<count).allSatisfy { rows.slots[$0] == rows.slots[0] } && (rows.slots[0] == 0 || sharedPositions == 0)
    let longest = (0..<count).reduce(0) { max($0, rows.positions[$1]) } + 1
    let common = isOne ? longest : sharedPositions, commonSlot = isOne ? rows.slots[0] : 0
    let commonTiles = Attention.tileCount(common)
    func memory(_ slot: Int, _ part: Int) -> UnsafeMutableRawPointer {
      slice(slot: slot, layer: layer, part: part, head: head)
    }
    let weights = Matrix(scores, rows: count, columns: Attention.tiled(longest))
    /// The weights of what a row does not have in common with the others.
    func own(_ row: Int) -> Matrix { weights.rows(row..<row + 1).columns(common..<weights.columns) }
    Attention.products(queries, halfKeys: memory(commonSlot, 0), tiles: commonTiles, to: weights, kernels: kernels)
    for row in 0..<count {
      let positions = rows.positions[row] + 1
      if !isOne {
        Attention.products(
          queries.rows(row..<row + 1), halfKeys: memory(rows.slots[row], 0) + 2 * common * width,
          tiles: Attention.tileCount(positions) - commonTiles, to: own(row), kernels: kernels)
      }
      kernels.softmax(UnsafeMutableBufferPointer(start: weights.row(row), count: positions), scale: scale)
      // What is later in the hypothesis than this query.
      if isOne { (weights.row(row) + positions).update(repeating: 0, count: longest - positions) }
    }
    Attention.mix(weights, halfValues: memory(commonSlot, 1), positions: common, to: output, kernels: kernels)
    guard !isOne else { return }
    let mixed = Matrix(scores + count * weights.columns, rows: 1, columns: width)
    for row in 0..<count {
      Attention.mix(
        own(row), halfValues: memory(rows.slots[row], 1) + 2 * common * width,
        positions: rows.positions[row] + 1 - common, to: mixed, kernels: kernels)
      kernels.add(mixed.base, to: output.row(row), count: width)
    }
  }
}
