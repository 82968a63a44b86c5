internal import Foundation

/// What is written down of a model when it is imported: the file `dragoman.json` in its folder.
public struct ImportManifest: Sendable, Equatable, Codable {
  /// How its files are laid out.
  public var layout: ImportCandidate.Layout
  /// Languages that a recognition model understands; the two of a translation model.
  public var languages: [String]
  /// Language that a translation model reads.
  public var from: String?
  /// Language that a translation model writes.
  public var to: String?
  /// Its files as they were imported.
  public var files: [ModelFile]

  /// What the model is for.
  public var kind: ModelKind { layout.kind }

  static let name = "dragoman.json"

  /// Reads the manifest of a model's folder; nil where there is none, or it is damaged.
  init?(of folder: URL) {
    guard let data = try? Data(contentsOf: folder.appending(path: Self.name)),
      let manifest = try? JSONDecoder().decode(ImportManifest.self, from: data)
    else { return nil }
    self = manifest
  }

  init(_ candidate: ImportCandidate, languages: [String], files: [ModelFile]) {
    (layout, from, to) = (candidate.layout, candidate.from, candidate.to)
    (self.languages, self.files) = (languages, files)
  }

  /// The bytes of `dragoman.json`.
  func encoded() -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    do {
      return try encoder.encode(self)
    } catch {
      preconditionFailure("strings and integers always encode: \(error)")
    }
  }
}
