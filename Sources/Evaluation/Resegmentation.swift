/// A stream of words cut where the sentences of its reference end, by the fewest edits.
///
/// The words of all sentences together are aligned to the stream. Each word of the stream goes to the sentence of the word
/// that it stands for; one that stands for none goes with the word before it, and those before the first go to the
/// first sentence. Case, punctuation and symbols say nothing.
///
/// - Reference: Matusov et al. 2005, "Evaluating Machine Translation Output with Automatic Sentence Segmentation"
///   (mwerSegmenter). Of several alignments with equally few edits that tool may take another; mwerSegmenter also compares
///   without case, but with punctuation.
enum Resegmentation {
  /// The part of the stream that belongs to each sentence, in order; together they are all of it.
  ///
  /// - Parameters:
  ///   - stream: words in order.
  ///   - sentences: words of each sentence, in order.
  static func parts(of stream: [String], sentences: [[String]]) -> [Range<Int>] {
    guard !sentences.isEmpty else { return [] }
    let spoken = { (word: String) in WordForm.spoken(Array(word.unicodeScalars)) }
    let owners = sentences.enumerated().flatMap { index, words in repeatElement(index, count: words.count) }
    let alignment = TokenAlignment(reference: sentences.joined().map(spoken), hypothesis: stream.map(spoken))
    var lengths = [Int](repeating: 0, count: sentences.count)
    var (place, owner) = (0, 0)
    for token in alignment.tokens {
      if token.reference != nil {
        owner = owners[place]
        place += 1
      }
      if token.hypothesis != nil { lengths[owner] += 1 }
    }
    var start = 0
    return lengths.map { length in
      defer { start += length }
      return start..<start + length
    }
  }
}
