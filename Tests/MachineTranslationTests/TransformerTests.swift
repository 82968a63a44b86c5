import Foundation
import ModelFormats
import Tensors
import TestSupport
import Testing

@testable import MachineTranslation

/// OPUS-MT models against transformers, on the tiny seeded ones of Tests/Reference/marian_transformer.py.
@Suite struct TransformerTests {
  struct Reference: Decodable {
    struct Text: Decodable {
      let text: String
      let source: [Int32]
      let greedy: [Int32]
      /// Best first, each with its score.
      let beam: [[Int32]]
      let scores: [Float]
    }
    struct Folder: Decodable {
      let folder: String
      let texts: [Text]
      /// The text, and the words after the first, of the stages.
      let stages_of: Int
      let forced: [Int32]
    }
    let folders: [Folder]
  }

  static let folders = ["hf-shared", "hf-two", "marian"]

  static func reference(_ folder: String) throws -> Reference.Folder {
    let data = try Data(contentsOf: Places.reference.appending(path: "tiny-marian.json"))
    let reference = try JSONDecoder().decode(Reference.self, from: data)
    return try #require(reference.folders.first { $0.folder == folder })
  }

  static func model(_ folder: String, kernels: Kernels = .best) throws -> TranslationModel {
    try TranslationModel(contentsOf: Places.reference.appending(path: "tiny-marian/\(folder)"), kernels: kernels)
  }

  @Test(arguments: folders) func piecesAreNumberedAlike(folder: String) throws {
    let vocabulary = try Self.model(folder).sourceVocabulary
    for text in try Self.reference(folder).texts {
      var (ids, ends): ([Int32], [UInt32]) = ([], [])
      let bytes = Array(text.text.utf8)
      try vocabulary.encode(bytes.span, ids: &ids, ends: &ends)
      #expect(ids + [vocabulary.end] == text.source)
      #expect(ends.last == UInt32(bytes.count))
    }
  }

  @Test(arguments: folders, ["generic", Kernels.best.name]) func stagesAgree(folder: String, kernels: String) throws {
    let reference = try Self.reference(folder)
    let tensors = try SafetensorsFile.read(Places.reference.appending(path: "tiny-marian.safetensors"))
    let model = try Self.model(folder, kernels: try #require(Kernels(named: kernels)))
    let network = try #require(model.makeNetwork(precision: .wide) as? TransformerNetwork)
    let source = reference.texts[reference.stages_of].source
    let encoded = network.encoded([source], starts: [0, source.count])
    let found = (0..<encoded.rows).flatMap { row in (0..<encoded.columns).map { encoded.row(row)[$0] } }
    try expect(found, near: tensors.tensor("\(folder).encoder").floats, tolerance: 1e-4)

    network.encode([source], starts: [0, source.count])
    let words = model.targetVocabulary.count
    let all = [UInt32](0..<UInt32(words))
    var logits: [Float] = []
    try all.withUnsafeBufferPointer { all in
      network.begin(
        SearchRoom(rows: 1, beam: 1, words: 32, candidates: words, attended: source.count), candidates: all)
      for position in 0...reference.forced.count {
        let last = position == 0 ? [-1] : [reference.forced[position - 1]]
        last.withUnsafeBufferPointer {
          network.advance(
            words: position == 0 ? nil : $0, count: 1, position: position, starts: [0], lengths: [source.count])
        }
        let values = network.logits(firstRow: 0, count: 1, candidates: 0..<words, of: all)
        logits += UnsafeBufferPointer(start: values, count: words)
        let sum = (0..<source.count).reduce(Float(0)) { $0 + network.attention(row: 0)[$1] }
        #expect(abs(sum - 1) < 1e-5)
        let stay: [Int32] = [0]
        stay.withUnsafeBufferPointer { network.reorder($0) }
      }
      try expect(logits, near: tensors.tensor("\(folder).logits").floats, tolerance: 2e-4)
    }
  }

  private func expect(_ found: [Float], near expected: [Float], tolerance: Float) throws {
    try #require(found.count == expected.count)
    let worst = try #require(found.indices.max { abs(found[$0] - expected[$0]) < abs(found[$1] - expected[$1]) })
    let difference = abs(found[worst] - expected[worst])
    #expect(difference <= tolerance, "[\(worst)]: expected \(expected[worst]), observed \(found[worst])")
  }

  @Test(arguments: folders) func greedySearchAgrees(folder: String) throws {
    let reference = try Self.reference(folder)
    let model = try Self.model(folder)
    let found = Translator(model: model).translate(reference.texts.map(\.source))
    for (text, hypotheses) in zip(reference.texts, found) {
      #expect(hypotheses[0].pieces == words(text.greedy, of: model), "\(folder): \(text.text)")
    }
  }

  @Test(arguments: folders, [1, 3]) func beamSearchAgrees(folder: String, threads: Int) throws {
    let reference = try Self.reference(folder)
    let model = try Self.model(folder)
    var options = TranslationOptions()
    (options.beam, options.hypotheses, options.ending) = (4, 4, .refills)
    if threads > 1 { options.miniBatchTokens = 80 }
    let pool = threads > 1 ? ThreadPool(threads: threads) : nil
    let found = Translator(model: model, options: options, pool: pool)
      .translate(reference.texts.map(\.source), detailed: true)
    for (text, hypotheses) in zip(reference.texts, found) {
      #expect(hypotheses.map(\.pieces) == text.beam.map { words($0, of: model) }, "\(folder): \(text.text)")
      #expect(zip(hypotheses, text.scores).allSatisfy { abs($0.score - $1) < 1e-4 }, "\(folder): \(text.text)")
    }
  }

  @Test func theEndingsOfABeamDiffer() throws {
    let sources = try Self.folders.map { ($0, try Self.reference($0).texts.map(\.source)) }
    let found = try [BeamEnding.narrows, .refills].map { ending in
      var options = TranslationOptions()
      (options.beam, options.ending) = (4, ending)
      return try sources.map { Translator(model: try Self.model($0), options: options).translate($1) }
    }
    let all = found.map { $0.flatMap { $0 }.map { $0.map(\.pieces) } }
    #expect(all[0] != all[1])
    // A beam that narrows never finishes with more hypotheses than it began with.
    #expect(all[0].allSatisfy { (1...4).contains($0.count) } && all[1].allSatisfy { $0.count == 4 })
  }

  private func words(_ ids: [Int32], of model: TranslationModel) -> [Int32] {
    ids.last == model.targetVocabulary.end ? ids.dropLast() : ids
  }

  @Test(arguments: folders, [1, 3]) func companyDoesNotMatter(folder: String, beam: Int) throws {
    let sources = try Self.reference(folder).texts.map(\.source)
    var options = TranslationOptions()
    options.beam = beam
    let translator = Translator(model: try Self.model(folder), options: options)
    let together = translator.translate(sources)
    #expect(Set(together.map { $0[0].pieces }).count > 3, "the random model answers alike to everything")
    for (source, hypotheses) in zip(sources, together) {
      let alone = translator.translate([source])[0]
      #expect(alone.map(\.pieces) == hypotheses.map(\.pieces))
    }
  }

  @Test func aTextIsTranslated() throws {
    var options = TranslationOptions()
    options.targetToken = ">>por<<"
    let translator = Translator(model: try Self.model("hf-shared"), options: options)
    let text = "the cat sat. A dog!"
    let translation = try translator.translateDetailed([text])[0][0]
    #expect(translation.sentences.count == 2)
    #expect(try translator.translate([text]) == [translation.text])
    for sentence in translation.sentences {
      #expect(sentence.sourceTokens[0].isEmpty && sentence.sourceTokens[1].lowerBound == sentence.source.lowerBound)
      #expect(sentence.attention.count == sentence.sourceTokens.count * sentence.targetTokens.count)
    }
    options.targetToken = ">>nowhere<<"
    let other = Translator(model: try Self.model("hf-shared"), options: options)
    #expect(throws: TranslationError.self) { try other.translate([text]) }
  }

  @Test(arguments: [
    ("hf-shared", "model.safetensors"), ("hf-shared", "vocab.json"), ("hf-shared", "source.spm"),
    ("hf-shared", "config.json"), ("hf-two", "target_vocab.json"), ("marian", "decoder.yml"), ("marian", "vocab.yml"),
    ("marian", "target.spm"), ("marian", "model.npz"),
  ])
  func anIncompleteOrDamagedFolderIsAnError(folder: String, file: String) throws {
    let copy = FileManager.default.temporaryDirectory.appending(path: "dragoman-marian-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: copy) }
    try FileManager.default.copyItem(at: Places.reference.appending(path: "tiny-marian/\(folder)"), to: copy)
    let url = copy.appending(path: file)
    let whole = try Data(contentsOf: url)
    // The beginning of a SentencePiece model may be one too, with fewer pieces.
    for share in file.hasSuffix("spm") ? [0] : [0, 30, 70] {
      try whole.prefix(whole.count * share / 100).write(to: url)
      #expect(throws: TranslationError.self, "\(file) cut to \(share) %") { try TranslationModel(contentsOf: copy) }
    }
    try FileManager.default.removeItem(at: url)
    #expect(throws: TranslationError.self, "\(file) gone") { try TranslationModel(contentsOf: copy) }
  }

  @Test(arguments: ["hf-shared", "hf-two"]) func shardsTranslateAsTheWholeDoes(folder: String) throws {
    let copy = FileManager.default.temporaryDirectory.appending(path: "dragoman-marian-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: copy) }
    try FileManager.default.copyItem(at: Places.reference.appending(path: "tiny-marian/\(folder)"), to: copy)
    try Shards.split(copy, into: 3)
    let texts = try Self.reference(folder).texts.map(\.text)
    let whole = try Translator(model: try Self.model(folder)).translate(texts)
    #expect(try Translator(model: try TranslationModel(contentsOf: copy)).translate(texts) == whole)
    try FileManager.default.removeItem(at: copy.appending(path: Shards.name(2, of: 3)))
    let error = #expect(throws: TranslationError.self) { try TranslationModel(contentsOf: copy) }
    #expect(error?.description.contains(Shards.name(2, of: 3)) == true)
  }

  @Test(arguments: [
    ("model_type", "\"whisper\""), ("normalize_before", "true"), ("activation_function", "\"tanh\""),
    ("encoder_attention_heads", "5"), ("encoder_layers", "4"), ("d_model", "48"), ("decoder_start_token_id", "100000"),
  ])
  func anotherArchitectureIsRefused(setting: String, value: String) throws {
    let copy = FileManager.default.temporaryDirectory.appending(path: "dragoman-marian-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: copy) }
    try FileManager.default.copyItem(at: Places.reference.appending(path: "tiny-marian/hf-shared"), to: copy)
    let url = copy.appending(path: "config.json")
    var lines = try String(contentsOf: url, encoding: .utf8).split(separator: "\n").map(String.init)
    lines.removeAll { $0.contains("\"\(setting)\"") }
    lines.insert("  \"\(setting)\": \(value),", at: 1)
    try Data(lines.joined(separator: "\n").utf8).write(to: url)
    #expect(throws: TranslationError.self) { try TranslationModel(contentsOf: copy) }
  }

  @Test func tablesOfWordsInYAML() {
    let text = """
      ---
      "</s>": 0
      <unk>: 1
      "▁a\\"b": 2
      ':': 3
      'it''s': 4
      "\\u00e9\\x41\\\\": 5
      ? "▁long"
      : 6
      "▁: ": 7
      """
    #expect(
      WordTable.map(text)
        == bytes([
          "</s>": 0, "<unk>": 1, "▁a\"b": 2, ":": 3, "it's": 4, "éA\\": 5, "▁long": 6, "▁: ": 7,
        ]))
    #expect(WordTable.map("á: 1\na\u{301}: 2")?.count == 2, "spelled otherwise is another word")
    #expect(WordTable.map("no number here") == nil)
    #expect(WordTable.map("\"\\q\": 1") == nil)
    #expect(MarianFolder.list("vocabs", in: "a: b\nvocabs:\n  - x/y.yml\n- 'z.yml'\nc:\n- d") == ["x/y.yml", "z.yml"])
  }

  func bytes(_ ids: [String: Int32]) -> [[UInt8]: Int32] {
    Dictionary(uniqueKeysWithValues: ids.map { (Array($0.key.utf8), $0.value) })
  }

  @Test func tablesInJSON() {
    func read(_ text: String) -> [[UInt8]: Int32]? { WordTable.object(Array(text.utf8)) }
    #expect(
      read(" {\"</s>\": 0,\n\"a\\\"\\u00e9\\ud83d\\ude00\": 1, \"{\":-2} ") == bytes(["</s>": 0, "a\"é😀": 1, "{": -2]))
    #expect(read("{}") == [:])
    #expect(read("{\"á\":1,\"a\u{301}\":2}") == [Array("á".utf8): 1, Array("a\u{301}".utf8): 2])
    for text in [
      "", "{", "[]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{\"a\":1}}", "{\"a:1}", "{\"a\\q\":1}", "{\"a\":1.5}",
      "{\"a\":\"1\"}",
      "{\"a\":99999999999}", "{\"a\\",
    ] { #expect(read(text) == nil, "\(text)") }
    #expect(WordTable.object(Array("{\"".utf8) + [0xFF] + Array("\":1}".utf8)) == nil)
  }
}
