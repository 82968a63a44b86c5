internal import ArgumentParser
internal import Foundation
internal import ModelStore

/// `dragoman models list`.
struct ModelsListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Show the models that can be fetched and those that are here.")

  @Flag(help: "Print a JSON array instead of a table.")
  var json = false

  /// A line of the list, and an object of the JSON form.
  struct Row: Encodable, Equatable {
    var id: String
    var kind: String
    var summary: String
    var licence: String?
    var languages: [String]
    var from: String?
    var to: String?
    var sources: [String]
    var bytes: Int
    var downloadBytes: Int?
    var installed: Bool
    var missingFiles: [String]
    var path: String?
    var isDefault: Bool

    enum CodingKeys: String, CodingKey {
      case id, kind, summary, licence, languages, from, to, sources, bytes
      case downloadBytes = "download_bytes"
      case installed
      case missingFiles = "missing_files"
      case path
      case isDefault = "default"
    }
  }

  func run() throws {
    let rows = Self.rows(of: .current)
    if json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      try StandardOutput.writeLine(String(decoding: try encoder.encode(rows), as: UTF8.self))
      return
    }
    try StandardOutput.write(Self.table(rows))
  }

  /// The catalogue's models in its order, then what else stands in the store.
  static func rows(of store: ModelStore) -> [Row] {
    let present = store.installed()
    let known = store.catalogue.models.map { entry in
      let model = present.first { $0.id == entry.id }
      return Row(
        id: entry.id, kind: entry.kind.rawValue, summary: entry.summary, licence: entry.licence,
        languages: entry.languages, from: entry.from, to: entry.to, sources: entry.sources.map(\.name),
        bytes: model?.byteCount ?? entry.sources.first?.installedByteCount ?? 0,
        downloadBytes: entry.sources.first?.downloadByteCount, installed: model?.missingFiles.isEmpty ?? false,
        missingFiles: model?.missingFiles ?? [], path: model?.directory.path, isDefault: entry.isDefault)
    }
    let pairs = store.translationModels()
    let own = present.filter { !$0.isCatalogued }.map { model in
      let pair = pairs.first { $0.id == model.id }
      let kind = model.manifest?.kind ?? pair.map { _ in .translation }
      return Row(
        id: model.id, kind: kind?.rawValue ?? "unknown",
        summary: model.manifest.map { "imported, \($0.layout.rawValue)" } ?? "put there by hand", licence: nil,
        languages: model.manifest?.languages ?? pair.map { [$0.from, $0.to] } ?? [], from: pair?.from, to: pair?.to,
        sources: [], bytes: model.byteCount, downloadBytes: nil, installed: model.missingFiles.isEmpty,
        missingFiles: model.missingFiles, path: model.directory.path, isDefault: false)
    }
    return known + own
  }

  /// A table with aligned columns and one line per model.
  static func table(_ rows: [Row]) -> String {
    let head = ["MODEL", "KIND", "LANGUAGES", "SIZE", "STATE", "LICENCE"]
    let lines =
      [head]
      + rows.map { row in
        [
          row.id, row.kind, languages(of: row), Figures.bytes(row.bytes), state(of: row), row.licence ?? "-",
        ]
      }
    return AlignedColumns.text(lines)
  }

  private static func languages(of row: Row) -> String {
    if let from = row.from, let to = row.to { return "\(from) -> \(to)" }
    switch row.languages.count {
    case 0: return "-"
    case 1...3: return row.languages.joined(separator: " ")
    default: return "\(row.languages.count) languages"
    }
  }

  private static func state(of row: Row) -> String {
    if !row.missingFiles.isEmpty { return "incomplete" }
    return row.installed ? "installed" : "-"
  }
}
