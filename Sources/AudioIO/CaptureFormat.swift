/// How a device delivers its samples: interleaved frames in the machine's own byte order.
public struct CaptureFormat: Sendable, Equatable {
  /// How one sample is written.
  public enum Encoding: String, Sendable, CaseIterable {
    /// Signed, 16 bits.
    case int16
    /// Signed, 32 bits.
    case int32
    /// -1...1, 32 bits.
    case float32

    /// Bytes of one sample.
    var byteCount: Int { self == .int16 ? 2 : 4 }
  }

  /// Frames per second.
  public var sampleRate: Int
  /// Samples of one frame.
  public var channelCount: Int
  /// How they are written.
  public var encoding: Encoding

  /// Bytes of one frame.
  var frameByteCount: Int { channelCount * encoding.byteCount }

  /// The mean of all channels, in -1...1; what is no sample becomes 0.
  ///
  /// - Parameters:
  ///   - frames: `[frame, channel]`, aligned for the encoding.
  ///   - count: how many frames.
  ///   - mono: gets `count` samples.
  func mix(_ frames: UnsafeRawPointer, count: Int, into mono: UnsafeMutablePointer<Float>) {
    switch encoding {
    case .int16: mix(frames.assumingMemoryBound(to: Int16.self), count, mono) { Float($0) / 32_768 }
    case .int32: mix(frames.assumingMemoryBound(to: Int32.self), count, mono) { Float($0) / 2_147_483_648 }
    case .float32: mix(frames.assumingMemoryBound(to: Float.self), count, mono) { $0.isSample ? $0 : 0 }
    }
  }

  @inline(__always)
  private func mix<Sample>(
    _ frames: UnsafePointer<Sample>, _ count: Int, _ mono: UnsafeMutablePointer<Float>, _ value: (Sample) -> Float
  ) {
    let scale = 1 / Float(channelCount)
    for frame in 0..<count {
      var sum: Float = 0
      for channel in 0..<channelCount { sum += value(frames[frame * channelCount + channel]) }
      mono[frame] = sum * scale
    }
  }
}

extension CaptureFormat: CustomStringConvertible {
  /// For example `48000 Hz, 2 channels, float32`.
  public var description: String {
    "\(sampleRate) Hz, \(channelCount == 1 ? "mono" : "\(channelCount) channels"), \(encoding.rawValue)"
  }
}
