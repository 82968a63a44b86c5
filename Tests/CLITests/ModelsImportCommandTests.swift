import Foundation
import TestSupport
import Testing

/// `dragoman models import` on the tiny seeded model in the layouts that users have.
@Suite(.serialized) struct ModelsImportCommandTests {
  let command: BuiltCommand
  static let layouts = Places.reference.appending(path: "layouts")

  init() throws { command = try BuiltCommand() }

  /// Prepared files, hidden ones too.
  var prepared: [String] { (try? FileManager.default.contentsOfDirectory(atPath: command.prepared.path)) ?? [] }

  @Test(arguments: [
    ("ggml-q5_1.bin", "ggml-q5_1", "ggml-whisper"), ("hugging-face", "hugging-face", "safetensors-whisper"),
    ("hugging-face-shards", "hugging-face-shards", "safetensors-whisper"), ("openai", "openai", "safetensors-whisper"),
    ("../tiny-whisper", "tiny-whisper", "ctranslate2-whisper"),
  ])
  func anImportedModelTranscribes(path: String, id: String, layout: String) throws {
    defer { command.clean() }
    let imported = try command.run("models", "import", Self.layouts.appending(path: path).path)
    #expect(imported.status == 0 && imported.errors.contains("imported (\(layout))"), "\(imported.errors)")
    let list = try command.run("models", "list")
    let line = list.output.split(separator: "\n").first { $0.hasPrefix("\(id) ") }
    #expect(line?.contains("recognition") == true && line?.contains("installed") == true)
    let verified = try command.run("models", "verify")
    #expect(verified.status == 0 && verified.output.contains(": ok"))
    let audio = Places.fixtures.appending(path: "short-en.flac").path
    let heard = try command.run("transcribe", audio, "--model", id, "--from", "en", "--format", "json", "--no-vad")
    #expect(heard.status == 0 && heard.output.contains(#""\#(id)""#), "\(heard.errors)")
    // It was prepared; the next run maps that and hears the same, and both go together.
    let file = try #require(prepared.count == 1 ? prepared.first : nil)
    let made = try FileManager.default.attributesOfItem(atPath: command.prepared.appending(path: file).path)
    #expect(
      try command.run("transcribe", audio, "--model", id, "--from", "en", "--format", "json", "--no-vad") == heard)
    let mapped = try FileManager.default.attributesOfItem(atPath: command.prepared.appending(path: file).path)
    #expect(prepared == [file] && mapped[.systemFileNumber] as? Int == made[.systemFileNumber] as? Int)
    #expect(try command.run("models", "verify").output.contains("prepared \(file): ok"))
    #expect(try command.run("models", "remove", id).status == 0)
    #expect(prepared.isEmpty)
    #expect(try !command.run("models", "list").output.contains("\(id) "))
  }

  @Test func modelsInShardsAreImportedWhole() throws {
    defer { command.clean() }
    let opus = command.folder.appending(path: "opus-mt-en-pt"), whisper = command.folder.appending(path: "whisper")
    try FileManager.default.copyItem(at: Places.reference.appending(path: "tiny-marian/hf-shared"), to: opus)
    try FileManager.default.copyItem(at: Self.layouts.appending(path: "hugging-face"), to: whisper)
    let map = try Shards.split(opus, into: 2)
    try Shards.split(whisper, into: 4)
    let imported = try command.run("models", "import", opus.path)
    #expect(imported.status == 0 && imported.errors.contains("imported (opus-mt-safetensors)"), "\(imported.errors)")
    #expect(try command.run("models", "import", whisper.path).status == 0)
    let verified = try command.run("models", "verify")
    #expect(verified.status == 0 && verified.output.contains("opus-mt-en-pt"), "\(verified.errors)")
    // A tensor that is not where the index says, and a shard that is not there.
    var other = map
    other["final_logits_bias"] = Shards.name(map["final_logits_bias"] == Shards.name(1, of: 2) ? 2 : 1, of: 2)
    try Shards.write(other, to: opus)
    let misplaced = try command.run("models", "import", opus.path, "--name", "second")
    #expect(misplaced.status == 65 && misplaced.errors.contains("final_logits_bias"), "\(misplaced.errors)")
    try FileManager.default.removeItem(at: opus.appending(path: Shards.name(2, of: 2)))
    let missing = try command.run("models", "import", opus.path, "--name", "third")
    #expect(missing.status == 65 && missing.errors.contains(Shards.name(2, of: 2)), "\(missing.errors)")
    #expect(try !command.run("models", "list").output.contains("second"))
  }

  @Test func damageIsNoticed() throws {
    defer { command.clean() }
    let source = Self.layouts.appending(path: "ggml-q4_0.bin").path
    #expect(try command.run("models", "import", source, "--name", "mine").status == 0)
    #expect(try command.run("models", "import", source, "--name", "mine").errors.contains("already here"))
    let file = command.models.appending(path: "mine/ggml-q4_0.bin")
    var bytes = try Data(contentsOf: file)
    bytes[1000] ^= 1
    try bytes.write(to: file)
    let verified = try command.run("models", "verify")
    #expect(verified.status == 65 && verified.errors.contains("dragoman models remove mine"))
    let again = try command.run("models", "import", source, "--name", "mine")
    #expect(again.status == 73 && again.errors.contains("--name"))
    // Whole again, it is prepared when it is used; that is checked, too.
    try FileManager.default.removeItem(at: file)
    try FileManager.default.copyItem(atPath: source, toPath: file.path)
    let audio = Places.fixtures.appending(path: "short-en.flac").path
    #expect(try command.run("transcribe", audio, "--model", "mine", "--from", "en", "--no-vad").status == 0)
    let name = try #require(prepared.count == 1 ? prepared.first : nil)
    var made = try Data(contentsOf: command.prepared.appending(path: name))
    made[made.count - 10] ^= 1
    try made.write(to: command.prepared.appending(path: name))
    let rebuilt = try command.run("models", "verify")
    #expect(rebuilt.status == 0 && rebuilt.output.contains("prepared \(name): damaged and removed"))
    #expect(prepared.isEmpty)
  }

  @Test func whatIsNoModelIsRefused() throws {
    defer { command.clean() }
    try command.put("empty/readme.txt", "x")
    try command.put("marian/config.json", #"{"model_type":"marian"}"#)
    try command.put("broken/model.bin", "x")
    try command.put("broken/vocabulary.txt", "x")
    for (name, word) in [("empty", "model.bin"), ("marian", "source.spm"), ("broken", "broken/model.bin")] {
      let result = try command.run("models", "import", command.folder.appending(path: name).path)
      #expect(result.status == 65 && result.errors.contains(word), "\(name): \(result.errors)")
    }
    let nothing = try command.run("models", "import", "/nonexistent/model")
    #expect(nothing.status == 66 && nothing.errors.contains("/nonexistent/model"))
    let ggml = Self.layouts.appending(path: "ggml-f16.bin").path
    #expect(try command.run("models", "import", ggml, "--from", "en").status == 64)
    #expect(try command.run("models", "import", ggml, "--name", "whisper-base").status == 64)
    let names = (try? FileManager.default.contentsOfDirectory(atPath: command.models.path)) ?? []
    #expect(names.allSatisfy { $0.hasSuffix(".lock") }, "\(names)")
  }
}
