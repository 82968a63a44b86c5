/// What the clock knows about sound that did not come.
///
/// A device delivers as many frames a second as its rate says. While it does, the clock follows when its last frame was
/// heard; after an interruption, what lies between that and the next frame is missing.
struct CaptureClock {
  private var rate: Int
  /// When the last frame was heard, less the constant delay of the way from the device.
  private var heardUntil: Duration?
  private var isInterrupted = false

  init(rate: Int) { self.rate = rate }

  /// Sound may be missing before the next frame.
  mutating func interrupt() { isInterrupted = true }

  /// The same with another device or another rate, which stopped to deliver or was begun at `now`.
  mutating func interrupt(newRate: Int, at now: Duration) {
    heardUntil = heardUntil ?? now
    rate = newRate
    isInterrupted = true
  }

  /// Frames have come.
  ///
  /// - Parameters:
  ///   - frames: how many.
  ///   - waiting: how many more the device holds already.
  ///   - now: the time on a clock that no one sets.
  /// - Returns: how much is missing before them, nil for nothing.
  mutating func heard(frames: Int, waiting: Int, at now: Duration) -> Duration? {
    let latest = now - Duration(frames: waiting, rate: rate)
    let length = Duration(frames: frames, rate: rate)
    guard let last = heardUntil else {
      (heardUntil, isInterrupted) = (latest, false)
      return nil
    }
    if isInterrupted {
      (heardUntil, isInterrupted) = (latest, false)
      let gap = latest - length - last
      return gap > .zero ? gap : nil
    }
    // A late thread is no gap: the earliest time counts. A thousandth of slack follows a clock that runs otherwise.
    heardUntil = min(last + length + length / 1_000, latest)
    return nil
  }
}
