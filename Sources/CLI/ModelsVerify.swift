internal import ArgumentParser
internal import Foundation
internal import ModelStore
internal import SpeechRecognition

/// `dragoman models verify`.
struct ModelsVerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Read every byte of installed models and compare their checksums.",
    discussion: """
      Models of the catalogue are compared with the catalogue, imported ones with what they were when they were imported.
      Without a name all of these are checked. Exit code 65 when one is damaged.
      """)

  @Argument(help: "Models to check.")
  var ids: [String] = []

  func run() throws {
    let store = ModelStore.current
    let wanted = ids.isEmpty ? store.installed().filter { $0.isCatalogued || $0.manifest != nil }.map(\.id) : ids
    if wanted.isEmpty {
      StandardError.write("dragoman: no model that can be checked is in \(store.root.path)\n")
    }
    var damaged: [String] = [], damagedImports: [String] = []
    /// Of models that cannot be checked.
    var failure: StoreError?
    for id in wanted {
      let report: VerificationReport
      do {
        report = try store.verify(id)
      } catch {
        StandardError.write("dragoman: \(error)\n")
        failure = failure ?? error
        continue
      }
      for file in report.files {
        try StandardOutput.writeLine("\(id)/\(file.name): \(Self.words(for: file.finding))")
      }
      for file in PreparedModels.cached()?.verify(preparedFrom: store.root.appending(path: id)) ?? [] {
        let words = file.isWhole ? "ok" : "damaged and removed; it is made again when the model is next used"
        try StandardOutput.writeLine("prepared \(file.name): \(words)")
      }
      if report.isVerified { continue }
      if store.catalogue.entry(id) == nil { damagedImports.append(id) } else { damaged.append(id) }
    }
    guard damagedImports.isEmpty else {
      let names = (damagedImports + damaged).joined(separator: " ")
      throw Failure(
        .badData, "\(names) not as before; remove with dragoman models remove \(names), then import or pull again")
    }
    if damaged.isEmpty, let failure { throw Failure(failure.exitStatus) }
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
