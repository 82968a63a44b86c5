internal import Foundation

extension DataSetReading {
  /// Common Voice: named columns, no quoting; `path` is a name in `clips/`.
  ///
  /// - Reference: https://github.com/common-voice/cv-dataset, README, "Fields".
  mutating func readCommonVoice() throws(DataSetError) {
    let table = try tableFile(preferred: ["test.tsv", "validated.tsv", "dev.tsv", "train.tsv"])
    let rows = try lines(of: table)
    let header = rows.first?.text?.split(separator: "\t", omittingEmptySubsequences: false).map(String.init) ?? []
    guard let path = header.firstIndex(of: "path"), let sentence = header.firstIndex(of: "sentence") else {
      throw unusable("\(table): the first line names no columns path and sentence.")
    }
    let locale = header.firstIndex(of: "locale"), client = header.firstIndex(of: "client_id")
    let folder = Files.folder(of: table)
    let clips = Files.exists(Files.path("clips", in: folder)) ? Files.path("clips", in: folder) : folder
    for row in rows.dropFirst() {
      let cells = row.text!.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      guard cells.count > max(path, sentence) else {
        fault(table, row.number, "\(cells.count) columns, expected \(header.count)")
        continue
      }
      guard !cells[path].isEmpty, !cells[sentence].allSatisfy(\.isWhitespace) else {
        fault(table, row.number, cells[path].isEmpty ? "no path" : "no sentence")
        continue
      }
      let name = Files.isAudio(cells[path]) ? cells[path] : cells[path] + ".mp3"
      func cell(_ index: Int?) -> String? { index.flatMap { $0 < cells.count && !cells[$0].isEmpty ? cells[$0] : nil } }
      add(
        Utterance(
          id: Files.stem(name), audio: Files.path(name, in: clips), text: cells[sentence],
          language: Self.language(cell(locale)), speaker: cell(client)))
    }
  }

  /// FLEURS: id, file, text as written, text lower-cased, characters, samples at 16 kHz, gender; no header.
  ///
  /// The same id is the same sentence in every language: a neighbouring folder in the wanted language gives translations.
  ///
  /// - Reference: Conneau et al. 2022, arXiv:2205.12446; https://huggingface.co/datasets/google/fleurs.
  mutating func readFLEURS() throws(DataSetError) {
    let table = try tableFile(preferred: ["test.tsv", "dev.tsv", "train.tsv"])
    let folder = Files.folder(of: table), split = Files.stem(table)
    let places = ["audio/\(split)", split, "audio", ""].map { Files.path($0, in: folder) }
    let language = wishes.language ?? Self.language(URL(fileURLWithPath: folder).lastPathComponent)
    let translations = try parallelFLEURS(of: table)
    for row in try lines(of: table) {
      let cells = row.text!.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      guard cells.count >= 6 else {
        fault(table, row.number, "\(cells.count) columns, expected 7")
        continue
      }
      guard !cells[1].isEmpty, !cells[2].allSatisfy(\.isWhitespace) else {
        fault(table, row.number, cells[1].isEmpty ? "no file name" : "no text")
        continue
      }
      let audio = places.map { Files.path(cells[1], in: $0) }
      add(
        Utterance(
          id: Files.stem(cells[1]), audio: audio.first(where: Files.exists) ?? audio[0], text: cells[2],
          language: language, translations: translations[cells[0]] ?? [:],
          duration: Double(cells[5]).map { $0 / 16_000 }))
    }
  }

  /// Sentences in the wanted language by id, from `../xx_yy/SPLIT.tsv`.
  private func parallelFLEURS(of table: String) throws(DataSetError) -> [String: [String: String]] {
    guard let target = wishes.target else { return [:] }
    let own = URL(fileURLWithPath: table).deletingLastPathComponent()
    let all = own.deletingLastPathComponent()
    let neighbours = Files.names(in: all.path).filter {
      $0 != own.lastPathComponent && $0.contains("_") && Self.language($0) == target
    }
    var found: [String: [String: String]] = [:]
    for neighbour in neighbours {
      let other = all.appending(path: neighbour).appending(path: (table as NSString).lastPathComponent).path
      guard Files.exists(other) else { continue }
      for line in try TextLines.read(other) {
        let cells = line.text?.split(separator: "\t", omittingEmptySubsequences: false).map(String.init) ?? []
        if cells.count >= 3, !cells[2].isEmpty { found[cells[0]] = [target: cells[2]] }
      }
    }
    return found
  }

  /// The table that the path names, or the first of the preferred ones in the folder.
  private func tableFile(preferred: [String]) throws(DataSetError) -> String {
    guard Files.isFolder(path) else { return path }
    let tables = Files.names(in: path).filter { $0.hasSuffix(".tsv") }
    guard let table = preferred.first(where: tables.contains) ?? (tables.count == 1 ? tables[0] : nil) else {
      throw unusable("name one of its tables: \(tables.isEmpty ? "there is none" : tables.joined(separator: ", ")).")
    }
    return Files.path(table, in: path)
  }
}

extension Files {
  static func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
  }
}
