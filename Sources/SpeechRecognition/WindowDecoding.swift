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
  /// How much zlib shrinks the text.
  var compressionRatio: Double
  /// Whether decoding was broken off because the text repeated itself without end.
  var isLooping = false
  /// Whether no temperature gave a text that could be trusted, and this is the best of them.
  var isDoubtful = false
  /// The temperature that it was decoded at.
  var temperature = 0.0
}

/// How the text of a window is looked for.
enum SearchStrategy: Equatable {
  /// The best of `width` hypotheses kept at each step; ends when `patience` times as many are finished.
  case beam(width: Int, patience: Double)
  /// The best of `count` texts drawn at a temperature; at temperature 0 the likeliest token is taken.
  case sampling(temperature: Double, count: Int)

  /// Hypotheses that it keeps side by side.
  var slots: Int {
    switch self {
    case .beam(let width, _): width
    case .sampling(_, let count): count
    }
  }

  static let greedy = SearchStrategy.sampling(temperature: 0, count: 1)

  var temperature: Double { if case .sampling(let temperature, _) = self { temperature } else { 0 } }
}

/// Decodes the window that a decoder attends to: reads the prompt, then searches.
///
/// - Reference: openai/whisper `whisper/decoding.py`, `DecodingTask`.
struct WindowDecoding {
  let vocabulary: Vocabulary
  let filter: LogitFilter
  let textContext: Int
  let kernels: Kernels
  var lengthPenalty: Double?

  /// - Parameters:
  ///   - prompt: earlier text; at most half the context less one.
  ///   - start: start-of-transcript sequence, with language and task where the model has them.
  ///   - prefix: what the text begins with: timestamp and text tokens that are known already.
  func decode(
    _ decoder: TextDecoder, prompt: [Int], start: [Int], prefix: [Int] = [], strategy: SearchStrategy,
    random: inout some RandomNumberGenerator
  ) -> WindowText {
    var initial = start
    if !prompt.isEmpty { initial = [vocabulary.startOfPrevious] + prompt.suffix(textContext / 2 - 1) + start }
    let startPosition = initial.count - start.count
    initial += prefix
    decoder.reserve(slots: strategy.slots)
    decoder.reset()
    decoder.advance(initial)
    decoder.computeLogits(row: startPosition)
    let logits = UnsafeBufferPointer(decoder.logits(ofRow: 0))
    let noSpeech = exp(Double(logits[vocabulary.noSpeech] - kernels.logSumExp(logits)))
    if initial.count > startPosition + 1 { decoder.computeLogits() }
    let best =
      switch strategy {
      case .beam(let width, let patience): beamSearch(decoder, prefix: prefix, width: width, patience: patience)
      case .sampling(let temperature, let count):
        sample(decoder, prefix: prefix, temperature: temperature, count: count, random: &random)
      }
    return WindowText(
      tokens: best.tokens, averageLogProbability: best.averageLogProbability, noSpeechProbability: noSpeech,
      compressionRatio: compressionRatio(vocabulary.text(of: best.tokens)),
      isLooping: best.isLooping, temperature: strategy.temperature)
  }

  /// Whether a hypothesis of this many tokens may not grow any more.
  func isFull(_ count: Int, _ decoder: TextDecoder) -> Bool {
    count >= textContext / 2 || decoder.position >= textContext
  }

  /// The best of `hypotheses`; one that does not loop before any that does.
  func best(of hypotheses: [Hypothesis]) -> Hypothesis {
    hypotheses.max { one, other in
      if one.isLooping != other.isLooping { return one.isLooping }
      return one.score(lengthPenalty: lengthPenalty) < other.score(lengthPenalty: lengthPenalty)
    }!
  }
}
