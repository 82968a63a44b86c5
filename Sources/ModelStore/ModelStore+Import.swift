public import Foundation

/// How an import ended well.
public enum ImportOutcome: Sendable, Equatable {
  /// The same files are in the store under this name already.
  case alreadyPresent
  /// The model is now in the store.
  case installed
}

extension ModelStore {
  /// Copies a model that a user has into the store.
  ///
  /// The files are copied into a hidden folder beside the models and hashed on the way; `check` opens the copy, and one
  /// `rename` puts it in place: the model is there whole or not at all. Links are followed. What the files are is written
  /// to `dragoman.json` among them, unless they are exactly those of the catalogue's model of that name.
  ///
  /// - Parameters:
  ///   - candidate: what to copy; the languages of a translation model must be known.
  ///   - id: name in the store; nil for the candidate's own.
  ///   - isCancelled: asked for each megabyte; true stops the import.
  ///   - progress: told the bytes that are copied, of those that will be.
  ///   - check: opens the model in the folder that it is given; returns the languages that it knows.
  /// - Returns: the name in the store and how the import ended.
  /// - Throws: `StoreError`, and what `check` throws; nothing is left behind then.
  public func importModel(
    _ candidate: ImportCandidate, as id: String? = nil, isCancelled: () -> Bool = { false },
    progress: (Int, Int) -> Void = { _, _ in }, check: (URL) throws -> [String]
  ) throws -> (id: String, outcome: ImportOutcome) {
    let id = id ?? candidate.identifier
    let folder = try location(of: id)
    if candidate.layout.kind == .translation, candidate.from == nil || candidate.to == nil {
      throw StoreError.languagesUnknown(path: candidate.files.first?.deletingLastPathComponent().path ?? id)
    }
    try FileSystem.makeFolder(root)
    let lock = try FolderLock(at: lockFile(of: id))
    defer { lock.release() }
    guard try lock.wait(for: .seconds(24 * 3600), tick: { !isCancelled() }) else { throw StoreError.cancelled(id: id) }

    // The lock is ours, so whoever made this folder is gone.
    let workshop = root.appending(path: ".\(id).partial", directoryHint: .isDirectory)
    try FileSystem.removeAll(workshop)
    defer { try? FileSystem.removeAll(workshop) }
    let copy = workshop.appending(path: folder.lastPathComponent, directoryHint: .isDirectory)
    try FileSystem.makeFolder(copy)
    let files = try copyFiles(candidate.files, to: copy, id: id, isCancelled: isCancelled, progress: progress)
    let languages = try check(copy)
    if isCancelled() { throw StoreError.cancelled(id: id) }

    if let entry = catalogue.entry(id) {
      guard report(on: copy, as: entry).isVerified else { throw StoreError.identifierCatalogued(id: id) }
      if isFolder(folder), report(on: folder, as: entry).isVerified { return (id, .alreadyPresent) }
    } else {
      if isFolder(folder) {
        let isSame = try ImportManifest(of: folder)?.files == files && verify(id).isVerified
        guard isSame else { throw StoreError.alreadyInstalled(id: id, directory: folder.path) }
        return (id, .alreadyPresent)
      }
      let manifest = ImportManifest(candidate, languages: languages, files: files)
      try manifest.encoded().withUnsafeBytes { bytes in
        _ = try FileCopy.write(to: copy.appending(path: ImportManifest.name)) { (write) throws(StoreError) in
          try write(bytes)
        }
      }
    }
    try install(copy, as: id, at: folder)
    return (id, .installed)
  }

  private func copyFiles(
    _ files: [URL], to folder: URL, id: String, isCancelled: () -> Bool, progress: (Int, Int) -> Void
  ) throws(StoreError) -> [ModelFile] {
    let total = files.reduce(0) { $0 + (FileSystem.size(of: $1) ?? 0) }
    if let available = FileSystem.availableBytes(at: root), available < total {
      throw .noSpace(path: root.path, needed: total, available: available)
    }
    var copied = 0
    var list: [ModelFile] = []
    for file in files {
      let name = file.lastPathComponent
      let target = folder.appending(path: name)
      let (bytes, sha256) = try FileCopy.write(to: target) { write throws(StoreError) in
        try FileCopy.read(file) { chunk throws(StoreError) in
          if isCancelled() { throw .cancelled(id: id) }
          try write(chunk)
          copied += chunk.count
          progress(copied, total)
        }
      }
      list.append(ModelFile(name: name, bytes: bytes, sha256: sha256))
    }
    return list
  }
}
