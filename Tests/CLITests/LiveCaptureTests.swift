import Evaluation
import Foundation
import TestSupport
import Testing

/// The whole way: a recording is played in real time, and what it plays into is captioned.
@Suite(.serialized) struct LiveCaptureTests {
  let server: SoundServer
  let command: BuiltCommand

  init() throws {
    server = try SoundServer()
    command = try BuiltCommand(sharesPrepared: true)
  }

  @Test func whatIsPlayedIsCaptionedAcrossARestart() throws {
    defer { command.clean() }
    let recording = Places.fixtures.appending(path: "meeting-en.flac")
    let saved = command.folder.appending(path: "talk.srt")
    let live = try LiveProcess(
      command,
      [
        "--device", "pulse:\(SoundServer.sink).monitor", "--from", "en", "--to", "pt", "--format", "jsonl",
        "--save", saved.path, "--beam", "1",
      ], environment: TranscribeCommandTests.pulled.merging(server.environment) { $1 })
    #expect(live.wait(60) { $0.lines.first?.contains("ready") == true }, "\(live.messages)")
    try server.play(recording)
    func text(_ log: LiveLog) -> String { log.finals.map(\.text).joined(separator: " ") }
    let hasBegun = try live.wait(25) { live in
      let log = try live.log()
      return text(log).contains("library") && (log.updates.last.map { !$0.isFinal } ?? false)
    }
    #expect(hasBegun, "\(live.lines.suffix(5))")

    server.kill()
    server.stopPlaying()
    let isLost = live.wait(10) {
      $0.lines.contains { $0.contains(#""event":"device","#) && $0.contains(#""state":"lost""#) }
    }
    #expect(isLost, "\(live.lines.suffix(5))")
    // The sentence that was broken off ends by itself.
    let isOver = try live.wait(10) { try $0.log().updates.last?.isFinal == true }
    #expect(isOver, "\(live.lines.suffix(5))")
    let before = try live.log()

    try server.start()
    let isBack = live.wait(15) { $0.lines.contains { $0.contains(#""state":"back""#) } }
    #expect(isBack, "\(live.lines.suffix(5))")
    try server.play(recording)
    let goesOn = try live.wait(30) {
      text(LiveLog(Array(try $0.log().events.dropFirst(before.events.count)))).contains("Tuesday")
    }
    #expect(goesOn, "\(live.lines.suffix(5))")
    live.signal(SIGINT)
    #expect(live.status(within: 15) == 130)

    let log = try live.log()
    #expect(log.faults.isEmpty, "\(log.faults)")
    let first = text(before), second = text(LiveLog(Array(log.events.dropFirst(before.events.count))))
    for word in ["Good morning", "archive", "old library"] {
      #expect(first.contains(word), "\(first)")
      #expect(second.contains(word), "\(second)")
    }
    #expect(second.contains("recordings") && second.contains("Tuesday"), "\(second)")
    let translation = log.finals.compactMap(\.translation).joined(separator: " ")
    #expect(translation.contains("biblioteca") && translation.contains("Bom dia"), "\(translation)")
    #expect(log.finals.allSatisfy { $0.translation != nil })
    // The time of the outage is lost, and stands in the clock of what comes after.
    #expect(log.lost > 0.3, "\(log.lost)")
    let end = try #require(log.finals.last)
    #expect(end.emittedAt - end.end < 8 && end.emittedAt > end.end - 0.5, "\(end.emittedAt), \(end.end)")
    let levels = log.events.compactMap { if case .degraded(_, let level, _, _) = $0 { level } else { nil } }
    #expect(!levels.contains { $0 >= 5 }, "the outage is not taken for slowness: \(levels)")

    let cues = try LiveSaved.texts(saved).joined(separator: " ")
    for final in log.finals {
      #expect(LiveSaved.has(final.text, in: cues), "\(cues)")
      #expect(LiveSaved.has(final.translation ?? "none", in: cues), "\(cues)")
    }
  }
}
