internal import CKernels

/// What a search needs room for.
struct SearchRoom {
  /// Decoder rows at the same time, one for each living hypothesis of the batch.
  var rows: Int
  /// Rows of one sentence.
  var beam: Int
  /// Words of the longest hypothesis.
  var words: Int
  /// Candidates of one sentence.
  var candidates: Int
  /// Pieces of the longest source when `attention(row:)` will be asked for, else 0.
  var attended: Int
}

/// A network that a beam search walks through: the memory of one thread over the weights of a model that many share.
///
/// The calls of a batch are `encode`, `begin`, and then for each step `advance`, `logits` and `attention` of its rows, and `reorder`.
protocol TranslationNetwork: AnyObject {
  /// Encodes sentences and keeps what the decoder looks at.
  ///
  /// - Parameters:
  ///   - sentences: piece ids, each with the end of sentence.
  ///   - starts: the first encoder row of each sentence, and the number of rows at the end.
  func encode(_ sentences: [[Int32]], starts: [Int])

  /// Makes room for a search over the encoded sentences; all hypotheses begin anew.
  ///
  /// - Parameter candidates: ids of the candidate words of all sentences, as `logits` takes ranges of them.
  func begin(_ room: SearchRoom, candidates: UnsafeBufferPointer<UInt32>)

  /// Feeds the last word of each row and computes the rows from which words are scored.
  ///
  /// - Parameters:
  ///   - words: the last word of each row; nil before the first word.
  ///   - position: how many words came before.
  ///   - starts, lengths: per row, where its source stands in the encoder's rows.
  func advance(
    words: UnsafeBufferPointer<Int32>?, count: Int, position: Int, starts: UnsafePointer<Int>,
    lengths: UnsafePointer<Int>)

  /// Scores the candidate words of a few neighbouring rows, those of one sentence: `[row, candidate]`, valid until the next call.
  ///
  /// Asked for ascending rows, each once in a step; the caller may change the values.
  ///
  /// - Parameters:
  ///   - candidates: the sentence's candidates, a range of `all`.
  ///   - all: ids of the candidate words of all sentences.
  func logits(
    firstRow: Int, count: Int, candidates: Range<Int>, of all: UnsafeBufferPointer<UInt32>
  ) -> UnsafeMutablePointer<Float>

  /// How much the step that was just made looked at each source piece, `[source piece]`.
  func attention(row: Int) -> UnsafePointer<Float>

  /// Lets row `i` go on from where row `origins[i]` was.
  func reorder(_ origins: UnsafeBufferPointer<Int32>)
}
