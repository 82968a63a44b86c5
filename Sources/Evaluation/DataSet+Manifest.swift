internal import Foundation

extension DataSetReading {
  /// What manifests in folders are called; the last two by Hugging Face's AudioFolder.
  static let manifestNames = ["manifest.jsonl", "manifest.json"] + metadataNames
  private static let metadataNames = ["metadata.jsonl", "metadata.csv"]

  /// The manifests in a folder, the one to be read first. Tables of another kind may be called `metadata.csv`, too.
  static func manifests(in folder: String) -> [String] {
    manifestNames.map { Files.path($0, in: folder) }.filter {
      Files.exists($0) && (!$0.hasSuffix(".csv") || CSVTable.isMetadata($0))
    }
  }

  /// The metadata below a folder that has none itself, one for each folder, in the order of their paths: an AudioFolder may keep them
  /// in `train`, `test` and the like.
  ///
  /// - Parameter files: what `Files.below` finds in the folder.
  static func metadata(among files: [String], below folder: String) -> [String] {
    let folders = Set(
      files.map { $0 as NSString }.filter { metadataNames.contains($0.lastPathComponent) }
        .map(\.deletingLastPathComponent))
    return folders.filter { !$0.isEmpty }.sorted().compactMap { inner in
      manifests(in: Files.path(inner, in: folder)).first { metadataNames.contains(($0 as NSString).lastPathComponent) }
    }
  }

  /// JSON objects, one a line or in one array, as NeMo and most scripts write them; or a table of comma-separated values.
  mutating func readManifest() throws(DataSetError) {
    if path == "-" {
      readObjects(wishes.standardInput(), file: "standard input", folder: "")
      return
    }
    var files = [path]
    if Files.isFolder(path) {
      files = Self.manifests(in: path).first.map { [$0] } ?? Self.metadata(among: Files.below(path), below: path)
      if files.isEmpty { throw unusable("there is no manifest.jsonl in it.") }
    }
    for file in files {
      let data = try TextLines.data(file)
      if file.lowercased().hasSuffix(".csv") {
        readTable(data, file: file, folder: Files.folder(of: file))
      } else {
        readObjects(data, file: file, folder: Files.folder(of: file))
      }
    }
  }

  private mutating func readObjects(_ data: Data, file: String, folder: String) {
    let data = TextLines.utf8(data)
    if data.first(where: { !" \t\r\n".utf8.contains($0) }) == UInt8(ascii: "[") {
      guard let objects = LooseJSON.value(data) as? [Any] else {
        return fault(file, nil, "begins as a JSON array and is not one")
      }
      for (index, object) in objects.enumerated() { readObject(object, file, index + 1, folder: folder, what: "item") }
      return
    }
    for line in usable(TextLines.split(data), of: file) {
      readObject(LooseJSON.value(line.text!), file, line.number, folder: folder, what: "line")
    }
  }

  mutating func readObject(_ value: Any?, _ file: String, _ number: Int, folder: String, what: String) {
    guard let object = value as? [String: Any] else { return fault(file, number, "this \(what) is not a JSON object") }
    func text(_ keys: String...) -> String? {
      for key in keys {
        if let text = object[key] as? String { return text }
      }
      return nil
    }
    func quantity(_ keys: String...) -> Double? {
      for key in keys {
        if let number = object[key] as? NSNumber { return number.doubleValue }
        if let text = object[key] as? String, let number = Double(text) { return number }
      }
      return nil
    }
    guard let reference = text("text", "transcript", "sentence", "transcription") else {
      return fault(file, number, "no text")
    }
    let name = text("audio_filepath", "audio", "audio_path", "path", "file", "file_name", "wav")
    var translations: [String: String] = [:]
    for (key, value) in object where key.hasPrefix("translation_") {
      if let value = value as? String, !value.isEmpty, let code = Self.language(String(key.dropFirst(12))) {
        translations[code] = value
      }
    }
    if let value = text("translation", "answer"), let target = Self.language(text("target_lang", "target_language")) {
      translations[target] = translations[target] ?? value
    }
    let duration = quantity("duration", "duration_s"), offset = quantity("offset")
    if let offset, !Utterance.Excerpt.times.contains(offset) {
      return fault(file, number, "an offset of \(offset) seconds")
    }
    if let duration, duration == 0 || !Utterance.Excerpt.times.contains(duration) {
      return fault(file, number, "a duration of \(duration) seconds")
    }
    let excerpt = offset.map { Utterance.Excerpt(start: $0, duration: duration) }
    guard
      let id = text("id", "utt_id", "utterance_id") ?? (object["id"] as? NSNumber)?.stringValue
        ?? name.map({ Files.stem($0) + (offset.map { "@\($0)" } ?? "") })
    else { return fault(file, number, "neither an id nor a recording") }
    let channel = quantity("channel").flatMap { Int(exactly: $0) }
    add(
      Utterance(
        id: id, audio: name.map { Files.path($0, in: folder) }, excerpt: excerpt,
        channel: channel.flatMap { $0 >= 0 ? $0 : nil }, text: reference,
        language: Self.language(text("lang", "language", "locale", "source_lang")), translations: translations,
        segments: segments(object["segments"]), speaker: text("speaker", "speaker_id", "client_id"),
        duration: duration))
  }

  /// `{"start": 0.4, "end": 3.1, "text": "…", "translation_pt": "…"}` of each part; none unless all can be used.
  private func segments(_ value: Any?) -> [LiveReference.Segment] {
    guard let objects = value as? [[String: Any]] else { return [] }
    let segments = objects.compactMap { object -> LiveReference.Segment? in
      guard let start = (object["start"] as? NSNumber)?.doubleValue,
        let end = (object["end"] as? NSNumber)?.doubleValue, let text = object["text"] as? String, start >= 0,
        start < end, Utterance.Excerpt.times.contains(end)
      else { return nil }
      let translation = wishes.target.flatMap { object["translation_\($0)"] as? String }
      return .init(start: start, end: end, text: text, translation: translation)
    }
    return segments.count == objects.count ? segments : []
  }
}
