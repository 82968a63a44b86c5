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
      """)

  @Argument(help: ArgumentHelp("Texts, or - for standard input.", valueName: "text"))
  var texts: [String] = []

  @Option(name: .customLong("from"), help: "Language of the text.")
  var source = "en"

  @Option(name: .customLong("to"), help: "Language to translate into.")
  var target = "pt"

  @Option(help: "Threads to compute with; all processors unless told.")
  var threads: Int?

  @Option(help: "Beam width; 1 is greedy.")
  var beam = 1

  func validate() throws {
    guard (1...64).contains(beam) else { throw ValidationError("--beam takes 1 to 64.") }
    if let threads, !(1...1024).contains(threads) { throw ValidationError("--threads takes 1 to 1024.") }
    guard texts.count(where: { $0 == "-" }) == 0 || texts.count == 1 else {
      throw ValidationError("- stands alone: give texts, or - for standard input.")
    }
  }

  func run() throws {
    let (from, to) = (try languageCode(source), try languageCode(target))
    let models = TranslationModels(store: .current, kernels: try Kernels.requested())
    let plan = try TranslationPlan.best(
      from: from, to: to, available: models.available, recognizerTranslates: false)
    let pool = ThreadPool(threads: threads ?? ProcessInfo.processInfo.activeProcessorCount)
    let translators = try plan.models.map { step in
      var options = TranslationOptions()
      options.beam = beam
      options.sourceLanguage = step.from
      return Translator(model: try models.load(step.id), options: options, pool: pool)
    }
    func translate(_ lines: [String]) throws -> [String] {
      try translators.reduce(lines) { try $1.translate($0) }
    }
    if texts.isEmpty || texts == ["-"] {
      try translateStandardInput(translate)
    } else {
      for answer in try translate(texts) { try StandardOutput.writeLine(answer) }
    }
  }

  /// Answers line for line; lines that are there together are translated together.
  private func translateStandardInput(_ translate: ([String]) throws -> [String]) throws {
    var input = InputLines(descriptor: STDIN_FILENO)
    var damaged = 0
    while let lines = try input.next() {
      for line in lines where line.text == nil {
        damaged += 1
        StandardError.write("dragoman: line \(line.number) is not UTF-8 and was left empty\n")
      }
      let answers = try translate(lines.map { $0.text ?? "" })
      try StandardOutput.write(answers.map { $0.replacing("\n", with: " ") + "\n" }.joined())
    }
    if damaged > 0 {
      throw Failure(
        .badData, "\(damaged) lines were not UTF-8; convert the text first, for example: iconv -f latin1 -t utf-8")
    }
  }
}

/// Lines of a file or pipe, in batches of what is there.
struct InputLines {
  struct Line: Equatable {
    var number: Int
    /// nil when the line is not UTF-8.
    var text: String?
  }

  private let descriptor: Int32
  private var buffer: [UInt8] = []
  private var number = 0
  private var isAtEnd = false

  /// Lines that are handed out together at most.
  static let batch = 512

  init(descriptor: Int32) { self.descriptor = descriptor }

  /// The next lines, without waiting for more once there is one; nil at the end of the input.
  ///
  /// - Throws: `Failure` when reading fails.
  mutating func next() throws(Failure) -> [Line]? {
    var lines: [Line] = []
    while true {
      takeLines(into: &lines)
      if lines.count >= Self.batch || isAtEnd || (!lines.isEmpty && !hasMore) { break }
      try read()
    }
    return lines.isEmpty ? nil : lines
  }

  private mutating func takeLines(into lines: inout [Line]) {
    var start = 0
    while lines.count < Self.batch, let end = buffer[start...].firstIndex(of: 10) {
      append(buffer[start..<end], to: &lines)
      start = end + 1
    }
    buffer.removeFirst(start)
    if isAtEnd, lines.count < Self.batch, !buffer.isEmpty {
      append(buffer[...], to: &lines)
      buffer = []
    }
  }

  private mutating func append(_ bytes: ArraySlice<UInt8>, to lines: inout [Line]) {
    number += 1
    let bytes = bytes.last == 13 ? bytes.dropLast() : bytes
    lines.append(Line(number: number, text: String(validating: bytes, as: UTF8.self)))
  }

  private var hasMore: Bool {
    var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&request, 1, 0) > 0
  }

  private mutating func read() throws(Failure) {
    let count = 1 << 16
    var failure: Int32 = 0
    let old = buffer.count
    buffer.append(contentsOf: repeatElement(0, count: count))
    let got = buffer.withUnsafeMutableBytes { bytes -> Int in
      while true {
        let got = Foundation.read(descriptor, bytes.baseAddress! + old, count)
        if got >= 0 || errno != EINTR {
          failure = errno
          return got
        }
      }
    }
    buffer.removeLast(count - max(0, got))
    if got < 0 { throw Failure(.inputOutput, "cannot read standard input: \(String(cString: strerror(failure)))") }
    isAtEnd = got == 0
  }
}
