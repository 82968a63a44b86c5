internal import Tensors

/// The probability of speech in each frame of a signal, heard by several ears: as it is, without what is below 100 Hz, where rumble
/// would make the model deaf, afresh in each pause, since a loud speaker leaves it deaf to a quiet one, and afresh from where a sound begins
/// in a pause, since half a minute of faint noise may, too. Voice is what it hears in the signal itself, or is sure of otherwise.
final class VoiceEars {
  private let plain: VoiceActivityDetector, filtered: VoiceActivityDetector
  private var behindVoice: FreshEar, fromOnset: FreshEar
  private var filter = VoiceActivityFilter()
  /// Samples without what is below 100 Hz.
  private var clear: [Float] = []
  private var heard: [Float] = [], heardClear: [Float] = []
  /// Samples of frames that were not judged.
  private var pending: [Float] = []
  /// Frames since there was voice; nil before the first.
  private var quiet: Int?
  /// Sounds that begin within a pause.
  private var onsets = SoundOnsets()

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
    (behindVoice, fromOnset) = (FreshEar(model: model), FreshEar(model: model))
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
    for frame in heard.indices {
      if probabilities[first + frame] >= voice {
        hearAfresh(to: &probabilities, from: first)
        quiet = 0
        (behindVoice.listens, fromOnset.listens) = (false, false)
      } else if let count = quiet {
        quiet = count + 1
        if count >= Self.pause {
          listen(to: frame, isFirst: count == Self.pause, probabilities: &probabilities, from: first)
        }
      }
    }
    hearAfresh(to: &probabilities, from: first)
    pending.removeFirst(min(heard.count * length, pending.count))
    heard.removeAll(keepingCapacity: true)
    heardClear.removeAll(keepingCapacity: true)
  }

  /// Lets the fresh ears listen to a frame of a pause.
  private func listen(to frame: Int, isFirst: Bool, probabilities: inout [Float], from first: Int) {
    let length = VoiceActivityDetector.frameLength
    if isFirst {
      onsets = SoundOnsets()
      behindVoice.begin()
    }
    let begins = pending.withUnsafeBufferPointer { samples in
      onsets.take(UnsafeBufferPointer(rebasing: samples[min(frame * length, samples.count)...].prefix(length)))
    }
    if begins {
      hearAfresh(to: &probabilities, from: first)
      fromOnset.begin()
    } else if onsets.isOver {
      fromOnset.listens = false
    }
    behindVoice.add(frame)
    fromOnset.add(frame)
  }

  /// Believes the fresh ears where they are sure; the probability of the first frame pending stands at `first`.
  private func hearAfresh(to probabilities: inout [Float], from first: Int) {
    pending.withUnsafeBufferPointer { samples in
      behindVoice.hear(samples, to: &probabilities, from: first)
      fromOnset.hear(samples, to: &probabilities, from: first)
    }
  }
}

/// An ear that knows nothing of what was before it began to listen.
private struct FreshEar {
  private let detector: VoiceActivityDetector
  /// Frames that it is still to hear, one after the other: together they cost far less than one by one.
  private var frames = 0..<0
  private var heard: [Float] = []
  /// Whether it hears what comes.
  var listens = false

  init(model: VoiceActivityModel) { detector = VoiceActivityDetector(model: model) }

  /// Begins anew; what it was still to hear was heard.
  mutating func begin() {
    detector.reset()
    listens = true
  }

  /// Takes a frame that is to be heard.
  mutating func add(_ frame: Int) {
    if listens { frames = (frames.isEmpty ? frame : frames.lowerBound)..<frame + 1 }
  }

  /// Hears its frames of `samples`, and raises their probabilities where it is sure; that of the first frame stands at `first`.
  mutating func hear(_ samples: UnsafeBufferPointer<Float>, to probabilities: inout [Float], from first: Int) {
    guard !frames.isEmpty else { return }
    let length = VoiceActivityDetector.frameLength
    let run = frames.lowerBound * length..<min(frames.upperBound * length, samples.count)
    detector.append(UnsafeBufferPointer(rebasing: samples[run]), to: &heard)
    for (frame, sure) in zip(frames, heard) where sure >= VoiceEars.sure {
      probabilities[first + frame] = max(probabilities[first + frame], sure)
    }
    heard.removeAll(keepingCapacity: true)
    frames = 0..<0
  }
}
