internal import Foundation

/// Where results go.
enum StandardOutput {
  /// Writes at once, all of it.
  ///
  /// - Throws: `Failure` without a word when the reader has gone (`dragoman … | head`), with one when the disk is full.
  static func write(_ text: String) throws(Failure) {
    var text = text
    let code = text.withUTF8 { writeAll($0, to: STDOUT_FILENO) }
    switch code {
    case 0: return
    case EPIPE: throw Failure(.brokenPipe)
    default: throw Failure(.inputOutput, "cannot write the result: \(String(cString: strerror(code)))")
    }
  }

  /// Writes a line.
  static func writeLine(_ text: String) throws(Failure) { try write(text + "\n") }

  /// Hands on what `print` has buffered.
  static func flush() throws(Failure) {
    guard fflush(nil) != 0 else { return }
    if errno == EPIPE { throw Failure(.brokenPipe) }
  }
}

/// Where progress and messages go. Nobody may be listening: errors are ignored.
enum StandardError {
  /// Writes a message at once. Names of files are in it: what they could tell the terminal to do is shown as text.
  static func write(_ text: String) { draw(text.withoutControls) }

  /// Writes at once what moves the cursor or sets colours.
  static func draw(_ text: String) {
    var text = text
    _ = text.withUTF8 { writeAll($0, to: STDERR_FILENO) }
  }
}

extension String {
  /// The text with a question mark for each control character, as `ls` shows them; lines and tabs stay.
  var withoutControls: String {
    guard unicodeScalars.contains(where: \.isControl) else { return self }
    return String(String.UnicodeScalarView(unicodeScalars.map { $0.isControl ? "?" : $0 }))
  }
}

extension Unicode.Scalar {
  /// Whether it is a control character, and neither a line's end nor a tab.
  fileprivate var isControl: Bool { properties.generalCategory == .control && self != "\n" && self != "\t" }
}

/// 0, or the `errno` of the write that failed.
private func writeAll(_ bytes: UnsafeBufferPointer<UInt8>, to descriptor: Int32) -> Int32 {
  var offset = 0
  while offset < bytes.count {
    let written = Foundation.write(descriptor, bytes.baseAddress! + offset, bytes.count - offset)
    if written < 0 {
      if errno == EINTR { continue }
      guard errno == EAGAIN else { return errno }
      waitUntilReady(descriptor, POLLOUT)
      continue
    }
    offset += written
  }
  return 0
}

/// Waits for a descriptor that whoever started this program has told not to wait, such as a pipe of Node.js.
func waitUntilReady(_ descriptor: Int32, _ events: Int32) {
  var request = pollfd(fd: descriptor, events: Int16(events), revents: 0)
  _ = poll(&request, 1, -1)
}
