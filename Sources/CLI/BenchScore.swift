internal import ArgumentParser
internal import Evaluation
internal import Foundation

/// `dragoman bench score`.
struct BenchScoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "score",
    abstract: "Score anyone's output by the same ruler.",
    discussion: """
      References are a data set, or a text with one a line. Hypotheses are a text with one for each reference in its order,
      `ID TEXT` lines, `TEXT (ID)` lines, a CTM, JSON lines or a JSON file with ids, one JSON transcript of one recording,
      or a folder with ID.txt or ID.json; - is standard input. A recording that a CTM has no word of counts as deleted; what
      is missing in other outputs is told and left out.

      Examples:
        dragoman bench score test.ref.txt whisper.cpp.txt
        dragoman bench score ted.stm kaldi.ctm --from en
        dragoman bench score news.en.txt:news.pt.txt argos.txt --translation --to pt
      """)

  @Argument(help: ArgumentHelp("A data set, or a text with a reference a line.", valueName: "ref"))
  var reference: String

  @Argument(help: ArgumentHelp("What somebody made of it.", valueName: "hyp"))
  var hypothesis: String

  @Flag(help: "The output is a translation: BLEU and chrF instead of word error rate.")
  var translation = false

  @Option(name: .customLong("to"), help: "Language of the translation.")
  var target: String?

  @Option(name: .customLong("from"), help: "Language of sets that do not tell theirs.")
  var source: String?

  @Option(help: ArgumentHelp("What tables call it; the file's name unless told.", valueName: "text"))
  var label: String?

  @Option(help: ArgumentHelp("Read the references in this format instead of finding out.", valueName: "format"))
  var setFormat: String?

  @OptionGroup(title: "Scoring") var ruler: BenchRuler
  @OptionGroup(title: "Results") var output: BenchOutput

  func run() throws {
    guard output.journal == nil else {
      throw Failure(.usage, "--journal is for work that takes long; scoring does not")
    }
    guard reference != "-" || hypothesis != "-" else {
      throw Failure(.usage, "references and hypotheses cannot both be standard input: name a file for one of them")
    }
    let target = try target.map(languageCode)
    let wishes = DataSet.Wishes(language: try source.map(languageCode), target: target, needsAudio: false)
    try BenchOutput.check(
      [output.output, output.report], inputs: DataSet.files(of: reference, wishes: wishes) + [hypothesis])
    var set = try DataSet(reference, format: try format(wishes), wishes: wishes)
    set = set.named(like: HypothesisFile.ids(of: hypothesis)) ?? set
    tell(set.faults, of: set.name)
    let targets = Set(set.utterances.flatMap(\.translations.keys)).sorted()
    guard !translation || target != nil || targets.count < 2 else {
      throw Failure(
        .usage, "the set holds translations into \(targets.joined(separator: ", ")); choose one with --to")
    }
    let into = target ?? targets.first
    if translation, set.format != .lines, !set.utterances.contains(where: { $0.translations[into ?? ""] != nil }) {
      throw Failure(
        .badData,
        "\(reference) has no translations\(into.map { " into \($0)" } ?? ""); name a text with them, or SOURCE:TARGET")
    }
    let hypotheses = try HypothesisFile.read(
      hypothesis, for: set, translationInto: translation ? into ?? "" : nil)
    let name =
      label
      ?? URL(fileURLWithPath: hypothesis).lastPathComponent
      + (translation ? into.map { ", to \($0)" } ?? "" : "")
    tell(hypotheses.faults, of: name)
    var run = BenchRun(system: name, settings: translation ? ["to": into ?? ""] : [:])
    for utterance in set.utterances {
      var result = BenchItem(utterance, of: set, target: translation ? into : nil).result
      // In a plain text the references themselves are translations.
      if translation, set.format == .lines { result.translationReference = utterance.text }
      guard let text = hypotheses.texts[utterance.id] else {
        run.failures[result.key] = "nothing stands for it in \(hypothesis)"
        continue
      }
      if translation {
        guard result.translationReference != nil else {
          run.failures[result.key] = "the set has no translation of it"
          continue
        }
        result.translation = text
      } else {
        result.hypothesis = text
      }
      run.utterances.append(result)
    }
    try output.finish([run], ruler: ruler.ruler(target: translation ? into : nil), journal: nil)
  }

  /// How the references are read; nil finds it out.
  private func format(_ wishes: DataSet.Wishes) throws -> DataSetFormat? {
    if let named = try dataSetFormat(setFormat) { return named }
    // One text that is named is what a translation is compared with, whatever other text lies beside it.
    let isText = translation && wishes.target == nil && FileManager.default.fileExists(atPath: reference)
    return isText && (try? DataSet.detect(reference, wishes: wishes)) == .pair ? .lines : nil
  }
}

extension HypothesisError: CommandFailure {
  var message: String? { description }
  var exitStatus: ExitStatus {
    switch self {
    case .unreadable: .noInput
    default: .badData
    }
  }
}
