internal import AcousticFeatures
internal import Foundation

/// Takes away what is too low for a voice, for the ear of the voice activity model alone.
///
/// Rumble that nobody hears makes the model deaf: below 100 Hz it carries no speech, but its energy hides the speech
/// above. On recordings without rumble nothing changes (`docs/voice-activity.md` has the figures).
///
/// - Reference: Butterworth 1930, of second order, by the bilinear transform; the transposed direct form II.
struct VoiceActivityFilter: Sendable {
  /// The frequency, in hertz, that loses 3 dB.
  static let cutoff = 100.0

  private let feedForward: (Double, Double, Double)
  private let feedBack: (Double, Double)
  private var memory = (0.0, 0.0)
  /// What is less than any float but 0 is forgotten. In digital silence the memory would else fade into subnormal numbers and stay there,
  /// and arithmetic with those is many times slower.
  private static let least = Double(Float.leastNonzeroMagnitude)

  init() {
    let tangent = tan(Double.pi * Self.cutoff / Double(AcousticFrame.sampleRate))
    let norm = 1 / (1 + 2.0.squareRoot() * tangent + tangent * tangent)
    feedForward = (norm, -2 * norm, norm)
    feedBack = (2 * (tangent * tangent - 1) * norm, (1 - 2.0.squareRoot() * tangent + tangent * tangent) * norm)
  }

  /// Filters `samples` and appends them to `output`. A sample that is no number counts as 0, so that it leaves no trace.
  mutating func append(_ samples: UnsafeBufferPointer<Float>, to output: inout [Float]) {
    for sample in samples {
      let input = sample.isFinite ? Double(sample) : 0
      let filtered = feedForward.0 * input + memory.0
      memory.0 = Self.kept(feedForward.1 * input - feedBack.0 * filtered + memory.1)
      memory.1 = Self.kept(feedForward.2 * input - feedBack.1 * filtered)
      output.append(Float(filtered))
    }
  }

  /// Whether nothing is left of what was heard.
  var isAtRest: Bool { memory == (0, 0) }

  private static func kept(_ value: Double) -> Double { abs(value) < least ? 0 : value }
}
