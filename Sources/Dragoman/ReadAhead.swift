internal import AudioIO
internal import Foundation
internal import SpeechRecognition

/// Reads and hears a recording on a thread of its own.
///
///     being recognised <- heard, at most `most` parts <- being read
///
/// What is heard goes round in as many parts as there are for good: full ones are taken, empty ones are filled again.
final class ReadAhead: @unchecked Sendable {
  /// Parts of about a second that are kept ready: those of a window, which are taken at once, and some.
  static let most = 40

  private let file: AudioFile
  private let listener: SpeechListener
  private let reader = SecondReader()
  private let handover = NSCondition()
  private var parts: [SpeechFrames]
  /// The first part that is ready, and how many are.
  private var first = 0, ready = 0
  /// The part that is being taken.
  private var taken: SpeechFrames
  private var isStopped = false
  /// How it ended, once it has.
  private var ending: Result<Void, any Error>?

  /// Starts at once. Nobody else uses the file and the listener until `next` has returned false or thrown, or `stop` has returned.
  init(_ file: AudioFile, listener: SpeechListener) {
    (self.file, self.listener) = (file, listener)
    parts = (0..<Self.most).map { _ in listener.emptyFrames }
    taken = listener.emptyFrames
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
    while handover.withLock({ waitForRoom() }), try reader.next(of: file, listener: listener, put) > 0 {}
  }

  /// Exchanges what was heard for an empty part.
  private func put(_ heard: inout SpeechFrames) {
    handover.withLock {
      guard waitForRoom() else { return }
      swap(&parts[(first + ready) % Self.most], &heard)
      ready += 1
      handover.broadcast()
    }
  }

  /// Whether more is wanted. The lock is held.
  private func waitForRoom() -> Bool {
    while ready == Self.most, !isStopped { handover.wait() }
    return !isStopped
  }

  /// Parts that are ready.
  var readyCount: Int { handover.withLock { ready } }

  /// Hands over what was heard in the next second, in parts, as soon as that is known.
  ///
  /// - Returns: samples of that second; 0 behind the last one.
  /// - Throws: `AudioError` where reading failed, behind all that came before.
  func next(_ take: (SpeechFrames) -> Void) throws -> Int {
    while try takePart() {
      take(taken)
      if taken.sampleCount > 0 { return taken.sampleCount }
    }
    return 0
  }

  /// Exchanges the part that was taken for the next one; false behind the last one.
  private func takePart() throws -> Bool {
    try handover.withLock {
      while ready == 0, ending == nil { handover.wait() }
      guard ready > 0 else {
        try ending!.get()
        return false
      }
      swap(&parts[first], &taken)
      (first, ready) = ((first + 1) % Self.most, ready - 1)
      handover.broadcast()
      return true
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
