internal import ArgumentParser
internal import Foundation

/// `dragoman bench`.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measure recognition and translation against references.",
    discussion: """
      Data sets are taken as they come: LibriSpeech trees, Common Voice and FLEURS tables, Kaldi folders, manifests of JSON
      lines, STM, folders of recordings with a .txt beside each, line-aligned texts, or - for a manifest on standard input.

      A table goes to standard output; --output keeps every utterance as JSON, --report makes a page to look at. A run that
      was ended goes on where it was when it is called again.

      Examples:
        dragoman bench wer LibriSpeech/test-clean --beam 1,5 --report wer.html
        dragoman bench translation news.en.txt:news.pt.txt --from en --to pt
        dragoman bench cascade fleurs/pt_br --to en --output cascade.json
        dragoman bench live en-long --policy agreement,attention:0.8 --step 0.3,0.4
        dragoman bench score manifest.jsonl theirs.ctm --output theirs.json
        dragoman bench compare ours.json theirs.json
      """,
    subcommands: [
      BenchWERCommand.self, BenchTranslationCommand.self, BenchCascadeCommand.self, BenchLiveCommand.self,
      BenchCompareCommand.self, BenchScoreCommand.self,
    ])
}

/// The grid of a benchmark that recognises: each model with each beam and number of threads.
struct BenchGrid: ParsableArguments {
  @Option(help: ArgumentHelp("Recognition models, ids or paths, several with commas.", valueName: "list"))
  var model = "whisper-base"

  @Option(help: ArgumentHelp("Beam widths, several with commas.", valueName: "list"))
  var beam = "5"

  @OptionGroup var runs: BenchRuns

  func validate() throws {
    guard !models.isEmpty else { throw ValidationError("--model takes a model, several with commas.") }
    _ = try beams()
  }

  /// Ids or paths, each once.
  var models: [String] { Self.models(in: model).map(\.model) }

  /// The models of a list, each once, and what tables and plots call them: two of one name by their paths.
  static func models(in list: String) -> [(model: String, name: String)] {
    let models = list.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
      .map { $0.contains("/") ? URL(fileURLWithPath: $0).standardizedFileURL.path : $0 }.withoutRepetitions
    let names = models.map { $0.contains("/") ? URL(fileURLWithPath: $0).lastPathComponent : $0 }
    return zip(models, names).map { model, name in (model, names.count { $0 == name } == 1 ? name : model) }
  }

  func beams() throws -> [Int] { try integers(beam, in: ArgumentRanges.beam, option: "--beam") }

  /// The cells, model by model.
  ///
  /// - Parameter settings: what is the same for all of them.
  func systems(settings: [String: String]) throws -> [BenchSystem] {
    var systems: [BenchSystem] = []
    for (model, name) in Self.models(in: model) {
      for threads in try runs.threadCounts() {
        for beam in try beams() {
          systems.append(
            BenchSystem(
              model: model, modelName: name, beam: beam, threads: threads, label: runs.label, settings: settings))
        }
      }
    }
    return systems
  }
}

/// What every grid has, whatever it measures.
struct BenchRuns: ParsableArguments {
  @Option(help: ArgumentHelp("Numbers of threads, several with commas; all processors unless told.", valueName: "list"))
  var threads: String?

  @Option(help: ArgumentHelp("A word that is put to the names of the systems, to tell runs apart.", valueName: "text"))
  var label: String?

  func validate() throws { _ = try threadCounts() }

  func threadCounts() throws -> [Int] {
    try threads.map { try integers($0, in: ArgumentRanges.threads, option: "--threads") }
      ?? [ProcessInfo.processInfo.activeProcessorCount]
  }
}

/// One cell of a grid.
struct BenchSystem {
  /// An id or a path, and what tables and plots call it.
  var model: String, modelName: String
  var beam: Int
  var threads: Int
  var label: String?
  /// What else was asked for, only what is not as usual.
  var settings: [String: String]

  /// What tables and plots call it.
  var name: String {
    let others = settings.sorted { $0.key < $1.key }.map { $1.isEmpty ? $0 : "\($0) \($1)" }
    let cell = "\(modelName) beam \(beam), \(threads) \(threads == 1 ? "thread" : "threads")"
    return ([cell] + others + [label].compactMap(\.self)).joined(separator: ", ")
  }

  /// Everything that results depend on, for the journal and the report.
  var allSettings: [String: String] {
    var all = settings.merging(["model": model, "beam": String(beam), "threads": String(threads)]) { $1 }
    all["label"] = label
    return all
  }
}
