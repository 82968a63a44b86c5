public import AudioIO
public import Transcripts

/// What cannot be interpreted, and what would help.
public enum InterpreterError: Error, Equatable, CustomStringConvertible {
  /// No known model, and no way through English, leads from one language to the other.
  case noRoute(from: String, to: String)
  /// There is a way, but these models of it are not installed.
  case modelsMissing(from: String, to: String, identifiers: [String])

  /// What happened, to what, and what to do next.
  public var description: String {
    switch self {
    case .noRoute("auto", let to):
      "no model translates into \(to); `dragoman models list` shows the pairs"
    case .noRoute(let from, let to):
      "no model translates from \(from) to \(to), directly or through English; `dragoman models list` shows the pairs"
    case .modelsMissing(let from, let to, let identifiers):
      "translating from \(from) to \(to) needs a model that is not here; fetch it: dragoman models pull "
        + identifiers.joined(separator: " ")
    }
  }
}

/// A recording whose rest cannot be read, and what was heard before it.
public struct UnfinishedRecording: Error, CustomStringConvertible {
  /// Ends where reading failed.
  public let transcript: Transcript
  /// Why reading failed.
  public let failure: AudioError

  /// What happened, to what, and what to do next.
  public var description: String { failure.description }
}
