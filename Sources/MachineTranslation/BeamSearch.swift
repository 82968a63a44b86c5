internal import CKernels
internal import Foundation
internal import Tensors

/// Searches the translations of one batch of sentences.
///
/// Every sentence has its own beam, candidates and length limit, so what it becomes does not depend on the batch. Greedy search
/// is a beam of one that compares logits and computes no probability.
///
/// - Reference: marian-dev `src/translator/beam_search.cpp`, `history.h`: a hypothesis that ends leaves the beam, which narrows;
///   unknown is never chosen; at the length limit all hypotheses count as ended. Marian takes the limit from the longest sentence
///   of the batch, here each sentence has its own. Marian knows no minimum length. `BeamEnding.refills` follows transformers
///   `generation/utils.py`, `_beam_search`, which at the limit forces an end instead of counting what there is as ended.
final class BeamSearch {
  private let model: TranslationModel
  private let network: any TranslationNetwork
  private let floats: dragoman_float_kernels
  private let options: TranslationOptions
  private let ending: BeamEnding
  private var candidateList: CandidateList

  /// A word of some hypothesis and the step before it; -1 is the beginning.
  private struct Node {
    var word: Int32
    var parent: Int32
    /// The sum of log-probabilities up to here, when the search keeps details.
    var score: Float
    /// Where the attention of this word begins in `attentions`, when the search keeps details.
    var attention: Int
  }

  private struct Sentence {
    var start = 0  // first encoder row
    var length = 0  // encoder rows
    var limit = 0  // words until it is cut off
    var candidates = 0..<0
    var forbidden = -1  // index among the candidates of the word that is never chosen
    var rows = 0..<0  // decoder rows of the living hypotheses
    var prefix: TargetPrefix?  // what the translation should begin with
    var kept = 0  // words of the prefix that it does begin with
  }

  private struct Extension {
    var score: Float
    var row: Int32
    var candidate: Int32
  }

  private var sentences: [Sentence] = []
  private var candidates: [UInt32] = []
  private var nodes: [Node] = []
  private var finished: [[(node: Int32, score: Float)]] = []
  private var best: [Extension] = []
  private var detailed = false
  private var attentions: [Float] = []
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
    self.model = model
    network = model.makeNetwork(precision: options.precision)
    floats = model.kernels.table.pointee.floats
    self.options = options
    ending = options.ending ?? model.ending
    candidateList = CandidateList(model: model)
  }

  /// The best translations of each sentence, best first: one in a greedy search, at most `beam` otherwise.
  ///
  /// - Parameters:
  ///   - sources: piece ids, each with the end of sentence.
  ///   - prefix: what the translation of a sentence should begin with that is by itself.
  ///   - detailed: whether to keep probabilities and attention. It changes no translation.
  func translate(_ sources: [[Int32]], prefix: TargetPrefix? = nil, detailed: Bool) -> [[Hypothesis]] {
    self.detailed = detailed
    begin(sources, prefix)
    var position = 0
    while !words.isEmpty {
      step(position)
      position += 1
    }
    return zip(sentences, finished).map { sentence, ends in
      // Stable: of equal scores the one that ended first wins.
      let ranked = ends.enumerated().sorted { ($1.element.score, $0.offset) < ($0.element.score, $1.offset) }
      // Logits that are no numbers choose no word at all.
      if ranked.isEmpty { return [Hypothesis(pieces: [], score: -.infinity, details: detailed ? .init() : nil)] }
      return ranked.prefix(options.beam).map { hypothesis($0.element.node, score: $0.element.score, of: sentence) }
    }
  }

  private func begin(_ sources: [[Int32]], _ prefix: TargetPrefix?) {
    var row = 0
    candidates.removeAll(keepingCapacity: true)
    sentences.removeAll(keepingCapacity: true)
    for source in sources {
      var sentence = Sentence()
      sentence.prefix = prefix
      (sentence.start, sentence.length) = (row, source.count)
      row += source.count
      sentence.limit = max(1, Int((options.maximumLengthFactor * Float(source.count)).rounded(.up)))
      let first = candidates.count
      if model.shortlist == nil, let other = sentences.first {
        (sentence.candidates, sentence.forbidden) = (other.candidates, other.forbidden)
      } else {
        candidateList.append(for: source, and: sentence.prefix?.words ?? [], to: &candidates)
        sentence.candidates = first..<candidates.count
        let forbidden = UInt32(model.forbiddenWord)
        sentence.forbidden = candidates[first...].firstIndex(of: forbidden).map { $0 - first } ?? -1
      }
      sentences.append(sentence)
    }
    network.encode(sources, starts: sentences.map(\.start) + [row])

    let capacity = sources.count * options.beam
    let room = SearchRoom(
      rows: capacity, beam: options.beam, words: sentences.map(\.limit).max() ?? 0,
      candidates: sentences.map(\.candidates.count).max() ?? 0,
      attended: detailed ? sentences.map(\.length).max() ?? 0 : 0)
    candidates.withUnsafeBufferPointer { network.begin(room, candidates: $0) }
    attentions.removeAll(keepingCapacity: true)
    nodes.removeAll(keepingCapacity: true)
    nodes.reserveCapacity(sentences.reduce(0) { $0 + $1.limit * options.beam })
    finished = sources.map { _ in
      var ends: [(node: Int32, score: Float)] = []
      ends.reserveCapacity(2 * options.beam)
      return ends
    }
    best.reserveCapacity(2 * options.beam + 1)
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
      network.advance(
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
    origins.withUnsafeBufferPointer { network.reorder($0) }
  }

  private func extend(_ index: Int, _ position: Int) {
    let sentence = sentences[index]
    // All hypotheses of the first step are one; later a beam that narrows is as wide as it has living hypotheses.
    let refills = options.beam > 1 && ending == .refills
    // The beam opens where the prefix ends.
    let isFirst = position == sentence.kept
    let width = refills ? 2 * options.beam : isFirst ? options.beam : sentence.rows.count
    if findBest(sentence, width: width, word: isFirst ? sentence.prefix?.word(at: position) : nil) {
      sentences[index].kept = position + 1
    }
    let reachesLimit = position + 1 >= sentence.limit
    let end = model.targetVocabulary.end
    let firstRow = nextWords.count
    for (rank, choice) in best.enumerated() {
      if refills, nextWords.count - firstRow == options.beam { break }
      let word = Int32(bitPattern: candidates[sentence.candidates.lowerBound + Int(choice.candidate)])
      let parent = heads[Int(choice.row)]
      if word == end || reachesLimit {
        if refills, rank >= options.beam { continue }
        // Both the word that ends a hypothesis and the one at the limit count in its length.
        let score = choice.score / powf(Float(position + 1), options.lengthNormalization)
        finished[index].append((append(word, parent: parent, choice, of: sentence), score))
        continue
      }
      nextHeads.append(append(word, parent: parent, choice, of: sentence))
      nextWords.append(word)
      nextScores.append(choice.score)
      origins.append(choice.row)
      starts.append(sentence.start)
      lengths.append(sentence.length)
    }
    if refills { settle(index, position, firstRow) }
    sentences[index].rows = firstRow..<nextWords.count
  }

  /// Keeps the best finished hypotheses of a beam that refills, and ends it when none of its rows can become better than they.
  private func settle(_ index: Int, _ position: Int, _ firstRow: Int) {
    while finished[index].count > options.beam {
      let worst = finished[index].indices.min {
        (finished[index][$0].score, $1) < (finished[index][$1].score, $0)
      }
      finished[index].remove(at: worst!)
    }
    guard finished[index].count == options.beam, nextScores.count > firstRow else { return }
    let possible = nextScores[firstRow] / powf(Float(position + 1), options.lengthNormalization)
    guard possible <= finished[index].map(\.score).min()! else { return }
    let rows = nextWords.count - firstRow
    for array in [\BeamSearch.nextWords, \.nextHeads, \.origins] { self[keyPath: array].removeLast(rows) }
    for array in [\BeamSearch.starts, \.lengths] { self[keyPath: array].removeLast(rows) }
    nextScores.removeLast(rows)
  }

  /// Adds a word to the hypothesis that ends in `parent`.
  private func append(_ word: Int32, parent: Int32, _ choice: Extension, of sentence: Sentence) -> Int32 {
    nodes.append(Node(word: word, parent: parent, score: choice.score, attention: attentions.count))
    if detailed {
      attentions += UnsafeBufferPointer(start: network.attention(row: Int(choice.row)), count: sentence.length)
    }
    return Int32(nodes.count - 1)
  }

  /// Leaves in `best` the `width` best extensions of a sentence's hypotheses, best first; of equal ones the first.
  ///
  /// - Parameter word: what the prefix goes on with; where it is probable enough, it alone is left, and the answer is true.
  private func findBest(_ sentence: Sentence, width: Int, word: Int32?) -> Bool {
    let count = sentence.candidates.count
    best.removeAll(keepingCapacity: true)
    return candidates.withUnsafeBufferPointer { candidates in
      let logits = network.logits(
        firstRow: sentence.rows.lowerBound, count: sentence.rows.count, candidates: sentence.candidates, of: candidates)
      for row in sentence.rows {
        let values = logits + (row - sentence.rows.lowerBound) * count
        // Added to a logit it makes a log-probability; a greedy search chooses by the logits themselves.
        var shift: Float = 0
        if options.beam > 1 || detailed {
          let top = floats.maximum(values, count)
          shift = scores[row] - top - logf(floats.sum_exponentials(values, top, count))
        }
        let base = options.beam > 1 ? shift : 0
        if sentence.forbidden >= 0 { values[sentence.forbidden] = -.infinity }
        if let word,
          let index = candidates[sentence.candidates].firstIndex(of: UInt32(bitPattern: word)),
          case let candidate = index - sentence.candidates.lowerBound,
          floats.maximum(values, count) - values[candidate] <= sentence.prefix!.tolerance
        {
          let score = options.beam > 1 || detailed ? values[candidate] + shift : 0
          best.append(Extension(score: score, row: Int32(row), candidate: Int32(candidate)))
          return true
        }
        var worst = best.count < width ? -Float.infinity : best[width - 1].score
        for candidate in 0..<count where values[candidate] + base > worst {
          insert(
            Extension(score: values[candidate] + base, row: Int32(row), candidate: Int32(candidate)), width: width)
          if best.count == width { worst = best[width - 1].score }
        }
        if options.beam == 1 {
          for index in best.indices { best[index].score = detailed ? best[index].score + shift : 0 }
        }
      }
      return false
    }
  }

  private func insert(_ candidate: Extension, width: Int) {
    if best.count == width { best.removeLast() }
    var place = best.count
    while place > 0, best[place - 1].score < candidate.score { place -= 1 }
    best.insert(candidate, at: place)
  }

  /// Follows a finished hypothesis back to its beginning.
  private func hypothesis(_ last: Int32, score: Float, of sentence: Sentence) -> Hypothesis {
    var path: [Node] = []
    var node = last
    while node >= 0 {
      path.append(nodes[Int(node)])
      node = nodes[Int(node)].parent
    }
    path.reverse()
    var pieces = path.map(\.word)
    if pieces.last == model.targetVocabulary.end { pieces.removeLast() }
    guard detailed else { return Hypothesis(pieces: pieces, score: score) }
    var details = Hypothesis.Details()
    var before: Float = 0
    for node in path {
      details.logProbabilities.append(node.score - before)
      details.attention += attentions[node.attention..<node.attention + sentence.length]
      before = node.score
    }
    return Hypothesis(pieces: pieces, score: score, details: details)
  }
}
