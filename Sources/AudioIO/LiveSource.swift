/// What comes next from a source of sound that does not wait.
public enum LiveAudio: Sendable, Equatable {
  /// So many samples stand at the start of the buffer.
  case samples(Int)
  /// So much audio is missing between the samples before and the samples after.
  case lost(Duration)
  /// The device is gone and waited for: its name and why. Sound goes on when it is back.
  case deviceLost(name: String, reason: String)
  /// The device is there again.
  case deviceBack(name: String)
  /// No more will come.
  case end
}

/// A source of sound that does not wait: a microphone, a pipe, a recording replayed at its own speed.
///
/// One thread reads. What it does not read in time is kept up to a bound, then lost and told as `.lost`.
public protocol LiveSource: AnyObject {
  /// As a person knows it.
  var name: String { get }

  /// Waits for sound.
  ///
  /// - Parameters:
  ///   - buffer: gets mono samples in -1...1 at 16 kHz, as many as are there and fit; at least one place.
  ///   - timeout: how long to wait at most.
  /// - Returns: what came; nil when nothing did in this time.
  /// - Throws: `AudioError` when nothing more can come and the reason is an error.
  func read(into buffer: UnsafeMutableBufferPointer<Float>, timeout: Duration) throws(AudioError) -> LiveAudio?
}
