import Foundation
import Testing

/// Names, glossaries, several translations and their formats, as a user asks for them.
@Suite(.serialized) struct TranslationOptionsCommandTests {
  let command: BuiltCommand
  init() throws { command = try BuiltCommand() }

  func translate(_ arguments: String...) throws -> BuiltCommand.Result {
    try command.run(["translate"] + arguments, environment: TranscribeCommandTests.pulled)
  }

  func objects(_ text: String) throws -> [[String: Any]] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]])
  }

  @Test func namesAndTermsStand() throws {
    defer { command.clean() }
    try command.put("terms.tsv", "# animals\ncat\tbichano\n")
    let glossary = command.folder.appending(path: "terms.tsv").path
    let result = try translate("--keep", "Green Meadow Farm", "--glossary", glossary, "The cat left Green Meadow Farm.")
    #expect(result.status == 0 && result.errors.isEmpty)
    #expect(result.output.contains("bichano") && result.output.contains("Green Meadow Farm"), "\(result.output)")
  }

  @Test func mistakesAreNamed() throws {
    defer { command.clean() }
    try command.put("terms.tsv", "cat\tbichano\ndog cachorro\n")
    let broken = try translate("--glossary", command.folder.appending(path: "terms.tsv").path, "x")
    #expect(broken.status == 65 && broken.errors.contains("terms.tsv, line 2: it has no tab"))
    #expect(try translate("--glossary", "/nowhere.tsv", "x").status == 66)
    for arguments in [["--keep", " "], ["--n-best", "0"], ["--n-best", "3", "--beam", "2"], ["--format", "xml"]] {
      let result = try command.run(["translate"] + arguments + ["x"], environment: TranscribeCommandTests.pulled)
      #expect(result.status == 64 && result.errors.contains(arguments[0]), "\(arguments): \(result.errors)")
    }
    for arguments in [["--keep", "x"], ["--no-repair"], ["--translation-beam", "2"]] {
      let result = try command.run(["transcribe", "-"] + arguments)
      #expect(result.status == 64 && result.errors.contains("add --to LANGUAGE"), "\(arguments): \(result.errors)")
    }
  }

  @Test func textWithoutCapitalsIsRepairedUnlessToldOtherwise() throws {
    defer { command.clean() }
    let text = "where does mary live"
    #expect(try translate(text).output == translate("Where does Mary live?").output)
    #expect(try translate("--no-repair", text).output != translate(text).output)
  }

  @Test func severalTranslationsInPlainText() throws {
    defer { command.clean() }
    let result = try translate(
      "--n-best", "3", "--scores", "--alignment", "Good morning.", "The black cat drinks milk.")
    let rows = result.output.split(separator: "\n").map { $0.split(separator: "\t", omittingEmptySubsequences: false) }
    #expect(rows.allSatisfy { $0.count == 4 }, "\(result.output)")
    #expect(rows.map { $0[0] }.sorted() == rows.map { $0[0] } && Set(rows.map { $0[0] }) == ["1", "2"])
    #expect(rows.count > 2 && rows.count <= 6)
    for row in rows { #expect(Double(row[1]).map { (0...1).contains($0) } == true) }
    let cat = try #require(rows.first { $0[0] == "2" })
    #expect(cat[2] == "O gato preto bebe leite.")
    #expect(Set(cat[3].split(separator: " ")).isSuperset(of: ["0-0", "2-1", "1-2", "4-4"]), "\(cat[3])")
    #expect(try translate("The black cat drinks milk.").output == "O gato preto bebe leite.\n")
  }

  @Test func json() throws {
    defer { command.clean() }
    let source = "É só um gato. Café custa 1.250,5 euros."
    let result = try translate("--from", "pt", "--to", "en", "--format", "json", "--n-best", "2", source, "")
    let found = try objects(result.output)
    #expect(found.count == 2 && found[1]["text"] as? String == "" && found[1]["translation"] as? String == "")
    let (text, translation) = (
      try #require(found[0]["text"] as? String), try #require(found[0]["translation"] as? String)
    )
    #expect(text == source && translation.contains("1,250.5"))
    #expect((found[0]["hypotheses"] as? [[String: Any]])?.first?["translation"] as? String == translation)
    #expect(found[0]["quality"] as? Double ?? 2 <= 1)
    let sentences = try #require(found[0]["sentences"] as? [[String: Any]])
    let links = try #require(found[0]["alignment"] as? [[String: Any]])
    #expect(sentences.count == 2 && links.count > 4)
    for item in sentences + links {
      for (key, whole) in [("source", text), ("target", translation)] {
        let place = try #require(item[key] as? [String: Any])
        let bytes = try #require(place["bytes"] as? [Int])
        let characters = try #require(place["characters"] as? [Int])
        let part = try #require(place["text"] as? String)
        #expect(String(decoding: Array(whole.utf8)[bytes[0]..<bytes[1]], as: UTF8.self) == part)
        let scalars = Array(whole.unicodeScalars)[characters[0]..<characters[1]]
        #expect(String(String.UnicodeScalarView(scalars)) == part)
      }
    }
  }

  @Test func jsonLines() throws {
    defer { command.clean() }
    let input = command.folder.appending(path: "input")
    try (Data("Good morning.\n".utf8) + [0xC3, 0x28, 10] + Data("\n".utf8)).write(to: input)
    let result = try command.run(
      ["translate", "--format", "jsonl"], environment: TranscribeCommandTests.pulled,
      input: FileHandle(forReadingFrom: input))
    let lines = result.output.split(separator: "\n")
    let found = try objects("[" + lines.joined(separator: ",") + "]")
    #expect(result.status == 65 && found.count == 3 && found.map { $0["line"] as? Int } == [1, 2, 3])
    #expect(found[0]["translation"] as? String == "Bom dia." && found[0]["hypotheses"] == nil)
    #expect(found[1]["text"] is NSNull && found[1]["translation"] is NSNull && found[2]["translation"] as? String == "")
  }
}
