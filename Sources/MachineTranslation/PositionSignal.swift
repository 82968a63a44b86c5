internal import Foundation

/// The sinusoidal signal that tells a transformer where a word stands: sines in the first half of the channels, cosines in the
/// second, from the wavelength 2 pi to about 20000 pi. Owned by a session; grows as longer sentences come.
final class PositionSignal {
  /// How the frequencies `10000^-x` are spaced over half of the channels.
  enum Spacing: Sendable {
    /// `x` runs from 0 to 1, both included. - Reference: marian-dev `src/graph/node_initializers.cpp`,
    /// `sinusoidalPositionEmbeddings`.
    case inclusive
    /// `x` stops one step short of 1. - Reference: transformers `models/marian/modeling_marian.py`,
    /// `MarianSinusoidalPositionalEmbedding`.
    case exclusive
  }

  private let channels: Int
  private let spacing: Spacing
  private let values = Buffer<Float>()
  private var count = 0

  init(channels: Int, spacing: Spacing) { (self.channels, self.spacing) = (channels, spacing) }

  /// The signal of a position below the prepared count, `[channel]`.
  func row(_ position: Int) -> UnsafePointer<Float> { UnsafePointer(values.pointer + position * channels) }

  /// Prepares at least `count` positions.
  func prepare(_ count: Int) {
    guard count > self.count else { return }
    self.count = count * 2
    let half = channels / 2
    let signal = values.reserve(self.count * channels)
    signal.update(repeating: 0, count: self.count * channels)
    let steps = spacing == .inclusive ? Float(channels) / 2 - 1 : Float(channels) / 2
    let increment = logf(10000) / steps
    for channel in 0..<half {
      let frequency = expf(Float(channel) * -increment)
      for position in 0..<self.count {
        let angle = Float(position) * frequency
        signal[position * channels + channel] = sinf(angle)
        signal[position * channels + half + channel] = cosf(angle)
      }
    }
  }
}
