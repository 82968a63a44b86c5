internal import ModelFormats

/// Picks the target words that a sentence may use.
struct CandidateList {
  private let model: TranslationModel
  private var marked: [Bool]

  init(model: TranslationModel) {
    self.model = model
    marked = Array(repeating: false, count: model.targetVocabulary.count)
  }

  /// Appends the candidates of one source sentence, ascending: the frequent words, those the shortlist names for its pieces, the
  /// pieces themselves when both languages share the vocabulary, `others`, and then the next frequent words up to a multiple of
  /// eight.
  ///
  /// - Reference: marian-dev `src/data/shortlist.cpp`, `BinaryShortlistGenerator::generate`; per sentence here instead of per
  ///   batch, so that a translation does not depend on its neighbours.
  mutating func append(for sentence: [Int32], and others: [Int32] = [], to candidates: inout [UInt32]) {
    guard let shortlist = model.shortlist else {
      candidates.append(contentsOf: 0..<UInt32(marked.count))
      return
    }
    let first = candidates.count
    func mark(_ word: Int, _ marked: inout [Bool]) {
      if !marked[word] {
        marked[word] = true
        candidates.append(UInt32(word))
      }
    }
    for word in 0..<shortlist.frequentCount { mark(word, &marked) }
    mark(Int(model.targetVocabulary.end), &marked)
    for piece in sentence {
      if model.sharesVocabulary { mark(Int(piece), &marked) }
      shortlist.forEachCandidate(of: Int(piece)) { mark($0, &marked) }
    }
    for word in others { mark(Int(word), &marked) }
    var next = shortlist.frequentCount
    while (candidates.count - first) % 8 != 0, next < marked.count {
      mark(next, &marked)
      next += 1
    }
    for word in candidates[first...] { marked[Int(word)] = false }
    candidates[first...].sort()
  }
}
