internal import Dragoman
internal import Evaluation
internal import Foundation

/// An utterance of a set, and the result that is to be filled in.
struct BenchItem {
  var utterance: Utterance
  var result: UtteranceResult

  init(_ utterance: Utterance, of set: DataSet, target: String?) {
    self.utterance = utterance
    result = UtteranceResult(
      set: set.name, id: utterance.id, language: utterance.language, reference: utterance.text, audio: utterance.audio,
      channel: utterance.channel, excerpt: utterance.excerpt,
      translationReference: target.flatMap { utterance.translations[$0] })
  }

  /// The utterances of sets in their order.
  static func all(of sets: [DataSet], target: String?) -> [BenchItem] {
    sets.flatMap { set in set.utterances.map { BenchItem($0, of: set, target: target) } }
  }
}

/// Lets systems work through utterances: with progress, a journal, and an end on Ctrl-C that loses nothing.
///
/// An utterance that cannot be worked on is reported, counted and passed over.
final class BenchRunner {
  private let items: [BenchItem]
  /// What the journal calls each system, by its settings, as it was when the work began.
  private let keys: [[String: String]: String]
  private let journal: BenchJournal<UtteranceResult>
  private let progress: ProgressLine
  private let begin = ContinuousClock.now
  private let total: Int
  /// Utterances behind, of all runs.
  private var done = 0
  /// Set by the first Ctrl-C.
  let cancellation = Cancellation()

  /// - Parameters:
  ///   - items: what each system works through.
  ///   - systems: those that will be run.
  ///   - path: of the journal; nil for one in the cache folder.
  init(items: [BenchItem], systems: [BenchSystem], scope: BenchScope, journal path: String?) throws {
    (self.items, total) = (items, items.count * systems.count)
    let runs = systems.map { scope.run($0.allSettings) }
    keys = Dictionary(zip(systems.map(\.allSettings), runs), uniquingKeysWith: { first, _ in first })
    let journal: BenchJournal<UtteranceResult> = try scope.openJournal(at: path, for: runs)
    self.journal = journal
    progress = ProgressLine(label: "bench")
    Interruption.onRequest { [cancellation] in cancellation.request() }
    let resumed = runs.reduce(0) { sum, run in
      sum + items.count { journal.result(of: $0.result, run: run) != nil }
    }
    if resumed > 0 { progress.message("bench: goes on with \(resumed) utterances that are done already") }
  }

  /// One system over all utterances.
  ///
  /// - Parameters:
  ///   - batch: how many utterances the system is given at once.
  ///   - work: fills in results, one for each item; nil when it was cancelled under way.
  /// - Throws: `Failure` on Ctrl-C, what the journal throws, and errors of `work` that are not about an utterance.
  func run(
    _ system: BenchSystem, batch: Int = 1, work: ([BenchItem]) throws -> [UtteranceResult]?
  ) throws -> BenchRun {
    PeakMemory.reset()
    let start = ContinuousClock.now
    let key = keys[system.allSettings]!
    var run = BenchRun(system: system.name, settings: system.allSettings)
    var fresh = 0.0
    var finished: [UtteranceResult?] = items.map { journal.result(of: $0.result, run: key) }
    var open = items.indices.filter { finished[$0] == nil }[...]
    done += items.count - open.count
    while !open.isEmpty {
      let indices = Array(open.prefix(batch))
      open = open.dropFirst(batch)
      try attempt(indices, run: key, work: work, finished: &finished, failures: &run.failures, seconds: &fresh)
      done += indices.count
      showProgress(system)
    }
    run.utterances = finished.compactMap(\.self)
    run.systemSeconds = run.utterances.compactMap(\.seconds).reduce(0, +)
    if fresh > 0 {
      run.peakMemory = PeakMemory.current
      // What is not the system's own time, for as much of the work as was done now.
      let other = start.duration(to: .now) / .seconds(1) - fresh
      run.scoringSeconds = other * run.systemSeconds / fresh
    }
    progress.finish()
    return run
  }

  private func attempt(
    _ indices: [Int], run: String, work: ([BenchItem]) throws -> [UtteranceResult]?, finished: inout [UtteranceResult?],
    failures: inout [String: String], seconds: inout Double
  ) throws {
    let begin = ContinuousClock.now
    do {
      let results = cancellation.isRequested ? nil : try work(indices.map { items[$0] })
      guard let results, !cancellation.isRequested else { throw interrupted() }
      precondition(results.count == indices.count, "one result for each utterance")
      let elapsed = begin.duration(to: .now) / .seconds(1)
      seconds += elapsed
      for (index, result) in zip(indices, results) {
        var result = result
        result.seconds = elapsed / Double(indices.count)
        result.timedTogether = indices.count > 1 ? indices.count : nil
        try journal.append(result, run: run)
        finished[index] = result
        if let warning = result.warning { progress.message("dragoman: \(result.key): \(warning)") }
      }
    } catch let failure as any CommandFailure where Self.isAboutUtterance(failure) {
      if indices.count > 1 {
        for index in indices {
          try attempt([index], run: run, work: work, finished: &finished, failures: &failures, seconds: &seconds)
        }
        return
      }
      let item = items[indices[0]]
      failures[item.result.key] = failure.message ?? "failed"
      progress.message("dragoman: \(item.result.key): \(failure.message ?? "failed")")
    }
  }

  /// Shows and writes the results, after which nothing is to be gone on with.
  func finish(_ runs: [BenchRun], ruler: Ruler, output: BenchOutput) throws {
    try output.finish(runs, ruler: ruler, journal: journal)
  }

  private static func isAboutUtterance(_ failure: any CommandFailure) -> Bool {
    !(failure is Failure || failure is BenchJournalError)
  }

  private func interrupted() -> Failure {
    progress.finish()
    return Failure(
      Interruption.exitStatus,
      "\(done) of \(total) utterances are done and kept in \(journal.path); the same command goes on from there")
  }

  private func showProgress(_ system: BenchSystem) {
    let elapsed = begin.duration(to: .now)
    progress.update(
      fraction: Double(done) / Double(max(total, 1)),
      "\(done)/\(total) \(system.name), \(Figures.clock(elapsed))")
  }
}
