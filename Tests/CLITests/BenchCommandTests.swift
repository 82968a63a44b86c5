import Foundation
import TestSupport
import Testing

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
    #expect(heard.errors.contains("absent.wav") && heard.errors.contains("1 utterances failed"))
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

  @Test func wrongUseIsRefusedBeforeWork() throws {
    defer { command.clean() }
    try putManifest()
    #expect(try run(["wer", path("absent")]).status == 66)
    #expect(try run(["wer", path("set.jsonl"), "--beam", "0"]).status == 64)
    #expect(try run(["wer", path("set.jsonl"), "--model", "nothing-like-it"]).status == 69)
    #expect(try run(["wer", path("set.jsonl"), "--output", path("no/folder/r.json")]).status == 73)
    #expect(try run(["wer", path("set.jsonl"), "--normalizer", "magic"]).status == 64)
    try command.put("lines.txt", "a\n")
    #expect(try run(["wer", path("lines.txt")]).status == 65)
    #expect(try run(["translation", path("lines.txt")]).status == 64)
    try command.put("not-a-result.json", "{}")
    #expect(try run(["compare", path("not-a-result.json")]).status == 65)
  }
}
