import Foundation
import Testing

@testable import MachineTranslation

/// Where the pulled models and the shared data stand.
enum RealModels {
  /// `DRAGOMAN_MODELS`, or the store's folder in the user's data.
  static var folder: URL {
    let environment = ProcessInfo.processInfo.environment
    if let models = environment["DRAGOMAN_MODELS"] { return URL(fileURLWithPath: models) }
    let data = environment["XDG_DATA_HOME"].map { URL(fileURLWithPath: $0) }
    let home = FileManager.default.homeDirectoryForCurrentUser.appendingPathComponent(".local/share")
    return (data ?? home).appendingPathComponent("dragoman/models")
  }

  /// The package's root.
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// A pulled model. A missing one fails the test with the command that fetches it.
  static func model(_ name: String) throws -> TranslationModel {
    do {
      return try TranslationModel(contentsOf: folder.appendingPathComponent(name))
    } catch {
      Issue.record("\(error)\nfetch it with: dragoman models pull \(name)")
      throw error
    }
  }
}
