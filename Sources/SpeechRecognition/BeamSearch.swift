internal import Tensors

extension WindowDecoding {
  /// One token more for one of the live hypotheses.
  private struct Extension {
    var parent: Int
    var token: Int
    /// Natural-log probability of the token, and of the whole hypothesis with it.
    var gain: Double, total: Double
  }

  /// Keeps the `width` best hypotheses at each step until enough are finished.
  ///
  /// Hypotheses that loop are dropped where they begin to; only when all do is one of them returned, so that the caller
  /// can look for another text. An end counts when it is among the `width` best extensions, as in Marian and CTranslate2;
  /// openai/whisper counts it wherever it stands, and so ends on short texts.
  ///
  /// - Reference: openai/whisper `whisper/decoding.py`, `BeamSearchDecoder`; patience: Kasai et al. 2022,
  ///   arXiv:2204.05424.
  func beamSearch(_ decoder: TextDecoder, prefix: [Int] = [], width: Int, patience: Double) -> Hypothesis {
    let wanted = max(1, Int((Double(width) * patience).rounded()))
    var live = [Hypothesis(slot: 0, prefix: prefix, textTokens: vocabulary.endOfText)], finished: [Hypothesis] = [],
      looping: [Hypothesis] = []
    while true {
      var next: [(hypothesis: Hypothesis, parent: Int)] = []
      for (rank, candidate) in extensions(of: live, decoder, width: width).enumerated() {
        var hypothesis = live[candidate.parent]
        hypothesis.say(candidate.token, logProbability: candidate.gain, vocabulary: vocabulary)
        if candidate.token == vocabulary.endOfText {
          // Further back, an end would only crowd out texts that are longer and better.
          if rank < width { finished.append(hypothesis) }
        } else if hypothesis.isLooping {
          looping.append(hypothesis)
        } else {
          next.append((hypothesis, candidate.parent))
        }
        if next.count == width { break }
      }
      if finished.count >= wanted || next.isEmpty { break }
      if isFull(next[0].hypothesis.tokens.count, decoder) {
        finished += next.map(\.hypothesis)
        break
      }
      live = settle(next, of: live, decoder)
      decoder.next(live.map { $0.tokens.last! }, slots: live.map(\.slot))
    }
    // Where no token may be said, for all are numbers that are none, there is neither.
    let ended = finished.isEmpty ? looping : finished
    return best(of: ended.isEmpty ? live : ended)
  }

  /// The best extensions of all hypotheses, best first: `width` and one for each, since each may end.
  private func extensions(of live: [Hypothesis], _ decoder: TextDecoder, width: Int) -> [Extension] {
    var all: [Extension] = []
    all.reserveCapacity(live.count * (width + 1))
    for (row, hypothesis) in live.enumerated() {
      let logits = decoder.logits(ofRow: row)
      filter.apply(to: logits, sampled: hypothesis.tokens, kernels: kernels)
      let values = UnsafeBufferPointer(logits)
      let total = kernels.logSumExp(values)
      for token in likeliest(width + 1, of: values) {
        let gain = Double(values[token] - total)
        all.append(Extension(parent: row, token: token, gain: gain, total: hypothesis.logProbability + gain))
      }
    }
    return all.sorted { ($0.total, $1.parent, $1.token) > ($1.total, $0.parent, $0.token) }
  }

  /// The `count` likeliest tokens that may be said, likeliest first.
  private func likeliest(_ count: Int, of logits: UnsafeBufferPointer<Float>) -> [Int] {
    var best: [Int] = []
    var worst = -Float.infinity
    for token in logits.indices where logits[token] > worst {
      var place = best.count
      while place > 0, logits[best[place - 1]] < logits[token] { place -= 1 }
      best.insert(token, at: place)
      if best.count > count { best.removeLast() }
      if best.count == count { worst = logits[best[count - 1]] }
    }
    return best
  }

  /// Gives each hypothesis a slot: the first that goes on from a parent stays in the parent's, the others take over
  /// slots that nobody goes on from, copying only what the two texts do not have in common.
  private func settle(
    _ next: [(hypothesis: Hypothesis, parent: Int)], of live: [Hypothesis], _ decoder: TextDecoder
  ) -> [Hypothesis] {
    var settled = next.map(\.hypothesis)
    var isTaken = [Bool](repeating: false, count: decoder.slots)
    var movers: [Int] = []
    for (index, item) in next.enumerated() {
      let slot = live[item.parent].slot
      if isTaken[slot] { movers.append(index) } else { isTaken[slot] = true }
    }
    var free = isTaken.indices.filter { !isTaken[$0] }
    for index in movers {
      let parent = live[next[index].parent]
      // Of the free slots, the one whose text is the most like this one.
      var best = (place: 0, common: -1)
      for (place, slot) in free.enumerated() {
        let old = live.first { $0.slot == slot }
        let common = old.map { commonPrefix($0.tokens, parent.tokens) } ?? -1
        if common > best.common { best = (place, common) }
      }
      let slot = free.remove(at: best.place)
      // Keys and values stand for what was consumed: the prompt, then all tokens so far.
      let prompt = decoder.position - parent.tokens.count
      decoder.copy(slot: parent.slot, to: slot, from: best.common < 0 ? 0 : prompt + best.common)
      settled[index].slot = slot
    }
    return settled
  }

  private func commonPrefix(_ one: [Int], _ other: [Int]) -> Int {
    zip(one, other).prefix { $0 == $1 }.count
  }
}
