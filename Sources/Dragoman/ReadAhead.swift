internal import AudioIO
internal import Foundation
internal import SpeechRecognition

/// Reads and hears a recording on a thread of its own.
///
///     being recognised <- heard, at most `most` seconds <- being read
final class ReadAhead: @unchecked Sendable {
  /// Seconds that are kept ready.
  static let most = 60

  private let file: AudioFile
  private let listener: SpeechListener
  private let handover = NSCondition()
  private var heard: [SpeechFrames] = []
  private var isStopped = false
  /// How it ended, once it has.
  private var ending: Result<Void, any Error>?

  /// Starts at once. Nobody else uses the file and the listener until `next` has returned nil or thrown, or `stop` has returned.
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
    while waitForRoom(), let frames = try listener.nextSecond(of: file) {
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
