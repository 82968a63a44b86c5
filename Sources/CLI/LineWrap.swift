internal import Transcripts

/// Breaks text into lines of a terminal by the columns that its characters take.
enum LineWrap {
  /// The lines of a text, as ranges without the white space that they break at.
  ///
  /// - Parameter columns: of the widest line, at least 2. A word that is longer breaks where it has to; text of scripts without
  ///   spaces breaks between any two characters.
  static func lines(of text: String, columns: Int) -> [Range<String.Index>] {
    var lines: [Range<String.Index>] = []
    func add(_ range: Range<String.Index>) {
      guard let last = text[range].lastIndex(where: { !$0.isWhitespace }) else { return }
      lines.append(range.lowerBound..<text.index(after: last))
    }
    var start = text.startIndex, width = 0
    // Behind the last place where the line may break, and where the next line would begin.
    var breaking: (end: String.Index, next: String.Index)?
    var index = start
    while index < text.endIndex {
      let character = text[index], next = text.index(after: index)
      let columnsOfCharacter = DisplayWidth.of(String(character))
      if character.isWhitespace {
        breaking = (index, next)
      } else if columnsOfCharacter == 2, index > start {
        breaking = (index, index)
      }
      if width + columnsOfCharacter > max(columns, 2), !character.isWhitespace {
        let (end, begin) = breaking ?? (index, index)
        add(start..<end)
        start = begin
        width = text[start..<index].reduce(0) { $0 + DisplayWidth.of(String($1)) }
        breaking = nil
      }
      width += columnsOfCharacter
      index = next
    }
    add(start..<text.endIndex)
    return lines
  }
}
