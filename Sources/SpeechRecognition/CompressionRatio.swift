internal import CZlib

/// How much zlib shrinks text: its UTF-8 length over the compressed length. Repetition shrinks well.
///
/// - Reference: openai/whisper `whisper/utils.py`, `compression_ratio`.
func compressionRatio(_ text: String) -> Double {
  let bytes = Array(text.utf8)
  var length = compressBound(UInt(bytes.count))
  var compressed = [UInt8](repeating: 0, count: Int(length))
  compress(&compressed, &length, bytes, UInt(bytes.count))
  return Double(bytes.count) / Double(length)
}
