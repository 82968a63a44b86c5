internal import Foundation

/// Bytes of a descriptor in order, without seeking: a pipe, or a file whose header is read by hand.
///
/// The first bytes can be looked at before they are consumed.
final class ByteStream {
  let descriptor: Int32
  private let closesDescriptor: Bool
  /// Whether the descriptor is asked whether there is something before it is read: a pipe that was opened without waiting.
  private let isWaitedFor: Bool
  /// Whether nothing more is wanted.
  private let isStopped: (() -> Bool)?
  /// Bytes that were looked at and are not consumed yet.
  private var ahead: [UInt8] = []
  private var aheadOffset = 0
  /// Bytes consumed so far.
  private(set) var position: Int64 = 0
  /// errno of a failed read; 0 while all is well.
  private(set) var failure: Int32 = 0

  /// - Parameters:
  ///   - descriptor: to read.
  ///   - closing: whether it is closed in the end.
  ///   - isWaitedFor: whether it is a pipe, which may never get anything.
  ///   - isStopped: asked some times a second while that is waited for; then the input ends.
  init(descriptor: Int32, closing: Bool, isWaitedFor: Bool = false, isStopped: (() -> Bool)? = nil) {
    self.descriptor = descriptor
    closesDescriptor = closing
    (self.isWaitedFor, self.isStopped) = (isWaitedFor, isStopped)
  }

  deinit { if closesDescriptor { close(descriptor) } }

  /// The next `count` bytes without consuming them; fewer at the end of the input.
  func peek(_ count: Int) -> ArraySlice<UInt8> {
    let missing = count - (ahead.count - aheadOffset)
    if missing > 0 {
      var more = [UInt8](repeating: 0, count: missing)
      let got = more.withUnsafeMutableBytes { readFully($0) }
      ahead.append(contentsOf: more.prefix(got))
    }
    return ahead[aheadOffset..<min(ahead.count, aheadOffset + count)]
  }

  /// Consumes up to `buffer.count` bytes; fewer only at the end of the input or on failure.
  func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    let kept = min(buffer.count, ahead.count - aheadOffset)
    if kept > 0 {
      ahead.withUnsafeBytes { bytes in
        buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[aheadOffset..<aheadOffset + kept]))
      }
      aheadOffset += kept
      if aheadOffset == ahead.count { (ahead, aheadOffset) = ([], 0) }
    }
    let count = kept + readFully(UnsafeMutableRawBufferPointer(rebasing: buffer[kept...]))
    position += Int64(count)
    return count
  }

  /// Consumes what is there, in whole units of `unit` bytes: waits for the first of them, not for a full buffer. Fewer
  /// bytes than a unit, or none, only at the end of the input or on failure.
  func readAvailable(into buffer: UnsafeMutableRawBufferPointer, unit: Int) -> Int {
    let buffer = UnsafeMutableRawBufferPointer(rebasing: buffer[..<(buffer.count / unit * unit)])
    let kept = min(buffer.count, ahead.count - aheadOffset)
    if kept > 0 {
      // What was looked at is handed out first, with the rest of its last unit.
      let whole = (kept + unit - 1) / unit * unit
      return read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<whole]))
    }
    let count = readFully(buffer, unit: unit)
    position += Int64(count)
    return count
  }

  /// Consumes `count` bytes unseen; false when the input ends before.
  func skip(_ count: Int) -> Bool {
    var left = count
    return withUnsafeTemporaryAllocation(byteCount: 16_384, alignment: 1) { scratch in
      while left > 0 {
        let got = read(into: UnsafeMutableRawBufferPointer(rebasing: scratch[..<min(left, scratch.count)]))
        if got == 0 { return false }
        left -= got
      }
      return true
    }
  }

  /// Fills `buffer`; with a `unit`, only until whole units of so many bytes are there.
  private func readFully(_ buffer: UnsafeMutableRawBufferPointer, unit: Int? = nil) -> Int {
    var filled = 0
    while filled < buffer.count, failure == 0 {
      guard !isWaitedFor || wait() else { break }
      let got = Foundation.read(descriptor, buffer.baseAddress! + filled, buffer.count - filled)
      if got > 0 {
        filled += got
        if let unit, filled % unit == 0 { break }
      } else if got == 0 {
        break
      } else if errno == EAGAIN {
        // Whoever made the pipe wants no waiting; there is nothing else to do here.
        guard wait() else { break }
      } else if errno != EINTR {
        failure = errno
      }
    }
    return filled
  }

  /// Waits until there is something to read, or the input has ended; false when nothing more is wanted.
  private func wait() -> Bool {
    while true {
      if isStopped?() == true { return false }
      var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      let count = poll(&request, 1, isStopped == nil ? -1 : 100)
      // Whatever is wrong with the descriptor, reading it tells.
      if count > 0 || count < 0 && errno != EINTR { return true }
    }
  }
}
