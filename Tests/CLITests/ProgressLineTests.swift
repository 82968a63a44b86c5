import Testing

@testable import CLI

@Suite struct ProgressLineTests {
  /// A line on a clock that only moves when told, and everything it wrote.
  final class Bench {
    var time = Duration.zero
    var written: [String] = []

    func line(isTerminal: Bool, columns: Int = 80, environment: [String: String] = ["NO_COLOR": "1"]) -> ProgressLine {
      ProgressLine(
        label: "talk.flac",
        terminal: Terminal(environment: environment, isOutputInteractive: false, isErrorInteractive: isTerminal),
        now: { self.time }, columns: { columns }, write: { self.written.append($0) })
    }
  }

  @Test func aTerminalIsRedrawnTenTimesASecondAtMost() {
    let bench = Bench()
    let line = bench.line(isTerminal: true)
    for millisecond in 0..<1000 {
      bench.time = .milliseconds(millisecond)
      line.update(fraction: Double(millisecond) / 1000, "x")
    }
    #expect(bench.written.count == 10)
    #expect(bench.written.allSatisfy { $0.hasPrefix("\r") && !$0.contains("\n") })
  }

  @Test func namesOfFilesDoNotCommandTheTerminal() {
    let bench = Bench()
    let line = bench.line(isTerminal: true)
    line.update(fraction: 0.5, "a\u{1B}[31mb")
    line.message("a\u{1B}]0;title\u{7}b\tc")
    line.finish("x\u{9B}2Jy")
    #expect(bench.written[0].hasSuffix("a?[31mb\u{1B}[K"))
    #expect(bench.written.dropFirst(2) == ["a?]0;title?b\tc\n", "talk.flac: x?2Jy\n"])
  }

  @Test func plainLinesComeEveryFiveSecondsAndNotForWorkOfAMoment() {
    let bench = Bench()
    let line = bench.line(isTerminal: false)
    for second in 0...12 {
      bench.time = .seconds(second)
      line.update(fraction: Double(second) / 12, "\(second) s")
    }
    line.finish("done")
    #expect(bench.written == ["talk.flac: 41% 5 s\n", "talk.flac: 83% 10 s\n", "talk.flac: done\n"])

    let short = Bench()
    let quick = short.line(isTerminal: false)
    quick.update(fraction: 0.5, "half")
    quick.finish()
    #expect(short.written.isEmpty)
  }

  @Test func theBarFillsAndStaysWithinTheWidth() {
    let bench = Bench()
    let line = bench.line(isTerminal: true, columns: 60)
    line.update(fraction: 0.5, "0:30/1:00")
    #expect(bench.written == ["\rtalk.flac ################---------------- 50% 0:30/1:00\u{1B}[K"])

    let narrow = Bench()
    narrow.line(isTerminal: true, columns: 20).update(fraction: 2, "a long text that cannot fit")
    #expect(narrow.written == ["\rtalk.flac a lo 100%\u{1B}[K"])
  }

  @Test func coloursAppearOnlyWhereWelcome() {
    let bench = Bench()
    bench.line(isTerminal: true, environment: [:]).update(fraction: 0.5, "x")
    bench.line(isTerminal: true, environment: ["NO_COLOR": "1"]).update(fraction: 0.5, "x")
    #expect(bench.written[0].contains("\u{1B}[32m") && !bench.written[1].contains("\u{1B}[32m"))
    #expect(
      !Terminal(environment: ["TERM": "dumb"], isOutputInteractive: true, isErrorInteractive: true).isErrorInteractive)
  }

  @Test func aMessageStaysAboveTheLine() {
    let bench = Bench()
    let line = bench.line(isTerminal: true)
    line.update(fraction: 0, "x")
    line.message("note")
    line.finish()
    #expect(Array(bench.written.dropFirst()) == ["\r\u{1B}[K", "note\n"])
  }

  @Test func figuresReadWell() {
    #expect(Figures.bytes(999) == "999 B")
    #expect(Figures.bytes(145_217_532) == "145.2 MB")
    #expect(Figures.clock(.seconds(65)) == "1:05")
    #expect(Figures.clock(.seconds(3725)) == "1:02:05")
    #expect(
      Figures.audioProgress(done: .seconds(30), total: .seconds(90), elapsed: .seconds(6))
        == "0:30/1:30 5.0x real time, 0:12 left")
    #expect(Figures.audioProgress(done: .zero, total: .seconds(90), elapsed: .zero) == "0:00/1:30")
  }
}
