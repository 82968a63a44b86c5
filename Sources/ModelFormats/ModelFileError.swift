internal import Foundation

/// What can be wrong with a model file.
public enum ModelFileError: Error, Equatable, CustomStringConvertible {
  /// The operating system refused to open or map the file; `code` is its `errno`.
  case unreadable(path: String, code: Int32)
  /// The operating system refused to write the file; `code` is its `errno`.
  case unwritable(path: String, code: Int32)
  /// The file ends before the thing that `what` names.
  case truncated(path: String, what: String, offset: Int)
  /// A value in the file is impossible: not this format, or damaged.
  case malformed(path: String, what: String)
  /// The format is right, but this version of it is not one we read.
  case unsupportedVersion(path: String, found: String, supported: String)
  /// A tensor that the architecture needs is not in the file.
  case missingTensor(path: String, name: String)
  /// A tensor has another shape than the architecture says.
  case shapeMismatch(path: String, tensor: String, expected: [Int], found: [Int])

  /// What happened, to what, and what to do next.
  public var description: String {
    switch self {
    case .unreadable(let path, let code):
      "cannot read \(path): \(String(cString: strerror(code)))"
    case .unwritable(let path, let code):
      "cannot write \(path): \(String(cString: strerror(code)))"
    case .truncated(let path, let what, let offset):
      "\(path) ends too early: \(what) at byte \(offset) is missing; the download or copy is incomplete, fetch the model again"
    case .malformed(let path, let what):
      "\(path) is not a usable model file: \(what); fetch the model again, or check that it is the right file"
    case .unsupportedVersion(let path, let found, let supported):
      "\(path) has format version \(found), supported is \(supported); convert the model with a matching converter"
    case .missingTensor(let path, let name):
      "\(path) has no tensor \(name): this is another kind of model than the one asked for"
    case .shapeMismatch(let path, let tensor, let expected, let found):
      "\(path): tensor \(tensor) has shape \(found), expected \(expected): another architecture or a damaged file"
    }
  }
}
