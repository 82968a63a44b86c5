import Foundation
import TestSupport
import Testing

@testable import CLI
@testable import Evaluation

/// `dragoman bench` as a user runs it, on the project's own fixtures.
@Suite(.serialized) struct BenchCommandTests {
  static let pulled = ["DRAGOMAN_MODELS": Places.models.path]
  let command: BuiltCommand
  init() throws { command = try BuiltCommand(sharesPrepared: true) }

  private func run(_ arguments: [String]) throws -> BuiltCommand.Result {
    try command.run(["bench"] + arguments, environment: Self.pulled)
  }

  private func path(_ name: String) -> String { command.folder.appending(path: name).path }

  /// A manifest of two fixtures and a recording that is not there.
  private func putManifest() throws {
    func line(_ audio: String) throws -> String {
      let base = Places.fixtures.appending(path: audio).path
      let text = try String(contentsOfFile: base + ".txt", encoding: .utf8)
      let translation = try String(contentsOfFile: base + ".pt.txt", encoding: .utf8)
      let object = ["audio": base + ".flac", "text": text, "lang": "en", "translation_pt": translation]
      return String(
        decoding: try JSONSerialization.data(withJSONObject: object, options: .withoutEscapingSlashes), as: UTF8.self)
    }
    let absent = #"{"audio":"absent.wav","text":"gone","lang":"en","translation_pt":"foi"}"#
    try command.put("set.jsonl", [try line("meeting-en"), absent, try line("short-en")].joined(separator: "\n"))
  }

  private func result(_ name: String) throws -> BenchResult {
    try JSONDecoder().decode(BenchResult.self, from: Data(contentsOf: URL(fileURLWithPath: path(name))))
  }

  @Test func recognitionOverAGridWithAReport() throws {
    defer { command.clean() }
    try putManifest()
    let heard = try run([
      "wer", path("set.jsonl"), "--model", "whisper-tiny.en", "--beam", "1,2", "--threads", "2", "--output",
      path("r.json"),
      "--report", path("r.html"),
    ])
    #expect(heard.status == 0, "\(heard.errors)")
    #expect(heard.errors.contains("absent.wav") && heard.errors.contains("1 utterance is not scored"))
    #expect(heard.output.contains("whisper-tiny.en beam 1, 2 threads"))
    let result = try result("r.json")
    #expect(result.runs.count == 2 && result.runs.allSatisfy { $0.utterances.count == 2 && $0.failures.count == 1 })
    let scores = result.summaries[0].total
    #expect(scores.wordErrorRate!.score < 0.1 && scores.words!.referenceCount > 50 && scores.realTimeFactor! > 0)
    #expect(result.summaries[0].overhead! > 0)
    #expect(!FileManager.default.fileExists(atPath: path("r.json.journal")))
    let report = try String(contentsOfFile: path("r.html"), encoding: .utf8)
    #expect(report.contains("<audio") && report.contains("data:audio/flac;base64,"))
    let compared = try run(["compare", path("r.json")])
    #expect(compared.status == 0 && compared.output.contains("WER"), "\(compared.errors)")
  }

  @Test func anEndedRunGoesOn() throws {
    defer { command.clean() }
    try putManifest()
    let arguments = [
      "wer", path("set.jsonl"), "--model", "whisper-tiny.en", "--beam", "8", "--threads", "1", "--precision", "float32",
      "--whole-windows", "--output", path("r.json"),
    ]
    let process = command.process(["bench"] + arguments, environment: Self.pulled)
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    let journal = path("r.json.journal")
    // Until the first utterance is kept.
    for _ in 0..<3000
    where ((try? Data(contentsOf: URL(fileURLWithPath: journal)))?.isEmpty ?? true) && process.isRunning {
      Thread.sleep(forTimeInterval: 0.01)
    }
    process.interrupt()
    process.waitUntilExit()
    #expect(process.terminationStatus == 130 && !FileManager.default.fileExists(atPath: path("r.json")))
    let again = try run(arguments)
    #expect(again.status == 0 && again.errors.contains("goes on with 1"), "\(again.errors)")
    #expect(try result("r.json").runs[0].utterances.count == 2)
  }

  @Test func aJournalServesOneBenchmarkAtATime() throws {
    defer { command.clean() }
    try putManifest()
    let arguments = [path("set.jsonl"), "--beam", "1", "--journal", path("j")]
    // As if the recognition had been ended before its first utterance was over, and still ran.
    let run = "0.0 bench wer beam=1"
    let line = #"{"result":{"set":"set.jsonl","id":"short-en","reference":""},"run":"\#(run)"}"# + "\n"
    try command.put("j", line)
    let other = try self.run(["wer"] + arguments + ["--model", "whisper-tiny.en"])
    #expect(other.status == 73 && other.errors.contains("another benchmark (\(run))"), "\(other.errors)")
    #expect(try String(contentsOfFile: path("j"), encoding: .utf8) == line)
    let descriptor = open(path("j"), O_RDONLY | O_CLOEXEC)
    defer { close(descriptor) }
    try #require(flock(descriptor, LOCK_EX | LOCK_NB) == 0)
    let second = try self.run(["wer"] + arguments + ["--model", "whisper-tiny.en"])
    #expect(second.status == 69 && second.errors.contains("another benchmark is writing"), "\(second.errors)")
    #expect(try String(contentsOfFile: path("j"), encoding: .utf8) == line)
  }

  @Test func runsDifferInAllThatDecidesTheirResults() throws {
    defer { command.clean() }
    let scope = BenchScope(command: "wer", sets: ["/a"])
    func run(settings: [String: String] = ["beam": "1"], _ change: (inout BenchScope) -> Void = { _ in }) -> String {
      var scope = scope
      change(&scope)
      return scope.run(settings)
    }
    try command.put("terms.tsv", "a\tb\n")
    try command.put("weights/model.bin", "weight")
    let glossary = ["glossary": path("terms.tsv")], model = ["model": path("weights")]
    var runs = [
      run(), run { $0.sets = ["/b"] }, run { $0.sets = ["/a", "/b"] }, run { $0.source = "en" }, run { $0.limit = 1 },
      run { $0.setFormat = "stm" }, run { $0.command = "cascade" }, run(settings: ["beam": "2"]),
      run(settings: glossary), run(settings: model),
    ]
    // What is replaced, even by as many bytes, leads to other results.
    for file in ["terms.tsv", "weights/model.bin"] {
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSince1970: 1_000_000_000)], ofItemAtPath: path(file))
    }
    runs += [run(settings: glossary), run(settings: model)]
    try command.put("weights/model.bin", "other")
    runs.append(run(settings: model))
    #expect(run(settings: model) == runs.last)
    #expect(Set(runs).count == runs.count)
    #expect(run { $0.sets = ["/b/../a"] } == run())
  }

  @Test func aReportPlaysTheChannelThatWasHeard() throws {
    defer { command.clean() }
    // Two channels of 16 bits at 16 kHz, four frames: 1000 and -2000.
    let size: [UInt8] = [16, 0, 0, 0]
    let format: [UInt8] = [16, 0, 0, 0, 1, 0, 2, 0, 0x80, 0x3E, 0, 0, 0, 0xFA, 0, 0, 4, 0, 16, 0]
    let frame: [UInt8] = [0xE8, 3, 0x30, 0xF8]
    var bytes = Array("RIFF".utf8) + [52, 0, 0, 0] + Array("WAVEfmt ".utf8) + format + Array("data".utf8) + size
    for _ in 0..<4 { bytes += frame }
    let wave = Data(bytes)
    try wave.write(to: URL(filePath: path("call.wav")))
    func played(_ channel: Int?) -> Data? {
      BenchAudio().audio(
        of: UtteranceResult(
          set: "s", id: "1", language: nil, reference: "", audio: path("call.wav"), channel: channel))?.data
    }
    #expect(played(nil) == wave)
    for (channel, value) in [1000, -2000].enumerated() {
      let data = try #require(played(channel))
      let samples = stride(from: 44, to: data.count, by: 2).map {
        Int16(data[$0]) | Int16(bitPattern: UInt16(data[$0 + 1]) << 8)
      }
      #expect(samples.count == 4 && samples.allSatisfy { abs(Int($0) - value) <= 1 }, "\(channel): \(samples)")
    }
  }

  @Test func aFullDiskCostsNothingThatWasDone() throws {
    defer { command.clean() }
    try command.put("t.en.txt", String(repeating: "The library is open.\n", count: 200))
    try command.put("t.pt.txt", String(repeating: "A biblioteca está aberta.\n", count: 200))
    try command.put("full/place", "")
    let script = """
      mount -t tmpfs -o size=8k none '\(path("full"))' || exit 9
      for room in full free; do
        '\(command.executable.path)' bench translation '\(path("t.en.txt"))' --output '\(path("full/r.json"))' --journal '\(path("j"))'
        echo "exit $?"; mount -o remount,size=1m '\(path("full"))'
      done
      ls '\(path("full"))'
      """
    let output = try command.runInNamespace(script, environment: Self.pulled)
    let parts = output.components(separatedBy: "exit ")
    #expect(parts.count == 3 && parts[0].contains("chrF") && parts[1].hasPrefix("74\n"), "\(output)")
    #expect(parts[1].contains("goes on with 200 utterances") && parts[1].contains("chrF"), "\(output)")
    #expect(parts[2] == "0\nr.json\n" && !FileManager.default.fileExists(atPath: path("j")), "\(output)")
  }

  @Test func aSetWithoutALanguageIsScoredInTheOneThatIsHeard() throws {
    defer { command.clean() }
    let base = Places.fixtures.appending(path: "short-en").path
    // Spoken numbers are figures in English only.
    try command.put(
      "set.jsonl",
      #"{"audio":"\#(base).flac","text":"the archive opens at eight in the morning","translation_pt":"O arquivo"}"#)
    for model in ["whisper-tiny.en", "whisper-base"] {
      let heard = try run(["wer", path("set.jsonl"), "--model", model, "--beam", "1", "--output", path("r.json")])
      #expect(heard.status == 0 && heard.errors.contains("tell no language") == (model == "whisper-base"))
      let result = try result("r.json")
      #expect(result.runs[0].utterances[0].language == "en" && result.runs[0].utterances[0].languageFound == true)
      #expect(result.summaries[0].total.words?.errors == 0, "\(model)")
    }
    let cascade = try run(
      ["cascade", path("set.jsonl"), "--to", "pt", "--output", path("c.json"), "--set-format", "manifest"])
    #expect(cascade.status == 0, "\(cascade.errors)")
    #expect(try result("c.json").runs[0].utterances[0].translationOfReference?.isEmpty == false)
    let named = try run([
      "wer", path("set.jsonl"), "--from", "en", "--model", "whisper-tiny.en", "--output", path("n.json"),
    ])
    #expect(named.status == 0 && !named.errors.contains("tell no language"), "\(named.errors)")
    #expect(try result("n.json").runs[0].utterances[0].languageFound == nil)
  }

  @Test func aRecordingThatEndsEarlyIsToldAndScored() throws {
    defer { command.clean() }
    let whole = try Data(contentsOf: Places.fixtures.appending(path: "meeting-en.flac"))
    try command.put("set/cut.txt", "Good morning, everyone.")
    try whole.prefix(60_000).write(to: command.folder.appending(path: "set/cut.flac"))
    let arguments = [path("set"), "--from", "en", "--model", "whisper-tiny.en", "--beam", "1"]
    let heard = try run(["wer"] + arguments + ["--output", path("r.json")])
    #expect(heard.status == 0, "\(heard.errors)")
    #expect(heard.errors.contains("set/cut: the recording ends before its header says"), "\(heard.errors)")
    #expect(heard.errors.contains("1 utterance is scored with a warning"), "\(heard.errors)")
    let utterance = try result("r.json").runs[0].utterances[0]
    #expect(utterance.warning?.isEmpty == false && utterance.hypothesis?.isEmpty == false)
    let live = try run(["live"] + arguments + ["--output", path("l.json")])
    #expect(live.status == 0 && live.errors.contains("1 recording is scored with a warning"), "\(live.errors)")
  }

  @Test func cascadeAttributesTheLoss() throws {
    defer { command.clean() }
    try putManifest()
    let heard = try run(["cascade", path("set.jsonl"), "--to", "pt", "--beam", "1", "--output", path("c.json")])
    #expect(heard.status == 0, "\(heard.errors)")
    let scores = try result("c.json").summaries[0].total
    #expect(scores.bleu!.score > 20 && scores.bleuOfReference! >= scores.bleu!.score - 5 && scores.wordErrorRate != nil)
  }

  @Test func translationOfTexts() throws {
    defer { command.clean() }
    try command.put("t.en.txt", "Good morning, everyone.\nThe library is open.\n")
    try command.put("t.pt.txt", "Bom dia, todos.\nA biblioteca está aberta.\n")
    let run = try run(["translation", path("t.en.txt"), "--beam", "1,4", "--output", path("t.json")])
    #expect(run.status == 0, "\(run.errors)")
    let result = try result("t.json")
    #expect(result.runs.map(\.settings["beam"]) == ["1", "4"] && result.summaries[0].total.bleu!.score > 50)
  }

  @Test func termsOfAGlossaryAreMeasured() throws {
    defer { command.clean() }
    try command.put("t.en.txt", "The library is open.\n")
    try command.put("t.pt.txt", "A Livraria do Rei está aberta.\n")
    try command.put("terms.tsv", "library\tLivraria do Rei\n")
    let run = try run([
      "translation", path("t.en.txt"), "--glossary", path("terms.tsv"), "--keep", "open", "--output", path("g.json"),
    ])
    #expect(run.status == 0, "\(run.errors)")
    let found = try result("g.json").runs[0]
    #expect(found.utterances[0].translation!.contains("Livraria do Rei"))
    #expect(found.utterances[0].translation!.contains("open"))
    #expect(found.settings["keep"] == "open" && found.settings["glossary"] == path("terms.tsv"))
  }

  @Test func anyonesOutputByTheSameRuler() throws {
    defer { command.clean() }
    try command.put("ref.txt", "He owes $25.\nIt's fine\n")
    try command.put("hyp.txt", "he owes twenty five dollars\nit is fun\n")
    let scored = try run(["score", path("ref.txt"), path("hyp.txt"), "--from", "en", "--output", path("s.json")])
    #expect(scored.status == 0, "\(scored.errors)")
    #expect(try result("s.json").summaries[0].total.words == EditCounts(hits: 5, substitutions: 1))
    let translated = try run([
      "score", path("ref.txt"), path("hyp.txt"), "--translation", "--to", "en", "--output", path("b.json"),
    ])
    #expect(translated.status == 0, "\(translated.errors)")
    #expect(try result("b.json").summaries[0].total.chrf! > 10)
  }

  @Test func whatIsReadIsNotWrittenOver() throws {
    defer { command.clean() }
    try command.put("ref.txt", "one two\n")
    try command.put("hyp.txt", "one\n")
    try command.put("n.en.txt", "one\n")
    try command.put("n.pt.txt", "um\n")
    try command.put("folder/a.txt", "one\n")
    try command.put("folder/a.wav", "no sound\n")
    let score = ["score", path("ref.txt"), path("hyp.txt"), "--from", "en"]
    for (arguments, target) in [
      (score, "hyp.txt"), (score, "ref.txt"), (["translation", path("n.en.txt"), "--to", "pt"], "n.pt.txt"),
      (["wer", path("folder"), "--from", "en"], "folder/a.txt"), (["live", path("folder")], "folder/a.wav"),
    ] {
      let before = try Data(contentsOf: URL(filePath: path(target)))
      let refused = try run(arguments + ["--output", path(target)])
      #expect(refused.status == 73 && refused.errors.contains("is read"), "\(target): \(refused.errors)")
      #expect(try Data(contentsOf: URL(filePath: path(target))) == before)
    }
    // Its own result may be replaced, also where the set lies.
    for _ in 0..<2 { #expect(try run(score + ["--output", path("folder/s.json")]).status == 0) }
    let beside = try run(["score", path("folder"), path("hyp.txt"), "--output", path("folder/s.json")])
    #expect(beside.status == 0, "\(beside.errors)")
    #expect(
      try run(["compare", path("folder/s.json"), path("folder/s.json"), "--output", path("folder/s.json")]).status == 73
    )
  }

  @Test func runsOfOneNameAreToldApart() throws {
    defer { command.clean() }
    try command.put("ref.txt", "one two three\n")
    for (folder, text) in [("old", "one\n"), ("new", "one two three\n")] {
      try command.put("\(folder)/hyp.txt", text)
      let scored = try run([
        "score", path("ref.txt"), path("\(folder)/hyp.txt"), "--output", path("\(folder)/r.json"),
      ])
      #expect(scored.status == 0, "\(scored.errors)")
    }
    let files = [path("old/r.json"), path("new/r.json")]
    let compared = try run(["compare"] + files + ["--report", path("c.html")])
    #expect(compared.status == 0 && compared.output.contains("old/r") && compared.output.contains("new/r"))
    #expect(try run(["compare", files[0], files[0]]).output.contains("no. 2"))
  }

  /// Results of another machine are not headed with this one, and those of a later program are not guessed at.
  @Test func resultsOfElsewhere() throws {
    defer { command.clean() }
    func put(_ name: String, _ environment: [String: String], format: Int = 1) throws {
      let utterance = UtteranceResult(set: "s", id: "1", language: "en", reference: "one two", hypothesis: name)
      var result = BenchResult(
        environment: environment, ruler: Ruler(resamples: 10),
        runs: [BenchRun(system: name, settings: [:], utterances: [utterance])])
      result.format = format
      try JSONEncoder().encode(result).write(to: command.folder.appending(path: name))
    }
    try put("one", ["processor": "Difference Engine", "date": "1822"])
    try put("two", ["processor": "Difference Engine", "date": "1834"])
    try put("new", [:], format: 99)
    let compared = try run(["compare", path("one"), path("two"), "--report", path("c.html")])
    #expect(compared.status == 0, "\(compared.errors)")
    let report = try String(contentsOfFile: path("c.html"), encoding: .utf8)
    #expect(report.contains("Difference Engine") && !report.contains("1822"))
    #expect(!report.contains(ProcessInfo.processInfo.operatingSystemVersionString))
    let refused = try run(["compare", path("one"), path("new")])
    #expect(refused.status == 65 && refused.errors.contains("format 99"), "\(refused.errors)")
    try command.put("ref.txt", "one two\n")
    try FileManager.default.copyItem(atPath: path("new"), toPath: path("new.json"))
    let scored = try run(["score", path("ref.txt"), path("new.json")])
    #expect(scored.status == 65 && scored.errors.contains("format 99"), "\(scored.errors)")
  }

  @Test func modelsOfAGridDiffer() {
    let models = BenchGrid.models(in: "/a/m, /b/m,m,/a/m,/a/./m/,c,,d/e")
    let here = FileManager.default.currentDirectoryPath
    #expect(models.map(\.model) == ["/a/m", "/b/m", "m", "c", "\(here)/d/e"])
    #expect(models.map(\.name) == ["/a/m", "/b/m", "m", "c", "e"])
  }

  @Test func aTranslationIsScoredAgainstTheTextThatIsNamed() throws {
    defer { command.clean() }
    try command.put("n.en.txt", "The library is open today.\n")
    try command.put("n.pt.txt", "A biblioteca está aberta hoje.\n")
    try command.put("hyp.txt", "A biblioteca está aberta hoje.\n")
    let scored = try run(["score", path("n.pt.txt"), path("hyp.txt"), "--translation", "--output", path("s.json")])
    #expect(scored.status == 0, "\(scored.errors)")
    #expect(try result("s.json").summaries[0].total.chrf == 100)
    try command.put("m.jsonl", #"{"id":"1","text":"a","lang":"en","translation_pt":"b","translation_es":"c"}"#)
    let asked = try run(["score", path("m.jsonl"), path("hyp.txt"), "--translation"])
    #expect(asked.status == 64 && asked.errors.contains("es, pt; choose one with --to"), "\(asked.errors)")
  }

  @Test func wrongUseIsRefusedBeforeWork() throws {
    defer { command.clean() }
    try putManifest()
    #expect(try run(["wer", path("absent")]).status == 66)
    #expect(try run(["wer", path("set.jsonl"), "--beam", "0"]).status == 64)
    #expect(try run(["wer", path("set.jsonl"), "--model", "nothing-like-it"]).status == 69)
    #expect(try run(["wer", path("set.jsonl"), "--output", path("no/folder/r.json")]).status == 73)
    #expect(try run(["wer", path("set.jsonl"), "--output", command.folder.path]).status == 73)
    #expect(try run(["wer", path("set.jsonl"), "--report", path("absent") + "/"]).status == 73)
    #expect(try run(["wer", path("set.jsonl"), "--output", "/dev/null"]).status == 73)
    let here = command.folder.lastPathComponent
    for (first, second) in [("--output", "--report"), ("--journal", "--report"), ("--output", "--journal")] {
      let twice = try run(["wer", path("set.jsonl"), first, path("r"), second, path("../\(here)/./r")])
      #expect(twice.status == 64 && twice.errors.contains("named twice"), "\(twice.errors)")
    }
    #expect(try run(["wer", path("set.jsonl"), "--output", path("r"), "--report", path("r.journal")]).status == 64)
    #expect(try run(["wer", path("set.jsonl"), "--normalizer", "magic"]).status == 64)
    try command.put("lines.txt", "a\n")
    #expect(try run(["wer", path("lines.txt")]).status == 65)
    #expect(try run(["translation", path("lines.txt")]).status == 64)
    try command.put("not-a-result.json", "{}")
    #expect(try run(["compare", path("not-a-result.json")]).status == 65)
  }
}
