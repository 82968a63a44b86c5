internal import AudioIO

/// Reads a recording a second at a time, however it comes: what is recognised depends on how much has come.
final class RecordingReader {
  private let file: AudioFile
  private let buffer = UnsafeMutableBufferPointer<Float>.allocate(capacity: AudioFile.sampleRate)
  private var count = 0

  init(_ file: AudioFile) { self.file = file }

  deinit { buffer.deallocate() }

  /// What was read.
  var length: Duration { .milliseconds(count * 1000 / AudioFile.sampleRate) }

  /// The next samples, mono PCM at 16 kHz, valid until the next call; nil at the end.
  func read() throws(AudioError) -> UnsafeBufferPointer<Float>? {
    var filled = 0
    while filled < buffer.count {
      let new = try file.read(into: UnsafeMutableBufferPointer(rebasing: buffer[filled...]))
      if new == 0 { break }
      filled += new
    }
    count += filled
    return filled > 0 ? UnsafeBufferPointer(rebasing: buffer[..<filled]) : nil
  }
}
