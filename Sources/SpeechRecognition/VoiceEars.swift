/// The probability of speech in each frame of a signal, heard twice: as it is, and without what is below 100 Hz, where rumble
/// would make the model deaf. Voice is what it hears in the signal itself, or is sure of without the rumble.
final class VoiceEars {
  private let plain: VoiceActivityDetector, filtered: VoiceActivityDetector
  private var filter = VoiceActivityFilter()
  /// Samples without what is below 100 Hz.
  private var clear: [Float] = []
  private var heard: [Float] = [], heardClear: [Float] = []

  /// Probability from which on the model is believed that hears the filtered signal.
  static let sure: Float = 0.8

  init(model: VoiceActivityModel) {
    (plain, filtered) = (VoiceActivityDetector(model: model), VoiceActivityDetector(model: model))
  }

  /// Takes samples and appends the probability of each frame of `VoiceActivityDetector.frameLength` that they complete.
  func append(_ samples: UnsafeBufferPointer<Float>, to probabilities: inout [Float]) {
    clear.removeAll(keepingCapacity: true)
    filter.append(samples, to: &clear)
    plain.append(samples, to: &heard)
    clear.withUnsafeBufferPointer { filtered.append($0, to: &heardClear) }
    handOver(to: &probabilities)
  }

  /// Ends the signal, the last frame filled up with zeros; what comes next is another signal.
  func finish(to probabilities: inout [Float]) {
    plain.finish(to: &heard)
    filtered.finish(to: &heardClear)
    handOver(to: &probabilities)
    filter = VoiceActivityFilter()
  }

  private func handOver(to probabilities: inout [Float]) {
    for (plain, clear) in zip(heard, heardClear) {
      probabilities.append(clear >= Self.sure ? max(plain, clear) : plain)
    }
    heard.removeAll(keepingCapacity: true)
    heardClear.removeAll(keepingCapacity: true)
  }
}
