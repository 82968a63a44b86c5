internal import ArgumentParser
internal import Evaluation
internal import Foundation
internal import Transcripts

/// `dragoman bench compare`.
struct BenchCompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Whether one result is better than another, or was only lucky.",
    discussion: """
      Takes results that --output wrote. Utterances are paired by set and id; every run is compared with the first one.
      The interval is a paired bootstrap, the p-value approximate randomisation.
      """)

  @Argument(help: ArgumentHelp("Results of bench, one with several runs, or several.", valueName: "file.json"))
  var files: [String]

  @OptionGroup(title: "Scoring") var ruler: BenchRuler

  @Option(help: ArgumentHelp("Write the comparisons here, as JSON.", valueName: "file.json"))
  var output: String?

  @Option(help: ArgumentHelp("Write a report of all runs with the comparisons here.", valueName: "file.html"))
  var report: String?

  @Option(
    name: .customLong("to"),
    help: "Language of the translations, for BLEU's tokeniser; what the results say unless told.")
  var target: String?

  func run() throws {
    try BenchOutput.check([output, report], inputs: files)
    let results = try files.map(Self.read)
    var runs = results.flatMap(\.runs)
    guard runs.count >= 2 else {
      throw Failure(.usage, "there is one run only; name a second result, or one with several runs")
    }
    if Set(runs.map(\.system)).count < runs.count {
      let origins = zip(files, results).flatMap { file, result in result.runs.map { _ in file } }
      for (index, name) in Self.distinct(runs.map(\.system), of: origins).enumerated() { runs[index].system = name }
    }
    let target = try target.map(languageCode) ?? runs.lazy.compactMap { $0.settings["to"] }.first
    let ruler = try ruler.ruler(target: target)
    let comparisons = try runs.dropFirst().map { run in
      let comparison = BenchComparison(runs[0], run, ruler: ruler)
      guard !comparison.metrics.isEmpty else {
        throw Failure(
          .badData, "\(runs[0].system) and \(run.system) have no scored utterance of the same reference in common")
      }
      return comparison
    }
    for comparison in comparisons { try StandardOutput.write(BenchTable.text(of: comparison)) }
    try BenchOutput.write(
      BenchResult(environment: BenchResult.common(results.map(\.environment)), ruler: ruler, runs: runs),
      comparisons: comparisons, ruler: ruler, report: report)
    if let output { try AtomicFile.write(try BenchOutput.json(comparisons), to: output) }
  }

  /// Names of runs with those of their files; with the folders, where the files are called the same; with numbers, where a file is
  /// named twice.
  private static func distinct(_ systems: [String], of files: [String]) -> [String] {
    let short = files.map { URL(fileURLWithPath: $0).deletingPathExtension().lastPathComponent }
    let names = [short, files].map { zip(systems, $0).map { "\($0) (\($1))" } }
    if let names = names.first(where: { Set($0).count == systems.count }) { return names }
    var taken: [String: Int] = [:]
    return names[1].map { name in
      taken[name, default: 0] += 1
      return taken[name]! > 1 ? "\(name) no. \(taken[name]!)" : name
    }
  }

  /// - Throws: `Failure` when it is not there or no result.
  static func read(_ path: String) throws -> BenchResult {
    let data: Data
    do {
      data = try Data(contentsOf: URL(fileURLWithPath: path))
    } catch {
      let reason =
        FileManager.default.fileExists(atPath: path) ? "cannot be read (\(error.localizedDescription))" : "no such file"
      throw Failure(.noInput, "\(path): \(reason). Check the spelling.")
    }
    /// What every format has.
    struct Heading: Decodable { var format: Int }
    if let heading = try? JSONDecoder().decode(Heading.self, from: data),
      let fault = BenchResult.fault(ofFormat: heading.format)
    {
      throw Failure(.badData, "\(path): \(fault)")
    }
    do {
      return try JSONDecoder().decode(BenchResult.self, from: data)
    } catch {
      let isLive = (try? JSONDecoder().decode(LiveBenchResult.self, from: data)) != nil
      throw Failure(
        .badData,
        "\(path): "
          + (isLive
            ? "a result of `dragoman bench live`, whose figures are of whole sessions and cannot be paired by utterance"
            : "no result of `dragoman bench --output`; `bench score` takes other outputs"))
    }
  }
}
