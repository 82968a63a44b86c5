import Foundation
import ModelFormats
import Tensors
import TestSupport
import Testing

@testable import SpeechRecognition

/// The tiny seeded model in every layout that is read, against openai/whisper's outputs on the weights as they are in it.
@Suite struct LayoutTests {
  static let folder = Places.reference.appending(path: "layouts")
  /// Layouts with the very weights of `tiny-whisper`.
  static let exact = ["ggml-f16.bin", "hugging-face", "openai"]
  /// Layouts with rounded weights and references of their own.
  static let rounded = [
    "ggml-q8_0.bin", "ggml-q5_0.bin", "ggml-q5_1.bin", "ggml-q4_0.bin", "ggml-q4_1.bin", "hugging-face-shards",
  ]

  static func reference(_ layout: String) throws -> NamedTensors {
    let stem = layout.hasSuffix(".bin") ? String(layout.dropLast(4)) : layout
    return try SafetensorsFile.read(
      exact.contains(layout)
        ? Places.reference.appending(path: "tiny-whisper.safetensors")
        : folder.appending(path: "\(stem).reference.safetensors"))
  }

  /// Encoder output and logits for the window and the tokens of `tiny-whisper.safetensors`.
  static func outputs(_ layout: String) throws -> (encoder: [Float], logits: [Float]) {
    let input = try SafetensorsFile.read(Places.reference.appending(path: "tiny-whisper.safetensors"))
    let model = try RecognitionModel(contentsOf: folder.appending(path: layout), precision: .float32)
    let workspace = RecognitionWorkspace(model: model, context: ComputeContext(threads: 2))
    _ = workspace.encoder.input.update(fromContentsOf: try input.tensor("frames").floats)
    workspace.decoder.attend(to: workspace.encoder.encode())
    let tokens = try input.tensor("tokens").floats.map { Int($0) }
    workspace.decoder.advance(tokens)
    var logits: [Float] = []
    for row in tokens.indices {
      workspace.decoder.computeLogits(row: row)
      logits += workspace.decoder.logits.values
    }
    return (workspace.encoder.output.values, logits)
  }

  @Test(arguments: exact + rounded) func encoderAndDecoderAgree(layout: String) throws {
    let (encoder, logits) = try Self.outputs(layout)
    let reference = try Self.reference(layout)
    for (name, observed, tolerance) in [("encoder", encoder, Float(1e-4)), ("logits", logits, 2e-4)] {
      let expected = try reference.tensor(name).floats
      #expect(observed.count == expected.count)
      let errors = zip(observed, expected).map { abs($0 - $1) }
      let worst = try #require(errors.indices.max { errors[$0] < errors[$1] })
      #expect(
        errors[worst] <= tolerance,
        "\(layout) \(name)[\(worst)]: expected \(expected[worst]), observed \(observed[worst]), tolerance \(tolerance)")
    }
  }

  @Test(arguments: exact + rounded) func vocabulariesAgree(layout: String) throws {
    let expected = try RecognitionModel(contentsOf: TinyModelTests.folder, precision: .float32).vocabulary
    let model = try RecognitionModel(contentsOf: Self.folder.appending(path: layout), precision: .float32)
    let found = model.vocabulary
    #expect(found.count == expected.count && found.tokens.textCount == expected.tokens.textCount)
    for id in 0..<expected.tokens.textCount {
      #expect(found.tokens.rank(of: found.tokens[id]) == expected.tokens.rank(of: found.tokens[id]))
    }
    #expect(Array(found.tokens[..<found.endOfText]) == Array(expected.tokens[..<expected.endOfText]))
    #expect(Array(found.tokens[found.translate...]) == Array(expected.tokens[expected.translate...]))
    #expect(found.noSpeech == expected.noSpeech && found.timestampBegin == expected.timestampBegin)
    // A file without special tokens names the languages in Whisper's order.
    let spellsLanguages = layout.hasPrefix("hugging-face")
    #expect(found.languages == (spellsLanguages ? ["en", "pt", "de"] : ["en", "zh", "de"]))
    #expect(model.name == (layout.hasSuffix(".bin") ? String(layout.dropLast(4)) : layout))
  }

  @Test func listedAlignmentHeadsAreKept() throws {
    let listed = try RecognitionModel(contentsOf: Self.folder.appending(path: "hugging-face"), precision: .float32)
      .alignmentHeads
    #expect(listed == [AlignmentHead(layer: 1, head: 0), AlignmentHead(layer: 0, head: 1)])
    // Without a list: the upper half of two layers with two heads each.
    let assumed = try RecognitionModel(contentsOf: Self.folder.appending(path: "openai"), precision: .float32)
      .alignmentHeads
    #expect(assumed == [AlignmentHead(layer: 1, head: 0), AlignmentHead(layer: 1, head: 1)])
  }

  /// A copy of a layout that `change` has been at.
  func withCopy(_ layout: String, _ change: (URL) throws -> Void, _ body: (URL) throws -> Void) throws {
    let copy = FileManager.default.temporaryDirectory.appending(path: "dragoman-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: copy) }
    try FileManager.default.copyItem(at: Self.folder.appending(path: layout), to: copy)
    try change(copy)
    try body(copy)
  }

  @Test func headsOfAnotherModelAreNotUsed() throws {
    let foreign = #"{"alignment_heads":[[0,1],[30,2]]}"#
    try withCopy("hugging-face") {
      try Data(foreign.utf8).write(to: $0.appending(path: "generation_config.json"))
    } _: { folder in
      let heads = try RecognitionModel(contentsOf: folder, precision: .float32).alignmentHeads
      #expect(heads.map(\.layer) == [1, 1])
    }
  }

  @Test func foldersOfOtherThingsAreNamed() throws {
    try withCopy("hugging-face") {
      try Data(#"{"model_type":"marian"}"#.utf8).write(to: $0.appending(path: "config.json"))
    } _: { folder in
      let error = #expect(throws: RecognitionError.self) {
        try RecognitionModel(contentsOf: folder, precision: .float32)
      }
      #expect(error?.description.contains("marian") == true)
    }
    try withCopy("hugging-face") { folder in
      try FileManager.default.moveItem(
        at: folder.appending(path: "model.safetensors"), to: folder.appending(path: "pytorch_model.bin"))
    } _: { folder in
      let error = #expect(throws: RecognitionError.self) {
        try RecognitionModel(contentsOf: folder, precision: .float32)
      }
      #expect(error?.description.contains("pickle") == true)
    }
    try withCopy("hugging-face-shards") { folder in
      try FileManager.default.removeItem(at: folder.appending(path: "model-00002-of-00003.safetensors"))
    } _: { folder in
      let error = #expect(throws: RecognitionError.self) {
        try RecognitionModel(contentsOf: folder, precision: .float32)
      }
      #expect(error?.description.contains("model-00002-of-00003.safetensors") == true)
    }
    try withCopy("hugging-face") { folder in
      var map = try Shards.split(folder, into: 2)
      map["model.encoder.conv1.bias"] = Shards.name(
        map["model.encoder.conv1.bias"] == Shards.name(1, of: 2) ? 2 : 1, of: 2)
      try Shards.write(map, to: folder)
    } _: { folder in
      let error = #expect(throws: RecognitionError.self) {
        try RecognitionModel(contentsOf: folder, precision: .float32)
      }
      #expect(error?.description.contains("model.encoder.conv1.bias") == true)
    }
    try withCopy("openai") {
      try FileManager.default.removeItem(at: $0.appending(path: "multilingual.tiktoken"))
    } _: { folder in
      let error = #expect(throws: RecognitionError.self) {
        try RecognitionModel(contentsOf: folder, precision: .float32)
      }
      #expect(error?.description.contains("no vocabulary") == true)
    }
    let several = #expect(throws: RecognitionError.self) {
      try RecognitionModel(contentsOf: Self.folder, precision: .float32)
    }
    #expect(several?.description.contains("ggml-q8_0.bin") == true)
  }

  @Test func damagedVocabulariesAreErrors() throws {
    let damages: [(layout: String, file: String, text: String)] = [
      ("hugging-face", "tokenizer.json", #"{"model":{"vocab":{"a":0,"b":2}},"added_tokens":[]}"#),
      ("hugging-face", "tokenizer.json", #"{"model":{"vocab":{"a":-1}},"added_tokens":[]}"#),
      ("hugging-face", "tokenizer.json", #"{"model":{"vocab":{"a":99999999}},"added_tokens":[]}"#),
      ("hugging-face", "tokenizer.json", "3"), ("hugging-face-shards", "added_tokens.json", "[]"),
      ("hugging-face-shards", "vocab.json", "{}"), ("openai", "multilingual.tiktoken", "YQ== 0\nYg== 2\n"),
      ("openai", "multilingual.tiktoken", "YQ== 0\n* 1\n"), ("openai", "multilingual.tiktoken", "YQ== 0\n"),
      ("openai", "config.json", "["), ("openai", "config.json", #"{"n_audio_head":0}"#),
      ("hugging-face-shards", "model.safetensors.index.json", #"{"weight_map":{"x":"../model.safetensors"}}"#),
    ]
    for (layout, file, text) in damages {
      try withCopy(layout) {
        try Data(text.utf8).write(to: $0.appending(path: file))
      } _: { folder in
        #expect(throws: RecognitionError.self, "\(layout)/\(file): \(text)") {
          try RecognitionModel(contentsOf: folder, precision: .float32)
        }
      }
    }
  }
}
