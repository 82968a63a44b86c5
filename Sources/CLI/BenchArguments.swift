internal import ArgumentParser
internal import Evaluation
internal import Foundation

/// Which data a benchmark runs over.
struct BenchData: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      "Data sets: a folder, a manifest, a TSV, an STM, two texts as SOURCE:TARGET, or - for a manifest on standard input.",
      valueName: "set"))
  var sets: [String] = []

  @Option(
    help: ArgumentHelp(
      "Read sets as librispeech, commonvoice, fleurs, kaldi, manifest, stm, folder, pair or lines, instead of finding out.",
      valueName: "format"))
  var setFormat: String?

  @Option(name: .customLong("from"), help: "Language of sets that do not tell theirs.")
  var source: String?

  @Option(parsing: .unconditional, help: ArgumentHelp("Take only the first n utterances of each set.", valueName: "n"))
  var limit: Int?

  func validate() throws {
    guard !sets.isEmpty else { throw ValidationError("Name at least one data set, or - for a manifest.") }
    guard sets.count(where: { $0 == "-" }) <= 1 else { throw ValidationError("Standard input can be read only once.") }
    if let limit, limit < 1 { throw ValidationError("--limit takes 1 or more.") }
    _ = try format()
  }

  /// Reads the sets; says what was passed over.
  ///
  /// - Parameters:
  ///   - target: language of the translations that are wanted.
  ///   - limits: whether `--limit` counts utterances; else the caller limits what it counts.
  func load(target: String? = nil, limits: Bool = true) throws -> [DataSet] {
    let source = try source.map(languageCode)
    var names = UniqueNames()
    return try sets.map { path in
      var set = try DataSet(path, format: try format(), wishes: .init(language: source, target: target))
      set.name = names.take(set.name)
      tell(set.faults, of: set.name)
      if limits, let limit { set.utterances = Array(set.utterances.prefix(limit)) }
      return set
    }
  }

  /// Everything that is read: sets, and the recordings that they name.
  func files(of sets: [DataSet], target: String?) throws -> [String] {
    let wishes = DataSet.Wishes(language: try source.map(languageCode), target: target)
    return sets.flatMap { DataSet.files(of: $0.path, wishes: wishes) + $0.utterances.compactMap(\.audio) }
  }

  private func format() throws -> DataSetFormat? { try dataSetFormat(setFormat) }
}

/// Says what was passed over.
func tell(_ faults: [DataSetFault], of name: String) {
  guard !faults.isEmpty else { return }
  StandardError.write(
    "dragoman: \(faults.count) \(faults.count == 1 ? "part" : "parts") of \(name) cannot be used, among them:\n")
  for fault in faults.prefix(5) { StandardError.write("  \(fault)\n") }
}

/// What `--set-format` names.
func dataSetFormat(_ name: String?) throws -> DataSetFormat? {
  try name.map { name in
    guard let format = DataSetFormat(rawValue: name.lowercased()) else {
      let known = DataSetFormat.allCases.map(\.rawValue).joined(separator: ", ")
      throw ValidationError("--set-format is one of \(known), not \(name).")
    }
    return format
  }
}

/// What texts are measured with, and how sure that is.
struct BenchRuler: ParsableArguments {
  @OptionGroup var texts: BenchTexts

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Draws of each bootstrap interval; a randomisation test takes ten times as many.", valueName: "n"))
  var resamples = 1000

  @Option(help: ArgumentHelp("Seed of the draws.", valueName: "n"))
  var seed: UInt64 = 12345

  func validate() throws {
    guard (1...1_000_000).contains(resamples) else { throw ValidationError("--resamples takes 1 to 1000000.") }
  }

  /// - Parameter target: language of translations, which the tokeniser of BLEU depends on.
  func ruler(target: String?) throws -> Ruler {
    var ruler = try texts.ruler(target: target)
    (ruler.resamples, ruler.seed) = (resamples, seed)
    return ruler
  }
}

/// What texts are measured with.
struct BenchTexts: ParsableArguments {
  @Option(help: "Whisper's normaliser for WER: auto (by language), english, basic or none.")
  var normalizer = "auto"

  @Option(help: "Tokeniser of BLEU: auto (by language), 13a, intl, zh, char or none.")
  var tokenizer = "auto"

  func validate() throws { _ = try ruler(target: nil) }

  /// - Parameter target: language of translations, which the tokeniser of BLEU depends on.
  func ruler(target: String?) throws -> Ruler {
    var ruler = Ruler(bleu: BLEU(tokenizer: .forLanguage(target)))
    if normalizer != "auto" {
      guard let chosen = TextNormalizer(rawValue: normalizer) else {
        throw ValidationError("--normalizer is auto, english, basic or none, not \(normalizer).")
      }
      ruler.normalizer = chosen
    }
    if tokenizer != "auto" {
      guard let chosen = BLEU.Tokenizer(rawValue: tokenizer) else {
        let known = BLEU.Tokenizer.allCases.map(\.rawValue).joined(separator: ", ")
        throw ValidationError("--tokenizer is auto or one of \(known), not \(tokenizer).")
      }
      ruler.bleu = BLEU(tokenizer: chosen)
    }
    return ruler
  }
}

/// Where results go.
struct BenchOutput: ParsableArguments {
  @Option(help: ArgumentHelp("Write results with every utterance here, as JSON.", valueName: "file.json"))
  var output: String?

  @Option(help: ArgumentHelp("Write a report with plots and the worst utterances here.", valueName: "file.html"))
  var report: String?

  @Option(
    help: ArgumentHelp(
      "Keep finished utterances here while the work lasts, and go on from there; beside --output unless told.",
      valueName: "file"))
  var journal: String?

  /// The journal's place; nil where none is kept.
  var journalPath: String? { journal ?? output.map { $0 + ".journal" } }
}

/// `1,5` as numbers.
func integers(_ list: String, in range: ClosedRange<Int>, option: String) throws -> [Int] {
  let values = list.split(separator: ",").map { Int($0.trimmingCharacters(in: .whitespaces)) }
  guard !values.isEmpty, values.allSatisfy({ $0.map(range.contains) ?? false }) else {
    throw ValidationError(
      "\(option) takes \(range.lowerBound) to \(range.upperBound), several with commas, not \(list).")
  }
  return values.map { $0! }.withoutRepetitions
}

extension Array where Element: Hashable {
  /// Each once, where it comes first: the same twice in a grid would be two systems of one name.
  var withoutRepetitions: [Element] {
    var seen: Set<Element> = []
    return filter { seen.insert($0).inserted }
  }
}

extension DataSetError: CommandFailure {
  var message: String? { description }
  var exitStatus: ExitStatus {
    switch self {
    case .missing, .unreadable: .noInput
    default: .badData
    }
  }
}
