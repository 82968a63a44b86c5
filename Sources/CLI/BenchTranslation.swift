internal import ArgumentParser
internal import Dragoman
internal import Evaluation
internal import Foundation
internal import MachineTranslation
internal import Tensors

/// Translators by the language that they read, on the way into one language.
final class BenchTranslators {
  private let models: TranslationModels
  private let target: String
  private let options: TranslationOptions
  private let pool: ThreadPool
  private var ways: [String: TranslatorChain] = [:]

  init(models: TranslationModels, target: String, options: TranslationOptions, threads: Int) {
    (self.models, self.target, self.options) = (models, target, options)
    pool = ThreadPool(threads: threads)
  }

  /// Translates texts of one language.
  func translate(_ texts: [String], from source: String) throws -> [String] {
    if ways[source] == nil {
      let steps = try models.plan(from: source, to: target).models
      ways[source] = TranslatorChain(
        models: try steps.map { try models.load($0.id) }, sourceLanguages: steps.map(\.from), to: target,
        options: options, pool: pool)
    }
    return try ways[source]!.translate(texts)
  }
}

extension TranslationModels {
  /// The names of the models between two languages, joined with `+`.
  func name(from source: String, to target: String) throws -> String {
    try plan(from: source, to: target).models.map(\.id).joined(separator: "+")
  }

  fileprivate func plan(from source: String, to target: String) throws -> TranslationPlan {
    try TranslationPlan.best(from: source, to: target, available: available, recognizerTranslates: false)
  }
}

/// What a perfect recogniser would have led to: the reference transcripts, translated by the models of the cascade.
struct ReferenceTranslation {
  let request: TranscriptionRequest
  let target: String
  let threads: Int

  /// Fills in `translationOfReference`; where the recogniser writes English itself, takes away the hypothesis instead,
  /// for it is no transcript of what was said.
  func fill(_ utterances: inout [UtteranceResult]) throws {
    let translators = BenchTranslators(
      models: request.models, target: target, options: request.interpreter.translationOptions, threads: threads)
    for (language, indices) in Dictionary(grouping: utterances.indices, by: { utterances[$0].language }) {
      guard let language else {
        StandardError.write(
          "dragoman: \(indices.count) references tell no language and are not translated, so nobody knows what recognition cost; "
            + "name it with --from\n")
        continue
      }
      let plan = try TranslationPlan.best(
        from: language, to: target, available: request.models.available,
        recognizerTranslates: request.recognizerTranslates)
      if plan.recognizesIntoEnglish {
        for index in indices { utterances[index].hypothesis = nil }
      } else {
        let translated = try translators.translate(indices.map { utterances[$0].reference }, from: language)
        for (index, text) in zip(indices, translated) { utterances[index].translationOfReference = text }
      }
    }
  }
}

/// `dragoman bench translation`.
struct BenchTranslationCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "translation",
    abstract: "BLEU, chrF and speed of translating text.",
    discussion: """
      Texts are line-aligned (news.en.txt beside news.pt.txt, named by either or by their common beginning), or the
      transcripts and translations of any set that has both.
      """)

  @OptionGroup var data: BenchData
  @OptionGroup(title: "Scoring") var ruler: BenchRuler
  @OptionGroup(title: "Results") var output: BenchOutput

  @Option(
    name: .customLong("to"), help: "Language to translate into; the only one of the sets' translations unless told.")
  var target: String?

  @Option(help: ArgumentHelp("Beam widths, several with commas.", valueName: "list"))
  var beam = "1"

  @OptionGroup(title: "Translation") var translation: TranslationArguments

  @OptionGroup var runs: BenchRuns

  @Flag(help: "Translate one text at a time, as in a conversation, so that each one's time is its own.")
  var oneByOne = false

  func validate() throws { _ = try beams() }

  func run() throws {
    let named = try target.map(languageCode)
    let sets = try data.load(target: named)
    try output.check(inputs: data.files(of: sets, target: named))
    let target = try named ?? onlyTarget(of: sets)
    let ruler = try ruler.ruler(target: target)
    let items = BenchItem.all(of: sets, target: target).filter { $0.result.translationReference != nil }
    guard !items.isEmpty else { throw Failure(.badData, "the sets hold no translations into \(target)") }
    guard let languages = Set(items.map(\.utterance.language)) as? Set<String> else {
      throw Failure(.badData, "the sets do not tell their language; name it with --from")
    }
    let models = TranslationModels(store: .current, kernels: try .requested())
    let usual = try translation.options()
    var settings = translation.settings
    settings["to"] = target
    if oneByOne { settings["one by one"] = "" }
    func translators(_ system: BenchSystem) -> BenchTranslators {
      var options = usual
      options.beam = system.beam
      return BenchTranslators(models: models, target: target, options: options, threads: system.threads)
    }
    var systems: [BenchSystem] = []
    for threads in try self.runs.threadCounts() {
      for beam in try beams() {
        let names = try Set(languages.map { try models.name(from: $0, to: target) }).sorted().joined(separator: ",")
        systems.append(
          BenchSystem(
            model: names, modelName: names, beam: beam, threads: threads, label: self.runs.label, settings: settings))
      }
    }
    let runner = try BenchRunner(
      items: items, systems: systems, scope: data.scope(of: "translation"),
      journal: output.journalPath)
    let runs = try systems.map { system in
      // Each system's own, so that no memory of another is counted.
      let translators = translators(system)
      // Loading is no part of the first text's time.
      for language in languages { _ = try translators.translate(["."], from: language) }
      return try runner.run(system, batch: oneByOne ? 1 : 512) { items in
        var results = items.map(\.result)
        for (language, indices) in Dictionary(grouping: items.indices, by: { items[$0].utterance.language! }) {
          let translated = try translators.translate(indices.map { results[$0].reference }, from: language)
          for (index, text) in zip(indices, translated) { results[index].translation = text }
        }
        return results
      }
    }
    try runner.finish(runs, ruler: ruler, output: output)
  }

  private func onlyTarget(of sets: [DataSet]) throws -> String {
    let targets = Set(sets.flatMap { $0.utterances.flatMap(\.translations.keys) })
    if let only = targets.first, targets.count == 1 { return only }
    throw Failure(
      .usage,
      targets.isEmpty
        ? "the sets hold no translations; name the language of a second text with --to"
        : "the sets hold translations into \(targets.sorted().joined(separator: ", ")); choose one with --to")
  }

  private func beams() throws -> [Int] { try integers(beam, in: ArgumentRanges.translationBeam, option: "--beam") }
}
