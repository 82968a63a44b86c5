internal import Foundation

/// Why one source of a model could not be used.
public struct SourceFailure: Sendable, Equatable {
  /// Name of the source in the catalogue.
  public var source: String
  /// What went wrong there.
  public var reason: String
}

/// What can go wrong in the model store.
public enum StoreError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The catalogue has no such model.
  case unknownModel(id: String, known: [String])
  /// The text cannot be the name of a folder in the store.
  case invalidIdentifier(id: String)
  /// The model has no source of this name or kind.
  case unknownSource(id: String, source: String, known: [String])
  /// The model is not in the store.
  case notInstalled(id: String, catalogued: Bool, root: String)
  /// The model's folder is there, but not all of its files.
  case incomplete(id: String, directory: String, missing: [String])
  /// The folder of a model that was imported is there, but not all of its files.
  case importIncomplete(id: String, directory: String, missing: [String])
  /// A file that is to be imported cannot be read; `code` is the `errno`.
  case unreadable(path: String, code: Int32)
  /// What stands at the path cannot be imported; `reason` says why and what to do.
  case notImportable(path: String, reason: String)
  /// A translation model does not tell its languages.
  case languagesUnknown(path: String)
  /// A model of this name is in the store already.
  case alreadyInstalled(id: String, directory: String)
  /// The name belongs to a model of the catalogue, whose files these are not.
  case identifierCatalogued(id: String)
  /// A program that fetching needs is not on this machine.
  case toolMissing(tool: String, debianPackage: String)
  /// A package could not be downloaded; `reason` is the tool's own last word.
  case downloadFailed(package: String, reason: String)
  /// The downloaded package is not the one that the catalogue describes.
  case packageUnusable(package: String, reason: String)
  /// A file at an address could not be fetched.
  case fetchFailed(address: String, reason: String)
  /// The network is forbidden by `HF_HUB_OFFLINE`.
  case offline(address: String)
  /// A fetched file has another size than the catalogue says.
  case sizeMismatch(file: String, expected: Int, found: Int)
  /// A fetched file has other content than the catalogue says.
  case checksumMismatch(file: String, expected: String, found: String)
  /// No source of the model gave a folder that verifies.
  case allSourcesFailed(id: String, failures: [SourceFailure])
  /// The file system refused; `code` is its `errno`.
  case fileSystem(operation: String, path: String, code: Int32)
  /// The model does not fit on the file system of the store.
  case noSpace(path: String, needed: Int, available: Int)
  /// The caller asked to stop. Nothing was left behind.
  case cancelled(id: String)

  /// What happened, to what, and what to do next.
  public var description: String {
    switch self {
    case .unknownModel(let id, let known):
      "no model is called \(id); known are \(known.joined(separator: ", ")) (see: dragoman models list)"
    case .invalidIdentifier(let id):
      "\"\(id)\" cannot name a model: use letters, digits, '.', '_' and '-', and no dot in front"
    case .unknownSource(let id, let source, let known):
      "\(id) has no source \(source); it has \(known.joined(separator: ", "))"
    case .notInstalled(let id, let catalogued, let root):
      catalogued
        ? "model \(id) is not in \(root); fetch it with: dragoman models pull \(id)"
        : "model \(id) is neither in \(root) nor in the catalogue; see: dragoman models list"
    case .incomplete(let id, let directory, let missing):
      "model \(id) in \(directory) lacks \(missing.joined(separator: ", ")); fetch it again with: dragoman models pull \(id)"
    case .importIncomplete(let id, let directory, let missing):
      "model \(id) in \(directory) lacks \(missing.joined(separator: ", ")) or has them in another size; remove it with dragoman models remove \(id) and import it again"
    case .unreadable(let path, let code):
      "cannot read \(path): \(String(cString: strerror(code))); check its permissions, and whether a link leads to nothing"
    case .notImportable(let path, let reason):
      "cannot import \(path): \(reason)"
    case .languagesUnknown(let path):
      "nothing in \(path) tells the languages of this translation model; name them: --from en --to pt"
    case .alreadyInstalled(let id, let directory):
      "a model \(id) is in \(directory) already; remove it with dragoman models remove \(id), or give another name: --name"
    case .identifierCatalogued(let id):
      "the catalogue has a model \(id) with other files; give another name: --name \(id)-own"
    case .toolMissing(let tool, let debianPackage):
      "fetching models needs \(tool), which is not here; install it with: sudo apt-get install \(debianPackage)"
    case .downloadFailed(let package, let reason):
      "could not download \(package): \(reason)"
    case .packageUnusable(let package, let reason):
      "the downloaded \(package) is not usable: \(reason)"
    case .fetchFailed(let address, let reason):
      "could not fetch \(address): \(reason)"
    case .offline(let address):
      "HF_HUB_OFFLINE forbids fetching \(address); unset it, or take another source with --source"
    case .sizeMismatch(let file, let expected, let found):
      "\(file) has \(found) bytes instead of \(expected); what the source offers has changed or was cut short"
    case .checksumMismatch(let file, let expected, let found):
      "\(file) has SHA-256 \(found) instead of \(expected); what the source offers has changed or was damaged"
    case .allSourcesFailed(let id, let failures):
      "could not fetch \(id) from any source:"
        + failures.map { "\n  \($0.source): \($0.reason)" }.joined()
        + "\n  check the network (pip's own settings are honoured) and run the same command again"
    case .fileSystem(let operation, let path, let code):
      "cannot \(operation) \(path): \(String(cString: strerror(code))); set DRAGOMAN_MODELS to a folder that works"
    case .noSpace(let path, let needed, let available):
      "\(path) has \(available / 1_000_000) MB free and \(needed / 1_000_000) MB are needed; make room, or set DRAGOMAN_MODELS"
    case .cancelled(let id):
      "stopped while bringing in \(id); nothing was left behind, run the same command again"
    }
  }
}
