internal import AudioIO
internal import Foundation
internal import SpeechRecognition
internal import Transcripts

/// Reads a recording for a session, a second at a time.
///
/// Until there is something to recognise, all threads of the session hear what is read. From then on a thread of its own reads and hears
/// ahead of what is being recognised, but for pipes, whose next samples may never come.
final class RecordingReader {
  private let file: AudioFile
  private let session: RecognitionSession
  private var ahead: ReadAhead?
  private let buffer = UnsafeMutableBufferPointer<Float>.allocate(capacity: ReadAhead.chunk)
  /// Samples so far.
  private(set) var sampleCount = 0

  /// - Parameters:
  ///   - file: read by nobody else until `stop` has returned.
  ///   - session: at the start of a recording.
  init(_ file: AudioFile, for session: RecognitionSession) { (self.file, self.session) = (file, session) }

  deinit { buffer.deallocate() }

  /// The segments that the next second completes; nil behind the last one.
  ///
  /// - Throws: `AudioError`, or what recognition throws.
  func next() throws -> [Segment]? {
    if let ahead {
      guard let heard = try ahead.next() else { return nil }
      sampleCount += heard.sampleCount
      return try session.append(heard)
    }
    let count = try file.read(into: buffer)
    if count == 0 { return nil }
    sampleCount += count
    let segments = try session.append(UnsafeBufferPointer(rebasing: buffer[..<count]))
    if session.hasBegun, !file.mayWait { ahead = ReadAhead(file, listener: session.listener) }
    return segments
  }

  /// Leaves the recording where it is.
  func stop() { ahead?.stop() }
}

/// Reads and hears a recording on a thread of its own.
///
///     being recognised <- heard, at most `most` seconds <- being read
final class ReadAhead: @unchecked Sendable {
  /// Samples that are read at a time: one second.
  static let chunk = AudioFile.sampleRate
  /// Seconds that are kept ready.
  static let most = 60

  private let file: AudioFile
  private let listener: SpeechListener
  private let handover = NSCondition()
  private var heard: [SpeechFrames] = []
  private var isStopped = false
  /// How it ended, once it has.
  private var ending: Result<Void, any Error>?

  /// Starts at once.
  ///
  /// - Parameters: used by no other thread until `next` has returned nil, or thrown, or `stop` has returned.
  init(_ file: AudioFile, listener: SpeechListener) {
    (self.file, self.listener) = (file, listener)
    listener.leavePool()
    DedicatedThread.start { [self] in
      let result = Result { try read() }
      handover.withLock {
        ending = result
        handover.broadcast()
      }
    }
  }

  private func read() throws {
    let buffer = UnsafeMutableBufferPointer<Float>.allocate(capacity: Self.chunk)
    defer { buffer.deallocate() }
    while waitForRoom() {
      let count = try file.read(into: buffer)
      if count == 0 { return }
      var frames = SpeechFrames()
      listener.append(UnsafeBufferPointer(rebasing: buffer[..<count]), to: &frames)
      handover.withLock {
        heard.append(frames)
        handover.broadcast()
      }
    }
  }

  /// Whether more is wanted.
  private func waitForRoom() -> Bool {
    handover.withLock {
      while heard.count >= Self.most, !isStopped { handover.wait() }
      return !isStopped
    }
  }

  /// Seconds that are ready.
  var readyCount: Int { handover.withLock { heard.count } }

  /// What was heard in the next second, as soon as that is known; nil behind the last one.
  ///
  /// - Throws: `AudioError` where reading failed, behind all that came before.
  func next() throws -> SpeechFrames? {
    try handover.withLock {
      while heard.isEmpty, ending == nil { handover.wait() }
      guard heard.isEmpty else {
        handover.broadcast()
        return heard.removeFirst()
      }
      try ending!.get()
      return nil
    }
  }

  /// Ends it early.
  func stop() {
    handover.withLock {
      isStopped = true
      handover.broadcast()
      while ending == nil { handover.wait() }
    }
  }
}
