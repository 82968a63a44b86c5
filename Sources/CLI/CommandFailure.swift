internal import Foundation
internal import ModelStore

/// Exit codes, those of BSD's `sysexits.h` and the shell's 128 + signal.
enum ExitStatus: Int32 {
  /// The command line makes no sense.
  case usage = 64
  /// The input is damaged or of another kind.
  case badData = 65
  /// An input is not there or cannot be read.
  case noInput = 66
  /// Something that the work needs is not available: a model, a program, the network.
  case unavailable = 69
  /// An output cannot be made.
  case cannotCreate = 73
  /// Reading or writing failed under way, a full disk for one.
  case inputOutput = 74
  /// The set-up contradicts itself: a model that cannot do what was asked.
  case configuration = 78
  /// Ctrl-C.
  case interrupted = 130
  /// The reader of our output has gone.
  case brokenPipe = 141
  /// `kill`.
  case terminated = 143
}

/// An error that knows how the command ends.
protocol CommandFailure: Error {
  /// Exit code of the process.
  var exitStatus: ExitStatus { get }
  /// What happened, to what, and what to do next; nil to end without a word.
  var message: String? { get }
}

/// A failure that a command states itself.
struct Failure: CommandFailure {
  var exitStatus: ExitStatus
  var message: String?

  init(_ exitStatus: ExitStatus, _ message: String? = nil) {
    self.exitStatus = exitStatus
    self.message = message
  }
}

extension StoreError: CommandFailure {
  var message: String? { description }

  var exitStatus: ExitStatus {
    switch self {
    case .unknownModel, .invalidIdentifier, .unknownSource, .languagesUnknown, .identifierCatalogued: .usage
    case .notInstalled, .incomplete, .importIncomplete, .toolMissing, .downloadFailed, .fetchFailed, .offline,
      .allSourcesFailed:
      .unavailable
    case .alreadyInstalled: .cannotCreate
    case .packageUnusable, .notImportable, .sizeMismatch, .checksumMismatch: .badData
    case .fileSystem(let operation, _, _): operation == "create" ? .cannotCreate : .inputOutput
    case .unreadable: .noInput
    case .noSpace: .inputOutput
    case .cancelled: Interruption.exitStatus
    }
  }
}
