import Foundation
import Testing

@testable import SpeechRecognition

/// Folders with the layer counts, mel bands and vocabulary of published models, and few channels.
@Suite struct PublishedSizeTests {
  /// The tensors of such a model under openai/whisper's names, all zeros in half precision.
  static func shapes(
    mels: Int, encoderLayers: Int, decoderLayers: Int, vocabulary: Int, state: Int = 64
  ) -> [String: [Int]] {
    var shapes = [
      "encoder.conv1.weight": [state, mels, 3], "encoder.conv1.bias": [state],
      "encoder.conv2.weight": [state, state, 3], "encoder.conv2.bias": [state],
      "encoder.positional_embedding": [1500, state], "decoder.positional_embedding": [448, state],
      "decoder.token_embedding.weight": [vocabulary, state],
    ]
    func pair(_ name: String, _ outputs: Int, _ inputs: Int) {
      shapes["\(name).weight"] = [outputs, inputs]
      shapes["\(name).bias"] = [outputs]
    }
    func norm(_ name: String) {
      shapes["\(name).weight"] = [state]
      shapes["\(name).bias"] = [state]
    }
    norm("encoder.ln_post")
    norm("decoder.ln")
    for (side, count) in [("encoder", encoderLayers), ("decoder", decoderLayers)] {
      for layer in 0..<count {
        let name = "\(side).blocks.\(layer)"
        for attention in side == "encoder" ? ["attn"] : ["attn", "cross_attn"] {
          norm("\(name).\(attention)_ln")
          for part in ["query", "key", "value", "out"] { pair("\(name).\(attention).\(part)", state, state) }
          shapes["\(name).\(attention).key.bias"] = nil
        }
        norm("\(name).mlp_ln")
        pair("\(name).mlp.0", 4 * state, state)
        pair("\(name).mlp.2", state, 4 * state)
      }
    }
    return shapes
  }

  /// Opens a model of these sizes with `texts` made-up text tokens.
  static func model(
    mels: Int, encoderLayers: Int, decoderLayers: Int, vocabulary: Int, texts: Int, file: String
  ) throws -> RecognitionModel {
    let folder = FileManager.default.temporaryDirectory.appending(path: "dragoman-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    var entries: [String] = [], offset = 0
    let shapes = shapes(
      mels: mels, encoderLayers: encoderLayers, decoderLayers: decoderLayers, vocabulary: vocabulary)
    for (name, shape) in shapes {
      let end = offset + 2 * shape.reduce(1, *)
      entries.append(#""\#(name)":{"dtype":"F16","shape":\#(shape),"data_offsets":[\#(offset),\#(end)]}"#)
      offset = end
    }
    let header = "{" + entries.joined(separator: ",") + "}"
    var bytes = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Data($0) }
    bytes.append(contentsOf: header.utf8)
    bytes.append(Data(count: offset))
    try bytes.write(to: folder.appending(path: "model.safetensors"))
    let lines = (0..<texts).map { id in "\(Data([UInt8(id & 255), UInt8(id >> 8)]).base64EncodedString()) \(id)\n" }
    try Data(lines.joined().utf8).write(to: folder.appending(path: file))
    return try RecognitionModel(contentsOf: folder, precision: .float32)
  }

  @Test func turboIsReadAndDoesNotTranslate() throws {
    let turbo = try Self.model(
      mels: 128, encoderLayers: 32, decoderLayers: 4, vocabulary: 51_866, texts: 50_257, file: "multilingual.tiktoken")
    #expect(turbo.weights.dimensions.mels == 128 && turbo.weights.dimensions.decoderLayers == 4)
    #expect(turbo.languages.count == 100 && turbo.languages.last == "yue")
    // As openai/whisper's tokenizer numbers them for 100 languages.
    let vocabulary = turbo.vocabulary
    #expect(vocabulary.endOfText == 50_257 && vocabulary.languageToken("yue") == 50_358)
    #expect(vocabulary.translate == 50_359 && vocabulary.transcribe == 50_360)
    #expect(vocabulary.noSpeech == 50_363 && vocabulary.noTimestamps == 50_364 && vocabulary.timestampBegin == 50_365)
    #expect(vocabulary.tokens.last.map { String(decoding: $0, as: UTF8.self) } == "<|30.00|>")
    #expect(turbo.isMultilingual && !turbo.canTranslate)
    try turbo.validate(RecognitionOptions(language: "yue"))
    let error = #expect(throws: RecognitionError.self) {
      try turbo.validate(RecognitionOptions(language: "pt", task: .translate))
    }
    #expect(error == .notTrainedToTranslate(model: turbo.name))
    #expect(error?.description.contains("trained to transcribe") == true)
  }

  @Test func largeTranslates() throws {
    let large = try Self.model(
      mels: 128, encoderLayers: 32, decoderLayers: 32, vocabulary: 51_866, texts: 50_257, file: "multilingual.tiktoken")
    #expect(large.canTranslate)
    try large.validate(RecognitionOptions(language: "pt", task: .translate))
  }

  @Test func englishOnlyIsReadAndDoesNotTranslate() throws {
    let english = try Self.model(
      mels: 80, encoderLayers: 1, decoderLayers: 1, vocabulary: 51_864, texts: 50_256, file: "gpt2.tiktoken")
    #expect(english.languages == ["en"] && !english.canTranslate)
    // As openai/whisper's tokenizer numbers them in English-only models.
    let vocabulary = english.vocabulary
    #expect(vocabulary.endOfText == 50_256 && vocabulary.startOfTranscript == 50_257)
    #expect(vocabulary.translate == 50_357 && vocabulary.noTimestamps == 50_362 && vocabulary.timestampBegin == 50_363)
    #expect(throws: RecognitionError.cannotTranslate(model: english.name)) {
      try english.validate(RecognitionOptions(task: .translate))
    }
    #expect(throws: RecognitionError.englishOnly(model: english.name, language: "pt")) {
      try english.validate(RecognitionOptions(language: "pt"))
    }
  }

  @Test func theLastVersionOfNinetyNineLanguages() throws {
    let second = try Self.model(
      mels: 80, encoderLayers: 1, decoderLayers: 1, vocabulary: 51_865, texts: 50_257, file: "multilingual.tiktoken")
    #expect(second.languages.count == 99 && second.languages.last == "su")
    #expect(second.vocabulary.translate == 50_358 && second.vocabulary.timestampBegin == 50_364)
  }

  @Test func publishedAlignmentHeadsFit() {
    /// State, heads, encoder and decoder layers, mels, vocabulary; heads that OpenAI lists.
    let models: [(Int, Int, Int, Int, Int, Int, listed: Int)] = [
      (384, 6, 4, 4, 80, 51_864, 8), (384, 6, 4, 4, 80, 51_865, 6), (512, 8, 6, 6, 80, 51_864, 5),
      (512, 8, 6, 6, 80, 51_865, 8), (768, 12, 12, 12, 80, 51_864, 19), (768, 12, 12, 12, 80, 51_865, 10),
      (1024, 16, 24, 24, 80, 51_864, 18), (1024, 16, 24, 24, 80, 51_865, 6), (1280, 20, 32, 32, 80, 51_865, 23),
      (1280, 20, 32, 32, 128, 51_866, 10), (1280, 20, 32, 4, 128, 51_866, 6),
      // Not OpenAI's: the upper half of two layers.
      (1280, 20, 32, 2, 128, 51_866, 20),
    ]
    for (state, heads, encoder, decoder, mels, vocabulary, listed) in models {
      let dimensions = WhisperDimensions(
        mels: mels, audioContext: 1500, textContext: 448, state: state, encoderHeads: heads, decoderHeads: heads,
        encoderLayers: encoder, decoderLayers: decoder, vocabulary: vocabulary)
      let found = AlignmentHead.assumed(for: dimensions)
      #expect(found.count == listed, "state \(state), vocabulary \(vocabulary)")
      #expect(found.allSatisfy { $0.layer < decoder && $0.head < heads })
    }
  }
}
