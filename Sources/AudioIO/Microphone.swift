internal import Foundation

/// A capture device as a source of sound: a microphone, a line input, or a monitor, which hears what the computer plays.
///
///     device -> ALSA -> capture thread -> ring, about ten seconds -> resampler -> read
///                       mean of channels  overflow: counted, told     16 kHz
///
/// The device's own rate and format are used. The thread that captures waits for nothing but the device. Whatever does not
/// reach the reader is told as `.lost` at its place: exactly when the ring was full, by the clock when the device overran or
/// stood still. After `.deviceBack` comes the `.lost` of the time in between, with the first sound.
///
/// The resampler holds back about 40 ms, which come with the sound after them, or before a gap or the end.
///
/// May be shared, but `read` belongs to one thread at a time.
public final class Microphone: LiveSource, @unchecked Sendable {
  /// As a person knows it.
  public let name: String
  /// What the device delivered when it was opened.
  public let format: CaptureFormat

  private let ring: SampleRing
  private let reader: RingReader
  private let loop: CaptureLoop

  /// Opens a device and begins to capture.
  ///
  /// - Parameters:
  ///   - device: the name of a `CaptureDevice`, or any capture device that ALSA knows; nil for the system's default.
  ///   - name: as a person knows it; without it the device's own name.
  ///   - buffer: how much sound is kept for a reader that is late.
  /// - Throws: `AudioError.noSuchDevice`, `.noCaptureDevice`, `.deviceBusy`, `.devicePermission`, `.soundServerAway`,
  ///   `.deviceFormat`, `.deviceFailed`; `.deviceHangs` after 5 s in which the device did not open. The thread that tries stays
  ///   as long as what it waits for.
  public init(device: String? = nil, name: String? = nil, buffer: Duration = .seconds(10)) throws(AudioError) {
    precondition(buffer > .zero, "a reader may be late")
    let device = device ?? CaptureDevices.defaultName
    let opened = try BoundedCall.result(
      within: Self.opening, name: "dragoman.opening", of: { () throws(AudioError) in try CapturePCM(device) })
    guard let pcm = opened else { throw .deviceHangs(name: device) }
    self.name = name ?? (device == CaptureDevices.defaultName ? "the default microphone" : device)
    format = pcm.format
    let capacity = max(pcm.periodFrames, Int(buffer / .seconds(1) * Double(pcm.format.sampleRate)))
    ring = SampleRing(capacity: capacity, rate: pcm.format.sampleRate)
    reader = RingReader(ring, rate: pcm.format.sampleRate, name: self.name)
    loop = CaptureLoop(pcm, name: self.name, ring: ring) { try? CapturePCM(device, isRenewed: true) }
    loop.start()
  }

  /// A device opens in milliseconds, or in a second or two when a sound server has to wake it.
  private static let opening = Duration.seconds(5)

  deinit { stop() }

  /// Waits for sound.
  ///
  /// - Parameters:
  ///   - buffer: gets mono samples in -1...1 at 16 kHz, as many as are there and fit; at least one place.
  ///   - timeout: how long to wait at most.
  /// - Returns: what came; nil when nothing did in this time.
  /// - Throws: `AudioError.resamplingFailed`. A device that goes away is no error.
  public func read(into buffer: UnsafeMutableBufferPointer<Float>, timeout: Duration) throws(AudioError) -> LiveAudio? {
    try reader.read(into: buffer, timeout: timeout)
  }

  /// Lets the device go, within a second even when a sound server hangs. What was heard can still be read; then comes
  /// `.end`.
  public func stop() { loop.stop(patience: .seconds(1)) }

  /// Frames of the device's rate that were dropped because the reader was late.
  public var droppedFrames: Int { ring.droppedFrames }

  /// Times that the device itself overran, each recovered.
  public var xrunCount: Int { loop.xrunCount }
}
