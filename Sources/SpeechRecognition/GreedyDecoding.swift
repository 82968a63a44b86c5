internal import CZlib
internal import Foundation
internal import Tensors

/// The text of one window.
struct WindowText: Sendable {
  /// Text and timestamp tokens, without start sequence and end.
  var tokens: [Int]
  /// Mean natural-log probability of the tokens and the end.
  var averageLogProbability: Double
  /// Probability of the no-speech token where the transcript starts.
  var noSpeechProbability: Double
}

/// Takes the likeliest token at each step until the end.
///
/// - Reference: openai/whisper `whisper/decoding.py`, `DecodingTask` with `GreedyDecoder` at temperature 0.
struct GreedyDecoding {
  let vocabulary: Vocabulary
  let filter: LogitFilter
  let textContext: Int
  let kernels: Kernels

  /// Decodes the window that `decoder` attends to.
  ///
  /// - Parameters:
  ///   - prompt: earlier text; its last tokens are used, up to half the context less one.
  ///   - start: start-of-transcript sequence, with language and task where the model has them.
  func decode(_ decoder: TextDecoder, prompt: [Int], start: [Int]) -> WindowText {
    var initial = start
    if !prompt.isEmpty { initial = [vocabulary.startOfPrevious] + prompt.suffix(textContext / 2 - 1) + start }
    decoder.reset()
    decoder.advance(initial)
    decoder.computeLogits(row: initial.count - start.count)
    let logits = UnsafeMutableBufferPointer(start: decoder.logits.base, count: decoder.logits.count)
    let noSpeech = exp(Double(logits[vocabulary.noSpeech] - kernels.logSumExp(UnsafeBufferPointer(logits))))
    if start.count > 1 { decoder.computeLogits() }

    var sampled: [Int] = []
    sampled.reserveCapacity(textContext)
    var sum = 0.0
    while true {
      filter.apply(to: logits, sampled: sampled, kernels: kernels)
      let best = kernels.indexOfMaximum(UnsafeBufferPointer(logits))
      sum += Double(logits[best] - kernels.logSumExp(UnsafeBufferPointer(logits)))
      if best == vocabulary.endOfText { break }
      sampled.append(best)
      if sampled.count == textContext / 2 || decoder.position == textContext { break }
      decoder.advance(CollectionOfOne(best))
      decoder.computeLogits()
    }
    return WindowText(
      tokens: sampled, averageLogProbability: sum / Double(sampled.count + 1), noSpeechProbability: noSpeech)
  }
}

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
