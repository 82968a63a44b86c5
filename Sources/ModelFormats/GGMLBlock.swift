/// ggml's blocks of 32 quantised values.
///
/// ```
/// q4_0  scale f16                 16 bytes of nibbles     (n - 8) * scale
/// q4_1  scale f16, minimum f16    16 bytes of nibbles     n * scale + minimum
/// q5_0  scale f16, fifth bits u32 16 bytes of nibbles     (n - 16) * scale
/// q5_1  scale f16, minimum f16, fifth bits u32, nibbles   n * scale + minimum
/// q8_0  scale f16                 32 signed bytes         n * scale
/// ```
///
/// Byte `i` of the nibbles holds value `i` in its lower half and value `i + 16` in its upper; bit `i` of the fifth bits
/// belongs to value `i`.
///
/// - Reference: ggml-org/ggml `src/ggml-common.h` (`block_q4_0` …) and `src/ggml-quants.c` (`dequantize_row_q4_0` …).
enum GGMLBlock {
  /// Values of a block.
  static let count = 32

  /// Decodes one block.
  ///
  /// - Parameters:
  ///   - bytes: the block, `type.size` bytes.
  ///   - type: one of ggml's quantised types.
  ///   - output: 32 places.
  static func decode(
    _ bytes: UnsafeRawBufferPointer, as type: ElementType, to output: UnsafeMutableBufferPointer<Float>
  ) {
    func half(_ offset: Int) -> Float {
      Float(halfBits: UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self)))
    }
    func nibbles(at offset: Int, fifthBits: UInt32, scale: Float, zero: Int32, minimum: Float) {
      for index in 0..<count / 2 {
        let byte = UInt32(bytes[offset + index])
        let lower = byte & 15 | (fifthBits >> index & 1) << 4
        let upper = byte >> 4 | (fifthBits >> (index + count / 2) & 1) << 4
        output[index] = Float(Int32(lower) - zero) * scale + minimum
        output[index + count / 2] = Float(Int32(upper) - zero) * scale + minimum
      }
    }
    func fifthBits(at offset: Int) -> UInt32 {
      UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }
    let scale = half(0)
    switch type {
    case .ggmlQ4_0: nibbles(at: 2, fifthBits: 0, scale: scale, zero: 8, minimum: 0)
    case .ggmlQ4_1: nibbles(at: 4, fifthBits: 0, scale: scale, zero: 0, minimum: half(2))
    case .ggmlQ5_0: nibbles(at: 6, fifthBits: fifthBits(at: 2), scale: scale, zero: 16, minimum: 0)
    case .ggmlQ5_1: nibbles(at: 8, fifthBits: fifthBits(at: 4), scale: scale, zero: 0, minimum: half(2))
    case .ggmlQ8_0: for index in 0..<count { output[index] = Float(Int8(bitPattern: bytes[2 + index])) * scale }
    case .float32, .float16, .bfloat16, .int8, .int16, .int32: preconditionFailure("\(type) has no blocks")
    }
  }
}
