internal import Foundation

/// What `ModelStore.verify` found.
public struct VerificationReport: Sendable, Equatable {
  /// How one file compares with the catalogue.
  public enum Finding: Sendable, Equatable {
    /// Size and SHA-256 are the catalogue's.
    case verified
    /// The file is not there.
    case missing
    /// The file has another size.
    case wrongSize(expected: Int, found: Int)
    /// The file has the right size and other content.
    case wrongChecksum(expected: String, found: String)
  }

  /// One file of the model.
  public struct File: Sendable, Equatable {
    /// Name in the model's folder.
    public var name: String
    /// How it compares.
    public var finding: Finding
  }

  /// The model.
  public var id: String
  /// What the folder was compared with: the source of the catalogue that comes closest, or `import` for the list that was
  /// made when the model was imported.
  public var source: String
  /// Every file of that source, in the catalogue's order.
  public var files: [File]
  /// Whether every file is as the catalogue says.
  public var isVerified: Bool { files.allSatisfy { $0.finding == .verified } }
}

extension ModelStore {
  /// Reads every byte of an installed model and compares it with the catalogue, or with what it was when it was imported.
  ///
  /// - Throws: `StoreError.notInstalled`, or `.unknownModel` for a folder that there are no checksums of.
  public func verify(_ id: String) throws(StoreError) -> VerificationReport {
    let folder = try location(of: id)
    guard isFolder(folder) else {
      throw .notInstalled(id: id, catalogued: catalogue.entry(id) != nil, root: root.path)
    }
    if let entry = catalogue.entry(id) { return report(on: folder, as: entry) }
    guard let manifest = ImportManifest(of: folder) else {
      throw .unknownModel(id: id, known: catalogue.models.map(\.id))
    }
    return report(on: folder, id: id, lists: [("import", manifest.files)])
  }

  func report(on folder: URL, as entry: CatalogueEntry) -> VerificationReport {
    report(on: folder, id: entry.id, lists: entry.sources.map { ($0.name, $0.files) })
  }

  /// The report on the list of files that comes closest.
  private func report(on folder: URL, id: String, lists: [(source: String, files: [ModelFile])]) -> VerificationReport {
    // Two sources often share files: each file on disk is read once at most.
    var checksums: [String: String] = [:]
    func finding(_ file: ModelFile) -> VerificationReport.Finding {
      let url = folder.appending(path: file.name)
      guard let size = FileSystem.size(of: url) else { return .missing }
      guard size == file.bytes else { return .wrongSize(expected: file.bytes, found: size) }
      let found = checksums[file.name] ?? sha256(of: url) ?? "unreadable"
      checksums[file.name] = found
      return found == file.sha256 ? .verified : .wrongChecksum(expected: file.sha256, found: found)
    }
    let reports = lists.map { source, files in
      VerificationReport(id: id, source: source, files: files.map { .init(name: $0.name, finding: finding($0)) })
    }
    return reports.min { faults($0) < faults($1) } ?? VerificationReport(id: id, source: "", files: [])
  }

  private func faults(_ report: VerificationReport) -> Int {
    report.files.count { $0.finding != .verified }
  }
}
