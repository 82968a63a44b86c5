internal import Tensors

/// Keys and values of the audio for every decoder layer, `[layer][key or value][head][position][channel]`.
///
/// In Float32, or in half precision at half the memory traffic: a step of the decoder reads all of them.
final class CrossCache: @unchecked Sendable {
  /// Whether the values are stored in half precision.
  let isHalf: Bool
  private let dimensions: WhisperDimensions
  private let memory: FloatBuffer

  init(dimensions: WhisperDimensions, isHalf: Bool) {
    (self.dimensions, self.isHalf) = (dimensions, isHalf)
    memory = FloatBuffer(count: (Self.valueCount(dimensions) * (isHalf ? 2 : 4) + 3) / 4)
  }

  private static func valueCount(_ size: WhisperDimensions) -> Int {
    2 * size.decoderLayers * size.audioContext * size.state
  }

  private var valueBytes: Int { isHalf ? 2 : 4 }

  /// All values as they are stored.
  var bytes: UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(start: memory.base, count: Self.valueCount(dimensions) * valueBytes)
  }

  /// Keys (0) or values (1) of one head from a position on: `[position, channel]`.
  func slice(layer: Int, part: Int, head: Int, position: Int = 0) -> UnsafeMutableRawPointer {
    let row = ((layer * 2 + part) * dimensions.decoderHeads + head) * dimensions.audioContext + position
    return UnsafeMutableRawPointer(memory.base) + row * dimensions.decoderHeadWidth * valueBytes
  }

  /// Stores keys and values of one layer.
  ///
  /// - Parameters:
  ///   - keyValue: `[position, key or value * head * channel]`.
  ///   - first: the position of its first row.
  func store(_ keyValue: Matrix, layer: Int, first: Int, context: ComputeContext) {
    let (width, heads) = (dimensions.decoderHeadWidth, dimensions.decoderHeads)
    let floats = context.kernels
    context.pool.run(parts: 2 * heads) { unit in
      let target = slice(layer: layer, part: unit / heads, head: unit % heads, position: first)
      for row in 0..<keyValue.rows {
        let source = keyValue.row(row) + unit * width
        if isHalf {
          floats.narrow(source, to: target + row * width * 2, count: width)
        } else {
          (target + row * width * 4).assumingMemoryBound(to: Float.self).update(from: source, count: width)
        }
      }
    }
  }

  /// Copies some positions of all layers.
  func copy(_ positions: Range<Int>, from other: CrossCache) {
    precondition(other.dimensions == dimensions && other.isHalf == isHalf)
    guard !positions.isEmpty else { return }
    let rowBytes = dimensions.decoderHeadWidth * valueBytes
    for layer in 0..<dimensions.decoderLayers {
      for part in 0..<2 {
        for head in 0..<dimensions.decoderHeads {
          slice(layer: layer, part: part, head: head, position: positions.lowerBound).copyMemory(
            from: other.slice(layer: layer, part: part, head: head, position: positions.lowerBound),
            byteCount: positions.count * rowBytes)
        }
      }
    }
  }
}
