internal import Foundation

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
      "\(path): \(reason). Known are lines of text, ID TEXT, TEXT (ID), CTM, JSON with ids, and a folder of ID.txt or ID.json."
    case .foreign(let path, let example, let expected):
      "\(path) speaks of \(example), but the references are called \(expected) and so on. Name the set that it was made from."
    }
  }
}

/// The output of any recogniser or translator, by utterance.
public enum HypothesisFile {
  /// Reads an output in whichever form it is.
  ///
  /// - Parameters:
  ///   - path: lines of text in the order of the references, `ID TEXT` (Kaldi) or `TEXT (ID)` (trn) lines, a CTM, JSON (lines, an
  ///     array, an object by id, or the transcript of one recording), or a folder of `ID.txt` or `ID.json`.
  ///   - set: the references; an id is that of an utterance, or the name of its recording with or without ending.
  /// - Returns: text by the ids of the set; what the output leaves out is left out.
  /// - Throws: `HypothesisError`.
  public static func read(_ path: String, for set: DataSet) throws(HypothesisError) -> [String: String] {
    let names = UtteranceNames(set)
    if Files.isFolder(path) { return try folder(path, names) }
    let data: Data
    do {
      data = try Data(contentsOf: URL(fileURLWithPath: path))
    } catch {
      throw .unreadable(path: path, reason: error.localizedDescription)
    }
    let lines = TextLines.split(data)
    let ending = URL(fileURLWithPath: path).pathExtension.lowercased()
    if ending == "ctm" { return try ctm(lines, path, set) }
    if ending.hasPrefix("json") || ending == "ndjson" || lines.first?.text?.hasPrefix("{") == true {
      return try json(data, lines, path, names)
    }
    return try text(lines, path, names)
  }

  private static func text(
    _ lines: [TextLines.Line], _ path: String, _ names: UtteranceNames
  ) throws(HypothesisError) -> [String: String] {
    var filled: [String: String] = [:]
    // Ids at the beginning or in brackets at the end, if every line has one.
    let written = lines.compactMap(\.text).filter { !$0.allSatisfy(\.isWhitespace) }
    for parse in [idFirst, idLast] {
      let found = written.map(parse)
      guard !found.isEmpty, found.allSatisfy({ $0.flatMap { names.id($0.id) } != nil }) else { continue }
      for case .some(let line) in found { filled[names.id(line.id)!] = line.text }
      return filled
    }
    guard lines.count == names.ids.count else {
      throw .lineCount(path: path, expected: names.ids.count, found: lines.count)
    }
    for (id, line) in zip(names.ids, lines) { filled[id] = line.text }
    return filled
  }

  /// `1272-128104-0000 MISTER QUILTER`.
  private static func idFirst(_ line: String) -> (id: String, text: String)? {
    let parts = line.split(maxSplits: 1, whereSeparator: \.isWhitespace)
    return parts.first.map { (String($0), parts.count > 1 ? String(parts[1]) : "") }
  }

  /// `mister quilter (1272-128104-0000)`.
  private static func idLast(_ line: String) -> (id: String, text: String)? {
    guard let close = line.lastIndex(of: ")"), let open = line[..<close].lastIndex(of: "(") else { return nil }
    return (String(line[line.index(after: open)..<close]), String(line[..<open]))
  }

  /// `RECORDING CHANNEL START DURATION WORD [CONFIDENCE]`: words go to the utterance whose part of the recording their middle
  /// lies in.
  ///
  /// - Reference: NIST SCTK, `doc/infmts.htm`, "ctm".
  private static func ctm(
    _ lines: [TextLines.Line], _ path: String, _ set: DataSet
  ) throws(HypothesisError) -> [String: String] {
    struct Spoken {
      var middle: Double
      var text: String
    }
    var words: [String: [Spoken]] = [:]
    for line in lines {
      guard let text = line.text, !text.hasPrefix(";;") else { continue }
      let fields = text.split(whereSeparator: \.isWhitespace).map(String.init)
      if fields.isEmpty { continue }
      guard fields.count >= 5, let start = Double(fields[2]), let length = Double(fields[3]) else {
        throw .unknownForm(path: path, reason: "line \(line.number) is not RECORDING CHANNEL START DURATION WORD")
      }
      words[Files.stem(fields[0]), default: []].append(Spoken(middle: start + length / 2, text: fields[4]))
    }
    var filled: [String: String] = [:]
    for utterance in set.utterances {
      let recording = utterance.audio.map(Files.stem) ?? utterance.id
      guard let spoken = words[recording] ?? words[utterance.id] else { continue }
      let part = utterance.excerpt.map { $0.start..<$0.start + ($0.duration ?? .infinity) }
      filled[utterance.id] = spoken.filter { part?.contains($0.middle) ?? true }
        .sorted { $0.middle < $1.middle }.map(\.text).joined(separator: " ")
    }
    if filled.isEmpty, let example = words.keys.sorted().first {
      throw .foreign(path: path, example: example, expected: set.utterances[0].id)
    }
    return filled
  }

  private static func folder(_ path: String, _ names: UtteranceNames) throws(HypothesisError) -> [String: String] {
    var filled: [String: String] = [:]
    var example: String?
    for file in Files.below(path) where [".txt", ".json"].contains(where: file.hasSuffix) {
      example = example ?? file
      guard let id = names.id(Files.stem(file)) else { continue }
      let whole = Files.path(file, in: path)
      guard let data = FileManager.default.contents(atPath: whole) else { continue }
      if file.hasSuffix(".json") {
        filled[id] = (try? JSONSerialization.jsonObject(with: data)).flatMap(HypothesisJSON.text)
      } else {
        filled[id] = TextLines.split(data).compactMap(\.text).joined(separator: " ")
      }
    }
    guard !filled.isEmpty else {
      if let example { throw .foreign(path: path, example: example, expected: names.ids[0]) }
      throw .unknownForm(path: path, reason: "there is no .txt or .json in this folder")
    }
    return filled
  }

  private static func json(
    _ data: Data, _ lines: [TextLines.Line], _ path: String, _ names: UtteranceNames
  ) throws(HypothesisError) -> [String: String] {
    let items: [(id: String?, text: String)]
    if let whole = try? JSONSerialization.jsonObject(with: data) {
      items = HypothesisJSON.items(of: whole)
    } else {
      items = lines.flatMap { line in
        (try? JSONSerialization.jsonObject(with: Data((line.text ?? "").utf8))).map(HypothesisJSON.items) ?? []
      }
    }
    guard !items.isEmpty else {
      throw .unknownForm(
        path: path, reason: "no object in it has a text (hyp, hypothesis, pred_text, text or translation)")
    }
    var filled: [String: String] = [:]
    for item in items { if let id = item.id.flatMap(names.id) { filled[id] = item.text } }
    if filled.isEmpty {
      // Without ids of this set, the order tells; one recording needs no id.
      guard items.count == names.ids.count, items.count == 1 || items.allSatisfy({ $0.id == nil }) else {
        throw .foreign(path: path, example: items[0].id ?? "\(items.count) texts without ids", expected: names.ids[0])
      }
      for (id, item) in zip(names.ids, items) { filled[id] = item.text }
    }
    return filled
  }
}

/// What JSON outputs call things.
enum HypothesisJSON {
  /// The texts of a value with the ids that stand beside them: an array of objects, an object of texts by id, or one object.
  static func items(of value: Any) -> [(id: String?, text: String)] {
    if let array = value as? [Any] { return array.flatMap(items) }
    guard let object = value as? [String: Any] else { return (value as? String).map { [(nil, $0)] } ?? [] }
    if let text = text(of: object) {
      let id = ["id", "utt_id", "utterance_id", "key", "audio_filepath", "audio", "file", "path"].lazy
        .compactMap { object[$0] as? String ?? (object[$0] as? NSNumber)?.stringValue }.first
      return [(id, text)]
    }
    return object.sorted { $0.key < $1.key }.flatMap { key, value in
      items(of: value).map { ($0.id ?? key, $0.text) }
    }
  }

  /// The text of one object: its own, or that of its segments.
  static func text(of value: Any) -> String? {
    if let text = value as? String { return text }
    guard let object = value as? [String: Any] else { return nil }
    for key in ["hyp", "hypothesis", "pred_text", "prediction", "translation", "text", "transcript"] {
      if let text = object[key] as? String { return text }
    }
    let segments = ["segments", "transcription", "chunks"].lazy.compactMap { object[$0] as? [[String: Any]] }.first
    return segments.map { $0.compactMap { $0["text"] as? String }.joined(separator: " ") }
  }
}

/// The ids of a set, by each of the names that outputs call them.
struct UtteranceNames {
  /// In the order of the set.
  let ids: [String]
  private var byName: [String: String] = [:]

  init(_ set: DataSet) {
    ids = set.utterances.map(\.id)
    // A recording's name stands for its utterance only where it has one.
    let recordings = Dictionary(grouping: set.utterances) { $0.audio.map(Files.stem) ?? "" }
    for (stem, utterances) in recordings where utterances.count == 1 { byName[stem] = utterances[0].id }
    for id in ids { byName[id] = id }
  }

  /// The id that a name stands for.
  func id(_ name: String) -> String? { byName[name] ?? byName[Files.stem(name)] }
}
