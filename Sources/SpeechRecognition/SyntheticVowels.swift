internal import AcousticFeatures
internal import Foundation

/// One second of vowels, computed: what a voice leaves behind in the encoder, without anybody's voice.
///
/// A pulse train of 120 Hz, its pitch swaying by a tenth, through three resonances for each of five vowels, 0.2 s each.
///
/// - Reference: Klatt 1980, Software for a cascade/parallel formant synthesizer, JASA 67(3): a cascade of digital resonators.
enum SyntheticVowels {
  /// Centre frequencies of the resonances of a vowel, Hz, after Peterson and Barney 1952.
  private static let vowels: [[Double]] = [
    [700, 1200, 2500], [300, 2300, 3000], [500, 900, 2400], [400, 1900, 2600], [320, 800, 2300],
  ]
  private static let bandwidths: [Double] = [80, 100, 150]
  private static let pitch = 120.0

  /// Mono PCM at 16 kHz, `[sample]`.
  static func samples() -> [Float] {
    let rate = Double(AcousticFrame.sampleRate), count = AcousticFrame.sampleRate
    var pulses = [Double](repeating: 0, count: count)
    var phase = 0.0
    for sample in 0..<count {
      let before = phase.rounded(.down)
      phase += pitch * (1 + 0.1 * sin(2 * .pi * 1.5 * Double(sample) / rate)) / rate
      pulses[sample] = phase.rounded(.down) - before
    }
    var sum = [Double](repeating: 0, count: count)
    let length = count / vowels.count
    for (index, vowel) in vowels.enumerated() {
      var voiced = pulses
      for (centre, bandwidth) in zip(vowel, bandwidths) { resonate(&voiced, centre / rate, bandwidth / rate) }
      for sample in 0..<length {
        sum[index * length + sample] =
          voiced[index * length + sample] * sin(.pi * Double(sample) / Double(length)).squareRoot()
      }
    }
    let peak = sum.map(abs).max()!
    return sum.map { Float(0.3 * $0 / peak) }
  }

  /// A digital resonator of unit gain at 0 Hz, in place; frequencies as shares of the sample rate.
  private static func resonate(_ signal: inout [Double], _ centre: Double, _ bandwidth: Double) {
    let radius = exp(-.pi * bandwidth)
    let (first, second) = (2 * radius * cos(2 * .pi * centre), -radius * radius)
    var (last, beforeLast) = (0.0, 0.0)
    for sample in signal.indices {
      let output = (1 - first - second) * signal[sample] + first * last + second * beforeLast
      (beforeLast, last) = (last, output)
      signal[sample] = output
    }
  }

  /// The same as normalised log-mel frames, `[frame, mel]`.
  static func frames(mels: Int) -> [Float] {
    let stream = LogMelStream(mels: mels)
    var frames: [Float] = []
    samples().withUnsafeBufferPointer { stream.append($0, to: &frames) }
    stream.finish(to: &frames)
    let loudest = frames.max() ?? WindowNormalization.silence
    frames.withUnsafeMutableBufferPointer { WindowNormalization.apply(to: $0, maximum: loudest) }
    return frames
  }
}
