import Foundation
import TestSupport
import Testing

/// `dragoman transcribe` as a user runs it: good input, bad input, interruption.
@Suite(.serialized) struct TranscribeCommandTests {
  static let meeting = Places.fixtures.appending(path: "meeting-en.flac").path
  static let short = Places.fixtures.appending(path: "short-en.flac").path

  /// The models that `make test` pulled.
  static let pulled = ["DRAGOMAN_MODELS": Places.models.path]

  let command: BuiltCommand
  init() throws { command = try BuiltCommand(sharesPrepared: true) }

  func run(_ arguments: [String], environment: [String: String] = pulled) throws -> BuiltCommand.Result {
    try command.run(arguments, environment: environment)
  }

  func path(_ name: String) -> String { command.folder.appending(path: name).path }

  func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name)) }

  /// A WAV file of 16-bit or float samples.
  func wave(
    _ name: String, seconds: Double, rate: Int = 16_000, channels: Int = 1, float: Bool = false,
    _ sample: (Double) -> Float
  ) throws {
    let frames = Int(seconds * Double(rate)), size = float ? 4 : 2
    var bytes = Data()
    func put(_ value: some FixedWidthInteger) {
      withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }
    let count = frames * channels * size
    bytes.append(contentsOf: Array("RIFF".utf8))
    put(UInt32(36 + count))
    bytes.append(contentsOf: Array("WAVEfmt ".utf8))
    put(UInt32(16))
    put(UInt16(float ? 3 : 1))
    put(UInt16(channels))
    put(UInt32(rate))
    put(UInt32(rate * channels * size))
    put(UInt16(channels * size))
    put(UInt16(size * 8))
    bytes.append(contentsOf: Array("data".utf8))
    put(UInt32(count))
    for frame in 0..<frames {
      let value = sample(Double(frame) / Double(rate))
      for _ in 0..<channels {
        if float { put(value.bitPattern) } else { put(Int16(max(-1, min(1, value)) * 32_767)) }
      }
    }
    try bytes.write(to: command.folder.appending(path: name))
  }

  @Test func theMainJob() throws {
    defer { command.clean() }
    let result = try run([Self.meeting, "--to", "pt"])
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.contains("biblioteca"), "\(result.output)")
  }

  @Test func everyFormatIsWrittenOnce() throws {
    defer { command.clean() }
    let arguments = [
      "transcribe", Self.short, "--model", "whisper-base", "--from", "en", "--to", "pt", "--threads", "2", "--beam",
      "1",
      "--format", "txt,json,jsonl,srt,vtt,tsv", "--subtitles", "both", "--output-dir", path("out"),
    ]
    #expect(try run(arguments).status == 0)
    for ending in ["txt", "json", "jsonl", "srt", "vtt", "tsv"] { #expect(exists("out/short-en.\(ending)")) }
    let data = try Data(contentsOf: command.folder.appending(path: "out/short-en.json"))
    let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    let keys: Set = [
      "file", "duration", "language", "language_probability", "model", "translation_model", "target_language", "text",
      "translation", "segments",
    ]
    #expect(Set(object.keys) == keys)
    #expect(object["model"] as? String == "whisper-base" && object["translation_model"] as? String == "firefox-en-pt")
    #expect((object["text"] as? String)?.lowercased().contains("archive") == true)
    // Nothing is done twice unless asked for; no hidden files are left.
    let again = try run(arguments)
    #expect(again.status == 0 && again.errors.contains("--overwrite"))
    let left = try FileManager.default.contentsOfDirectory(atPath: path("out"))
    #expect(left.count == 6, "\(left)")
  }

  @Test func oddButSoundRecordings() throws {
    defer { command.clean() }
    let tone = { (time: Double) in Float(sin(2 * Double.pi * 300 * time)) * 0.2 }
    try wave("none.wav", seconds: 0, tone)
    try wave("one.wav", seconds: 1 / 16_000, tone)
    try wave("moment.wav", seconds: 0.05, tone)
    try wave("zeros.wav", seconds: 1) { _ in 0 }
    try wave("nan.wav", seconds: 1, float: true) { $0 > 0.5 ? .nan : 0.1 }
    try wave("8k.wav", seconds: 1, rate: 8_000, tone)
    try wave("192k.wav", seconds: 1, rate: 192_000, tone)
    try wave("8ch.wav", seconds: 1, channels: 8, tone)
    let names = ["none", "one", "moment", "zeros", "nan", "8k", "192k", "8ch"]
    let result = try run(
      ["transcribe", "--model", "whisper-tiny.en", "--format", "json", "--output-dir", path("out")]
        + names.map { path($0 + ".wav") })
    #expect(result.status == 0, "\(result.errors)")
    for name in names { #expect(exists("out/\(name).json"), "\(name)") }
    #expect(result.errors.contains("zero samples") && result.errors.contains("not numbers"))
  }

  @Test func aBadFileStopsNoOther() throws {
    defer { command.clean() }
    try command.put("text.wav", "this is not audio, whatever its name says\n")
    try command.put("empty.flac", "")
    try command.put("header.wav", "RIFF")
    let whole = try Data(contentsOf: URL(filePath: Self.short))
    try whole.prefix(whole.count / 2).write(to: command.folder.appending(path: "cut.flac"))
    let bad = ["text.wav", "empty.flac", "header.wav", "missing.wav"]
    let result = try run(
      ["transcribe", "--model", "whisper-tiny.en", "--output-dir", path("out")] + bad.map(path)
        + [path("cut.flac"), Self.short])
    #expect(result.status == 65, "\(result.errors)")
    for name in bad { #expect(result.errors.contains(path(name)), "\(name) is named in: \(result.errors)") }
    #expect(exists("out/cut.txt") && exists("out/short-en.txt") && !exists("out/text.txt"))
  }

  /// The meeting with bytes of it overwritten.
  private func damagedMeeting(_ name: String, _ damaged: (_ byteCount: Int) -> Range<Int>) throws {
    var bytes = [UInt8](try Data(contentsOf: URL(filePath: Self.meeting)))
    for index in damaged(bytes.count) { bytes[index] = UInt8(truncatingIfNeeded: index &* 37) }
    try Data(bytes).write(to: command.folder.appending(path: name))
  }

  @Test func whatIsAroundDamageIsTranscribed() throws {
    defer { command.clean() }
    try damagedMeeting("block.flac") { $0 / 2..<$0 / 2 + 3_000 }
    let block = try run(["transcribe", path("block.flac"), "--model", "whisper-tiny.en"])
    #expect(block.status == 0 && block.errors.contains("block.flac: the recording is damaged"), "\(block.errors)")
    #expect(block.output.contains("morning") && block.output.split(separator: "\n").count >= 5, "\(block.output)")
    // Nothing behind the damage can be read.
    try damagedMeeting("rest.flac") { $0 / 2..<$0 - 5 }
    for beam in ["1", "2"] {
      let rest = try run(
        ["transcribe", path("rest.flac"), Self.short, "--model", "whisper-tiny.en", "--beam", beam]
          + (beam == "1" ? ["--no-condition-on-previous"] : []))
      #expect(rest.status == 65 && rest.errors.contains("reading failed after"), "\(rest.errors)")
      #expect(rest.output.contains("morning") && rest.output.contains("recording"), "\(rest.output)")
    }
  }

  /// A pipe can be read only once: nobody looks into it for its length.
  @Test func pipesAmongRecordings() throws {
    defer { command.clean() }
    #expect(mkfifo(path("pipe"), 0o600) == 0)
    let (pipe, whole) = (path("pipe"), try Data(contentsOf: URL(filePath: Self.short)))
    Thread.detachNewThread {
      let handle = FileHandle(forWritingAtPath: pipe)
      try? handle?.write(contentsOf: whole)
      try? handle?.close()
    }
    let result = try run(["transcribe", pipe, Self.short, "--model", "whisper-tiny.en"])
    let lines = result.output.split(separator: "\n")
    #expect(result.status == 0 && lines.count == 2 && lines.first == lines.last, "\(result)")
  }

  /// Recordings that end in another order than they began, one of them missing: the text stands in their order, as from one at a time.
  @Test func theTextDoesNotDependOnTheCompany() throws {
    defer { command.clean() }
    let inputs = [Self.meeting, Self.short, path("missing.wav"), Self.short, Self.meeting]
    let results = try ["1", "3"].map {
      try run(
        ["transcribe"] + inputs + ["--model", "whisper-tiny.en", "--beam", "2", "--format", "jsonl", "--batch", $0])
    }
    #expect(results.allSatisfy { $0.status == 66 && $0.errors.contains("missing.wav") }, "\(results[1].errors)")
    #expect(results[0].output == results[1].output && results[0].output.contains("archive"), "\(results[1].output)")
  }

  @Test func whatIsMissingIsNoInput() throws {
    defer { command.clean() }
    #expect(try run(["transcribe", path("nothing.wav"), "--model", "whisper-tiny.en"]).status == 66)
    try command.put("folder/readme.txt", "no audio here")
    let empty = try run(["transcribe", path("folder"), "--model", "whisper-tiny.en"])
    #expect(empty.status == 66 && empty.errors.contains("folder"))
  }

  @Test func foldersAndCollidingNames() throws {
    defer { command.clean() }
    for name in ["a/talk.flac", "a/b/talk.flac", "talk.flac"] {
      let target = command.folder.appending(path: name)
      try FileManager.default.createDirectory(at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
      try FileManager.default.copyItem(at: URL(filePath: Self.short), to: target)
    }
    let result = try run(
      ["transcribe", path("a"), path("talk.flac"), "--model", "whisper-tiny.en", "--output-dir", path("out")])
    #expect(result.status == 0, "\(result.errors)")
    let names = try FileManager.default.subpathsOfDirectory(atPath: path("out")).filter { $0.hasSuffix(".txt") }
    #expect(Set(names) == ["a/talk.txt", "b/talk.txt", "\(command.folder.lastPathComponent)/talk.txt"])
  }

  @Test func standardInput() throws {
    defer { command.clean() }
    let process = command.process(
      ["transcribe", "-", "--model", "whisper-tiny.en", "--format", "json"], environment: Self.pulled)
    process.standardInput = try FileHandle(forReadingFrom: URL(filePath: Self.short))
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0 && output.contains("archive") && output.contains(#""file":"-""#))
    #expect(output.split(separator: "\n").count == 1, "one object, one line")
  }

  @Test func unusableModels() throws {
    defer { command.clean() }
    #expect(try run([Self.short, "--model", path("no-model/x")]).status == 69)
    #expect(try run([Self.short, "--model", "no-such-model"]).status == 69)
    #expect(try run([Self.short], environment: [:]).status == 69, "nothing pulled")
    let wrong = try run([Self.short, "--model", Places.models.path + "/firefox-en-pt"])
    #expect(wrong.status == 65 && wrong.errors.contains("not a speech recognition model"))
    let tiny = Places.reference.appending(path: "tiny-whisper")
    try FileManager.default.copyItem(at: tiny, to: command.folder.appending(path: "cut"))
    let binary = command.folder.appending(path: "cut/model.bin")
    try Data(contentsOf: binary).prefix(100_000).write(to: binary)
    let cut = try run([Self.short, "--model", path("cut") + "/"])
    #expect(cut.status == 65 && cut.errors.contains("ends too early"), "\(cut.errors)")
  }

  @Test func impossibleWishesAreRefusedBeforeWork() throws {
    defer { command.clean() }
    #expect(try run([Self.short, "--from", "klingon"]).status == 64)
    #expect(try run([Self.short, "--format", "docx"]).status == 64)
    #expect(try run([Self.short, "--beam", "0"]).status == 64)
    #expect(try run([Self.short, "--format", "srt,json"]).status == 64, "two formats, one output")
    #expect(try run([Self.short, "--subtitles", "both"]).status == 64, "no translation")
    let english = try run([Self.short, "--model", "whisper-tiny.en", "--from", "pt"])
    #expect(english.status == 78 && english.errors.contains("whisper-base"))
    let route = try run([Self.short, "--from", "en", "--to", "ja"])
    #expect(route.status == 69 && route.output.isEmpty)
    // Only the recogniser is there: the pull that would help is named.
    let models = command.folder.appending(path: "some-models")
    try FileManager.default.createDirectory(at: models, withIntermediateDirectories: true)
    func link(_ id: String) throws {
      try FileManager.default.createSymbolicLink(
        at: models.appending(path: id), withDestinationURL: URL(filePath: Places.models.path + "/" + id))
    }
    try link("whisper-tiny.en")
    let deaf = try run([Self.short, "--model", "whisper-tiny.en"], environment: ["DRAGOMAN_MODELS": models.path])
    #expect(deaf.status == 69 && deaf.errors.contains("dragoman models pull silero-vad"))
    try link("silero-vad")
    let missing = try run(
      [Self.short, "--model", "whisper-tiny.en", "--to", "pt"], environment: ["DRAGOMAN_MODELS": models.path])
    #expect(missing.status == 69 && missing.errors.contains("dragoman models pull firefox-en-pt"))
    let isa = try run([Self.short], environment: Self.pulled.merging(["DRAGOMAN_ISA": "abacus"]) { $1 })
    #expect(isa.status == 78 && isa.errors.contains("abacus"))
  }

  @Test func unwritableOutput() throws {
    defer { command.clean() }
    try command.put("file", "in the way")
    let result = try run([Self.short, "--model", "whisper-tiny.en", "--output-dir", path("file/out")])
    #expect(result.status == 73 && result.errors.contains(path("file/out")))
  }

  @Test func aFullDiskLeavesNoHalfFile() throws {
    defer { command.clean() }
    let folder = path("full")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    // A file system of one page, full but for nothing, in a mount namespace of its own.
    let script = """
      mount -t tmpfs -o size=4k tmpfs '\(folder)' && head -c 4096 /dev/zero > '\(folder)/filler'
      '\(command.executable.path)' '\(Self.short)' --model whisper-tiny.en --format json --output-dir '\(folder)'
      echo "exit $?"; ls -A '\(folder)'
      """
    let output = try command.runInNamespace(script, environment: Self.pulled)
    #expect(output.contains("exit 74") && output.contains("no room left"), "\(output)")
    #expect(output.hasSuffix("exit 74\nfiller\n"), "\(output)")
  }

  @Test func interruptionKeepsFinishedFiles() throws {
    defer { command.clean() }
    // A short recording, then one that takes long: a minute and a half of the meeting, over and over.
    let process = command.process(
      ["transcribe", Self.short] + Array(repeating: Self.meeting, count: 30) + [
        "--model", "whisper-base", "--threads", "1", "--output-dir", path("out"),
      ], environment: Self.pulled)
    let errors = Pipe()
    process.standardError = errors
    try process.run()
    for _ in 0..<600 where !exists("out/short-en.txt") { usleep(100_000) }
    process.interrupt()
    process.waitUntilExit()
    #expect(process.terminationStatus == 130)
    #expect(exists("out/short-en.txt"))
    let left = try FileManager.default.contentsOfDirectory(atPath: path("out"))
    #expect(left.count < 31 && left.allSatisfy { !$0.hasPrefix(".") && $0.hasSuffix(".txt") }, "\(left)")
  }

  @Test func aRecordingThatIsInterruptedKeepsItsTextSoFar() throws {
    defer { command.clean() }
    // Joined FLAC is one recording, here half an hour, of which the header tells the first 20 s.
    let meeting = try Data(contentsOf: URL(filePath: Self.meeting))
    try Data(repeatElement(meeting, count: 80).joined()).write(to: URL(filePath: path("long.flac")))
    let process = command.process(
      ["transcribe", path("long.flac"), "--model", "whisper-tiny.en", "--beam", "1", "--output-dir", path("out")],
      environment: Self.pulled)
    try command.put("errors", "")
    process.standardError = try FileHandle(forWritingTo: URL(filePath: path("errors")))
    try process.run()
    var errors: String { (try? String(contentsOfFile: path("errors"), encoding: .utf8)) ?? "" }
    // Long enough for some text, and far from all of it.
    for _ in 0..<80 where process.isRunning { usleep(100_000) }
    process.interrupt()
    process.waitUntilExit()
    #expect(process.terminationStatus == 130 && errors.contains("long.partial.txt"), "\(errors)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: path("out")) == ["long.partial.txt"])
    #expect(try String(contentsOfFile: path("out/long.partial.txt"), encoding: .utf8).contains("morning"))
  }

  @Test func whatIsWrongWithSamplesIsToldAndMended() throws {
    defer { command.clean() }
    try wave("spike.wav", seconds: 1, float: true) { $0 == 0.5 ? 1e6 : 0.1 }
    try wave("integers.wav", seconds: 1, float: true) { Float((sin($0 * 1_000) * 3_000).rounded()) }
    try wave("quiet.wav", seconds: 1, float: true) { Float(sin($0 * 1_000)) * 1e-3 }
    let inputs = ["spike", "integers", "quiet"].map { path($0 + ".wav") }
    let result = try run(["transcribe", "--model", "whisper-tiny.en"] + inputs)
    #expect(result.status == 0)
    #expect(
      result.errors.contains("spike.wav: 1 samples were not numbers or far beyond full scale"), "\(result.errors)")
    #expect(result.errors.contains("integers.wav: its samples are integers"))
    #expect(result.errors.contains("quiet.wav: it is very quiet, -60 dB"))
    #expect(!result.errors.contains("integers.wav: it is very quiet") && !result.errors.contains("spike.wav: it is"))
  }

  @Test func filesOfOneNameInSeveralFoldersKeepTheirs() throws {
    defer { command.clean() }
    try command.put("tapes/2020/film.m4a", "nothing that is read")
    for folder in ["2020", "2019", "2018"] {
      try FileManager.default.createDirectory(atPath: path("tapes/\(folder)"), withIntermediateDirectories: true)
      try wave("tapes/\(folder)/side1.wav", seconds: 0.5) { _ in 0 }
      let result = try run(
        ["transcribe", path("tapes"), "--model", "whisper-tiny.en", "--format", "json", "--output-dir", path("out")])
      #expect(result.status == 0, "\(result.errors)")
      #expect(result.errors.contains("1 file that cannot be read is passed over"), "\(result.errors)")
    }
    // What was made of one tape is never taken for what was made of another.
    for name in ["side1", "2018/side1", "2019/side1", "2020/side1"] {
      let text = try String(contentsOfFile: path("out/\(name).json"), encoding: .utf8)
      #expect(text.contains("\(name == "side1" ? "2020/side1" : name).wav\""), "\(name): \(text)")
    }
    let again = try run(
      [
        "transcribe", path("tapes/2019/side1.wav"), "--model", "whisper-tiny.en", "--format", "json", "--output-dir",
        path("out"),
      ])
    #expect(again.errors.contains("out/side1.json is there already"), "\(again.errors)")
  }

  @Test func nohupKeepsItGoing() throws {
    defer { command.clean() }
    let arguments = ["sh", "-c", "trap '' HUP; exec \"$@\"", "sh", command.executable.path, "transcribe", Self.meeting]
    let process = command.process([], environment: Self.pulled)
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = arguments + ["--model", "whisper-tiny.en", "--output-dir", path("out")]
    process.standardError = FileHandle.nullDevice
    try process.run()
    // Once the folder is there, signals are watched.
    for _ in 0..<600 where !exists("out") { usleep(10_000) }
    for _ in 0..<5 {
      kill(process.processIdentifier, SIGHUP)
      usleep(100_000)
    }
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 0)
    #expect(exists("out/meeting-en.txt"))
  }
}
