import AudioIO
import Evaluation
import Foundation
import TestSupport
import Testing

/// `dragoman live` as a user runs it, from files and pipes.
@Suite(.serialized) struct LiveCommandTests {
  static let meeting = TranscribeCommandTests.meeting, short = TranscribeCommandTests.short
  static let quick = ["--model", "whisper-tiny.en", "--beam", "1", "--threads", "2"]

  let command: BuiltCommand
  init() throws { command = try BuiltCommand(sharesPrepared: true) }

  func path(_ name: String) -> String { command.folder.appending(path: name).path }

  private func run(
    _ arguments: [String], environment: [String: String] = TranscribeCommandTests.pulled, input: URL? = nil
  )
    throws -> BuiltCommand.Result
  {
    try command.run(
      ["live"] + arguments, environment: environment, input: try input.map { try FileHandle(forReadingFrom: $0) })
  }

  private func log(_ result: BuiltCommand.Result) throws -> LiveLog { try LiveLog(Data(result.output.utf8)) }

  /// A recording as 16-bit samples, every `step`th of them, each on so many channels.
  private func samples(of file: String, step: Int = 1, channels: Int = 1) throws -> Data {
    let audio = try AudioFile(URL(filePath: file))
    var data = Data()
    var index = 0
    while case let chunk = try audio.read(16_000), !chunk.isEmpty {
      for sample in chunk {
        defer { index += 1 }
        guard index % step == 0 else { continue }
        let value = Int16(max(-1, min(1, sample)) * 32_767).littleEndian
        for _ in 0..<channels { withUnsafeBytes(of: value) { data.append(contentsOf: $0) } }
      }
    }
    return data
  }

  private func wave(_ data: Data, rate: UInt32, channels: UInt16) -> Data {
    var wave = Data("RIFF".utf8)
    func put(_ value: some FixedWidthInteger) {
      withUnsafeBytes(of: value.littleEndian) { wave.append(contentsOf: $0) }
    }
    put(UInt32(36 + data.count))
    wave.append(contentsOf: Array("WAVEfmt ".utf8))
    put(UInt32(16))
    put(UInt16(1))
    put(channels)
    put(rate)
    put(rate * UInt32(channels) * 2)
    put(channels * 2)
    put(UInt16(16))
    wave.append(contentsOf: Array("data".utf8))
    put(UInt32(data.count))
    return wave + data
  }

  @Test func rawSamplesAndWavesOnStandardInput() throws {
    defer { command.clean() }
    let raw = try samples(of: Self.short)
    let inputs: [(String, Data, [String])] = [
      ("short.raw", raw, ["--raw"]), ("short.wav", wave(raw, rate: 16_000, channels: 1), []),
      ("stereo.wav", wave(try samples(of: Self.short, step: 2, channels: 2), rate: 8_000, channels: 2), []),
    ]
    for (name, data, options) in inputs {
      let file = command.folder.appending(path: name)
      try data.write(to: file)
      let result = try run(["-", "--format", "jsonl"] + options + Self.quick, input: file)
      #expect(result.status == 0, "\(name): \(result.errors)")
      let log = try log(result)
      #expect(log.faults.isEmpty && log.finals.map(\.text).joined().contains("archive"), "\(name): \(result.output)")
      #expect(abs((log.duration ?? 0) - 2.5) < 0.2)
      #expect(result.errors.hasPrefix("live: ") && result.errors.contains("no audio lost"), "\(result.errors)")
    }
    // The same 8 kHz stereo recording as a file, finished sentences as lines.
    let file = try run([path("stereo.wav"), "--simulate"] + Self.quick)
    #expect(file.status == 0 && file.output.hasPrefix("The archive opens at"), "\(file)")
    #expect(file.output.split(separator: "\n").count == 1)
  }

  @Test func aRecordingIsReplayed() throws {
    defer { command.clean() }
    let arguments = [
      Self.meeting, "--from", "en", "--to", "pt", "--format", "jsonl", "--beam", "1", "--threads", "2",
    ]
    let result = try run(arguments + ["--replay=8"])
    #expect(result.status == 0, "\(result.errors)")
    let log = try log(result)
    #expect(log.faults.isEmpty, "\(log.faults)")
    let text = log.finals.map(\.text).joined(separator: " ")
    let translation = log.finals.compactMap(\.translation).joined(separator: " ")
    for word in ["morning", "library", "recordings", "Tuesday", "workshop"] { #expect(text.contains(word), "\(text)") }
    for word in ["biblioteca", "gravações"] { #expect(translation.contains(word), "\(translation)") }
    #expect(log.lost == 0 && !result.output.contains("\"overrun\""), "a recording waits: \(text)")
    #expect(!result.errors.contains("words certain"), "ahead of the clock, nothing is late: \(result.errors)")
    let ready = try #require(result.output.split(separator: "\n").first)
    for field in [#""source":"meeting-en.flac""#, #""model":"whisper-base""#, #""translation_model":"firefox-en-pt""#] {
      #expect(ready.contains(field), "\(ready)")
    }
    // Replayed on a clock of audio time, it says the same each time.
    let simulated = [Self.short, "--simulate", "--format", "jsonl"] + Self.quick
    let one = try run(simulated), other = try run(simulated)
    #expect(one.status == 0 && other.status == 0 && one.output.count > 500)
    #expect(one.output == other.output)
  }

  private static let endings = ["srt", "vtt", "txt", "tsv", "json", "jsonl"]

  /// All formats at once: valid at every moment, and what was printed stays when the process is killed.
  @Test func aReplayedRecordingThatIsCutOffIsTold() throws {
    defer { command.clean() }
    let whole = try Data(contentsOf: URL(filePath: Self.meeting))
    try whole.prefix(whole.count / 3).write(to: command.folder.appending(path: "cut.flac"))
    let result = try run([path("cut.flac"), "--simulate"] + Self.quick)
    #expect(result.status == 0 && result.output.contains("morning"), "\(result)")
    #expect(result.errors.contains("cut.flac: the recording ends before its header says"), "\(result.errors)")
  }

  @Test func whatIsSavedIsValidAtEveryMoment() throws {
    defer { command.clean() }
    let files = Self.endings.map { command.folder.appending(path: "talk.\($0)") }
    let recording = command.folder.appending(path: "talk.flac")
    let live = try LiveProcess(
      command,
      [Self.meeting, "--replay=3", "--from", "en", "--to", "pt", "--format", "jsonl", "--beam", "1", "--threads", "2"]
        + files.flatMap { ["--save", $0.path] } + ["--record", recording.path])
    var looks = 0
    let isFar = try live.wait(60) { live in
      guard FileManager.default.fileExists(atPath: recording.path) else { return false }
      for file in files { _ = try LiveSaved.texts(file) }
      looks += 1
      return try live.log().finals.count >= 3
    }
    #expect(isFar && looks > 5, "\(live.messages)")
    live.signal(SIGKILL)
    #expect(live.status(within: 10) == 137)
    let finals = try live.log().finals
    for file in files {
      let texts = try LiveSaved.texts(file).joined(separator: " ")
      for final in finals {
        #expect(LiveSaved.has(final.text, in: texts), "\(file.lastPathComponent) lacks \"\(final.text)\": \(texts)")
      }
      if file.pathExtension != "txt" { continue }
      for final in finals { #expect(texts.contains(final.translation ?? "none")) }
    }
    let audio = try AudioFile(recording)
    var heard: [Float] = []
    while case let chunk = try audio.read(16_000), !chunk.isEmpty { heard += chunk }
    let original = try AudioFile(URL(filePath: Self.meeting)).read(heard.count)
    let end = try #require(finals.last?.end)
    #expect(Double(heard.count) / 16_000 > end - 1.5, "\(heard.count) samples, last final ends at \(end)")
    #expect(zip(heard, original).allSatisfy { abs($0 - $1) < 1e-3 }, "what was recorded is what was heard")

    // What is there is not touched, and nothing is begun.
    let before = try Data(contentsOf: files[0])
    let again = try run([Self.short, "--replay", "--save", files[0].path] + Self.quick)
    #expect(again.status == 73 && again.errors.contains("--overwrite") && again.output.isEmpty, "\(again)")
    #expect(try Data(contentsOf: files[0]) == before)
    let replaced = try run([Self.short, "--simulate", "--overwrite", "--save", files[0].path] + Self.quick)
    #expect(replaced.status == 0, "\(replaced)")
    #expect(try LiveSaved.texts(files[0]).count == 1)
  }

  @Test func anInterruptionFinishesTheLastSentence() throws {
    defer { command.clean() }
    let saved = command.folder.appending(path: "talk.srt")
    let live = try LiveProcess(
      command, [Self.meeting, "--replay", "--from", "en", "--format", "jsonl", "--beam", "1", "--save", saved.path])
    let hasBegun = try live.wait(60) { live in
      let log = try live.log()
      // A sentence is under way.
      return log.finals.count >= 1 && (log.updates.last.map { !$0.isFinal && $0.stable > 10 } ?? false)
    }
    #expect(hasBegun, "\(live.lines)")
    let broken = try #require(try live.log().updates.last)
    live.signal(SIGINT)
    #expect(live.status(within: 15) == 130)
    let log = try live.log()
    #expect(log.faults.isEmpty)
    let last = try #require(log.finals.last)
    #expect(last.utterance >= broken.utterance && last.text.count >= 10, "\(last)")
    #expect(log.finals.contains { $0.utterance == broken.utterance }, "what was under way is finished")
    #expect(live.lines.last?.contains(#""event":"end""#) == true)
    #expect(live.messages.hasPrefix("live: ") && live.messages.contains("words certain"), "\(live.messages)")
    let kept = try LiveSaved.texts(saved).joined(separator: " ")
    #expect(LiveSaved.has(last.text, in: kept), "\(kept)")
  }

  @Test func impossibleWishesAreRefused() throws {
    defer { command.clean() }
    try command.put("there.srt", "mine")
    try command.put("there.flac", "mine")
    let talk = path("talk.srt")
    let refused: [(Int32, String, [String])] = [
      (73, "--overwrite", [Self.short, "--save", path("there.srt")]),
      (73, "--overwrite", [Self.short, "--record", path("there.flac")]),
      (64, "--device", [Self.short, "--device", "Blue Yeti"]),
      (64, "--policy", [Self.short, "--policy", "hope"]), (64, "--policy", [Self.short, "--policy", "agreement:9"]),
      (64, "--replay", ["--replay", "2"]), (64, "--replay", ["-", "--replay"]), (64, "--simulate", ["--simulate"]),
      (64, "--raw", [Self.short, "--raw"]), (64, "--max-latency", [Self.short, "--max-latency", "soon"]),
      (64, "ending", [Self.short, "--save", path("talk.docx")]),
      (64, "--record", [Self.short, "--record", path("a.mp3")]),
      (64, "twice", [Self.short, "--save", talk, "--save", talk]),
      (64, "replayed", [Self.short, "--overwrite", "--record", Self.short]),
      (64, "--no-vad", [Self.short, "--no-vad"]), (64, "--vad-padding", [Self.short, "--vad-padding", "1"]),
      (64, "--to", [Self.short, "--keep", "Peter"]),
      (64, "klingon", [Self.short, "--from", "klingon"]),
      (69, "no-such-model", [Self.short, "--model", "no-such-model"]),
      (69, "ja", [Self.short, "--from", "en", "--to", "ja"]),
      (69, "ja", [Self.short, "--from", "en,pt", "--to", "pt,ja"]),
      (73, "nowhere", [Self.short, "--save", path("nowhere/talk.srt")] + Self.quick),
      (66, "nothing.wav", [path("nothing.wav")] + Self.quick),
    ]
    for (status, word, arguments) in refused {
      let result = try run(arguments)
      #expect(result.status == status && result.output.isEmpty, "live \(arguments): \(result)")
      #expect(result.errors.contains(word), "live \(arguments): \(result.errors)")
    }
    try command.put("empty.wav", "")
    #expect(try run([path("empty.wav")] + Self.quick).status == 65)
    // What may be replaced is only replaced when all of it can be kept.
    #expect(try run([Self.short, "--overwrite", "--save", path("there.srt"), "--save", path("a.docx")]).status == 64)
    #expect(try String(contentsOf: command.folder.appending(path: "there.srt"), encoding: .utf8) == "mine")
    let nowhere = ["--overwrite", "--save", path("there.srt"), "--record", path("there.flac")]
    for last in [["--save", path("nowhere/b.vtt")], ["--save", path("there.srt/b.vtt")]] {
      let refused = try run([Self.short, "--simulate"] + nowhere + last + Self.quick)
      #expect(refused.status == 73 && refused.errors.contains("b.vtt"), "\(refused)")
    }
    for name in ["there.srt", "there.flac"] {
      #expect(try String(contentsOf: command.folder.appending(path: name), encoding: .utf8) == "mine", "\(name)")
    }
    #expect(!FileManager.default.fileExists(atPath: talk))
    #expect(try run([Self.short], environment: [:]).status == 69, "nothing pulled")
  }

  @Test func withoutAMicrophoneThereIsNoWork() throws {
    defer { command.clean() }
    let environment = TranscribeCommandTests.pulled.merging(
      ["PULSE_SERVER": "unix:/nonexistent/socket", "ALSA_CONFIG_PATH": "/dev/null"]) { $1 }
    let none = try run(Self.quick + ["--save", path("talk.srt")], environment: environment)
    #expect(none.status == 69 && none.errors.hasPrefix("dragoman: "), "\(none)")
    #expect(!FileManager.default.fileExists(atPath: path("talk.srt")), "nothing is left behind")
    let unknown = try run(["--device", "nobody"] + Self.quick, environment: environment)
    #expect(unknown.status == 69 && unknown.errors.contains("nobody"), "\(unknown)")
  }

  @Test func aReaderThatGoesEndsIt() throws {
    defer { command.clean() }
    let process = command.process(
      ["live", Self.meeting, "--replay=2", "--format", "jsonl", "--save", path("talk.txt")] + Self.quick,
      environment: TranscribeCommandTests.pulled)
    let pipe = Pipe(), errors = Pipe()
    (process.standardOutput, process.standardError) = (pipe, errors)
    try process.run()
    #expect(String(decoding: pipe.fileHandleForReading.availableData, as: UTF8.self).contains("ready"))
    try pipe.fileHandleForReading.close()
    let message = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 141)
    #expect(message.isEmpty, "\(String(decoding: message, as: UTF8.self))")
  }

  @Test func standardInputMayStayOpenWithoutSound() throws {
    defer { command.clean() }
    for options in [["--raw"], []] {
      let pipe = Pipe()
      let live = try LiveProcess(command, ["-", "--format", "jsonl"] + options + Self.quick, input: pipe)
      #expect(live.wait(60) { $0.lines.first?.contains("ready") == true }, "\(live.messages)")
      usleep(300_000)
      #expect(live.process.isRunning && live.lines.count == 1)
      live.signal(SIGINT)
      #expect(live.status(within: 5) == 130)
      #expect(live.lines.count == 2 && live.messages.hasPrefix("live: 0:00"), "\(live.messages)")
      try pipe.fileHandleForWriting.close()
    }
  }

  @Test func anInterruptionWhileModelsLoadLeavesNothing() throws {
    defer { command.clean() }
    // Nothing prepared is there: it is loading for long.
    let command = try BuiltCommand()
    defer { command.clean() }
    for delay: UInt32 in [50_000, 400_000] {
      let live = try LiveProcess(command, [Self.meeting, "--replay", "--save", command.folder.path + "/talk.srt"])
      usleep(delay)
      live.signal(SIGINT)
      #expect(live.status(within: 10) == 130)
      #expect(live.lines.isEmpty, "\(live.lines)")
    }
  }

  @Test func aFullDiskEndsItWithWhatIsCertain() throws {
    defer { command.clean() }
    try FileManager.default.createDirectory(atPath: path("full"), withIntermediateDirectories: true)
    // A small file system in a mount namespace of its own, with room for some seconds of sound.
    let script = """
      mount -t tmpfs -o size=100k tmpfs '\(path("full"))'
      '\(command.executable.path)' live '\(Self.meeting)' --replay=8 --model whisper-tiny.en --beam 1 --record '\(path("full/a.flac"))'
      echo "exit $?"
      """
    let output = try command.runInNamespace(script, environment: TranscribeCommandTests.pulled)
    #expect(output.contains("exit 74") && output.contains("cannot be written"), "\(output)")
    #expect(output.hasPrefix("Good morning"), "\(output)")
  }
}
