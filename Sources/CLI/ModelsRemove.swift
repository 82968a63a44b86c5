internal import ArgumentParser
internal import Foundation
internal import ModelStore
internal import SpeechRecognition

/// `dragoman models remove`.
struct ModelsRemoveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "remove", abstract: "Delete models from the store.")

  @Argument(help: "Installed models.")
  var ids: [String]

  func run() throws {
    let store = ModelStore.current
    var failure: StoreError?
    for id in ids {
      do throws(StoreError) {
        try store.remove(id)
        PreparedModels.cached()?.remove(preparedFrom: store.root.appending(path: id))
        StandardError.write("\(id): removed\n")
      } catch {
        StandardError.write("dragoman: \(error.description)\n")
        failure = error
      }
    }
    if let failure { throw Failure(failure.exitStatus) }
  }
}
