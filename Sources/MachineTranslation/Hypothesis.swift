/// One finished translation of a sentence.
struct Hypothesis {
  /// Piece ids, without the end of sentence.
  var pieces: [Int32]
  /// Log-probability over length to the power of the normalisation; 0 in a greedy search that was not asked for details.
  var score: Float
  /// Nil unless the search was asked for it.
  var details: Details?

  /// How each word came about, the end of sentence included where the model gave it.
  struct Details {
    /// Natural logarithm of each word's probability among the candidates of its sentence.
    var logProbabilities: [Float] = []
    /// `[word, source piece]`, each row a distribution over the source's pieces, its end of sentence included.
    var attention: [Float] = []
  }
}
