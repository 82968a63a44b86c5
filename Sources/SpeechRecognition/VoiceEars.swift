internal import Tensors

/// The probability of speech in each frame of a signal, heard thrice: as it is, without what is below 100 Hz, where rumble
/// would make the model deaf, and afresh in each pause, since a loud speaker leaves it deaf to a quiet one. Voice is what it hears in the
/// signal itself, or is sure of otherwise.
final class VoiceEars {
  private let plain: VoiceActivityDetector, filtered: VoiceActivityDetector
  private let fresh: VoiceActivityDetector
  private var filter = VoiceActivityFilter()
  /// Samples without what is below 100 Hz.
  private var clear: [Float] = []
  private var heard: [Float] = [], heardClear: [Float] = [], heardAfresh: [Float] = []
  /// Samples of frames that were not judged.
  private var pending: [Float] = []
  /// Frames since there was voice; nil before the first.
  private var quiet: Int?

  /// Probability from which on the model is believed where it hears something else than the signal from its start.
  static let sure: Float = 0.8
  /// Frames without voice, 1 s, behind which the fresh ear listens.
  static let pause = 31
  private let voice: Float

  /// Lets two ears hear at the same time; nil for one after the other.
  private var pool: ThreadPool?

  /// - Parameters:
  ///   - model: shared with any number of others.
  ///   - voice: probability from which on a frame is no part of a pause.
  ///   - pool: threads that do nothing else while samples are taken.
  init(model: VoiceActivityModel, voice: Float = 0.5, pool: ThreadPool? = nil) {
    (self.voice, self.pool) = (voice, pool)
    (plain, filtered) = (VoiceActivityDetector(model: model), VoiceActivityDetector(model: model))
    fresh = VoiceActivityDetector(model: model)
  }

  /// Hears with the calling thread alone from now on.
  func leavePool() { pool = nil }

  /// Takes samples and appends the probability of each frame of `VoiceActivityDetector.frameLength` that they complete.
  func append(_ samples: UnsafeBufferPointer<Float>, to probabilities: inout [Float]) {
    pending.append(contentsOf: samples)
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
    pending.removeAll(keepingCapacity: true)
    quiet = nil
  }

  private func handOver(to probabilities: inout [Float]) {
    let length = VoiceActivityDetector.frameLength, first = probabilities.count
    for (plain, clear) in zip(heard, heardClear) {
      probabilities.append(clear >= Self.sure ? max(plain, clear) : plain)
    }
    // Frames that the fresh ear listens to, one after the other: together they cost it far less than one by one.
    var afresh = 0..<0
    for frame in heard.indices {
      if probabilities[first + frame] >= voice {
        hearAfresh(afresh, to: &probabilities, from: first)
        (quiet, afresh) = (0, 0..<0)
      } else if let count = quiet {
        quiet = count + 1
        if count == Self.pause { fresh.reset() }
        if count >= Self.pause { afresh = (afresh.isEmpty ? frame : afresh.lowerBound)..<frame + 1 }
      }
    }
    hearAfresh(afresh, to: &probabilities, from: first)
    pending.removeFirst(min(heard.count * length, pending.count))
    heard.removeAll(keepingCapacity: true)
    heardClear.removeAll(keepingCapacity: true)
  }

  /// Hears some frames of `pending` with the fresh ear, and believes it where it is sure; the probability of the first one pending stands
  /// at `first`.
  private func hearAfresh(_ frames: Range<Int>, to probabilities: inout [Float], from first: Int) {
    guard !frames.isEmpty else { return }
    let length = VoiceActivityDetector.frameLength
    pending.withUnsafeBufferPointer { samples in
      let run = frames.lowerBound * length..<min(frames.upperBound * length, samples.count)
      fresh.append(UnsafeBufferPointer(rebasing: samples[run]), to: &heardAfresh)
    }
    for (frame, sure) in zip(frames, heardAfresh) where sure >= Self.sure { probabilities[first + frame] = sure }
    heardAfresh.removeAll(keepingCapacity: true)
  }
}
