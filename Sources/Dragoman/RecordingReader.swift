internal import AudioIO
internal import Foundation
internal import SpeechRecognition
internal import Tensors

/// Reads a recording and hears it, a second at a time, however it comes: what is recognised depends on how much has come.
final class RecordingReader {
  private let file: AudioFile
  private let listener: SpeechListener
  private let reader = SecondReader()
  private var ahead: ReadAhead?
  private let mayGoAhead: Bool
  private var sampleCount = 0
  /// What ended the recording early.
  private(set) var failure: AudioError?

  /// - Parameters:
  ///   - file: read by nobody else until `stop` has returned.
  ///   - listener: at the start of a recording.
  ///   - threads: how many recognise.
  init(_ file: AudioFile, listener: SpeechListener, threads: Int) {
    (self.file, self.listener) = (file, listener)
    mayGoAhead = threads < ProcessInfo.processInfo.activeProcessorCount
  }

  /// What was read.
  var length: Duration { .milliseconds(sampleCount * 1000 / AudioFile.sampleRate) }

  /// Hands over what is heard in the next second, in parts; false behind the last one, and where reading fails behind samples that came.
  ///
  /// - Throws: `AudioError` where reading fails before any samples.
  func next(_ take: (SpeechFrames) -> Void) throws -> Bool {
    do {
      let count =
        if let ahead { try ahead.next(take) } else { try reader.next(of: file, listener: listener) { take($0) } }
      sampleCount += count
      return count > 0
    } catch let error as AudioError where sampleCount > 0 {
      failure = error
      return false
    }
  }

  /// There is something to recognise: a thread of its own reads and hears ahead of that from now on, where until now all threads of
  /// the session heard. Not so where no processor is left for it, and for pipes, whose next samples may never come.
  func goAhead() {
    if ahead == nil, mayGoAhead, !file.mayWait { ahead = ReadAhead(file, listener: listener) }
  }

  /// Leaves the recording where it is.
  func stop() { ahead?.stop() }
}

/// Room for a second of a recording, that is read and heard.
final class SecondReader {
  private let second = FloatBuffer(count: AudioFile.sampleRate)

  /// Hands over what a listener hears in the next second, in parts.
  ///
  /// - Returns: samples of that second; 0 behind the last one.
  /// - Throws: `AudioError` where reading fails, behind all that came before.
  func next(of file: AudioFile, listener: SpeechListener, _ take: SpeechListener.Taking) throws -> Int {
    let count = try file.read(into: UnsafeMutableBufferPointer(start: second.base, count: second.count))
    listener.append(UnsafeBufferPointer(start: second.base, count: count), take)
    return count
  }
}
