internal import AudioIO
internal import SpeechRecognition

/// Reads a recording and hears it, a second at a time, however it comes: what is recognised depends on how much has come.
final class RecordingReader {
  private let file: AudioFile
  private let listener: SpeechListener
  private var sampleCount = 0

  /// - Parameters:
  ///   - file: read by nobody else.
  ///   - listener: at the start of a recording.
  init(_ file: AudioFile, listener: SpeechListener) { (self.file, self.listener) = (file, listener) }

  /// What was read.
  var length: Duration { .milliseconds(sampleCount * 1000 / AudioFile.sampleRate) }

  /// What is heard in the next second; nil behind the last one.
  func next() throws -> SpeechFrames? {
    try withUnsafeTemporaryAllocation(of: Float.self, capacity: AudioFile.sampleRate) { buffer in
      var filled = 0
      while filled < buffer.count {
        let new = try file.read(into: UnsafeMutableBufferPointer(rebasing: buffer[filled...]))
        if new == 0 { break }
        filled += new
      }
      guard filled > 0 else { return nil }
      sampleCount += filled
      var frames = SpeechFrames()
      listener.append(UnsafeBufferPointer(rebasing: buffer[..<filled]), to: &frames)
      return frames
    }
  }
}
