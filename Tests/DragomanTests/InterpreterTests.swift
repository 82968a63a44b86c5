import AudioIO
import Foundation
import MachineTranslation
import SpeechRecognition
import TestSupport
import Testing
import Transcripts

@testable import Dragoman

/// The library as its users call it, on the project's own recordings and the pulled models.
@Suite(.serialized) struct InterpreterTests {
  static func words(_ text: String) -> [String] {
    text.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
  }

  @Test func aRecordingBecomesTranslatedSegments() async throws {
    let interpreter = Interpreter(
      recognition: try RecognitionModel(contentsOf: Places.model("whisper-base")),
      translation: try TranslationModel(contentsOf: Places.model("firefox-en-pt")), to: "pt")
    let file = try AudioFile(Places.fixtures.appending(path: "meeting-en.flac"))
    var segments: [Segment] = []
    for try await segment in interpreter.interpret(file) { segments.append(segment) }
    let heard = Set(Self.words(segments.map(\.text).joined(separator: " ")))
    let said = Self.words(
      try String(contentsOf: Places.fixtures.appending(path: "meeting-en.txt"), encoding: .utf8))
    let found = said.count { heard.contains($0) }
    #expect(Double(found) / Double(said.count) > 0.85, "heard \(found) of \(said.count) words")
    let translated = Self.words(segments.compactMap(\.translation).joined(separator: " "))
    #expect(["biblioteca", "arquivo", "bom", "dia"].allSatisfy(translated.contains), "\(translated)")
    #expect(segments.allSatisfy { $0.language == "en" && $0.start < $0.end && $0.translation != nil })
  }

  @Test func speechIntoEnglishWithoutAModel() throws {
    let interpreter = Interpreter(
      recognition: try RecognitionModel(contentsOf: Places.model("whisper-base")), options: .init(language: "pt"),
      to: "en"
    ) { _ in TranslationRoute(models: [], recognizesIntoEnglish: true) }
    let file = try AudioFile(Places.fixtures.appending(path: "meeting-pt.flac"))
    let transcript = try InterpreterSession(interpreter).interpret(file, name: "x")
    #expect(transcript.language == "pt" && transcript.segments.allSatisfy { $0.language == "en" })
    #expect(transcript.translation == transcript.text && !transcript.text.isEmpty)
  }

  /// The language of a recording is that of most of its speech, also where all text is English.
  @Test(arguments: [true, false]) func theLanguageIsThatOfTheSpeech(conditions: Bool) throws {
    var options = RecognitionOptions()
    options.conditionsOnPreviousText = conditions
    let interpreter = Interpreter(
      recognition: try RecognitionModel(contentsOf: Places.model("whisper-base")),
      voiceActivity: try VoiceActivityModel(contentsOf: Places.model("silero-vad")), options: options, to: "en"
    ) { TranslationRoute(models: [], recognizesIntoEnglish: $0 != "en") }
    func samples(_ name: String) throws -> [Float] {
      try AudioFile(Places.fixtures.appending(path: name)).read(1_600_000)
    }
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let joined = folder.appending(path: "both.wav")
    // Portuguese, and a short sentence in English behind it.
    let both = try samples("meeting-pt.flac") + [Float](repeating: 0, count: 32_000) + samples("short-en.flac")
    do {
      let writer = try SoundWriter(path: joined.path)
      try both.withUnsafeBufferPointer { try writer.append($0) }
    }
    let transcript = try InterpreterSession(interpreter).interpret(AudioFile(joined), name: "x")
    #expect(transcript.language == "pt" && transcript.segments.allSatisfy { $0.language == "en" })
  }

  @Test func cancellationKeepsWhatIsFinal() throws {
    let interpreter = Interpreter(recognition: try RecognitionModel(contentsOf: Places.model("whisper-tiny.en")))
    let cancellation = Cancellation()
    cancellation.request()
    let file = try AudioFile(Places.fixtures.appending(path: "short-en.flac"))
    let transcript = try InterpreterSession(interpreter).interpret(file, name: "x", cancellation: cancellation)
    #expect(transcript.segments.isEmpty && transcript.duration == .zero)
  }
}
