internal import Foundation

/// A recording as a source of sound that comes at its own speed: what a microphone beside its loudspeaker would hear.
///
/// The recording begins with the first `read`. Only what would have been heard by then is delivered; what the reader does
/// not take in time waits, and nothing is lost. To be used by one thread at a time.
public final class ReplaySource: LiveSource {
  /// The file's name.
  public var name: String { file.name }

  private let file: AudioFile
  private let speed: Double
  private let now: () -> Duration
  private let sleep: (Duration) -> Void
  private var start: Duration?
  private var delivered = 0
  private var hasEnded = false

  /// Samples that a reader waits for at least, 20 ms of sound, as a device delivers them.
  private static let period = AudioFile.sampleRate / 50

  /// - Parameters:
  ///   - file: a recording of which nothing was read yet.
  ///   - speed: seconds of the recording in a second of the clock; above 0.
  public convenience init(_ file: AudioFile, speed: Double = 1) {
    self.init(file, speed: speed, now: { MonotonicClock.now }) { duration in
      usleep(useconds_t(max(0, min(duration / .microseconds(1), 1e9))))
    }
  }

  /// The clock, and how to wait, are parameters for the sake of simulated time.
  package init(
    _ file: AudioFile, speed: Double, now: @escaping () -> Duration, sleep: @escaping (Duration) -> Void
  ) {
    precondition(speed > 0, "a recording goes forward")
    (self.file, self.speed, self.now, self.sleep) = (file, speed, now, sleep)
  }

  /// Waits for sound.
  ///
  /// - Parameters:
  ///   - buffer: gets mono samples in -1...1 at 16 kHz, as many as would have been heard and fit; at least one place.
  ///   - timeout: how long to wait at most.
  /// - Returns: what came; nil when nothing did in this time.
  /// - Throws: `AudioError` where the file cannot be read on; all before it has been delivered.
  public func read(into buffer: UnsafeMutableBufferPointer<Float>, timeout: Duration) throws(AudioError) -> LiveAudio? {
    precondition(!buffer.isEmpty, "samples need at least one place")
    if hasEnded { return .end }
    let called = now()
    let start = self.start ?? called
    self.start = start
    let deadline = called + timeout
    while true {
      let time = now()
      let due = Int(min((time - start) / .seconds(1) * speed * Double(AudioFile.sampleRate), 1e15)) - delivered
      let wanted = min(buffer.count, Self.period)
      if due >= wanted || (due > 0 && time >= deadline) {
        let count = try file.read(into: UnsafeMutableBufferPointer(rebasing: buffer.prefix(due)))
        delivered += count
        if count > 0 { return .samples(count) }
        hasEnded = true
        return .end
      }
      if time >= deadline { return nil }
      let left = Duration.seconds(Double(wanted - due) / Double(AudioFile.sampleRate) / speed) + .microseconds(100)
      sleep(min(left, deadline - time))
    }
  }
}
