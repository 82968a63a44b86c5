import Foundation
import Testing
import Transcripts

@testable import CLI
@testable import Dragoman

@Suite struct LiveScreenTests {
  private func screen(isColoured: Bool = true) -> LiveScreen {
    LiveScreen(
      source: "Blue Yeti",
      session: LiveLine.Session(source: "Blue Yeti", model: "whisper-base", translationModels: nil, targets: ["pt"]),
      isColourWelcome: isColoured)
  }

  private func final(_ id: Int, _ text: String, _ translation: String?) -> LiveEvent {
    .final(Segment(id: id, start: .zero, end: .seconds(1), text: text, translation: translation, language: "en"))
  }

  private func partial(_ text: String, stable: Int, _ translation: String? = nil) -> LiveEvent {
    .partial(
      LivePartial(
        utterance: 0, start: .zero, end: .seconds(1), language: "en", text: text, stable: stable,
        translation: translation))
  }

  /// The screen that a frame draws: what stands in each row, without styles.
  private func rows(_ frame: String) -> [String] {
    #expect(frame.hasPrefix("\u{1B}[H"), "drawn over what was there")
    let lines = frame.dropFirst(3).components(separatedBy: "\r\n")
    for line in lines { #expect(line.hasPrefix("\u{1B}[K"), "cleared before it is written: \(line)") }
    return lines.map { $0.replacing(/\u{1B}\[[0-9;]*[A-Za-z]/, with: "") }
  }

  private func talk(isColoured: Bool = true) throws -> LiveScreen {
    let screen = screen(isColoured: isColoured)
    try screen.show(.language("en", probability: 0.9), at: .zero)
    try screen.show(final(0, "Good morning, everyone.", "Bom dia a todos."), at: .seconds(2))
    try screen.show(partial("Today we are talking about", stable: 5, "Hoje estamos"), at: .seconds(3))
    return screen
  }

  @Test func theNewestStandsLowest() throws {
    let rows = rows(try talk().frame(columns: 80, rows: 24))
    #expect(rows.count == 24)
    #expect(rows[..<17].joined().isEmpty)
    #expect(
      rows[17..<23] == [
        "Good morning, everyone.", "  Bom dia a todos.", "", "Today we are talking about", "  Hoje estamos", "",
      ])
    #expect(
      rows[23].hasPrefix("en → pt") && rows[23].hasSuffix("lag 2.0 s  load 0 %  whisper-base  Blue Yeti"), "\(rows[23])"
    )
  }

  @Test func whatMayChangeIsDim() throws {
    let frame = try talk().frame(columns: 80, rows: 24)
    #expect(frame.contains("Today\u{1B}[2m we are talking about\u{1B}[0m"))
    #expect(frame.contains("  \u{1B}[2mHoje estamos\u{1B}[0m"), "all of a translation may change")
    #expect(frame.contains("\u{1B}[KGood morning, everyone.\r\n"), "what is final is plain")
    #expect(frame.contains("  \u{1B}[1mBom dia a todos.\u{1B}[0m"))
    #expect(frame.contains("\u{1B}[7men → pt"))
  }

  @Test func coloursAreLeftOutWhereTheyAreNotWelcome() throws {
    let frame = try talk(isColoured: false).frame(columns: 80, rows: 24)
    #expect(!frame.contains("m\u{1B}") && frame.firstMatch(of: /\u{1B}\[[0-9;]*m/) == nil)
    #expect(rows(frame) == rows(try talk().frame(columns: 80, rows: 24)), "nothing else changes")
  }

  @Test func aNarrowPaneWrapsAndShortensItsStatus() throws {
    let rows = rows(try talk().frame(columns: 30, rows: 10))
    #expect(rows.count == 10 && rows.allSatisfy { DisplayWidth.of($0) <= 30 })
    #expect(
      rows[3..<9] == [
        "Good morning, everyone.", "  Bom dia a todos.", "", "Today we are talking about", "  Hoje estamos", "",
      ])
    #expect(rows[9].hasPrefix("en → pt") && rows[9].contains("lag") && !rows[9].contains("Blue"), "\(rows[9])")
  }

  @Test func aTinyPaneShowsTheNewestLine() throws {
    let rows = rows(try talk().frame(columns: 10, rows: 3))
    #expect(rows.count == 3 && rows.allSatisfy { DisplayWidth.of($0) <= 10 }, "\(rows)")
    #expect(rows[0] == "estamos" && rows[2].hasPrefix("en → pt"), "\(rows)")
  }

  @Test(arguments: [1, 2, 3, 4, 24], [2, 7, 10, 21, 80, 300]) func aFrameFillsThePaneAndNoMore(rows: Int, columns: Int)
    throws
  {
    let screen = try talk()
    for id in 1..<30 {
      try screen.show(final(id, "図書館 and a supercalifragilisticexpialidocious word \(id)", "Outra frase."), at: .zero)
    }
    try screen.show(.deviceLost(name: "Blue Yeti", reason: "no such device"), at: .zero)
    let drawn = self.rows(screen.frame(columns: columns, rows: rows))
    #expect(drawn.count == rows)
    for row in drawn { #expect(DisplayWidth.of(row) <= columns, "\"\(row)\" in \(columns) columns") }
    if rows == 24, columns == 80 { #expect(drawn[23].contains("Blue Yeti is gone (no such device)")) }
  }

  @Test func aVeryLongSentenceShowsItsEnd() throws {
    let screen = screen()
    let words = (0..<500).map { "word\($0)" }.joined(separator: " ")
    try screen.show(partial(words, stable: 30), at: .zero)
    let rows = rows(screen.frame(columns: 40, rows: 10))
    #expect(rows.count == 10 && rows[7].hasSuffix("word499") && rows[0].contains("word4"))
  }

  @Test func nothingMovesTheCursor() throws {
    let screen = screen(isColoured: false)
    try screen.show(final(0, "one\u{1B}[2Jtwo\nthree\tfour\u{7}", nil), at: .zero)
    let rows = rows(screen.frame(columns: 40, rows: 5))
    #expect(rows.count == 5 && rows[2] == "one [2Jtwo three four", "\(rows)")
  }

  @Test func textFromRightToLeftIsWrittenAsItIs() throws {
    let screen = screen(isColoured: false)
    try screen.show(partial("صباح الخير للجميع", stable: 4), at: .zero)
    #expect(rows(screen.frame(columns: 12, rows: 5))[1..<3] == ["صباح الخير", "للجميع"])
  }

  @Test func whatIsTakenBackGoes() throws {
    let screen = screen()
    try screen.show(partial("Thank you.", stable: 0, "Obrigado."), at: .zero)
    try screen.show(partial("", stable: 0, ""), at: .zero)
    #expect(rows(screen.frame(columns: 40, rows: 5))[..<4].joined().isEmpty)
  }

  @Test func theMeterFollowsTheLevel() throws {
    let screen = screen(isColoured: false)
    func meter(_ amplitude: Float) throws -> String {
      try [Float](repeating: amplitude, count: 8_000).withUnsafeBufferPointer { try screen.hear($0) }
      return String(rows(screen.frame(columns: 80, rows: 3))[2].dropFirst("? → pt  ".count).prefix(1))
    }
    #expect(try meter(0) == " ")
    #expect(try meter(0.03) == "▄")
    #expect(try meter(1) == "█")
  }
}
