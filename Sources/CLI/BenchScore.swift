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
      or a folder with ID.txt or ID.json.

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
    try output.check()
    let target = try target.map(languageCode)
    let set = try DataSet(
      reference, format: try dataSetFormat(setFormat),
      wishes: .init(language: try source.map(languageCode), target: target))
    let hypotheses = try HypothesisFile.read(hypothesis, for: set)
    let into = target ?? Set(set.utterances.flatMap(\.translations.keys)).sorted().first
    let name = label ?? URL(fileURLWithPath: hypothesis).lastPathComponent
    var run = BenchRun(system: name, settings: translation ? ["to": into ?? ""] : [:])
    for utterance in set.utterances {
      var result = BenchItem(utterance, of: set, target: translation ? into : nil).result
      guard let text = hypotheses[utterance.id] else {
        run.failures[result.key] = "nothing stands for it in \(hypothesis)"
        continue
      }
      if translation {
        // In a plain text the references themselves are translations.
        result.translationReference = result.translationReference ?? utterance.text
        result.translation = text
      } else {
        result.hypothesis = text
      }
      run.utterances.append(result)
    }
    try output.finish([run], ruler: ruler.ruler(target: translation ? into : nil), journal: nil)
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
