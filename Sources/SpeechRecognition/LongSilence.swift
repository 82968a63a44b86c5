internal import Transcripts

/// Divides what a window says where a long silence was left out of it: windows are packed of speech, so that what is said before and
/// after half an hour may stand in one, and the model takes it for one sentence.
///
///     recording   |so my fellow|. . . . half an hour . . . .|Americans, ask|
///     window      |so my fellow|Americans, ask|
///     segments    |so my fellow|                            |Americans, ask|
enum LongSilence {
  /// How much must have been left out. It is as long as the pause behind which a sentence counts as over for translation; with what is
  /// kept around speech, that is a pause of 3.8 s. Shorter pauses are those of somebody who goes on.
  static let least = Duration.seconds(3)

  /// A piece, or a part of one, with its words.
  typealias Part = (piece: WindowCut.Piece, words: [AlignedWord])

  /// The parts of a window's pieces, each between two silences; a piece on one side of all silences stays whole.
  ///
  /// A timestamp on the other side of a silence than the word next to it gives way to the word: words are placed by what they sound like.
  ///
  /// - Parameters:
  ///   - pieces: each with its words, whose tokens are counted from the first text token of the first piece.
  ///   - silences: the first frames of the window behind each, in order; no word goes on over one.
  ///   - endOfText: the token behind the last text token.
  static func divide(_ pieces: [Part], at silences: [Int], endOfText: Int) -> [Part] {
    guard !silences.isEmpty else { return pieces }
    func side(_ word: AlignedWord) -> Int { silences.count { $0 <= word.word.start.frames } }
    var parts: [Part] = []
    // Text tokens of the pieces before.
    var before = 0
    for (piece, words) in pieces {
      // The first word of each part, and where its tokens begin.
      let firsts = words.indices.filter { $0 == 0 || side(words[$0]) != side(words[$0 - 1]) }
      let cuts = firsts.map {
        $0 == 0 ? 0 : index(of: words[$0].tokens.lowerBound - before, in: piece.tokens, endOfText)
      }
      for (number, first) in firsts.enumerated() {
        let isLast = number + 1 == firsts.count
        let own = words[first..<(isLast ? words.count : firsts[number + 1])], side = side(words[first])
        let low = side > 0 ? silences[side - 1] : 0, high = side < silences.count ? silences[side] : .max
        let keepsStart = first == 0 && piece.start >= low && piece.start < high
        let keepsEnd = isLast && piece.end > low && piece.end <= high
        let tokens = piece.tokens[cuts[number]..<(isLast ? piece.tokens.count : cuts[number + 1])]
        parts.append(
          (
            WindowCut.Piece(
              start: keepsStart ? piece.start : own.first!.word.start.frames,
              end: keepsEnd ? piece.end : own.last!.word.end.frames, tokens: Array(tokens)), Array(own)
          ))
      }
      if words.isEmpty { parts.append((piece, words)) }
      before += piece.tokens.count { $0 < endOfText }
    }
    return parts
  }

  /// Where in `tokens` a text token stands, counted among those of the text.
  private static func index(of textToken: Int, in tokens: [Int], _ endOfText: Int) -> Int {
    var seen = 0
    return tokens.firstIndex { token in
      defer { if token < endOfText { seen += 1 } }
      return token < endOfText && seen == textToken
    } ?? tokens.count
  }
}
