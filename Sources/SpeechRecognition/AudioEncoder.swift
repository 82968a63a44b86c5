internal import Tensors

/// The audio half of Whisper: one window of log-mel frames to one state per 20 ms. Owns its workspace.
///
/// - Reference: openai/whisper `whisper/model.py`, `AudioEncoder`.
final class AudioEncoder {
  private let weights: WhisperWeights
  private let context: ComputeContext
  /// The window with a row of zeros before and after it, `[1 + frame + 1, mel]`.
  private let window: FloatBuffer
  /// First the output of the first convolution with its zero rows, then queries|keys|values, then the wide layer where it is not
  /// made in blocks.
  private let wide: FloatBuffer
  private let normalized: FloatBuffer, mixed: FloatBuffer
  /// The result, `[position, state]`, valid until the next call.
  let output: FloatBuffer
  private let inBlocks: Bool

  /// - Parameter inBlocks: whether blocks of rows go through all layers between two attentions, as int8 weights allow; they do unless told.
  init(weights: WhisperWeights, context: ComputeContext, inBlocks: Bool? = nil) {
    (self.weights, self.context) = (weights, context)
    self.inBlocks = inBlocks ?? weights.isQuantized
    let size = weights.dimensions
    window = FloatBuffer(count: (size.windowFrames + 2) * size.mels)
    let columns = (self.inBlocks ? 3 : 4) * size.state
    wide = FloatBuffer(count: max((size.windowFrames + 2) * size.state, size.audioContext * columns))
    normalized = FloatBuffer(count: size.audioContext * size.state)
    mixed = FloatBuffer(count: size.audioContext * size.state)
    output = FloatBuffer(count: size.audioContext * size.state)
  }

  /// Where to write the normalised window, `[frame, mel]`; frames past the audio are 0.
  var input: UnsafeMutableBufferPointer<Float> {
    let size = weights.dimensions
    return UnsafeMutableBufferPointer(start: window.base + size.mels, count: size.windowFrames * size.mels)
  }

  /// Encodes what `input` holds: the whole window, or its audio alone before the silence of `tail`.
  ///
  /// - Parameters:
  ///   - audioFrames: frames of `input` that hold audio; only these and a margin cost anything.
  ///   - tail: what stands behind them.
  /// - Returns: the first rows of `output`, `[position, state]`: all, or those that were encoded.
  @discardableResult func encode(audioFrames: Int, before tail: SilentTail) -> Matrix {
    let limit = weights.dimensions.audioContext
    let positions = SilentTail.positions(frames: audioFrames, of: limit)
    return encode(positions: positions, before: positions < limit ? tail : nil, observer: nil)
  }

  /// Encodes the whole window.
  ///
  /// - Parameter observer: gets the keys and values of each layer, `[position, key or value * channel]`.
  @discardableResult func encode(observer: ((Matrix) -> Void)? = nil) -> Matrix {
    encode(positions: weights.dimensions.audioContext, before: nil, observer: observer)
  }

  private func encode(positions: Int, before tail: SilentTail?, observer: ((Matrix) -> Void)?) -> Matrix {
    let size = weights.dimensions
    let state = size.state
    let frames = 2 * positions
    let behind = tail?.behind(positions)

    let first = Matrix(wide.base, rows: frames + 2, columns: state)
    for edge in [0, frames + 1] { first.row(edge).update(repeating: 0, count: state) }
    let convolved = first.rows(1..<frames + 1)
    weights.convolution1(window.matrix(rows: frames + 2, columns: size.mels), step: 1, to: convolved, context: context)
    context.gelu(convolved)

    let x = output.matrix(rows: positions, columns: state)
    weights.convolution2(first, step: 2, to: x, context: context)
    context.gelu(x)
    context.add(weights.encoderPositions.matrix(rows: positions, columns: state), to: x)

    let room = LayerRoom(
      states: x, normalized: normalized.matrix(rows: positions, columns: state),
      attended: mixed.matrix(rows: positions, columns: state),
      all: wide.matrix(rows: positions + (behind?.groups.count ?? 0), columns: 3 * state),
      hidden: inBlocks ? nil : wide.matrix(rows: positions, columns: 4 * state))
    func attend(_ layer: Int) {
      observer?(room.queryKeyValue.columns(state..<3 * state))
      if let tail, let behind {
        for (row, group) in behind.groups.enumerated() {
          (room.all.row(positions + row) + state).update(
            from: tail.groups[layer].base + group * 2 * state, count: 2 * state)
        }
      }
      Attention.full(
        queries: room.queryKeyValue.columns(0..<state), keys: room.all.columns(state..<2 * state),
        values: room.all.columns(2 * state..<3 * state), heads: size.encoderHeads, to: room.attended, context: context,
        keyWeights: behind.map { (positions, $0.logarithms) })
    }
    if inBlocks { runInBlocks(room, attend: attend) } else { runLayers(room, attend: attend) }
    return x
  }
}

/// What the layers of the encoder compute in.
struct LayerRoom {
  /// The states between the layers, and room as large for their norm and for what attention makes of them: `[position, state]`.
  let states: Matrix, normalized: Matrix, attended: Matrix
  /// Queries, keys and values, `[position, 3 * state]`; behind the positions those of the silence.
  let all: Matrix
  /// `[position, 4 * state]`, where `all` stands; nil when there is no need of it.
  let hidden: Matrix?

  var queryKeyValue: Matrix { all.rows(0..<states.rows) }
}

extension AudioEncoder {
  /// Layer by layer, each over all rows.
  private func runLayers(_ room: LayerRoom, attend: (Int) -> Void) {
    let (x, norm, hidden) = (room.states, room.normalized, room.hidden!)
    for (index, layer) in weights.encoderLayers.enumerated() {
      layer.attentionNorm(x, to: norm, context: context)
      layer.queryKeyValue(norm, to: room.queryKeyValue, context: context)
      attend(index)
      layer.attentionOutput(room.attended, to: x, context: context, adding: true)
      layer.feedForwardNorm(x, to: norm, context: context)
      layer.expand(norm, to: hidden, context: context, gelu: true)
      layer.contract(hidden, to: x, context: context, adding: true)
    }
    weights.encoderNorm(x, to: x, context: context)
  }

  /// The same with int8 weights: between two attentions a block of rows goes through everything, from the output of the one to the
  /// queries, keys and values of the next. Bit for bit the same result.
  private func runInBlocks(_ room: LayerRoom, attend: (Int) -> Void) {
    let x = room.states, layers = weights.encoderLayers
    let state = x.columns
    // Rows that stood a multiple of 4 KiB apart would share few places in the first-level cache.
    let wideStride = 4 * state + 16
    func overBlocks(_ body: (Range<Int>, RowBlock) -> Void) {
      context.overBlocks(x.rows, depth: 4 * state, values: state + wideStride, body)
    }
    func queryKeyValue(_ layer: EncoderLayer, _ rows: Range<Int>, _ block: RowBlock) {
      let norm = block.floats(rows: rows.count, columns: state)
      layer.attentionNorm(x.rows(rows), to: norm, kernels: block.kernels)
      layer.queryKeyValue(norm, to: room.queryKeyValue.rows(rows), in: block)
    }
    overBlocks { rows, block in queryKeyValue(layers[0], rows, block) }
    for (index, layer) in layers.enumerated() {
      attend(index)
      overBlocks { rows, block in
        let x = x.rows(rows), norm = block.floats(rows: rows.count, columns: state)
        let hidden = block.floats(from: rows.count * state, rows: rows.count, columns: 4 * state, stride: wideStride)
        layer.attentionOutput(room.attended.rows(rows), to: x, in: block, adding: true)
        layer.feedForwardNorm(x, to: norm, kernels: block.kernels)
        layer.expand(norm, to: hidden, in: block)
        block.gelu(hidden)
        layer.contract(hidden, to: x, in: block, adding: true)
        if index + 1 < layers.count {
          queryKeyValue(layers[index + 1], rows, block)
        } else {
          weights.encoderNorm(x, to: x, kernels: block.kernels)
        }
      }
    }
  }
}
