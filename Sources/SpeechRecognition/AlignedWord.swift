internal import Transcripts

/// A word with what its place was found from.
struct AlignedWord: Equatable, Sendable {
  /// With its leading space; its times stand after the window's start.
  var word: Word
  /// Its tokens among the text tokens of the window.
  var tokens: Range<Int>
  /// The end of those without punctuation behind the word, and its text without it.
  var bareEnd: Int, bareText: String
  /// The log-mel frame of the window that its last token looks at most.
  var lastAttended: Int

  /// The word without the punctuation behind it.
  var bare: AlignedWord {
    var bare = self
    (bare.word.text, bare.tokens) = (bareText, tokens.lowerBound..<bareEnd)
    return bare
  }
}
