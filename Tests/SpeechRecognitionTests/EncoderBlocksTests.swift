import Foundation
import Tensors
import TestSupport
import Testing

@testable import SpeechRecognition

/// Rows that go through the layers in blocks become what they become layer by layer, to the last bit.
@Suite struct EncoderBlocksTests {
  static func model() throws -> RecognitionModel {
    try RecognitionModel(contentsOf: Places.model("whisper-base"), precision: .int8)
  }

  static func fill(_ encoder: AudioEncoder) {
    for index in encoder.input.indices { encoder.input[index] = sin(Float(index) * 0.37) }
  }

  @Test(arguments: [1, 2]) func encodedRows(threads: Int) throws {
    let model = try Self.model()
    let context = ComputeContext(threads: threads)
    let tail = model.tail(context: context)
    let layers = AudioEncoder(weights: model.weights, context: context, inBlocks: false)
    let blocks = AudioEncoder(weights: model.weights, context: context)
    Self.fill(layers)
    Self.fill(blocks)
    for frames in [90, 700, model.weights.dimensions.windowFrames] {
      let expected = layers.encode(audioFrames: frames, before: tail)
      let found = blocks.encode(audioFrames: frames, before: tail)
      #expect(found.rows == expected.rows)
      let count = found.rows * found.columns
      #expect(
        UnsafeBufferPointer(start: found.base, count: count).elementsEqual(
          UnsafeBufferPointer(start: expected.base, count: count)), "\(frames) frames")
    }
  }

  @Test(arguments: [1, 2]) func keysAndValues(threads: Int) throws {
    let weights = try Self.model().weights, size = weights.dimensions
    let context = ComputeContext(threads: threads)
    for rows in [20, 240, size.audioContext] {
      let audio = FloatBuffer((0..<rows * size.state).map { sin(Float($0) * 0.37) })
      let found = CrossCache(dimensions: size, isHalf: true), expected = CrossCache(dimensions: size, isHalf: true)
      TextDecoder.keysAndValues(of: audio.matrix(columns: size.state), weights: weights, to: found, context: context)
      let room = FloatBuffer(count: rows * 2 * size.state)
      let keyValue = room.matrix(columns: 2 * size.state)
      for (index, layer) in weights.decoderLayers.enumerated() {
        layer.crossKeyValue(audio.matrix(columns: size.state), to: keyValue, context: context)
        expected.store(keyValue, layer: index, context: context)
      }
      #expect(found.bytes.elementsEqual(expected.bytes), "\(rows) rows")
    }
  }
}
