internal import Tensors

/// Keys and values of the audio for every decoder layer.
///
/// In Float32, `[layer][key or value][head][position][channel]`; or in half precision at half the memory traffic, for a step of
/// the decoder reads all of them. Half-precision keys stand in tiles of 32 positions, `[tile][channel][position]`, so that
/// the scores of neighbours are made side by side.
final class CrossCache: @unchecked Sendable {
  /// Whether the values are stored in half precision.
  let isHalf: Bool
  private let dimensions: WhisperDimensions
  private let memory: FloatBuffer

  init(dimensions: WhisperDimensions, isHalf: Bool) {
    (self.dimensions, self.isHalf) = (dimensions, isHalf)
    memory = FloatBuffer(count: (Self.byteCount(dimensions, isHalf: isHalf) + 3) / 4)
  }

  /// Reads a cache where it lies: `bytes` of another.
  init(reading memory: FloatBuffer, dimensions: WhisperDimensions, isHalf: Bool) {
    precondition(memory.bytes.count == Self.byteCount(dimensions, isHalf: isHalf))
    (self.dimensions, self.isHalf, self.memory) = (dimensions, isHalf, memory)
  }

  /// Bytes of all values.
  static func byteCount(_ size: WhisperDimensions, isHalf: Bool) -> Int { valueCount(size) * (isHalf ? 2 : 4) }

  private static func valueCount(_ size: WhisperDimensions) -> Int {
    2 * size.decoderLayers * rows(size) * size.state
  }

  /// Positions that there is room for: whole tiles.
  private static func rows(_ size: WhisperDimensions) -> Int {
    Attention.tiled(size.audioContext)
  }

  private var valueBytes: Int { isHalf ? 2 : 4 }

  /// All values as they are stored.
  var bytes: UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(start: memory.base, count: Self.valueCount(dimensions) * valueBytes)
  }

  /// Keys (0) or values (1) of one head.
  func slice(layer: Int, part: Int, head: Int) -> UnsafeMutableRawPointer {
    let row = ((layer * 2 + part) * dimensions.decoderHeads + head) * Self.rows(dimensions)
    return UnsafeMutableRawPointer(memory.base) + row * dimensions.decoderHeadWidth * valueBytes
  }

  /// Stores keys and values of one layer, from position 0 on.
  ///
  /// - Parameter keyValue: `[position, key or value * head * channel]`.
  func store(_ keyValue: Matrix, layer: Int, context: ComputeContext) {
    context.pool.run(parts: 2 * dimensions.decoderHeads) { unit, thread in
      store(
        keyValue, unit: unit, layer: layer, from: 0, scratch: context.scratch(thread), kernels: context.kernels)
    }
  }

  /// Stores some positions of one layer, on the calling thread.
  ///
  /// - Parameters:
  ///   - keyValue: `[position, key or value * head * channel]`.
  ///   - first: the first of the positions; a tile begins with it.
  ///   - scratch: room for a tile.
  func store(
    _ keyValue: Matrix, layer: Int, from first: Int, scratch: UnsafeMutablePointer<Float>, kernels: Kernels
  ) {
    for unit in 0..<2 * dimensions.decoderHeads {
      store(keyValue, unit: unit, layer: layer, from: first, scratch: scratch, kernels: kernels)
    }
  }

  /// Stores keys or values of one head.
  private func store(
    _ keyValue: Matrix, unit: Int, layer: Int, from first: Int, scratch: UnsafeMutablePointer<Float>, kernels: Kernels
  ) {
    let (width, heads, tile) = (dimensions.decoderHeadWidth, dimensions.decoderHeads, Attention.keyTile)
    precondition(first % tile == 0 && first + keyValue.rows <= Self.rows(dimensions))
    let target = slice(layer: layer, part: unit / heads, head: unit % heads) + first * width * valueBytes
    let source = keyValue.columns(unit * width..<(unit + 1) * width)
    guard isHalf else {
      for row in 0..<source.rows {
        (target + 4 * row * width).assumingMemoryBound(to: Float.self).update(from: source.row(row), count: width)
      }
      return
    }
    guard unit < heads else {
      for row in 0..<source.rows { kernels.narrow(source.row(row), to: target + 2 * row * width, count: width) }
      return
    }
    for start in stride(from: 0, to: source.rows, by: tile) {
      let rows = min(tile, source.rows - start), target = target + 2 * start * width
      Attention.tileKeys(source.rows(start..<start + rows), to: scratch, kernels: kernels)
      if rows == tile {
        kernels.narrow(scratch, to: target, count: tile * width)
      } else {
        // What stands behind the audio is left alone.
        for channel in 0..<width {
          kernels.narrow(scratch + channel * tile, to: target + 2 * channel * tile, count: rows)
        }
      }
    }
  }

  /// Copies some positions of all layers. What `other` reads from a file need not stay in memory, then.
  func copy(_ positions: Range<Int>, from other: CrossCache) {
    precondition(other.dimensions == dimensions && other.isHalf == isHalf)
    guard !positions.isEmpty else { return }
    let size = dimensions
    let partBytes = size.decoderHeads * Self.rows(size) * size.decoderHeadWidth * valueBytes
    for unit in 0..<2 * size.decoderLayers * size.decoderHeads {
      let (layer, rest) = unit.quotientAndRemainder(dividingBy: 2 * size.decoderHeads)
      let (part, head) = rest.quotientAndRemainder(dividingBy: size.decoderHeads)
      defer {
        if head == size.decoderHeads - 1 {
          other.memory.release((2 * layer + part) * partBytes..<(2 * layer + part + 1) * partBytes)
        }
      }
      let (target, source) = (
        slice(layer: layer, part: part, head: head), other.slice(layer: layer, part: part, head: head)
      )
      func copy(_ first: Int, _ count: Int) {
        (target + first * valueBytes).copyMemory(from: source + first * valueBytes, byteCount: count * valueBytes)
      }
      let width = size.decoderHeadWidth, tile = Attention.keyTile
      guard isHalf, part == 0 else {
        copy(positions.lowerBound * width, positions.count * width)
        continue
      }
      // The part of the first tile, then whole ones: beyond the last position there is nothing.
      let whole = min((positions.lowerBound + tile - 1) / tile * tile, positions.upperBound)
      for channel in 0..<width {
        let row = positions.lowerBound / tile * tile * width + channel * tile
        copy(row + positions.lowerBound % tile, whole - positions.lowerBound)
      }
      let end = min(Attention.tiled(positions.upperBound), Self.rows(size))
      if whole < positions.upperBound { copy(whole * width, (end - whole) * width) }
    }
  }

  /// The keys of one head as numbers, in their place or in `scratch`.
  ///
  /// - Returns: `[position, channel]`, or turned.
  func keys(
    layer: Int, head: Int, positions: Int, scratch: UnsafeMutablePointer<Float>, kernels: Kernels
  ) -> (matrix: Matrix, isTurned: Bool) {
    let (memory, width) = (slice(layer: layer, part: 0, head: head), dimensions.decoderHeadWidth)
    guard isHalf else {
      return (Matrix(memory.assumingMemoryBound(to: Float.self), rows: positions, columns: width), false)
    }
    let tile = Attention.keyTile
    let turned = Matrix(scratch, rows: width, columns: positions)
    for channel in 0..<width {
      for first in stride(from: 0, to: positions, by: tile) {
        kernels.widen(
          memory + 2 * (first * width + channel * tile), to: turned.row(channel) + first,
          count: min(tile, positions - first))
      }
    }
    return (turned, true)
  }
}
