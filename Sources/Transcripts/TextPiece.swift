/// A piece of a text behind which it may be divided: a word, or a character of a script that is written without spaces, with the
/// punctuation that must not begin or end a line.
package struct TextPiece: Equatable {
  package var text: String
  /// A space stands before it, unless it begins the text.
  package var isSpaced: Bool

  /// The pieces of a text's words, in order.
  ///
  /// - Parameters:
  ///   - words: what stands between spaces.
  ///   - width: columns at which even a word is cut; nil for never.
  package static func all(of words: some Sequence<Substring>, cutAt width: Int? = nil) -> [TextPiece] {
    var all: [TextPiece] = []
    for word in words {
      var isSpaced = true
      for piece in pieces(of: word, cutAt: width ?? .max) {
        all.append(TextPiece(text: piece, isSpaced: isSpaced))
        isSpaced = false
      }
    }
    return all
  }

  /// The text of some pieces that follow each other.
  package static func joined(_ pieces: some Sequence<TextPiece>) -> String {
    pieces.reduce(into: "") { text, piece in text += (piece.isSpaced && !text.isEmpty ? " " : "") + piece.text }
  }

  private static func pieces(of word: Substring, cutAt most: Int) -> [String] {
    var pieces: [String] = []
    var width = 0
    var previous: Character?
    for character in word {
      let columns = DisplayWidth.of(character)
      let mayBreak =
        previous.map { before in
          (DisplayWidth.breaksAnywhere(character) || DisplayWidth.breaksAnywhere(before))
            && !mayNotBegin.contains(character) && !mayNotEnd.contains(before)
        } ?? true
      if mayBreak || width + columns > most {
        pieces.append(String(character))
        width = columns
      } else {
        pieces[pieces.count - 1].append(character)
        width += columns
      }
      previous = character
    }
    return pieces
  }

  static let closers: Set<Character> = Set("\"'”’»›)]}」』）】》〉")
  static let sentenceEnds: Set<Character> = Set(".!?…。！？．؟।")
  static let clauseEnds: Set<Character> = Set(",;:–—،؛、，；：")
  private static let mayNotBegin = closers.union(sentenceEnds).union(clauseEnds).union("ーっゃゅょッャュョ々")
  private static let mayNotEnd: Set<Character> = Set("\"'“‘«‹([{「『（【《〈")
}
