internal import ArgumentParser
internal import Dragoman
internal import Foundation
internal import MachineTranslation
internal import ModelStore
internal import Tensors
internal import Transcripts

/// `dragoman translate`.
struct TranslateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "translate",
    abstract: "Translate text, line for line.",
    discussion: """
      Each argument is a text; - or no argument reads standard input and answers every line with one line, blank lines
      with blank ones. Text is UTF-8.

      Examples:
        dragoman translate --to pt "The archive opens at eight."
        dragoman translate --from pt --to en - < letter.txt
        dragoman translate --keep Dragoman --glossary terms.tsv "Dragoman opens the file."
        dragoman translate --n-best 4 --format json "The archive opens at eight."
      """)

  @Argument(help: ArgumentHelp("Texts, or - for standard input.", valueName: "text"))
  var texts: [String] = []

  @Option(name: .customLong("from"), help: "Language of the text.")
  var source = "en"

  @Option(name: .customLong("to"), help: "Language to translate into.")
  var target = "pt"

  @Option(parsing: .unconditional, help: "Threads to compute with; all processors unless told.")
  var threads: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Hypotheses that the search keeps; 1 is greedy, and the default.", valueName: "n"))
  var beam: Int?

  @OptionGroup(title: "Translation")
  var translation: TranslationArguments

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Give up to n translations of each text, best first; the beam is 4 or n unless told.", valueName: "n"))
  var nBest: Int?

  @Flag(help: "Give the quality of each translation, from 0 to 1, in front of it.")
  var scores = false

  @Flag(help: "Give the alignment behind each translation: pairs SOURCE-TARGET of words, counted from 0.")
  var alignment = false

  @Option(help: "txt, json (an array) or jsonl (an object a line); JSON has scores, sentences and alignment.")
  var format = "txt"

  func validate() throws {
    try ArgumentRanges.check("--beam", beam, in: ArgumentRanges.translationBeam)
    try ArgumentRanges.check("--n-best", nBest, in: ArgumentRanges.translationBeam)
    if let beam, let nBest, beam < nBest {
      throw ValidationError("--n-best \(nBest) needs a beam of at least \(nBest): leave --beam out, or raise it.")
    }
    try ArgumentRanges.check("--threads", threads, in: ArgumentRanges.threads)
    guard texts.count(where: { $0 == "-" }) == 0 || texts.count == 1 else {
      throw ValidationError("- stands alone: give texts, or - for standard input.")
    }
    _ = try requestedFormat()
  }

  func run() throws {
    let (from, to) = (try languageCode(source), try languageCode(target))
    var options = try translation.options()
    options.hypotheses = nBest ?? 1
    options.beam = beam ?? nBest.map { max(4, $0) } ?? 1
    let models = TranslationModels(store: .current, kernels: try Kernels.requested())
    let plan = try TranslationPlan.best(
      from: from, to: to, available: models.available, recognizerTranslates: false)
    let translators = TranslatorChain(
      models: try plan.models.map { try models.load($0.id) }, sourceLanguages: plan.models.map(\.from), to: to,
      options: options, pool: ThreadPool(threads: ArgumentRanges.threadCount(threads)))
    var output = TranslationOutput(
      format: try requestedFormat(), hypotheses: nBest, showsScores: scores, showsAlignment: alignment)
    if texts.isEmpty || texts == ["-"] {
      try translateStandardInput(translators, &output)
    } else {
      let lines = texts.enumerated().map { InputLines.Line(number: $0.offset + 1, text: $0.element) }
      try output.write(lines, keepsLineBreaks: true, with: translators)
      try output.finish()
    }
  }

  private func requestedFormat() throws -> TranslationOutput.Format {
    guard let format = TranslationOutput.Format(rawValue: format.lowercased()) else {
      throw ValidationError("--format is txt, json or jsonl, not \(format).")
    }
    return format
  }

  /// Answers line for line; lines that are there together are translated together.
  private func translateStandardInput(_ translators: TranslatorChain, _ output: inout TranslationOutput) throws {
    var input = InputLines(descriptor: STDIN_FILENO)
    var damaged = 0
    while let lines = try input.next() {
      for line in lines where line.text == nil {
        damaged += 1
        StandardError.write("dragoman: line \(line.number) is not UTF-8 and was left empty\n")
      }
      try output.write(lines, keepsLineBreaks: false, with: translators)
    }
    try output.finish()
    if damaged > 0 {
      throw Failure(
        .badData, "\(damaged) lines were not UTF-8; convert the text first, for example: iconv -f latin1 -t utf-8")
    }
  }
}
