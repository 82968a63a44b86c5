internal import AudioIO
internal import SpeechRecognition

/// Reads a recording and hears it, a second at a time, however it comes: what is recognised depends on how much has come.
final class RecordingReader {
  private let file: AudioFile
  private let listener: SpeechListener
  private var ahead: ReadAhead?
  private var sampleCount = 0

  /// - Parameters:
  ///   - file: read by nobody else until `stop` has returned.
  ///   - listener: at the start of a recording.
  init(_ file: AudioFile, listener: SpeechListener) { (self.file, self.listener) = (file, listener) }

  /// What was read.
  var length: Duration { .milliseconds(sampleCount * 1000 / AudioFile.sampleRate) }

  /// What is heard in the next second; nil behind the last one.
  func next() throws -> SpeechFrames? {
    let heard = if let ahead { try ahead.next() } else { try listener.nextSecond(of: file) }
    sampleCount += heard?.sampleCount ?? 0
    return heard
  }

  /// There is something to recognise: a thread of its own reads and hears ahead of that from now on, where until now all threads of
  /// the session heard. Not so for pipes, whose next samples may never come.
  func goAhead() {
    if ahead == nil, !file.mayWait { ahead = ReadAhead(file, listener: listener) }
  }

  /// Leaves the recording where it is.
  func stop() { ahead?.stop() }
}

extension SpeechListener {
  /// What is heard in the next second of a recording; nil behind the last one.
  func nextSecond(of file: AudioFile) throws -> SpeechFrames? {
    try withUnsafeTemporaryAllocation(of: Float.self, capacity: AudioFile.sampleRate) { buffer in
      var filled = 0
      while filled < buffer.count {
        let new = try file.read(into: UnsafeMutableBufferPointer(rebasing: buffer[filled...]))
        if new == 0 { break }
        filled += new
      }
      guard filled > 0 else { return nil }
      var frames = SpeechFrames()
      append(UnsafeBufferPointer(rebasing: buffer[..<filled]), to: &frames)
      return frames
    }
  }
}
