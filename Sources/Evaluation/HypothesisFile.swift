internal import Foundation
internal import Transcripts

/// Why somebody's output cannot be scored.
public enum HypothesisError: Error, Equatable, Sendable, CustomStringConvertible {
  /// It is not there or cannot be read; the system's words.
  case unreadable(path: String, reason: String)
  /// It has another number of lines than there are references, and its lines begin with no id.
  case lineCount(path: String, expected: Int, found: Int)
  /// It is of no known form.
  case unknownForm(path: String, reason: String)
  /// None of its ids is one of the references.
  case foreign(path: String, example: String, expected: String)

  /// What happened, to what, and what to do next.
  public var description: String {
    switch self {
    case .unreadable(let path, let reason): "\(path): cannot be read (\(reason)). Check the spelling."
    case .lineCount(let path, let expected, let found):
      "\(path) has \(found) lines for \(expected) references. They have to agree line for line, or begin with the ids."
    case .unknownForm(let path, let reason):
      "\(path): \(reason). Known are lines of text, ID TEXT, TEXT (ID), CTM, JSON, and a folder of ID.txt or ID.json."
    case .foreign(let path, let example, let expected):
      "\(path) speaks of \(example), but the references are called \(expected) and so on. Name the set that it was made from."
    }
  }
}

/// The output of any recogniser or translator, by utterance.
public struct Hypotheses: Sendable, Equatable {
  /// Text by the ids of the set; what the output leaves out is left out.
  public var texts: [String: String] = [:]
  /// What of the output was of no use, and recordings that a CTM has no word of.
  public var faults: [DataSetFault] = []
}

/// Reading the output of any recogniser or translator.
public enum HypothesisFile {
  /// Reads an output in whichever form it is.
  ///
  /// - Parameters:
  ///   - path: lines of text in the order of the references, `ID TEXT` (Kaldi) or `TEXT (ID)` (trn) lines, a CTM, JSON (lines, an
  ///     array, an object by id, one object after the other, or the transcript of one recording), or a folder of `ID.txt` or `ID.json`;
  ///     `-` is standard input.
  ///   - set: the references; an id is that of an utterance, or the name of its recording with or without folders and ending.
  ///   - target: the language of a translation, which is what is wanted of an output that has both; nil for what was said.
  /// - Throws: `HypothesisError`.
  public static func read(
    _ path: String, for set: DataSet, translationInto target: String? = nil
  ) throws(HypothesisError) -> Hypotheses {
    var reading = HypothesisReading(path: path, set: set, target: target)
    if Files.isFolder(path) {
      try reading.readFolder()
    } else {
      try reading.read(contents(of: path))
    }
    return reading.result
  }

  /// What may be ids in the lines of a text: their first words, and what stands in brackets at their ends; none of what is no text.
  public static func ids(of path: String) -> [Set<String>] {
    // A pipe is read once.
    guard path != "-", Files.isRegular(path), let data = try? contents(of: path) else { return [] }
    let lines = TextLines.split(data).compactMap(\.text)
    return [LineID.first, LineID.last].map { parse in Set(lines.compactMap { parse($0)?.id }) }
  }

  private static func contents(of path: String) throws(HypothesisError) -> Data {
    do {
      guard path != "-" else { return try FileHandle.standardInput.readToEnd() ?? Data() }
      // Pipes tell no length.
      let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
      defer { try? file.close() }
      return try file.readToEnd() ?? Data()
    } catch {
      throw .unreadable(path: path, reason: error.localizedDescription)
    }
  }
}

/// An output while it is read.
struct HypothesisReading {
  let path: String
  let set: DataSet
  let target: String?
  let names: UtteranceNames
  var result = Hypotheses()

  init(path: String, set: DataSet, target: String?) {
    (self.path, self.set, self.target) = (path, set, target)
    names = UtteranceNames(set)
  }

  mutating func read(_ data: Data) throws(HypothesisError) {
    let lines = TextLines.split(data)
    for line in lines where line.text == nil { fault(line.number, "not UTF-8") }
    let ending = URL(fileURLWithPath: path).pathExtension.lowercased()
    let first = lines.lazy.compactMap(\.text).first { !$0.allSatisfy(\.isWhitespace) } ?? ""
    if ending == "ctm" {
      try readCTM(lines)
    } else if ending.hasPrefix("json") || ending == "ndjson" || first.hasPrefix("{") || first.hasPrefix("[{") {
      try readJSON(TextLines.utf8(data), lines)
    } else {
      try readText(lines)
    }
  }

  /// Takes the text of an utterance; of several the first.
  mutating func take(_ text: String, for id: String, _ line: Int? = nil) {
    guard result.texts[id] == nil else { return fault(line, "\(id) stands here again") }
    result.texts[id] = text
  }

  mutating func fault(_ line: Int?, _ reason: String, file: String? = nil) {
    result.faults.append(DataSetFault(file: file ?? path, line: line, reason: reason))
  }

  /// Parts of an utterance's text as one, as its language wants them.
  func joined(_ parts: [String], of id: String) -> String {
    let language = target ?? names.language(of: id)
    return Transcript.joined(
      parts.map { $0.trimmingCharacters(in: .whitespaces) }, language: primaryLanguage(language))
  }

  private mutating func readText(_ lines: [TextLines.Line]) throws(HypothesisError) {
    let written = lines.filter { $0.text.map { !$0.allSatisfy(\.isWhitespace) } ?? false }
    // Ids at the beginning or in brackets at the end, if most lines have one. Numbers of lines are no ids.
    for parse in names.lineCount != nil ? [] : [LineID.first, LineID.last] {
      let found = written.map { line in parse(line.text!).map { (id: names.id($0.id), text: $0.text) } }
      guard found.count(where: { $0?.id != nil }) * 2 > written.count else { continue }
      for (line, found) in zip(written, found) {
        if let found, let id = found.id {
          take(found.text, for: id, line.number)
        } else {
          fault(line.number, "no utterance of \(set.name) is called so: \(line.text!.prefix(80))")
        }
      }
      return
    }
    guard let ids = names.inOrder(lines.count) else {
      throw .lineCount(path: path, expected: names.ids.count, found: lines.count)
    }
    for case (let id?, let line) in zip(ids, lines) { result.texts[id] = line.text }
  }

  private mutating func readFolder(_ files: [String]) -> String? {
    var example: String?
    for file in files where ["txt", "json"].contains((file as NSString).pathExtension.lowercased()) {
      example = example ?? file
      guard let id = names.id(file) else { continue }
      let whole = Files.path(file, in: path)
      guard let data = FileManager.default.contents(atPath: whole) else {
        fault(nil, "cannot be read", file: whole)
        continue
      }
      if file.lowercased().hasSuffix(".json") {
        let parts = HypothesisJSON.values(in: data).map { HypothesisJSON(target).parts(of: $0) } ?? nil
        if let parts {
          result.texts[id] = joined(parts, of: id)
        } else {
          fault(nil, "no JSON with a text", file: whole)
        }
      } else {
        result.texts[id] = joined(TextLines.split(data).compactMap(\.text), of: id)
      }
    }
    return example
  }

  mutating func readFolder() throws(HypothesisError) {
    let example = readFolder(Files.below(path))
    guard result.texts.isEmpty else { return }
    if let example { throw .foreign(path: path, example: example, expected: names.ids[0]) }
    throw .unknownForm(path: path, reason: "there is no .txt or .json in this folder")
  }
}

/// Ids that stand in lines of text.
enum LineID {
  /// `1272-128104-0000 MISTER QUILTER`.
  static func first(_ line: String) -> (id: String, text: String)? {
    let parts = line.split(maxSplits: 1, whereSeparator: \.isWhitespace)
    return parts.first.map { (String($0), parts.count > 1 ? String(parts[1]) : "") }
  }

  /// `mister quilter (1272-128104-0000)`.
  static func last(_ line: String) -> (id: String, text: String)? {
    guard let close = line.lastIndex(of: ")"), let open = line[..<close].lastIndex(of: "(") else { return nil }
    return (
      String(line[line.index(after: open)..<close]), line[..<open].trimmingCharacters(in: .whitespaces)
    )
  }
}
