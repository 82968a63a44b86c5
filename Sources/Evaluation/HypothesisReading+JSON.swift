internal import Foundation

extension HypothesisReading {
  mutating func readJSON(_ data: Data, _ lines: [TextLines.Line]) throws(HypothesisError) {
    let form = HypothesisJSON(target)
    var items: [HypothesisJSON.Item] = []
    if let whole = LooseJSON.value(data) {
      items = form.items(of: try own(whole) ?? whole)
    } else {
      let written = lines.filter { $0.text.map { !$0.allSatisfy(\.isWhitespace) } ?? false }
      let values = written.map { LooseJSON.value($0.text!) }
      if values.contains(where: { $0 == nil }), let values = HypothesisJSON.values(in: data) {
        items = values.flatMap(form.items)
      } else {
        for (line, value) in zip(written, values) {
          if let value { items += form.items(of: value) } else { fault(line.number, "not JSON") }
        }
      }
    }
    guard !items.isEmpty else {
      throw .unknownForm(
        path: path,
        reason: "no object in it has a text (hyp, hypothesis, pred_text, text, transcription or translation)")
    }
    takeNamed(items)
    guard result.texts.isEmpty else {
      for item in items where item.id.flatMap(names.id) == nil {
        fault(nil, "no utterance of \(set.name) is called \(item.id ?? "so: " + item.parts.joined().prefix(80))")
      }
      return
    }
    items = items.filter { $0.hasText }
    // Without ids of this set, the order tells; one recording needs no id, and may come in parts.
    if names.ids.count == 1, items.count == 1 || items.allSatisfy({ $0.id == nil }) {
      result.texts[names.ids[0]] = joined(items.flatMap(\.parts), of: names.ids[0])
    } else {
      guard let ids = names.inOrder(items.count), items.allSatisfy({ $0.id == nil }) else {
        throw .foreign(path: path, example: items[0].id ?? "\(items.count) texts without ids", expected: names.ids[0])
      }
      for case (let id?, let item) in zip(ids, items) { result.texts[id] = joined(item.parts, of: id) }
    }
  }

  /// Takes what has an id of the set; segments of one recording are one text.
  private mutating func takeNamed(_ items: [HypothesisJSON.Item]) {
    var segments: [String: [String]] = [:]
    for item in items {
      guard let id = item.id.flatMap(names.id) else { continue }
      if !item.hasText {
        fault(nil, "\(id) has no text")
      } else if item.isSegment {
        segments[id, default: []] += item.parts
      } else {
        take(joined(item.parts, of: id), for: id)
      }
    }
    for (id, parts) in segments.sorted(by: { $0.key < $1.key }) { take(joined(parts, of: id), for: id) }
  }

  /// The utterances of a result of `dragoman bench`; nil of anything else.
  private func own(_ value: Any) throws(HypothesisError) -> Any? {
    guard let object = value as? [String: Any], object["rulers"] != nil, let runs = object["runs"] as? [[String: Any]]
    else { return nil }
    if let fault = BenchResult.fault(ofFormat: object["format"] as? Int) {
      throw .unknownForm(path: path, reason: fault)
    }
    guard runs.count == 1, let utterances = runs[0]["utterances"] else {
      throw .unknownForm(
        path: path,
        reason:
          "this is a result of `dragoman bench` with \(runs.count) systems; `dragoman bench compare` tells them apart")
    }
    return utterances
  }
}

/// What JSON outputs call things.
struct HypothesisJSON {
  /// A text, in the parts that it comes in, with the id that stands beside it.
  struct Item {
    var id: String?
    var parts: [String]
    /// Whether it has times, as a part of a recording.
    var isSegment = false
    /// Whether there is a text at all, be it empty.
    var hasText = true
  }

  private static let names = ["id", "utt_id", "utterance_id", "key", "audio_filepath", "audio", "file", "path"]

  /// What a text is called, what is wanted first.
  private let textKeys: [String]

  /// - Parameter target: the language of a translation; nil for what was said.
  init(_ target: String?) {
    let texts = ["hyp", "hypothesis", "pred_text", "prediction", "text", "transcript", "transcription"]
    textKeys = target == nil ? texts + ["translation"] : ["translation"] + texts
  }

  /// The texts of a value with the ids that stand beside them: an array of objects, an object of texts by id, or one object.
  func items(of value: Any) -> [Item] {
    if let array = value as? [Any] { return array.flatMap(items) }
    guard let object = value as? [String: Any] else { return (value as? String).map { [Item(parts: [$0])] } ?? [] }
    let parts = parts(of: object)
    // Segments of one text are numbered, which names no utterance.
    let isSegment = object["start"] is NSNumber && object["end"] is NSNumber
    let name = Self.names.lazy
      .compactMap { object[$0] as? String ?? (isSegment ? nil : (object[$0] as? NSNumber)?.stringValue) }.first
    // A text that is null, or one that nobody wrote beside an id.
    let isWithoutText = parts == nil && name != nil && !object.values.contains { $0 is [String: Any] || $0 is [Any] }
    if parts != nil || isWithoutText {
      return [Item(id: name, parts: parts ?? [], isSegment: isSegment, hasText: parts != nil)]
    }
    return object.sorted { $0.key < $1.key }.flatMap { key, value in
      items(of: value).map { item in
        var item = item
        item.id = item.id ?? key
        return item
      }
    }
  }

  /// The text of one value: its own, or that of its segments.
  func parts(of value: Any) -> [String]? {
    if let text = value as? String { return [text] }
    if let array = value as? [Any] {
      let inner = array.compactMap { parts(of: $0) }
      return inner.isEmpty ? nil : Array(inner.joined())
    }
    guard let object = value as? [String: Any] else { return nil }
    for key in textKeys { if let text = object[key] as? String { return [text] } }
    let segments = ["segments", "transcription", "chunks"].lazy.compactMap { object[$0] as? [[String: Any]] }.first
    return segments.map { $0.compactMap { segment in textKeys.lazy.compactMap { segment[$0] as? String }.first } }
  }

  /// JSON values one after the other, on whatever lines; nil where something else is there.
  static func values(in data: Data) -> [Any]? {
    var values: [Any] = []
    var depth = 0, begin = data.startIndex, isText = false, isEscaped = false
    for (index, byte) in zip(data.indices, data) {
      switch byte {
      case _ where isEscaped: isEscaped = false
      case UInt8(ascii: "\\") where isText: isEscaped = true
      case UInt8(ascii: "\""): isText.toggle()
      case _ where isText: break
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        guard depth >= 0 else { return nil }
        guard depth == 0 else { continue }
        guard let value = LooseJSON.value(data[begin...index]) else { return nil }
        values.append(value)
        begin = data.index(after: index)
      default: break
      }
    }
    return depth == 0 && data[begin...].allSatisfy { " \t\r\n".utf8.contains($0) } ? values : nil
  }
}
