internal import Foundation

/// A pipe as a source of sound, usually standard input: raw samples, or a WAV, as fast as they come.
///
/// What is in the pipe is delivered at once, however little it is. A reader that is late loses nothing: after about ten
/// seconds of sound the pipe is left full, and its writer waits. Other containers (FLAC, OGG) are read to their end first.
public final class PipeSource: LiveSource {
  /// `standard input`.
  public let name = "standard input"

  private let reader: RingReader

  /// Begins to read on a thread of its own; what is wrong with the input is thrown by `read`.
  ///
  /// - Parameters:
  ///   - standardInput: the descriptor, usually 0; it is duplicated and stays the caller's to close.
  ///   - raw: no header; 16 kHz mono samples, signed 16 bit, little-endian.
  ///   - buffer: how much sound is read ahead.
  /// - Throws: `AudioError.openFailed` when there is no such descriptor.
  public init(standardInput: Int32 = 0, raw: Bool = false, buffer: Duration = .seconds(10)) throws(AudioError) {
    precondition(buffer > .zero, "a reader may be late")
    let copy = dup(standardInput)
    guard copy >= 0 else {
      throw .openFailed(name: name, code: Int(errno), message: String(cString: strerror(errno)))
    }
    let rate = AudioFile.sampleRate
    let ring = SampleRing(capacity: max(1, Int(buffer / .seconds(1) * Double(rate))), rate: rate)
    reader = RingReader(ring, rate: rate, name: name)
    let thread = Thread { Self.fill(ring, from: copy, raw: raw) }
    thread.name = "dragoman.pipe"
    thread.start()
  }

  /// Waits for sound.
  ///
  /// - Parameters:
  ///   - buffer: gets mono samples in -1...1 at 16 kHz, as many as are there and fit; at least one place.
  ///   - timeout: how long to wait at most.
  /// - Returns: what came; nil when nothing did in this time.
  /// - Throws: `AudioError` for an input that is not audio, or that fails under way; all before it has been delivered.
  public func read(into buffer: UnsafeMutableBufferPointer<Float>, timeout: Duration) throws(AudioError) -> LiveAudio? {
    try reader.read(into: buffer, timeout: timeout)
  }

  private static func fill(_ ring: SampleRing, from descriptor: Int32, raw: Bool) {
    do throws(AudioError) {
      let audio = try AudioFile(pipe: descriptor, raw: raw)
      let samples = UnsafeMutableBufferPointer<Float>.allocate(capacity: 8_192)
      defer { samples.deallocate() }
      while case let count = try audio.read(into: samples), count > 0 {
        guard ring.writeWaiting(UnsafeBufferPointer(rebasing: samples[..<count])) else { return }
      }
      ring.mark(.end(nil))
    } catch {
      ring.mark(.end(error))
    }
  }
}
