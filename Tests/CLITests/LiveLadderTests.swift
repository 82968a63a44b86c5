import Foundation
import ModelStore
import SpeechRecognition
import Tensors
import TestSupport
import Testing

@testable import CLI
@testable import Dragoman

/// What a user sees of a session that cannot keep up, and which model it goes over to.
@Suite struct LiveLadderTests {
  @Test func theSmallestModelThatUnderstandsTheSpeech() throws {
    let folder = try Places.model("whisper-base")
    let store = ModelStore(root: folder.deletingLastPathComponent())
    let chosen = try RecognitionModel(contentsOf: folder)
    let smaller = SmallerModels(than: chosen, at: folder, store: store, prepared: nil, kernels: .best)
    #expect(smaller.best(for: RecognitionOptions(language: "en"))?.name == "whisper-tiny.en")
    // Only what knows more than English can go on for an unknown language, and for Portuguese.
    for options in [RecognitionOptions(), RecognitionOptions(language: "pt")] {
      #expect(smaller.best(for: options)?.isMultilingual ?? true)
    }
    let tiny = try Places.model("whisper-tiny.en")
    let none = SmallerModels(
      than: try RecognitionModel(contentsOf: tiny), at: tiny, store: store, prepared: nil, kernels: .best)
    #expect(none.best(for: RecognitionOptions(language: "en")) == nil, "nothing is smaller")
  }

  @Test func levelsAndLanguagesAsLinesAndInWords() {
    let session = LiveLine.Session(source: "x", model: "whisper-base", translationModels: nil, targets: ["pt"])
    let degraded = LiveEvent.degraded(.smallerModel, lag: .seconds(2.5), model: "whisper-tiny.en")
    #expect(
      LiveLine.json(degraded, at: .seconds(7), session: session)
        == #"{"event":"degraded","emitted_at":7,"level":4,"what":"a smaller model","lag":2.5,"model":"whisper-tiny.en"}"#
    )
    #expect(LiveTextView.message(degraded) == "too slow, less is done: a smaller model, whisper-tiny.en")
    #expect(LiveTextView.message(.degraded(.full, lag: .zero, model: "whisper-base")) == "keeping up again")
    let untranslated = LiveEvent.untranslated(language: "de", target: "pt", reason: "no model")
    #expect(
      LiveLine.json(untranslated, at: .seconds(1), session: session)
        == #"{"event":"untranslated","emitted_at":1,"language":"de","target":"pt","reason":"no model"}"#)
    #expect(LiveTextView.message(untranslated) == "speech in de is not translated: no model")
    let lost = LostAudio(start: .seconds(1), end: .seconds(3), lost: .seconds(2), reason: .tooSlow)
    #expect(
      LiveLine.json(.overrun(lost), at: .seconds(5), session: session)
        == #"{"event":"overrun","emitted_at":5,"t0":1,"t1":3,"lost":2,"reason":"too slow"}"#)
    #expect(LivePace.Level.allCases.map(\.rawValue) == Array(0...5), "the levels of docs/live-events.md")
  }
}
