internal import ArgumentParser
internal import AudioIO
internal import Dragoman
internal import Evaluation
internal import Foundation
internal import MachineTranslation
internal import SpeechRecognition
internal import Transcripts

/// What the benchmarks of recognition share: every system of the grid over every recording of the sets.
struct BenchSpeech: ParsableArguments {
  @OptionGroup var data: BenchData
  @OptionGroup(title: "Grid") var grid: BenchGrid
  @OptionGroup(title: "Recognition") var recognition: RecognitionArguments
  @OptionGroup(title: "Scoring") var ruler: BenchRuler
  @OptionGroup(title: "Results") var output: BenchOutput

  @Flag(help: "Let the recogniser find the language, even where the set tells it.")
  var findLanguage = false

  /// Runs the grid, writes the results where they are wanted and shows the table.
  ///
  /// - Parameters:
  ///   - command: `wer` or `cascade`.
  ///   - target: language that is translated into; nil for recognition alone.
  ///   - translation: how it is translated into that.
  func run(_ command: String, target: String?, translation: TranslationArguments? = nil) throws {
    let ruler = try ruler.ruler(target: target)
    let sets = try data.load(target: target)
    try output.check(inputs: data.files(of: sets, target: target))
    let items = BenchItem.all(of: sets, target: target).filter { $0.utterance.audio != nil }
    guard !items.isEmpty else {
      throw Failure(.badData, "the sets hold no recordings; `bench translation` takes texts")
    }
    if let target { try tellReferences(of: items, into: target) }
    var settings = recognition.settings
    if findLanguage { settings["language found"] = "" }
    if let target { settings["to"] = target }
    settings.merge(translation?.settings ?? [:]) { $1 }
    let translating = try translation?.options() ?? TranslationOptions()
    let systems = try grid.systems(settings: settings)
    // Wrong models are refused before the first hour of work.
    let onlyLanguages = try grid.models.map { model in
      let request = try request(systems.first { $0.model == model }!, target: target, translating)
      request.tellPrompt()
      return request.onlyLanguage
    }
    let untold = items.count { $0.utterance.language == nil }
    if untold > 0, onlyLanguages.contains(nil) {
      StandardError.write(
        "dragoman: \(untold) utterances tell no language and are scored in the one that the model finds; --from names it\n"
      )
    }
    let runner = try BenchRunner(
      items: items, systems: systems, scope: data.scope(of: command), journal: output.journalPath)
    let runs = try systems.map { try run($0, target: target, translating, with: runner) }
    try runner.finish(runs, ruler: ruler, output: output)
  }

  /// Says how many utterances nobody has translated.
  ///
  /// - Throws: `Failure` when there is no reference translation at all.
  private func tellReferences(of items: [BenchItem], into target: String) throws(Failure) {
    let without = items.count { $0.result.translationReference == nil }
    guard without < items.count else {
      throw Failure(.badData, "the sets hold no translations into \(target); `bench wer` measures recognition alone")
    }
    guard without > 0 else { return }
    StandardError.write(
      "dragoman: \(without) of \(items.count) utterances have no translation into \(target) in their set and count for "
        + "recognition alone\n")
  }

  private func request(
    _ system: BenchSystem, target: String?, _ translation: TranslationOptions
  ) throws -> TranscriptionRequest {
    var options = RecognitionOptions()
    options.beam = system.beam
    try recognition.apply(to: &options)
    return try TranscriptionRequest(
      recognition: system.model, precision: recognition.precision, hearsVoiceOnly: !recognition.noVad, options: options,
      target: target, translation: translation, threads: system.threads)
  }

  private func run(
    _ system: BenchSystem, target: String?, _ translation: TranslationOptions, with runner: BenchRunner
  ) throws -> BenchRun {
    let request = try request(system, target: target, translation)
    let session = InterpreterSession(request.interpreter)
    var run = try runner.run(system) { items in
      try items.map { item in
        var result = item.result
        let utterance = item.utterance
        let file = try AudioFile(utterance.audio!, channel: utterance.channel, part: utterance.excerpt)
        let known = findLanguage ? nil : utterance.language
        let transcript = try session.interpret(
          file, name: utterance.id, from: known.map { .language($0) } ?? .automatic, cancellation: runner.cancellation)
        if result.language == nil {
          // Of silence nothing was found.
          let found = transcript.languageProbability > 0 ? transcript.language : nil
          result.language = request.onlyLanguage ?? found
          result.languageFound = true
        }
        result.warning = file.warning(length: transcript.duration, of: utterance.excerpt)
        result.audioSeconds = transcript.duration / .seconds(1)
        result.hypothesis = transcript.text
        result.translation = target.flatMap { _ in transcript.translation }
        return result
      }
    }
    if let target {
      try ReferenceTranslation(request: request, target: target, threads: system.threads).fill(&run.utterances)
    }
    return run
  }
}

/// `dragoman bench wer`.
struct BenchWERCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "wer", abstract: "Word and character error rate, speed and memory of recognition.")

  @OptionGroup var speech: BenchSpeech

  func run() throws {
    try speech.run("wer", target: nil)
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

  @OptionGroup var speech: BenchSpeech

  @Option(name: .customLong("to"), help: "Language to translate into.")
  var target = "en"

  @OptionGroup(title: "Translation") var translation: TranslationArguments

  func run() throws {
    try speech.run("cascade", target: languageCode(target), translation: translation)
  }
}
