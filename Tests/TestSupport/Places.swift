public import Foundation

/// Where tests find what is not in their own folder.
public enum Places {
  /// The root of the checkout.
  public static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// Speech and text that the project's comparisons use in place, beside the checkout.
  public static let sharedData = root.deletingLastPathComponent().appending(path: "shared/data")

  /// Reference tensors and the scripts that make them.
  public static let reference = root.appending(path: "Tests/Reference")

  /// The project's own recordings.
  public static let fixtures = root.appending(path: "fixtures")

  /// The models that `make test` pulls: `DRAGOMAN_MODELS`, or the store's folder in the user's data.
  public static let models: URL = {
    let environment = ProcessInfo.processInfo.environment
    if let models = environment["DRAGOMAN_MODELS"] { return URL(filePath: models) }
    let data = environment["XDG_DATA_HOME"].map { URL(filePath: $0) }
    let home = FileManager.default.homeDirectoryForCurrentUser.appending(path: ".local/share")
    return (data ?? home).appending(path: "dragoman/models")
  }()

  /// A pulled model is not there; the test fails.
  public struct NotPulled: Error, CustomStringConvertible {
    let folder: URL
    /// What to do about it.
    public var description: String {
      "no model at \(folder.path): run `make test`, which pulls it, or `dragoman models pull \(folder.lastPathComponent)`"
    }
  }

  /// The folder of a pulled model.
  public static func model(_ id: String) throws -> URL {
    let folder = models.appending(path: id)
    guard FileManager.default.fileExists(atPath: folder.path) else { throw NotPulled(folder: folder) }
    return folder
  }
}
