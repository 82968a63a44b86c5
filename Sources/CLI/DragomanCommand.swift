public import ArgumentParser
internal import Foundation

/// The command `dragoman`.
public struct DragomanCommand: AsyncParsableCommand {
  /// Name, help and sub-commands.
  public static let configuration = CommandConfiguration(
    commandName: "dragoman",
    abstract: "Turn speech into text, and text into another language, on this machine.",
    discussion: """
      Nothing leaves this machine: only "models pull" uses the network, and only to fetch.
      Models live in DRAGOMAN_MODELS, else in XDG_DATA_HOME/dragoman/models (~/.local/share/dragoman/models).
      """,
    version: version,
    subcommands: [
      TranscribeCommand.self, TranslateCommand.self, BenchCommand.self, ModelsCommand.self, LiveCommand.self,
      DevicesCommand.self,
    ],
    defaultSubcommand: TranscribeCommand.self)

  /// The version that results and `--version` name.
  static let version = "0.1.0"

  /// The command; ArgumentParser needs it.
  public init() {}

  /// The command line; a bare `--replay` is real time, for options of the parser always have a value.
  private static var arguments: [String] {
    let given = Array(CommandLine.arguments.dropFirst())
    return given.enumerated().map { index, argument in
      let isBare = argument == "--replay" && (index + 1 == given.count || Double(given[index + 1]) == nil)
      return isBare ? "--replay=1" : argument
    }
  }

  /// Parses the arguments, runs the command and ends the process with its exit code.
  ///
  /// Usage errors, help and version are ArgumentParser's; every other error becomes one message on stderr and the exit
  /// code of `Failure`.
  public static func main() async {
    signal(SIGPIPE, SIG_IGN)
    do {
      var command = try parseAsRoot(arguments)
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
      try StandardOutput.flush()
      Foundation.exit(0)
    } catch let failure as any CommandFailure {
      if let message = failure.message { StandardError.write("dragoman: \(message)\n") }
      Foundation.exit(failure.exitStatus.rawValue)
    } catch {
      exit(withError: error)
    }
  }
}
