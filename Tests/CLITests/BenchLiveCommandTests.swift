import Foundation
import SpeechRecognition
import TestSupport
import Testing

@testable import CLI
@testable import Evaluation

/// `dragoman bench live` as a user runs it, on the project's own fixtures.
@Suite(.serialized) struct BenchLiveCommandTests {
  static let pulled = ["DRAGOMAN_MODELS": Places.models.path]
  let command: BuiltCommand
  init() throws { command = try BuiltCommand(sharesPrepared: true) }

  private func run(_ arguments: [String]) throws -> BuiltCommand.Result {
    try command.run(["bench", "live"] + arguments, environment: Self.pulled)
  }

  private func path(_ name: String) -> String { command.folder.appending(path: name).path }

  private func result(_ name: String) throws -> LiveBenchResult {
    try JSONDecoder().decode(LiveBenchResult.self, from: Data(contentsOf: URL(fileURLWithPath: path(name))))
  }

  /// A folder of one recording, and another that is none.
  private func putFolder() throws {
    try command.put("set/broken.flac", "no sound at all")
    try command.put("set/broken.txt", "nothing")
    for ending in ["flac", "txt", "pt.txt"] {
      let name = "meeting-en.\(ending)"
      try FileManager.default.copyItem(
        at: Places.fixtures.appending(path: name), to: command.folder.appending(path: "set/\(name)"))
    }
  }

  @Test func simulatedSessionsDoNotDependOnTheMachine() throws {
    defer { command.clean() }
    try putFolder()
    let arguments = [
      path("set"), "--model", "whisper-tiny.en", "--from", "en", "--to", "pt", "--policy", "agreement,attention:0.8",
      "--step", "0.8", "--beam", "1", "--threads", "1", "--pause", "0.6",
    ]
    let first = try run(arguments + ["--output", path("1.json"), "--logs", path("logs")])
    #expect(first.status == 0, "\(first.errors)")
    #expect(first.errors.contains("broken") && first.errors.contains("1 recording is not scored"))
    #expect(first.output.contains("set agreement step 0.8") && first.output.contains("set attention:0.8 step 0.8"))
    #expect(!first.errors.contains("break their contract"), "\(first.errors)")
    let result = try result("1.json")
    #expect(result.runs.map(\.settings["policy"]) == ["agreement", "attention:0.8"])
    #expect(result.runs[0].system == "whisper-tiny.en beam 1, 1 thread, pause 0.6, policy agreement, step 0.8, to pt")
    #expect(result.runs[0].settings["clock"] == "simulated" && result.runs[0].settings["max latency"] == "4s")
    for run in result.runs {
      #expect(run.recordings.map(\.id) == ["meeting-en"] && run.failures.keys.sorted() == ["set/broken"])
      let score = try #require(run.summaries.first)
      #expect(score.wordErrorRate! < 0.2 && score.bleu! > 10 && score.faults == 0 && score.realTimeFactor! > 0)
      #expect(score.wordCommitted!.p50 > 0 && score.firstText!.p50 < 3 && (score.text.shown?.streamLAAL ?? 0) > 0)
      // The log that is kept is what was measured.
      let folder = run.system.replacing(", ", with: "_").replacing(" ", with: "-").replacing(":", with: "-")
      let log = try LiveLog(contentsOf: path("logs/\(folder)/set/meeting-en.jsonl"))
      #expect(log.finals.map(\.text).joined(separator: " ") == run.recordings[0].text)
    }
    let second = try run(arguments + ["--output", path("2.json")])
    #expect(second.status == 0, "\(second.errors)")
    #expect(try withoutTiming(self.result("2.json")) == withoutTiming(result))
  }

  private func withoutTiming(_ result: LiveBenchResult) -> [LiveRun] {
    result.runs.map { run in
      var run = run
      for index in run.summaries.indices { run.summaries[index].realTimeFactor = nil }
      for index in run.recordings.indices { run.recordings[index].score.realTimeFactor = nil }
      return run
    }
  }

  @Test func whatWasFinishedBeforeAnInterruptionIsKept() throws {
    defer { command.clean() }
    let lines = ["short-en", "meeting-en"].map { name in
      #"{"audio":"\#(Places.fixtures.path)/\#(name).flac","text":"one","lang":"en"}"#
    }
    try command.put("set.jsonl", lines.joined(separator: "\n"))
    let arguments = [
      path("set.jsonl"), "--real-time", "--model", "whisper-tiny.en", "--output", path("r.json"), "--logs",
      path("logs"),
    ]
    let process = command.process(["bench", "live"] + arguments, environment: Self.pulled)
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    let isKept = {
      FileManager.default.enumerator(atPath: path("logs"))?.contains { "\($0)".hasSuffix("short-en.jsonl") } ?? false
    }
    // Until the first recording is over; the second sounds for much longer than that takes to see.
    for _ in 0..<6000 where !isKept() && process.isRunning { Thread.sleep(forTimeInterval: 0.01) }
    process.interrupt()
    process.waitUntilExit()
    #expect(process.terminationStatus == 130)
    let run = try #require(try result("r.json").runs.first)
    #expect(run.recordings.map(\.id) == ["short-en"] && run.settings["clock"] == "real time")
    #expect(FileManager.default.fileExists(atPath: path("r.json.journal")))
    try FileManager.default.removeItem(atPath: path("logs"))
    let again = try self.run(arguments)
    #expect(again.status == 0 && again.errors.contains("goes on with 1 recordings"), "\(again.errors)")
    let whole = try #require(try result("r.json").runs.first)
    #expect(whole.recordings.map(\.id) == ["short-en", "meeting-en"] && whole.recordings[0] == run.recordings[0])
    #expect(isKept() && !FileManager.default.fileExists(atPath: path("r.json.journal")))
  }

  @Test func wrongUseIsRefusedBeforeWork() throws {
    defer { command.clean() }
    try putFolder()
    func status(_ arguments: String...) throws -> Int32 { try run([path("set")] + arguments).status }
    #expect(try run([path("absent")]).status == 66)
    #expect(try status("--policy", "agreement,often") == 64 && status("--policy", "agreement:9") == 64)
    #expect(try status("--policy", "agreement,") == 64)
    #expect(try status("--step", "0.4,9") == 64 && status("--step", "fast") == 64)
    #expect(try status("--pause", "0") == 64 && status("--max-latency", "1h") == 64)
    #expect(try status("--no-vad") == 64 && status("--keep", "x") == 64 && status("--beam", "0") == 64)
    #expect(try status("--model", "nothing-like-it") == 69)
    #expect(try status("--output", path("no/folder/r.json")) == 73)
    #expect(try status("--output", path("r"), "--journal", path("r")) == 64)
    try command.put("lines.txt", "a\n")
    #expect(try run([path("lines.txt")]).status == 65)
  }

  @Test func whatIsNamedTwiceIsHeardOnce() throws {
    #expect(try BenchLiveCommand.policies(in: "attention, agreement,attention") == ["attention", "agreement"])
    #expect(try BenchLiveCommand.steps(in: "0.3,0.30,0.4,0.3") == [0.3, 0.4])
  }

  @Test func policiesByName() throws {
    #expect(try CommitPolicy(argument: "agreement") == .localAgreement(2))
    #expect(try CommitPolicy(argument: "agreement:3") == .localAgreement(3))
    #expect(try CommitPolicy(argument: "attention") == .alignAtt(.milliseconds(800)))
    #expect(try CommitPolicy(argument: "attention:0.8") == .alignAtt(.milliseconds(800)))
    for wrong in [
      "", "agreement:1", "agreement:x", "agreement:2.9", "agreement:", "attention:", "both:", ":", "attention::1",
      "attention:-1", "attention:6", "attention:nan", "all",
    ] {
      #expect(throws: (any Error).self, "\(wrong)") { try CommitPolicy(argument: wrong) }
    }
  }

  @Test func partsOfARecordingAreOneSession() {
    func part(_ id: String, _ audio: String?, _ start: Double? = nil, channel: Int? = nil) -> Utterance {
      Utterance(
        id: id, audio: audio, excerpt: start.map { .init(start: $0, duration: 1) }, channel: channel, text: id)
    }
    let set = DataSet(
      name: "s", path: "s", format: .stm,
      utterances: [
        part("a1", "x/a.wav", 0, channel: 0), part("b", "b.wav"), part("a2", "x/a.wav", 2, channel: 0),
        part("c", "c.wav", 5), part("a3", "x/a.wav", 1, channel: 1), part("text", nil), part("b2", "b.wav"),
      ])
    let all = BenchRecording.all(of: [set], limit: nil)
    #expect(all.map(\.id) == ["a-1", "b", "c", "a3", "b2"])
    #expect(all.map { $0.utterances.map(\.id) } == [["a1", "a2"], ["b"], ["c"], ["a3"], ["b2"]])
    // The only part of a recording is heard by itself, and its time then begins at 0.
    let starts: [Double?] = [nil, nil, 5, 1, nil]
    #expect(all.map { $0.excerpt?.start } == starts)
    #expect(all[0].utterances.map { $0.excerpt!.start } == [0, 2])
    #expect(all[2].utterances[0].excerpt == nil)
    // Of a part with segments these begin with what is heard, too.
    var talk = part("d", "d.wav", 10)
    talk.segments = [.init(start: 10.5, end: 12, text: "one"), .init(start: nil, end: nil, text: "two")]
    let parts = DataSet(name: "s", path: "s", format: .manifest, utterances: [talk])
    let heard = BenchRecording.all(of: [parts], limit: nil)[0]
    #expect(heard.excerpt?.start == 10 && heard.utterances[0].segments.map(\.start) == [0.5, nil])
    #expect(heard.utterances[0].segments.map(\.end) == [2, nil])
    // Two of one name.
    var names = set
    names.utterances = ["a", "a#2", "a"].map { part($0, "\($0).wav") }
    #expect(BenchRecording.all(of: [names], limit: nil).map(\.id) == ["a", "a#2", "a#3"])
    #expect(BenchRecording.all(of: [set, set], limit: 2).map(\.id) == ["a-1", "b", "a-1", "b"])
  }
}
