public import Foundation
internal import Transcripts

/// How a data set is laid out.
public enum DataSetFormat: String, Sendable, CaseIterable, Codable {
  /// A tree with `*.trans.txt` beside its recordings.
  case libriSpeech = "librispeech"
  /// A TSV with the columns `path` and `sentence`, its recordings in `clips/`.
  case commonVoice = "commonvoice"
  /// A TSV of seven columns without names, its recordings in `audio/SPLIT/`.
  case fleurs
  /// A folder with `wav.scp` and `text`, perhaps `segments` and `utt2spk`.
  case kaldi
  /// JSON objects, one a line (NeMo and many others), or the table of an AudioFolder.
  case manifest
  /// NIST's segment time marks.
  case stm
  /// Recordings with a `.txt` beside each.
  case folder
  /// Two texts, line for line.
  case pair
  /// One text, a reference a line.
  case lines
}

/// A data set in memory: its utterances, and the lines that were of no use.
public struct DataSet: Sendable, Equatable {
  /// How reports name it.
  public var name: String
  /// What the user called it.
  public var path: String
  /// How it was read.
  public var format: DataSetFormat
  /// In the order of the set.
  public var utterances: [Utterance]
  /// Lines and files that were passed over.
  public var faults: [DataSetFault]
  /// Lines of the text that it was read from, whose numbers the ids are; nil where ids are names.
  public var lineCount: Int?

  /// What a reader needs to know besides the path.
  public struct Wishes: Sendable {
    /// Language of the texts where the set does not tell.
    public var language: String?
    /// Language of the translations that are wanted, for sets that keep each language elsewhere.
    public var target: String?
    /// Whether recordings will be heard; where only texts are scored, a set may do without.
    public var needsAudio: Bool
    /// What standard input holds, for the path `-`.
    public var standardInput: @Sendable () -> Data

    /// Nothing but the set's own word.
    public init(
      language: String? = nil, target: String? = nil, needsAudio: Bool = true,
      standardInput: @escaping @Sendable () -> Data = { FileHandle.standardInput.readDataToEndOfFile() }
    ) {
      (self.language, self.target, self.needsAudio, self.standardInput) = (language, target, needsAudio, standardInput)
    }
  }

  /// Reads a data set.
  ///
  /// No recording is opened, or need exist: that is found out when it is heard.
  ///
  /// - Parameters:
  ///   - path: a folder, a file, the common beginning of two line-aligned texts, `SOURCE:TARGET`, or `-` for a manifest on
  ///     standard input.
  ///   - format: nil finds it.
  /// - Throws: `DataSetError` when nothing of it can be used; single lines that cannot become `faults`.
  public init(_ path: String, format: DataSetFormat? = nil, wishes: Wishes = Wishes()) throws(DataSetError) {
    let format = if let format { format } else { try Self.detect(path, wishes: wishes) }
    var reading = DataSetReading(path: path, format: format, wishes: wishes)
    switch format {
    case .libriSpeech: try reading.readLibriSpeech()
    case .commonVoice: try reading.readCommonVoice()
    case .fleurs: try reading.readFLEURS()
    case .kaldi: try reading.readKaldi()
    case .manifest: try reading.readManifest()
    case .stm: try reading.readSTM()
    case .folder: try reading.readFolder()
    case .pair: try reading.readPair()
    case .lines: try reading.readLines()
    }
    guard !reading.utterances.isEmpty else {
      throw .empty(path: path, format: format, faults: reading.faults)
    }
    self.init(
      name: Self.name(of: path), path: path, format: format, utterances: reading.utterances, faults: reading.faults,
      lineCount: reading.lineCount)
  }

  /// A set that is in memory already.
  public init(
    name: String, path: String, format: DataSetFormat, utterances: [Utterance], faults: [DataSetFault] = [],
    lineCount: Int? = nil
  ) {
    (self.name, self.path, self.format) = (name, path, format)
    (self.utterances, self.faults, self.lineCount) = (utterances, faults, lineCount)
  }

  /// The files and folders that a path of a set names: itself, or the two texts of a pair.
  public static func files(of path: String, wishes: Wishes = Wishes()) -> [String] {
    [path] + (LinePair.find(path, from: wishes.language, to: wishes.target).map { [$0.source, $0.target] } ?? [])
  }

  /// The last part of a path that says something: a file called `manifest.jsonl` is named after its folder.
  static func name(of path: String) -> String {
    if path == "-" { return "stdin" }
    let first = path.split(separator: ":").first.map(String.init) ?? path
    let parts = URL(fileURLWithPath: first).standardizedFileURL.pathComponents.filter { $0 != "/" }
    guard let last = parts.last else { return path }
    let plain = DataSetReading.manifestNames + ["wav.scp"]
    return plain.contains(last) && parts.count > 1 ? parts[parts.count - 2] : last
  }
}

/// A data set while it is read.
struct DataSetReading {
  let path: String
  let format: DataSetFormat
  let wishes: DataSet.Wishes
  private(set) var utterances: [Utterance] = []
  private(set) var faults: [DataSetFault] = []
  /// As a `DataSet` has it.
  var lineCount: Int?
  private var names = UniqueNames()

  init(path: String, format: DataSetFormat, wishes: DataSet.Wishes) {
    (self.path, self.format, self.wishes) = (path, format, wishes)
  }

  /// Takes an utterance; an id that is there already gets a number.
  mutating func add(_ utterance: Utterance) {
    var utterance = utterance
    utterance.id = names.take(utterance.id)
    if utterance.language == nil { utterance.language = wishes.language }
    utterances.append(utterance)
  }

  /// Passes a line over.
  mutating func fault(_ file: String, _ line: Int?, _ reason: String) {
    faults.append(DataSetFault(file: file, line: line, reason: reason))
  }

  /// An error about the whole set.
  func unusable(_ reason: String) -> DataSetError { .unusable(path: path, format: format, reason: reason) }

  /// The lines of a file; those that are not UTF-8 become faults, empty ones are left out.
  mutating func lines(of file: String) throws(DataSetError) -> [TextLines.Line] {
    usable(try TextLines.read(file), of: file)
  }

  /// The same for text that has been read already.
  mutating func usable(_ all: [TextLines.Line], of file: String) -> [TextLines.Line] {
    for line in all where line.text == nil { fault(file, line.number, "not UTF-8") }
    return all.filter { $0.text.map { !$0.allSatisfy(\.isWhitespace) } ?? false }
  }

  /// A language as sets write it (`pt_br`, `zh-CN`, `Portuguese`) as a code; what is unknown stays as it is.
  static func language(_ name: String?) -> String? {
    guard let name, !name.isEmpty, !["und", "unk", "none", "null", "zxx"].contains(name.lowercased()) else {
      return nil
    }
    if name.lowercased().hasPrefix("cmn") { return "zh" }
    return (try? LanguageCode(name))?.code ?? name
  }
}

/// A text as lines, with their numbers.
enum TextLines {
  struct Line: Equatable {
    var number: Int
    /// nil when the line is not UTF-8.
    var text: String?
  }

  /// All lines of a file in UTF-8 or UTF-16, without a byte order mark and without carriage returns.
  static func read(_ file: String) throws(DataSetError) -> [Line] { split(try data(file)) }

  /// All bytes of a file.
  static func data(_ file: String) throws(DataSetError) -> Data {
    do {
      return try Data(contentsOf: URL(fileURLWithPath: file))
    } catch {
      guard FileManager.default.fileExists(atPath: file) else { throw .missing(path: file) }
      throw .unreadable(path: file, reason: error.localizedDescription)
    }
  }

  /// The same text in UTF-8 and without a byte order mark: spreadsheets and PowerShell write UTF-16, of which every second byte of
  /// Latin letters is 0.
  static func utf8(_ data: Data) -> Data {
    let first = [UInt8](data.prefix(4))
    if first.starts(with: [0xEF, 0xBB, 0xBF]) { return data.dropFirst(3) }
    var encoding: String.Encoding?
    if first.starts(with: [0xFF, 0xFE]) || first.starts(with: [0xFE, 0xFF]) {
      encoding = .utf16
    } else if first.count == 4, first[0] != 0, first[1] == 0, first[2] != 0, first[3] == 0 {
      encoding = .utf16LittleEndian
    } else if first.count == 4, first[0] == 0, first[1] != 0, first[2] == 0, first[3] != 0 {
      encoding = .utf16BigEndian
    }
    return encoding.flatMap { String(data: data, encoding: $0) }.map { Data($0.utf8) } ?? data
  }

  static func split(_ data: Data) -> [Line] {
    let bytes = [UInt8](utf8(data))
    var lines = bytes.split(separator: 10, omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    return lines.enumerated().map { index, line in
      Line(number: index + 1, text: String(validating: line.last == 13 ? line.dropLast() : line, as: UTF8.self))
    }
  }
}
