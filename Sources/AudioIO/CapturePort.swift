/// An open capture device, as the capture thread uses it: ALSA's, or one that a test makes up.
///
/// Reads never wait, waiting is a call of its own with a bound: so the thread that captures can always be ended.
protocol CapturePort: AnyObject {
  var format: CaptureFormat { get }
  /// Frames that the device hands over at a time.
  var periodFrames: Int { get }
  /// Frames that wait in the device.
  var waitingFrames: Int { get }
  /// Whether the device says that it has stopped or gone, which a wait does not always tell.
  var hasStopped: Bool { get }

  /// Begins to capture; 0 or an errno.
  func start() -> Int32

  /// Waits for a period; true when something can be read or told, false after `milliseconds`.
  func wait(milliseconds: Int32) -> Bool

  /// What can be read without waiting: frames, 0 for nothing yet, or a negative errno.
  func read(into target: UnsafeMutableRawPointer, frames: Int) -> Int

  /// After an overrun (`EPIPE`): what the device holds is lost, capture goes on. 0 or an errno.
  func recoverFromOverrun() -> Int32

  /// After the machine was suspended (`ESTRPIPE`): 0, EAGAIN when the device is not awake yet, or another errno.
  func resume() -> Int32

  /// Lets the device go, so that it can be opened again; the last call.
  func close()
}
