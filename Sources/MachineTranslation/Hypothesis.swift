/// One finished translation of a sentence.
struct Hypothesis {
  /// Piece ids, without the end of sentence.
  var pieces: [Int32]
  /// Log-probability over length to the power of the normalisation; 0 in a greedy search, which needs no probabilities.
  var score: Float
}
