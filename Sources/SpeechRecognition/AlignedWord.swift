internal import Transcripts

/// A word with what its place was found from.
struct AlignedWord: Equatable, Sendable {
  /// With its leading space; its times stand after the window's start.
  var word: Word
  /// Its tokens among the text tokens of the window.
  var tokens: Range<Int>
  /// The log-mel frame of the window that its last token looks at most.
  var lastAttended: Int
}
