internal import Foundation
internal import Tensors

extension WindowDecoding {
  /// Draws `count` texts side by side and returns the likeliest; at temperature 0 one suffices.
  ///
  /// - Reference: openai/whisper `whisper/decoding.py`, `GreedyDecoder`.
  func sample(
    _ decoder: TextDecoder, prefix: [Int] = [], temperature: Double, count: Int,
    random: inout some RandomNumberGenerator
  ) -> Hypothesis {
    var finished: [Hypothesis] = []
    var live = (0..<count).map { Hypothesis(slot: $0, prefix: prefix, textTokens: vocabulary.endOfText) }
    for slot in 1..<max(count, 1) { decoder.copy(slot: 0, to: slot, from: 0) }
    var isFirst = true
    while !live.isEmpty {
      var next: [Hypothesis] = []
      // All begin with the logits behind the prompt.
      if isFirst, count > 1 { spreadFirstRow(of: decoder, to: count) }
      for (row, var hypothesis) in live.enumerated() {
        let logits = decoder.logits(ofRow: row)
        filter.apply(to: logits, sampled: hypothesis.tokens, kernels: kernels)
        let all = UnsafeBufferPointer(logits)
        let total = kernels.logSumExp(all)
        let token =
          temperature == 0 ? kernels.indexOfMaximum(all) : draw(from: all, temperature: temperature, random: &random)
        hypothesis.say(token, logProbability: Double(all[token] - total), vocabulary: vocabulary)
        if token == vocabulary.endOfText || hypothesis.isLooping || isFull(hypothesis.tokens.count, decoder) {
          finished.append(hypothesis)
        } else {
          next.append(hypothesis)
        }
      }
      (live, isFirst) = (next, false)
      if live.isEmpty { break }
      decoder.next(live.map { $0.tokens.last! }, slots: live.map(\.slot))
    }
    return best(of: finished)
  }

  func spreadFirstRow(of decoder: TextDecoder, to rows: Int) {
    let first = decoder.logits(ofRow: 0)
    for row in 1..<rows { _ = decoder.logits(ofRow: row).update(fromContentsOf: first) }
  }

  /// A token with probability in proportion to `exp(logit / temperature)`: the likeliest after adding Gumbel noise.
  private func draw(
    from logits: UnsafeBufferPointer<Float>, temperature: Double, random: inout some RandomNumberGenerator
  ) -> Int {
    var best = (token: 0, value: -Double.infinity)
    let limit = kernels.maximum(logits)
    for token in logits.indices where logits[token] > -.infinity {
      // Noise beyond 40 has a chance of 4e-18; what lies further back than that cannot win.
      guard Double(limit - logits[token]) / temperature < 44 else { continue }
      let uniform = Double.random(in: .leastNormalMagnitude..<1, using: &random)
      let value = Double(logits[token]) / temperature - log(-log(uniform))
      if value > best.value { best = (token, value) }
    }
    return best.token
  }
}

/// A small generator with a seed, so that a recording is recognised the same way each time.
///
/// - Reference: Steele, Lea and Flood 2014, SplitMix64.
struct SeededRandom: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
