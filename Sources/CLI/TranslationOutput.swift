internal import Dragoman
internal import MachineTranslation
internal import Transcripts

/// Writes translations of lines to standard output.
///
/// Plain text has a line for each translation, with tabs between its columns: the number of the input line (with `--n-best`), the
/// quality, the translation, the alignment; without any option the translation alone.
struct TranslationOutput {
  enum Format: String { case txt, json, jsonl }

  let format: Format
  /// How many translations of each line were asked for; nil for the best alone.
  let hypotheses: Int?
  let showsScores: Bool
  let showsAlignment: Bool
  private var hasWritten = false

  init(format: Format, hypotheses: Int?, showsScores: Bool, showsAlignment: Bool) {
    (self.format, self.hypotheses) = (format, hypotheses)
    (self.showsScores, self.showsAlignment) = (showsScores, showsAlignment)
  }

  /// Translates lines and writes what became of them.
  ///
  /// - Parameter keepsLineBreaks: whether a translation may be several lines of plain text, as an argument may.
  mutating func write(_ lines: [InputLines.Line], keepsLineBreaks: Bool, with translators: TranslatorChain) throws {
    let texts = lines.map { $0.text ?? "" }
    if format == .txt, hypotheses == nil, !showsScores, !showsAlignment {
      let answers = try translators.translate(texts)
      return try StandardOutput.write(
        answers.map { (keepsLineBreaks ? $0 : Self.oneLine($0)) + "\n" }.joined())
    }
    for (line, found) in zip(lines, try translators.translateDetailed(texts)) {
      switch format {
      case .txt: try StandardOutput.write(plain(line, found))
      case .jsonl: try StandardOutput.writeLine(object(line, found).rendered(pretty: false))
      case .json:
        try StandardOutput.write((hasWritten ? ",\n" : "[\n") + object(line, found).rendered(pretty: true))
        hasWritten = true
      }
    }
  }

  /// Closes what is open.
  func finish() throws {
    if format == .json { try StandardOutput.write(hasWritten ? "\n]\n" : "[]\n") }
  }

  private static func oneLine(_ text: String) -> String { text.replacing("\n", with: " ") }

  /// The translations of a text, best first; the text itself when nothing was to be done.
  private static func answers(_ found: ChainedTranslation) -> [String] { found.steps.last?.map(\.text) ?? [found.text] }

  private func plain(_ line: InputLines.Line, _ found: ChainedTranslation) -> String {
    Self.answers(found).prefix(hypotheses ?? 1).enumerated().map { rank, text in
      var columns: [String] = hypotheses == nil ? [] : ["\(line.number)"]
      if showsScores { columns.append(JSONValue.number(found.quality(rank: rank)).rendered(pretty: false)) }
      columns.append(Self.oneLine(text).replacing("\t", with: " "))
      if showsAlignment { columns.append(Self.pairs(found.ranked(rank))) }
      return columns.joined(separator: "\t") + "\n"
    }.joined()
  }

  /// `0-0 1-2`: numbers of words that belong together.
  private static func pairs(_ found: ChainedTranslation) -> String {
    func numbers(_ text: String) -> [Int: Int] {
      Dictionary(uniqueKeysWithValues: Translation.words(of: text).enumerated().map { ($1.lowerBound, $0) })
    }
    let (sources, targets) = (numbers(found.source), numbers(found.text))
    return found.wordLinks.compactMap { link in
      guard let source = sources[link.source.lowerBound], let target = targets[link.target.lowerBound] else {
        return nil
      }
      return "\(source)-\(target)"
    }.joined(separator: " ")
  }

  private func object(_ line: InputLines.Line, _ found: ChainedTranslation) -> JSONValue {
    guard line.text != nil else {
      return .object([("line", .integer(line.number)), ("text", .null), ("translation", .null)])
    }
    let (source, target) = (PlacedText(found.source), PlacedText(found.text))
    var fields: [(String, JSONValue)] = [
      ("line", .integer(line.number)),
      ("text", .text(found.source)),
      ("translation", .text(found.text)),
      ("quality", .number(found.quality())),
      (
        "sentences",
        .array(
          found.sentences.map {
            .object([
              ("quality", .number($0.quality)), ("source", source.place($0.source)),
              ("target", target.place($0.target)),
            ])
          })
      ),
      (
        "alignment",
        .array(
          found.wordLinks.map {
            .object([
              ("weight", .number(Double($0.weight))), ("source", source.place($0.source)),
              ("target", target.place($0.target)),
            ])
          })
      ),
    ]
    if let hypotheses {
      let answers = Self.answers(found).prefix(hypotheses).enumerated().map { rank, text in
        JSONValue.object([("translation", .text(text)), ("quality", .number(found.quality(rank: rank)))])
      }
      fields.append(("hypotheses", .array(answers)))
    }
    return .object(fields)
  }
}

extension ChainedTranslation {
  /// The same with another translation of the last step as the best.
  fileprivate func ranked(_ rank: Int) -> ChainedTranslation {
    var other = self
    if rank > 0, let last = steps.last { other.steps[steps.count - 1] = [last[rank]] }
    return other
  }
}

/// A text whose parts are told by what they say and where they stand.
private struct PlacedText {
  private let bytes: [UInt8]
  /// Characters (Unicode scalars) in front of each byte.
  private let characters: [Int]

  init(_ text: String) {
    bytes = Array(text.utf8)
    characters = bytes.reduce(into: [0]) { $0.append($0.last! + ($1 & 0xC0 == 0x80 ? 0 : 1)) }
  }

  /// The text of a byte range, and its beginning and end in characters and in bytes.
  func place(_ range: Range<Int>) -> JSONValue {
    .object([
      ("text", .text(String(decoding: bytes[range], as: UTF8.self))),
      ("characters", .array([.integer(characters[range.lowerBound]), .integer(characters[range.upperBound])])),
      ("bytes", .array([.integer(range.lowerBound), .integer(range.upperBound)])),
    ])
  }
}
