internal import Foundation

/// How loud samples are: the highest and the mean, in decibels below full scale.
public struct LevelMeter: Sendable {
  /// What silence shows: nothing is quieter, a 16-bit recording's smallest step is -90 dB.
  public static let floor: Float = -120

  private var highest: Float = 0
  private var squares: Double = 0
  /// Samples so far.
  public private(set) var sampleCount = 0

  /// Nothing heard yet.
  public init() {}

  /// Counts samples in -1...1.
  public mutating func add(_ samples: UnsafeBufferPointer<Float>) {
    for sample in samples {
      highest = max(highest, abs(sample))
      squares += Double(sample) * Double(sample)
    }
    sampleCount += samples.count
  }

  /// Counts what another meter has counted.
  public mutating func add(_ other: LevelMeter) {
    highest = max(highest, other.highest)
    squares += other.squares
    sampleCount += other.sampleCount
  }

  /// The highest sample in dBFS.
  public var peak: Float { Self.decibels(Double(highest)) }

  /// The root of the mean square in dBFS: -3.01 for a sine of full scale.
  public var rms: Float { sampleCount == 0 ? Self.floor : Self.decibels((squares / Double(sampleCount)).squareRoot()) }

  private static func decibels(_ amplitude: Double) -> Float {
    amplitude > 0 ? max(floor, Float(20 * log10(amplitude))) : floor
  }
}
