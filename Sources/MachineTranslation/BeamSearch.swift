internal import CKernels
internal import Foundation

/// Searches the translations of one batch of sentences.
///
/// Every sentence has its own beam, candidates and length limit, so what it becomes does not depend on the batch. Greedy search
/// is a beam of one that compares logits and computes no probability.
///
/// - Reference: marian-dev `src/translator/beam_search.cpp`, `history.h`: a hypothesis that ends leaves the beam, which narrows;
///   unknown is never chosen; at the length limit all hypotheses count as ended. Marian takes the limit from the longest sentence
///   of the batch, here each sentence has its own. Marian knows no minimum length.
final class BeamSearch {
  private let engine: Engine
  private let state: DecoderState
  private let options: TranslationOptions
  private var candidateList: CandidateList

  /// A word of some hypothesis and the step before it; -1 is the beginning.
  private struct Node {
    var word: Int32
    var parent: Int32
  }

  private struct Sentence {
    var start = 0  // first encoder row
    var length = 0  // encoder rows
    var limit = 0  // words until it is cut off
    var candidates = 0..<0
    var unknown = -1  // index of the unknown word among the candidates
    var rows = 0..<0  // decoder rows of the living hypotheses
  }

  private struct Extension {
    var score: Float
    var row: Int32
    var candidate: Int32
  }

  private var sentences: [Sentence] = []
  private var candidates: [UInt32] = []
  private var bias: [Float] = []
  private var nodes: [Node] = []
  private var finished: [[(node: Int32, score: Float)]] = []
  private var best: [Extension] = []
  // Per decoder row, this step and the next.
  private var words: [Int32] = []
  private var heads: [Int32] = []
  private var scores: [Float] = []
  private var starts: [Int] = []
  private var lengths: [Int] = []
  private var origins: [Int32] = []
  private var nextWords: [Int32] = []
  private var nextHeads: [Int32] = []
  private var nextScores: [Float] = []

  init(model: TranslationModel, options: TranslationOptions) {
    engine = Engine(model: model, precision: options.precision)
    state = DecoderState(engine: engine, precision: options.precision)
    self.options = options
    candidateList = CandidateList(model: model)
  }

  /// The best translations of each sentence, best first: one in a greedy search, at most `beam` otherwise.
  ///
  /// - Parameter sources: piece ids, each with the end of sentence.
  func translate(_ sources: [[Int32]]) -> [[Hypothesis]] {
    begin(sources)
    var position = 0
    while !words.isEmpty {
      step(position)
      position += 1
    }
    return finished.map { ends in
      // Stable: of equal scores the one that ended first wins.
      let ranked = ends.enumerated().sorted { ($1.element.score, $0.offset) < ($0.element.score, $1.offset) }
      return ranked.prefix(options.beam).map { Hypothesis(pieces: trace($0.element.node), score: $0.element.score) }
    }
  }

  private func begin(_ sources: [[Int32]]) {
    let model = engine.model
    var row = 0
    candidates.removeAll(keepingCapacity: true)
    sentences = sources.map { source in
      var sentence = Sentence()
      (sentence.start, sentence.length) = (row, source.count)
      row += source.count
      sentence.limit = max(1, Int((options.maximumLengthFactor * Float(source.count)).rounded(.up)))
      let first = candidates.count
      candidateList.append(for: source, to: &candidates)
      sentence.candidates = first..<candidates.count
      let unknown = UInt32(model.targetVocabulary.unknown)
      sentence.unknown = candidates[first...].firstIndex(of: unknown).map { $0 - first } ?? -1
      return sentence
    }
    engine.encode(sources, starts: sentences.map(\.start) + [row])
    bias = candidates.map { model.outputBias.pointer[Int($0)] }

    let capacity = sources.count * options.beam
    let limit = sentences.map(\.limit).max() ?? 0
    engine.preparePositions(limit)
    state.begin(
      capacity: capacity, beam: options.beam, candidates: sentences.map(\.candidates.count).max() ?? 0)
    nodes.removeAll(keepingCapacity: true)
    nodes.reserveCapacity(sentences.reduce(0) { $0 + $1.limit * options.beam })
    finished = sources.map { _ in
      var ends: [(node: Int32, score: Float)] = []
      ends.reserveCapacity(2 * options.beam)
      return ends
    }
    best.reserveCapacity(options.beam + 1)
    for array in [\BeamSearch.words, \.heads, \.origins, \.nextWords, \.nextHeads] {
      self[keyPath: array].removeAll(keepingCapacity: true)
      self[keyPath: array].reserveCapacity(capacity)
    }
    scores.removeAll(keepingCapacity: true)
    scores.reserveCapacity(capacity)
    nextScores.reserveCapacity(capacity)
    starts.removeAll(keepingCapacity: true)
    lengths.removeAll(keepingCapacity: true)
    starts.reserveCapacity(capacity)
    lengths.reserveCapacity(capacity)
    for index in sentences.indices {
      sentences[index].rows = index..<index + 1
      words.append(-1)
      heads.append(-1)
      scores.append(0)
      starts.append(sentences[index].start)
      lengths.append(sentences[index].length)
    }
  }

  /// Extends every living hypothesis by one word.
  private func step(_ position: Int) {
    words.withUnsafeBufferPointer { words in
      state.advance(
        words: position == 0 ? nil : words, count: words.count, position: position, starts: starts, lengths: lengths)
    }
    nextWords.removeAll(keepingCapacity: true)
    nextHeads.removeAll(keepingCapacity: true)
    nextScores.removeAll(keepingCapacity: true)
    origins.removeAll(keepingCapacity: true)
    starts.removeAll(keepingCapacity: true)
    lengths.removeAll(keepingCapacity: true)
    for index in sentences.indices where !sentences[index].rows.isEmpty { extend(index, position) }
    swap(&words, &nextWords)
    swap(&heads, &nextHeads)
    swap(&scores, &nextScores)
    origins.withUnsafeBufferPointer { state.reorder($0) }
  }

  private func extend(_ index: Int, _ position: Int) {
    let sentence = sentences[index]
    // All hypotheses of the first step are one; later a beam is as wide as it has living hypotheses.
    findBest(sentence, width: position == 0 ? options.beam : sentence.rows.count)
    let reachesLimit = position + 1 >= sentence.limit
    let end = engine.model.targetVocabulary.end
    let firstRow = nextWords.count
    for choice in best {
      let word = Int32(bitPattern: candidates[sentence.candidates.lowerBound + Int(choice.candidate)])
      let parent = heads[Int(choice.row)]
      if word == end || reachesLimit {
        // Both the word that ends a hypothesis and the one at the limit count in its length.
        let score = choice.score / powf(Float(position + 1), options.lengthNormalization)
        var node = parent
        if word != end {
          node = Int32(nodes.count)
          nodes.append(Node(word: word, parent: parent))
        }
        finished[index].append((node, score))
        continue
      }
      nextHeads.append(Int32(nodes.count))
      nodes.append(Node(word: word, parent: parent))
      nextWords.append(word)
      nextScores.append(choice.score)
      origins.append(choice.row)
      starts.append(sentence.start)
      lengths.append(sentence.length)
    }
    sentences[index].rows = firstRow..<nextWords.count
  }

  /// Leaves in `best` the `width` best extensions of a sentence's hypotheses, best first; of equal ones the first.
  private func findBest(_ sentence: Sentence, width: Int) {
    let count = sentence.candidates.count
    best.removeAll(keepingCapacity: true)
    candidates.withUnsafeBufferPointer { candidates in
      bias.withUnsafeBufferPointer { bias in
        let first = sentence.candidates.lowerBound
        let logits = state.logits(
          firstRow: sentence.rows.lowerBound, count: sentence.rows.count,
          candidates: UnsafeBufferPointer(rebasing: candidates[sentence.candidates]), bias: bias.baseAddress! + first)
        for row in sentence.rows {
          let values = logits + (row - sentence.rows.lowerBound) * count
          var base: Float = 0
          if options.beam > 1 {
            let top = engine.floats.maximum(values, count)
            base = scores[row] - top - logf(engine.floats.sum_exponentials(values, top, count))
          }
          if sentence.unknown >= 0 { values[sentence.unknown] = -.infinity }
          var worst = best.count < width ? -Float.infinity : best[width - 1].score
          for candidate in 0..<count where values[candidate] + base > worst {
            insert(
              Extension(score: values[candidate] + base, row: Int32(row), candidate: Int32(candidate)), width: width)
            if best.count == width { worst = best[width - 1].score }
          }
        }
      }
    }
    if options.beam == 1 { for index in best.indices { best[index].score = 0 } }
  }

  private func insert(_ candidate: Extension, width: Int) {
    if best.count == width { best.removeLast() }
    var place = best.count
    while place > 0, best[place - 1].score < candidate.score { place -= 1 }
    best.insert(candidate, at: place)
  }

  private func trace(_ node: Int32) -> [Int32] {
    var pieces: [Int32] = []
    var node = Int(node)
    while node >= 0 {
      pieces.append(nodes[node].word)
      node = Int(nodes[node].parent)
    }
    return pieces.reversed()
  }
}
