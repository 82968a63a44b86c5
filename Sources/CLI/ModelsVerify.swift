internal import ArgumentParser
internal import Foundation
internal import ModelStore

/// `dragoman models verify`.
struct ModelsVerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Read every byte of installed models and compare checksums with the catalogue's.",
    discussion: "Without a name every installed model of the catalogue is checked. Exit code 65 when one is damaged.")

  @Argument(help: "Models to check.")
  var ids: [String] = []

  func run() throws {
    let store = ModelStore.current
    let wanted = ids.isEmpty ? store.installed().filter(\.isCatalogued).map(\.id) : ids
    if wanted.isEmpty {
      StandardError.write("dragoman: no model of the catalogue is in \(store.root.path)\n")
    }
    var damaged: [String] = []
    for id in wanted {
      let report = try store.verify(id)
      for file in report.files {
        try StandardOutput.writeLine("\(id)/\(file.name): \(Self.words(for: file.finding))")
      }
      if !report.isVerified { damaged.append(id) }
    }
    guard damaged.isEmpty else {
      let names = damaged.joined(separator: " ")
      throw Failure(.badData, "\(names) not as the catalogue says; fetch again with: dragoman models pull \(names)")
    }
  }

  private static func words(for finding: VerificationReport.Finding) -> String {
    switch finding {
    case .verified: "ok"
    case .missing: "missing"
    case .wrongSize(let expected, let found): "has \(found) bytes instead of \(expected)"
    case .wrongChecksum(let expected, let found): "has SHA-256 \(found) instead of \(expected)"
    }
  }
}
