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
  /// Writes at once.
  static func write(_ text: String) {
    var text = text
    _ = text.withUTF8 { writeAll($0, to: STDERR_FILENO) }
  }
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
