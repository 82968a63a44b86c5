internal import Foundation

/// Lines of a file or pipe, in batches of what is there.
struct InputLines {
  struct Line: Equatable {
    var number: Int
    /// nil when the line is not UTF-8.
    var text: String?
  }

  private let descriptor: Int32
  private var buffer: [UInt8] = []
  private var number = 0
  private var isAtEnd = false

  /// Lines that are handed out together at most.
  static let batch = 512

  init(descriptor: Int32) { self.descriptor = descriptor }

  /// The next lines, without waiting for more once there is one; nil at the end of the input.
  ///
  /// - Throws: `Failure` when reading fails.
  mutating func next() throws(Failure) -> [Line]? {
    var lines: [Line] = []
    while true {
      takeLines(into: &lines)
      if lines.count >= Self.batch || isAtEnd || (!lines.isEmpty && !hasMore) { break }
      try read()
    }
    return lines.isEmpty ? nil : lines
  }

  private mutating func takeLines(into lines: inout [Line]) {
    var start = 0
    while lines.count < Self.batch, let end = buffer[start...].firstIndex(of: 10) {
      append(buffer[start..<end], to: &lines)
      start = end + 1
    }
    buffer.removeFirst(start)
    if isAtEnd, lines.count < Self.batch, !buffer.isEmpty {
      append(buffer[...], to: &lines)
      buffer = []
    }
  }

  private mutating func append(_ bytes: ArraySlice<UInt8>, to lines: inout [Line]) {
    number += 1
    let bytes = bytes.last == 13 ? bytes.dropLast() : bytes
    lines.append(Line(number: number, text: String(validating: bytes, as: UTF8.self)))
  }

  private var hasMore: Bool {
    var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&request, 1, 0) > 0
  }

  private mutating func read() throws(Failure) {
    let count = 1 << 16
    var failure: Int32 = 0
    let old = buffer.count
    buffer.append(contentsOf: repeatElement(0, count: count))
    let got = buffer.withUnsafeMutableBytes { bytes -> Int in
      while true {
        let got = Foundation.read(descriptor, bytes.baseAddress! + old, count)
        if got < 0, errno == EAGAIN {
          waitUntilReady(descriptor, POLLIN)
        } else if got >= 0 || errno != EINTR {
          failure = errno
          return got
        }
      }
    }
    buffer.removeLast(count - max(0, got))
    if got < 0 { throw Failure(.inputOutput, "cannot read standard input: \(String(cString: strerror(failure)))") }
    isAtEnd = got == 0
  }
}
