/// A recording as a source of sound that comes when it is asked for, a step at a time: for clocks that are not the wall's.
public final class SteppedSource: LiveSource {
  /// The file's name.
  public var name: String { file.name }
  private let file: AudioFile
  private let step: Int

  /// - Parameters:
  ///   - file: a recording of which nothing was read yet.
  ///   - step: delivered at a time, at least one sample.
  public init(_ file: AudioFile, step: Duration = .milliseconds(40)) {
    self.file = file
    self.step = max(1, Int(step / .seconds(1) * Double(AudioFile.sampleRate)))
  }

  /// The next step; never waits.
  public func read(into buffer: UnsafeMutableBufferPointer<Float>, timeout: Duration) throws(AudioError) -> LiveAudio? {
    let count = try file.read(into: UnsafeMutableBufferPointer(rebasing: buffer.prefix(step)))
    return count > 0 ? .samples(count) : .end
  }
}
