import Testing
import Transcripts

@testable import CLI

@Suite struct LineWrapTests {
  private func lines(_ text: String, _ columns: Int) -> [String] {
    LineWrap.lines(of: text, columns: columns).map { String(text[$0]) }
  }

  @Test func wordsStayWhole() {
    #expect(lines("Good morning, everyone.", 80) == ["Good morning, everyone."])
    #expect(lines("Good morning, everyone.", 13) == ["Good morning,", "everyone."])
    #expect(lines("Good morning, everyone.", 12) == ["Good", "morning,", "everyone."])
    #expect(lines("one two three", 7) == ["one two", "three"])
    #expect(lines("", 10).isEmpty && lines("   ", 10).isEmpty)
  }

  @Test func spacesWhereALineBreaksAreNotShown() {
    #expect(lines("abcd   efgh", 4) == ["abcd", "efgh"])
    #expect(lines("abcd   efgh", 6) == ["abcd", "efgh"])
    #expect(lines("abcd efgh   ", 4) == ["abcd", "efgh"])
  }

  @Test func aWordThatIsTooLongBreaksWhereItHasTo() {
    #expect(lines("abcdefghij", 4) == ["abcd", "efgh", "ij"])
    #expect(lines("a bcdefghij", 4) == ["a", "bcde", "fghi", "j"])
  }

  @Test func wideCharactersTakeTwoColumns() {
    #expect(lines("今日は図書館の録音", 6) == ["今日は", "図書館", "の録音"])
    #expect(lines("今日は図書館", 5) == ["今日", "は図", "書館"], "no half of a character fits")
    #expect(lines("ab今日cd", 4) == ["ab今", "日cd"])
    #expect(lines("👩‍👩‍👧‍👦👩‍👩‍👧‍👦", 2) == ["👩‍👩‍👧‍👦", "👩‍👩‍👧‍👦"])
  }

  @Test func marksTakeNone() {
    let accented = String(repeating: "e\u{301}", count: 6)
    #expect(lines(accented, 3).map(\.count) == [3, 3])
  }

  @Test func textFromRightToLeftKeepsItsOrder() {
    let text = "صباح الخير للجميع"
    #expect(lines(text, 10) == ["صباح الخير", "للجميع"])
    #expect(lines(text, 10).joined(separator: " ") == text, "the terminal turns it round, not we")
  }

  /// Whatever the text and the width: nothing wider, nothing lost, no line empty.
  @Test(arguments: [
    "There are nine hundred recordings on the shelves.", String(repeating: "x", count: 100),
    "今日は図書館の録音について話します。Good morning 一二三", " leading and  double   spaces  ", "한국어 문장은 띄어쓰기가 있습니다.",
    "שלום עולם, זה מבחן", "🇵🇹🇯🇵 flags\tand tabs", "a\u{301}e\u{301} naïve",
  ]) func limitsHold(_ text: String) {
    for columns in 2...90 {
      let lines = lines(text, columns)
      for line in lines {
        #expect(DisplayWidth.of(line) <= columns && !line.isEmpty, "\"\(line)\" in \(columns) columns")
        #expect(line.first?.isWhitespace == false || line == lines.first)
        #expect(line.last?.isWhitespace == false)
      }
      #expect(lines.joined().filter { !$0.isWhitespace } == text.filter { !$0.isWhitespace }, "\(columns) columns")
    }
  }
}
