import Foundation
import ModelFormats
import Tensors
import TestSupport
import Testing
import Transcripts

@testable import SpeechRecognition

/// The pulled default models on the project's own recordings.
@Suite(.serialized) struct WhisperBaseTests {
  @Test func encoderAgreesWithTheReference() throws {
    let reference = try SafetensorsFile.read(
      Places.reference.appending(path: "short-en.whisper-base.encoder.safetensors"))
    let rows = try reference.tensor("rows", shape: [60, 512]).floats
    let model = try RecognitionModel(contentsOf: Places.model("whisper-base"), precision: .float32)
    let workspace = RecognitionWorkspace(model: model, context: ComputeContext(threads: 2))
    var options = RecognitionOptions(language: "en")
    options.encodesWholeWindows = true
    let session = try RecognitionSession(workspace: workspace, options: options)
    let audio = try samples(of: Places.fixtures.appending(path: "short-en.flac"))
    _ = try audio.withUnsafeBufferPointer { try session.append($0) } + session.finish()
    let output = workspace.encoder.output.values
    var worst: Float = 0
    for row in 0..<60 {
      for column in 0..<512 {
        worst = max(worst, abs(rows[row * 512 + column] - output[row * 25 * 512 + column]))
      }
    }
    print("whisper-base encoder: largest difference \(worst)")
    #expect(worst <= 2e-3)
  }

  @Test func suppressedTokensAreThoseOfTheModelsConfiguration() throws {
    struct Configuration: Decodable {
      var suppress_ids: [Int], suppress_ids_begin: [Int]
    }
    for id in ["whisper-base", "whisper-tiny.en"] {
      let folder = try Places.model(id)
      let configuration = try JSONDecoder().decode(
        Configuration.self, from: Data(contentsOf: folder.appending(path: "config.json")))
      let model = try RecognitionModel(contentsOf: folder, precision: .float32)
      // The configuration leaves out <|nospeech|>, which the reference implementation suppresses too.
      let ours = Set(model.filter.suppressed).subtracting([model.vocabulary.noSpeech])
      #expect(ours == Set(configuration.suppress_ids).subtracting([model.vocabulary.noSpeech]), "\(id)")
      #expect(model.filter.suppressedFirst == configuration.suppress_ids_begin, "\(id)")
    }
  }

  @Test(arguments: ["whisper-base", "whisper-tiny.en"]) func tokensAreThoseOfTheReference(id: String) throws {
    let data = try Data(contentsOf: Places.reference.appending(path: "tokenizer.json"))
    let reference = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    let texts = try #require(reference["texts"] as? [String])
    let expected = try #require(reference[id] as? [[Int]])
    let vocabulary = try RecognitionModel(contentsOf: Places.model(id), precision: .float32).vocabulary
    let encoder = BytePairEncoder(vocabulary: vocabulary)
    for (text, tokens) in zip(texts, expected) {
      #expect(encoder.encode(text) == tokens, "\(text)")
      #expect(vocabulary.text(of: tokens) == text)
    }
  }

  @Test func findsTheLanguage() throws {
    let model = try RecognitionModel(contentsOf: Places.model("whisper-base"), precision: .float32)
    let workspace = RecognitionWorkspace(model: model, context: ComputeContext(threads: 2))
    for (name, language) in [("meeting-en", "en"), ("meeting-pt", "pt")] {
      let session = try RecognitionSession(workspace: workspace)
      let audio = try samples(of: Places.fixtures.appending(path: "\(name).flac"))
      _ = try recognize(audio, with: session)
      #expect(session.language?.code == language)
      #expect((session.language?.probability ?? 0) > 0.5)
    }
  }

  @Test func aSentenceInAnotherLanguageBetweenOthersIsHeardInItsOwn() throws {
    let model = try RecognitionModel(contentsOf: Places.model("whisper-base"), precision: .float32)
    let workspace = RecognitionWorkspace(model: model, context: ComputeContext(threads: 2))
    let portuguese = try samples(of: Places.fixtures.appending(path: "meeting-pt.flac"))
    let english = try samples(of: Places.fixtures.appending(path: "short-en.flac"))
    let pause = [Float](repeating: 0, count: 8000)
    let session = try RecognitionSession(workspace: workspace)
    let audio = portuguese + pause + english + pause + portuguese
    let segments = try audio.withUnsafeBufferPointer { try session.append($0) } + session.finish()
    let parts = segments.reduce(into: [String?]()) { if $0.last != $1.language { $0.append($1.language) } }
    #expect(parts == ["pt", "en", "pt"])
    #expect(segments.filter { $0.language == "en" }.map(\.text).joined(separator: " ").contains("archive opens"))
  }

  @Test func englishOnlyModelRecognizesAndRefuses() throws {
    let model = try RecognitionModel(contentsOf: Places.model("whisper-tiny.en"), precision: .float32)
    #expect(!model.isMultilingual && model.languages == ["en"])
    #expect(throws: RecognitionError.englishOnly(model: "whisper-tiny.en", language: "pt")) {
      try model.validate(RecognitionOptions(language: "pt"))
    }
    #expect(throws: RecognitionError.cannotTranslate(model: "whisper-tiny.en")) {
      try model.validate(RecognitionOptions(task: .translate))
    }
    let workspace = RecognitionWorkspace(model: model, context: ComputeContext(threads: 2))
    let session = try RecognitionSession(workspace: workspace)
    let audio = try samples(of: Places.fixtures.appending(path: "short-en.flac"))
    let segments = try audio.withUnsafeBufferPointer { try session.append($0) } + session.finish()
    let heard = segments.map(\.text).joined(separator: " ")
    // The fixture says "eight"; the model may write it as a figure.
    #expect(heard == "The archive opens at eight in the morning." || heard == "The archive opens at 8 in the morning.")
  }
}
