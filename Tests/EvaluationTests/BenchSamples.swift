@testable import Evaluation

/// Small results made by hand, for tests of tables and reports.
enum BenchSamples {
  static let ruler = Ruler(resamples: 200)

  /// Two systems on two sets; the second set has translations.
  static func result() -> BenchResult {
    BenchResult(
      environment: ["system": "Linux"], ruler: ruler, runs: [run("base", isGood: true), run("tiny", isGood: false)])
  }

  static func run(_ system: String, isGood: Bool) -> BenchRun {
    let read = [
      ("r1", "the cat sat on the mat", isGood ? "the cat sat on the mat" : "the cat sat in the"),
      ("r2", "a dog ran home", isGood ? "a dog ran" : "the dog ran home now"),
    ].map { id, reference, hypothesis in
      UtteranceResult(
        set: "read", id: id, language: "en", reference: reference, hypothesis: hypothesis, audio: "/clips/\(id).flac",
        audioSeconds: 2, seconds: isGood ? 1 : 0.25)
    }
    let told = UtteranceResult(
      set: "told", id: "t1", language: "pt", reference: "bom dia a todos",
      hypothesis: isGood ? "bom dia a todos" : "bom dia",
      audioSeconds: 2, seconds: isGood ? 1 : 0.25, translationReference: "good morning to you all",
      translation: isGood ? "good morning to you all" : "good morning",
      translationOfReference: "good morning to you all")
    return BenchRun(
      system: system, settings: ["model": system, "to": "en"], utterances: read + [told],
      failures: isGood ? [:] : ["read/r3": "no such file"], peakMemory: isGood ? 300 << 20 : 100 << 20,
      systemSeconds: isGood ? 3 : 0.75, scoringSeconds: 0.03)
  }
}
