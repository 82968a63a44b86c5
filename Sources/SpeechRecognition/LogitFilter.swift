internal import Foundation
internal import Tensors

/// What decoding may not say next: applied to the logits of one step, in place.
///
/// - Reference: openai/whisper `whisper/decoding.py`: `SuppressBlank`, `SuppressTokens`, `ApplyTimestampRules`.
struct LogitFilter: Sendable {
  private let vocabulary: Vocabulary
  /// Never said: annotations, brackets, music notes, and the special tokens.
  let suppressed: [Int]
  /// Not said first: a lone space, the end.
  let suppressedFirst: [Int]
  /// The latest first timestamp, in steps of 20 ms: 1 s.
  private let latestFirstTimestamp: Int

  init(vocabulary: Vocabulary, encoder: BytePairEncoder) {
    self.vocabulary = vocabulary
    suppressed = Self.suppressedTokens(vocabulary, encoder)
    suppressedFirst = encoder.encode(" ") + [vocabulary.endOfText]
    latestFirstTimestamp = 50  // 1 s / 20 ms
  }

  /// - Parameters:
  ///   - logits: `[token]`; what must not be said becomes minus infinity.
  ///   - sampled: the tokens said so far in this window, without prompt and start sequence.
  func apply(to logits: UnsafeMutableBufferPointer<Float>, sampled: [Int], kernels: Kernels) {
    if sampled.isEmpty { for token in suppressedFirst { logits[token] = -.infinity } }
    for token in suppressed { logits[token] = -.infinity }
    logits[vocabulary.noTimestamps] = -.infinity
    applyPairs(to: logits, sampled: sampled)
    if sampled.isEmpty {
      forbid(0..<vocabulary.timestampBegin, in: logits)
      forbid(min(vocabulary.timestampBegin + latestFirstTimestamp + 1, logits.count)..<logits.count, in: logits)
    }
    // When all timestamps together are likelier than any one text token, it is time for a timestamp.
    let (text, timestamps) = (0..<vocabulary.timestampBegin, vocabulary.timestampBegin..<logits.count)
    let likeliestText = kernels.maximum(UnsafeBufferPointer(rebasing: logits[text]))
    if kernels.logSumExp(UnsafeBufferPointer(rebasing: logits[timestamps])) > likeliestText {
      forbid(text, in: logits)
    }
  }

  /// Timestamps come in pairs, except right before the end, and never decrease.
  private func applyPairs(to logits: UnsafeMutableBufferPointer<Float>, sampled: [Int]) {
    let begin = vocabulary.timestampBegin
    guard let last = sampled.last else { return }
    let lastIsTimestamp = last >= begin
    let pairIsComplete = sampled.count < 2 || sampled[sampled.count - 2] >= begin
    if lastIsTimestamp {
      forbid(pairIsComplete ? begin..<logits.count : 0..<vocabulary.endOfText, in: logits)
    }
    if let latest = sampled.last(where: { $0 >= begin }) {
      // The end of a segment may not equal its start, or decoding could loop for ever.
      forbid(begin..<(lastIsTimestamp && !pairIsComplete ? latest : latest + 1), in: logits)
    }
  }

  private func forbid(_ range: Range<Int>, in logits: UnsafeMutableBufferPointer<Float>) {
    for token in range where token < logits.count { logits[token] = -.infinity }
  }

  /// Symbols that transcripts use for annotations rather than speech.
  private static func suppressedTokens(_ vocabulary: Vocabulary, _ encoder: BytePairEncoder) -> [Int] {
    let single = "\"#()*+/:;<=>@[\\]^_`{|}~「」『』".map(String.init)
    let several = [
      "<<", ">>", "<<<", ">>>", "--", "---", "-(", "-[", "('", "(\"", "((", "))", "(((", ")))", "[[", "]]", "{{", "}}",
      "♪♪", "♪♪♪",
    ]
    let notes = ["♩", "♪", "♫", "♬", "♭", "♮", "♯"]
    var tokens: Set<Int> = []
    // Between words these two are fine, not at the start of one.
    for word in [" -", " '"] { if let first = encoder.encode(word).first { tokens.insert(first) } }
    for symbol in single + several + notes {
      for form in [symbol, " " + symbol] {
        let encoded = encoder.encode(form)
        if let first = encoded.first, encoded.count == 1 || notes.contains(symbol) { tokens.insert(first) }
      }
    }
    tokens.formUnion([
      vocabulary.transcribe, vocabulary.translate, vocabulary.startOfTranscript, vocabulary.startOfPrevious,
      vocabulary.startOfLanguageModel, vocabulary.noSpeech,
    ])
    return tokens.sorted()
  }
}
