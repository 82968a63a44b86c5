internal import ArgumentParser
internal import Foundation
internal import ModelStore

/// `dragoman models`.
struct ModelsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "models",
    abstract: "List, fetch, import, check and remove models.",
    discussion:
      "Models live in DRAGOMAN_MODELS, else in XDG_DATA_HOME/dragoman/models (~/.local/share/dragoman/models).",
    subcommands: [
      ModelsListCommand.self, ModelsPullCommand.self, ModelsImportCommand.self, ModelsVerifyCommand.self,
      ModelsPathCommand.self, ModelsRemoveCommand.self,
    ],
    defaultSubcommand: ModelsListCommand.self)
}

extension ModelStore {
  /// The store that this process's environment names.
  static var current: ModelStore {
    let environment = ProcessInfo.processInfo.environment
    return ModelStore(root: defaultRoot(environment: environment), hub: HubSettings(environment: environment))
  }
}
