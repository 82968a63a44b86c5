internal import ArgumentParser
internal import Dragoman
internal import Evaluation
internal import Foundation
internal import SpeechRecognition
internal import Transcripts

/// `dragoman bench live`.
struct BenchLiveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "live",
    abstract: "Lag, flicker and quality of live captions and translations.",
    discussion: """
      Each recording is one session, as `dragoman live` has it; what its events say is measured (docs/evaluation.md). Without
      more, the clock is one of audio time: times do not depend on the machine, they are what the policy costs on an
      infinitely fast one. With --real-time recordings come as they sound, and the machine's own time is in all figures.

      Examples:
        dragoman bench live en-long --policy agreement,agreement:3,attention:0.8 --step 0.3,0.4
        dragoman bench live ted.stm --from en --to pt --output live.json --logs logs
        dragoman bench live en-long --real-time --threads 2
      """)

  @OptionGroup var data: BenchData
  @OptionGroup(title: "Grid") var grid: BenchGrid

  @Option(
    help: ArgumentHelp(
      "When words are certain: attention, agreement or both, or attention:S, agreement:N, both:S; several with commas.",
      valueName: "list"))
  var policy = "attention"

  @Option(
    help: ArgumentHelp(
      "Seconds of audio between two looks at it while somebody speaks, several with commas.", valueName: "list"))
  var step = "0.3"

  @Flag(help: "Replay recordings as they sound, by the wall clock.")
  var realTime = false

  @Flag(help: "Let the recogniser find the language, even where the set tells it.")
  var findLanguage = false

  @Option(name: .customLong("to"), help: "Language to translate into.")
  var target: String?

  @OptionGroup var live: LiveArguments
  @OptionGroup(title: "Scoring") var texts: BenchTexts

  @Option(help: ArgumentHelp("Write the figures of every recording here, as JSON.", valueName: "file.json"))
  var output: String?

  @Option(
    help: ArgumentHelp(
      "Keep finished recordings here while the work lasts, and go on from there; beside --output unless told.",
      valueName: "file"))
  var journal: String?

  @Option(
    help: ArgumentHelp("Keep the events of every session in this folder, as JSON lines.", valueName: "folder"))
  var logs: String?

  func validate() throws {
    try live.checkTranslation(hasTarget: target != nil)
    _ = try Self.policies(in: policy)
    _ = try Self.steps(in: step)
  }

  func run() throws {
    let journalPath = journal ?? output.map { $0 + ".journal" }
    let target = try target.map(languageCode)
    let ruler = try texts.ruler(target: target)
    let sets = try data.load(target: target, limits: false)
    try BenchOutput.check([output, journalPath], inputs: data.files(of: sets, target: target))
    let recordings = BenchRecording.all(of: sets, limit: data.limit)
    guard !recordings.isEmpty else { throw Failure(.badData, "the sets hold no recordings") }
    let systems = try systems(target: target)
    // Wrong models are refused before the first hour of work.
    for model in grid.models { _ = try request(systems.first { $0.grid.model == model }!.grid, target: target) }
    let scope = data.scope(of: "live")
    let keys = systems.map { scope.run(allSettings(of: $0)) }
    let runner = try BenchLiveRunner(
      recordings: recordings, runs: keys, journal: scope.openJournal(at: journalPath, for: keys), ruler: ruler,
      target: target, findsLanguage: findLanguage, isRealTime: realTime, logs: logs)
    var runs: [LiveRun] = []
    for (system, key) in zip(systems, keys) where !runner.cancellation.isRequested {
      let request = try request(system.grid, target: target)
      let settings = try live.settings(
        policy: CommitPolicy(argument: system.policy), step: system.step, beam: system.grid.beam,
        targets: target.map { [$0] } ?? [], request: request)
      var run = try runner.run(
        LiveRun(system: system.grid.name, settings: allSettings(of: system)), as: key, request: request,
        settings: settings)
      run.summarize(ruler: ruler) { label(of: system, set: $0) }
      runs.append(run)
    }
    try finish(runs, of: runner, ruler: ruler)
  }

  /// A cell of the grid.
  private struct System {
    var grid: BenchSystem, policy: String, step: Double
  }

  /// The cells, the policies and steps of each model, beam and number of threads.
  private func systems(target: String?) throws -> [System] {
    var settings = live.settings
    if let target { settings["to"] = target }
    if findLanguage { settings["language found"] = "" }
    if realTime { settings["real time"] = "" }
    let (policies, steps) = (try Self.policies(in: policy), try Self.steps(in: step))
    return try grid.systems(settings: settings).flatMap { cell in
      policies.flatMap { policy in
        steps.map { step in
          var cell = cell
          (cell.settings["policy"], cell.settings["step"]) = (policy, String(step))
          return System(grid: cell, policy: policy, step: step)
        }
      }
    }
  }

  /// Everything that results depend on, also what is as usual.
  private func allSettings(of system: System) -> [String: String] {
    let usual = [
      "clock": realTime ? "real time" : "simulated", "pause": String(live.pause), "max latency": live.maxLatency,
      "max flicker": String(live.maxFlicker),
    ]
    return usual.merging(system.grid.allSettings) { $1 }
  }

  /// What tables call a set in a run: only what the grid has several of, and always the policy and the step.
  private func label(of system: System, set: String) -> String {
    var parts = [set]
    if grid.models.count > 1 { parts.append(system.grid.modelName) }
    parts += [system.policy, "step \(system.step)"]
    if (try? grid.beams().count) ?? 1 > 1 { parts.append("beam \(system.grid.beam)") }
    if (try? grid.runs.threadCounts().count) ?? 1 > 1 { parts.append("\(system.grid.threads) threads") }
    return (parts + [system.grid.label].compactMap(\.self)).joined(separator: " ")
  }

  private func request(_ system: BenchSystem, target: String?) throws -> TranscriptionRequest {
    var options = RecognitionOptions()
    try live.recognition.apply(to: &options)
    return try TranscriptionRequest(
      recognition: system.model, precision: live.recognition.precision, hearsVoiceOnly: true, options: options,
      target: target, translation: try live.translation.options(), threads: system.threads)
  }

  /// Shows the table, writes the results where they are wanted, and takes the journal away when all was heard.
  private func finish(_ runs: [LiveRun], of runner: BenchLiveRunner, ruler: Ruler) throws {
    let scores = runs.flatMap(\.summaries)
    let width = Terminal.current.isOutputInteractive ? Terminal.columns : nil
    // Only by the wall clock can a session fall behind.
    let minutes = realTime ? "\n" + LiveTable.minutes(of: scores, width: width) : ""
    let shown = Result { try StandardOutput.write(LiveTable.text(of: scores, width: width) + minutes) }
    for run in runs {
      BenchOutput.tell(
        run.system, of: "recording", warned: run.recordings.count { $0.warning != nil }, failed: run.failures.count)
    }
    let result = LiveBenchResult(environment: BenchOutput.environment, ruler: ruler, runs: runs)
    if let output { try AtomicFile.write(try BenchOutput.json(result), to: output) }
    try shown.get()
    try runner.end()
    if runs.allSatisfy(\.recordings.isEmpty) {
      throw Failure(.badData, "no recording could be heard")
    }
  }

  /// The policies of a list, each once.
  static func policies(in list: String) throws -> [String] {
    let policies = list.split(separator: ",", omittingEmptySubsequences: false).map {
      $0.trimmingCharacters(in: .whitespaces)
    }
    for policy in policies { _ = try CommitPolicy(argument: policy) }
    return policies.withoutRepetitions
  }

  /// The same of steps, in seconds.
  static func steps(in list: String) throws -> [Double] {
    let steps = list.split(separator: ",", omittingEmptySubsequences: false).map {
      Double($0.trimmingCharacters(in: .whitespaces))
    }
    guard steps.allSatisfy({ $0.map(LiveArguments.steps.contains) ?? false }) else {
      throw ValidationError("--step takes 0.1 to 5 seconds, several with commas, not \(list).")
    }
    return steps.map { $0! }.withoutRepetitions
  }
}
