internal import Tensors

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

  /// Lets the two ears hear at the same time; nil for one after the other.
  private var pool: ThreadPool?

  /// - Parameters:
  ///   - model: shared with any number of others.
  ///   - pool: threads that do nothing else while samples are taken.
  init(model: VoiceActivityModel, pool: ThreadPool? = nil) {
    self.pool = pool
    (plain, filtered) = (VoiceActivityDetector(model: model), VoiceActivityDetector(model: model))
  }

  /// Hears with the calling thread alone from now on.
  func leavePool() { pool = nil }

  /// Takes samples and appends the probability of each frame of `VoiceActivityDetector.frameLength` that they complete.
  func append(_ samples: UnsafeBufferPointer<Float>, to probabilities: inout [Float]) {
    clear.removeAll(keepingCapacity: true)
    filter.append(samples, to: &clear)
    clear.withUnsafeBufferPointer { clear in
      if let pool, samples.count >= VoiceActivityDetector.frameLength {
        var job = (ears: Unmanaged.passUnretained(self), samples: samples, clear: clear)
        pool.run(parts: 2, job: &job) { job, part, _ in
          let job = job!.assumingMemoryBound(to: (Unmanaged<VoiceEars>, Samples, Samples).self).pointee
          job.0._withUnsafeGuaranteedRef { part == 0 ? $0.hear(job.1) : $0.hearClear(job.2) }
        }
      } else {
        hear(samples)
        hearClear(clear)
      }
    }
    handOver(to: &probabilities)
  }

  private typealias Samples = UnsafeBufferPointer<Float>
  private func hear(_ samples: Samples) { plain.append(samples, to: &heard) }
  private func hearClear(_ samples: Samples) { filtered.append(samples, to: &heardClear) }

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
