internal import AudioIO
internal import SpeechRecognition
internal import Tensors

/// Reads a recording and hears it, a second at a time, however it comes: what is recognised depends on how much has come.
final class RecordingReader {
  private let file: AudioFile
  private let listener: SpeechListener
  private let second = FloatBuffer(count: AudioFile.sampleRate)
  private var sampleCount = 0

  /// - Parameters:
  ///   - file: read by nobody else.
  ///   - listener: at the start of a recording.
  init(_ file: AudioFile, listener: SpeechListener) { (self.file, self.listener) = (file, listener) }

  /// What was read.
  var length: Duration { .milliseconds(sampleCount * 1000 / AudioFile.sampleRate) }

  /// Hands over what is heard in the next second, in parts; false behind the last one.
  ///
  /// - Throws: `AudioError` where reading fails, behind all that came before.
  func next(_ take: (SpeechFrames) -> Void) throws -> Bool {
    let count = try file.read(into: UnsafeMutableBufferPointer(start: second.base, count: second.count))
    guard count > 0 else { return false }
    sampleCount += count
    listener.append(UnsafeBufferPointer(start: second.base, count: count)) { take($0) }
    return true
  }
}
