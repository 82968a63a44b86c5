public import Foundation
internal import ModelFormats
internal import Tensors

/// A folder of prepared models: int8 weights and the silence behind windows, computed once and mapped ever after.
///
/// A model whose own files have changed is prepared anew; so is one whose prepared file is damaged. Where the folder cannot be
/// written, models are prepared in memory, as without it. Processes that map one file share its memory.
public struct PreparedModels: Sendable {
  /// The folder; it need not exist.
  public let folder: URL
  /// Threads to prepare with.
  public let threads: Int

  /// - Parameters:
  ///   - folder: of prepared files, made when the first model is prepared.
  ///   - threads: to prepare with, at least 1.
  public init(folder: URL, threads: Int) { (self.folder, self.threads) = (folder, threads) }

  /// The parts of a model from its prepared file, which is made where there is none that fits.
  ///
  /// - Parameters:
  ///   - files: the weights of the model.
  ///   - url: its folder, or its one file.
  ///   - name: of the model.
  ///   - kernels: prepare.
  /// - Returns: nil when it cannot be prepared here.
  /// - Throws: `RecognitionError` when the model's own files are damaged.
  func parts(
    of files: RecognitionFiles, at url: URL, name: String, kernels: Kernels
  ) throws(RecognitionError) -> RecognitionParts? {
    guard let identity = ModelIdentity(files, at: url, kernels: kernels) else { return nil }
    let file = folder.appending(path: Self.fileName(name, identity, kernels))
    if let parts = try? Self.read(file, key: identity.key) { return parts }
    try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    guard access(folder.path, W_OK | X_OK) == 0 else { return nil }
    PreparedFileWriter.removeAbandoned(in: folder)
    do {
      let writer = try Self.writeWeights(of: files, at: url, to: file, key: identity.key, kernels: kernels)
      try writeTail(with: writer, kernels: kernels)
      // Files that have changed meanwhile were perhaps read half old, half new.
      guard ModelIdentity(files, at: url, kernels: kernels)?.key == identity.key else { return nil }
      try writer.finish()
      removeOlder(than: file, of: url, name: name, kernels: kernels)
      return try Self.read(file, key: identity.key)
    } catch let error as RecognitionError {
      throw error
    } catch {
      // The folder is full, or the like.
      return nil
    }
  }

  private static func read(_ url: URL, key: String) throws -> RecognitionParts? {
    let file = try PreparedFile(contentsOf: url)
    return file.key == key ? try RecognitionParts(prepared: file) : nil
  }

  /// Quantises one matrix after the other: little memory is needed at a time, and the model's own files are let go afterwards.
  private static func writeWeights(
    of files: RecognitionFiles, at url: URL, to file: URL, key: String, kernels: Kernels
  ) throws -> PreparedFileWriter {
    let contents: [(name: String, content: PreparedContent)], tail: [PreparedFile.Plan]
    do {
      let source = try RecognitionParts(files, at: url)
      (contents, tail) = (source.contents, RecognitionParts.tailPlans(source.weights.dimensions))
    }
    let writer = try PreparedFileWriter(
      at: file, key: key, origin: origin(url),
      blobs: contents.map {
        PreparedFile.Plan(name: $0.name, count: $0.content.plan.count, isChecked: $0.content.plan.isChecked)
      } + tail)
    for (name, content) in contents {
      try content.withBytes(kernels: kernels) { (bytes) throws(ModelFileError) in try writer.write(name, bytes) }
    }
    return writer
  }

  /// Encodes the silence with the weights that are written.
  private func writeTail(with writer: PreparedFileWriter, kernels: Kernels) throws {
    let weights = try RecognitionParts(prepared: writer.view(), hasTail: false).weights
    let tail = SilentTail(weights: weights, context: ComputeContext(kernels: kernels, threads: threads))
    try RecognitionParts.write(tail, to: writer)
  }

  // MARK: - Clearing up

  private static let ending = ".prepared"

  /// `whisper-base-0123456789abcdef.int8-avx2.prepared`
  private static func fileName(_ name: String, _ identity: ModelIdentity, _ kernels: Kernels) -> String {
    let hash = String(ContentHash.of(identity.key), radix: 16)
    return prefix(name) + String(repeating: "0", count: 16 - hash.count) + hash + kind(kernels)
  }

  private static func kind(_ kernels: Kernels) -> String { ".int8-\(kernels.name)" + ending }

  private static func origin(_ model: URL) -> String { model.absoluteURL.standardizedFileURL.path }

  private static func prefix(_ name: String) -> String {
    String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) ? $0 : "_" }.prefix(100)) + "-"
  }

  /// The prepared files of the folder, and what they were made from; nil for those that cannot be read.
  private var files: [(url: URL, origin: String?)] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { $0.hasSuffix(Self.ending) && !$0.hasPrefix(".") }.sorted().map {
      let url = folder.appending(path: $0)
      return (url, try? PreparedFile(contentsOf: url).origin)
    }
  }

  /// Removes what was prepared from the same files before they changed, or from files that are gone.
  private func removeOlder(than file: URL, of model: URL, name: String, kernels: Kernels) {
    let (path, prefix, kind) = (Self.origin(model), Self.prefix(name), Self.kind(kernels))
    for (url, origin) in files where url.lastPathComponent != file.lastPathComponent {
      let name = url.lastPathComponent
      let isOlder =
        origin.map { $0 == path && name.hasSuffix(kind) || !FileManager.default.fileExists(atPath: $0) }
        ?? name.hasPrefix(prefix)
      if isOlder { unlink(url.path) }
    }
  }

  /// Removes what was prepared from the model of this folder or file.
  public func remove(preparedFrom model: URL) {
    let path = Self.origin(model)
    for (url, origin) in files where origin == path || origin?.hasPrefix(path + "/") == true { unlink(url.path) }
  }

  /// Reads every byte of what was prepared from the model of this folder or file; what is damaged is removed.
  ///
  /// - Returns: the names of the files, and whether they were whole.
  public func verify(preparedFrom model: URL) -> [(name: String, isWhole: Bool)] {
    let path = Self.origin(model)
    return files.filter { $0.origin == path }.map { url, _ in
      let isWhole = (try? PreparedFile(contentsOf: url).damagedBlobs().isEmpty) ?? false
      if !isWhole { unlink(url.path) }
      return (url.lastPathComponent, isWhole)
    }
  }
}
