internal import ArgumentParser
internal import AudioIO
internal import Dragoman
internal import Evaluation
internal import Foundation
internal import SpeechRecognition
internal import Transcripts

/// What the benchmarks of recognition share: every system of the grid over every recording of the sets.
struct BenchSpeech {
  let data: BenchData
  let grid: BenchGrid
  let recognition: RecognitionArguments
  /// Whether the recogniser finds the language even where the set tells it.
  let findsLanguage: Bool
  /// Language that is translated into; nil for recognition alone.
  let target: String?

  /// Runs the grid, writes the results where they are wanted and shows the table.
  func run(ruler arguments: BenchRuler, output: BenchOutput) throws {
    try output.check()
    let ruler = try arguments.ruler(target: target)
    let items = BenchItem.all(of: try data.load(target: target), target: target).filter { $0.utterance.audio != nil }
    guard !items.isEmpty else {
      throw Failure(.badData, "the sets hold no recordings; `bench translation` takes texts")
    }
    var settings = recognition.settings
    if findsLanguage { settings["language found"] = "" }
    if let target { settings["to"] = target }
    let systems = try grid.systems(settings: settings)
    // Wrong models and options are refused before the first hour of work.
    for system in systems { _ = try request(system) }
    let journal = try output.openJournal(for: data.sets)
    let runner = BenchRunner(items: items, runs: systems.count, journal: journal)
    let runs = try systems.map { try run($0, with: runner) }
    try output.finish(runs, ruler: ruler, journal: journal)
  }

  private func request(_ system: BenchSystem) throws -> TranscriptionRequest {
    var options = RecognitionOptions()
    options.beam = system.beam
    try recognition.apply(to: &options)
    return try TranscriptionRequest(
      recognition: system.model, hearsVoiceOnly: !recognition.noVad, options: options, target: target,
      threads: system.threads)
  }

  private func run(_ system: BenchSystem, with runner: BenchRunner) throws -> BenchRun {
    let request = try request(system)
    let session = InterpreterSession(request.interpreter)
    var run = try runner.run(system) { items in
      try items.map { item in
        var result = item.result
        let utterance = item.utterance
        let file = try AudioFile(URL(fileURLWithPath: utterance.audio!), channel: utterance.channel)
        if let excerpt = utterance.excerpt {
          try file.restrict(toPartFrom: .seconds(excerpt.start), length: excerpt.duration.map { .seconds($0) })
        }
        let known = findsLanguage ? nil : utterance.language
        let transcript = try session.interpret(
          file, name: utterance.id, from: known.map { .language($0) } ?? .automatic, cancellation: runner.cancellation)
        result.audioSeconds = transcript.duration / .seconds(1)
        result.hypothesis = transcript.text
        result.translation = target.flatMap { _ in transcript.translation }
        return result
      }
    }
    if let target {
      try ReferenceTranslation(request: request, target: target, threads: system.threads, beam: 1).fill(&run.utterances)
    }
    return run
  }
}

/// `dragoman bench wer`.
struct BenchWERCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "wer", abstract: "Word and character error rate, speed and memory of recognition.")

  @OptionGroup var data: BenchData
  @OptionGroup(title: "Grid") var grid: BenchGrid
  @OptionGroup(title: "Recognition") var recognition: RecognitionArguments
  @OptionGroup(title: "Scoring") var ruler: BenchRuler
  @OptionGroup(title: "Results") var output: BenchOutput

  @Flag(help: "Let the recogniser find the language, even where the set tells it.")
  var findLanguage = false

  func run() throws {
    try BenchSpeech(data: data, grid: grid, recognition: recognition, findsLanguage: findLanguage, target: nil)
      .run(ruler: ruler, output: output)
  }
}

/// `dragoman bench cascade`.
struct BenchCascadeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cascade",
    abstract: "Speech to translated text, against reference translations.",
    discussion: """
      The translation of what was recognised stands beside the translation of the reference transcript by the same models:
      the difference is what recognition costs. Where the recogniser itself writes English there is no such comparison.
      """)

  @OptionGroup var data: BenchData
  @OptionGroup(title: "Grid") var grid: BenchGrid
  @OptionGroup(title: "Recognition") var recognition: RecognitionArguments
  @OptionGroup(title: "Scoring") var ruler: BenchRuler
  @OptionGroup(title: "Results") var output: BenchOutput

  @Option(name: .customLong("to"), help: "Language to translate into.")
  var target = "en"

  @Flag(help: "Let the recogniser find the language, even where the set tells it.")
  var findLanguage = false

  func run() throws {
    try BenchSpeech(
      data: data, grid: grid, recognition: recognition, findsLanguage: findLanguage, target: languageCode(target)
    ).run(ruler: ruler, output: output)
  }
}
