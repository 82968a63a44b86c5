internal import ArgumentParser
internal import Foundation
internal import ModelStore

/// `dragoman models path`.
struct ModelsPathCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "path", abstract: "Print the folder of a model, or of the store.")

  @Argument(help: "An installed model; without it the folder of all models is printed, there or not.")
  var id: String?

  func run() throws {
    let store = ModelStore.current
    guard let id else { return try StandardOutput.writeLine(store.root.path) }
    try StandardOutput.writeLine(try store.directory(of: id).path)
  }
}
