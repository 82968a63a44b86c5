internal import Foundation

/// What can go wrong with languages and with writing results.
public enum TranscriptError: Error, Equatable, Sendable {
  /// Neither a code, a name nor a tag of a language that the recogniser knows; the nearest name, if one is near.
  case unknownLanguage(name: String, suggestion: String?)
  /// The file system has no room left, or the quota is used up; errno.
  case diskFull(path: String, code: Int32)
  /// The folder is missing or may not be written; errno.
  case unwritable(path: String, code: Int32)
  /// Another failure of the system; errno.
  case writeFailed(path: String, code: Int32)
}

extension TranscriptError: CustomStringConvertible {
  /// What happened, to what, and what to do next.
  public var description: String {
    switch self {
    case .unknownLanguage(let name, let suggestion):
      "\(name): unknown language. "
        + (suggestion.map { "Did you mean \($0)? " } ?? "")
        + "Use a code such as pt, a name such as Portuguese, or a tag such as pt-BR."
    case .diskFull(let path, let code):
      "\(path): no room left to write (\(Self.text(code))). Free some space or choose another output folder."
    case .unwritable(let path, let code):
      "\(path): cannot be written (\(Self.text(code))). Check that the output folder exists and is yours to write."
    case .writeFailed(let path, let code):
      "\(path): writing failed (\(Self.text(code))). Choose another output folder."
    }
  }

  private static func text(_ code: Int32) -> String { "errno \(code): \(String(cString: strerror(code)))" }
}
