/// The reader's side of a ring: 16 kHz samples and what a `LiveSource` says between them.
final class RingReader {
  private let ring: SampleRing
  private let name: String
  private var rate: Int
  /// Made when the first sample after a change or a gap comes.
  private var resampler: Resampler?
  private var input = [Float](repeating: 0, count: 4_096)
  /// The part of `input` that the resampler has not taken yet.
  private var pending = 0..<0
  /// A mark that waits until the resampler has given all that was before it.
  private var held: SampleRing.Mark?
  private var hasEnded = false

  /// - Parameters:
  ///   - rate: samples per second in the ring until a mark says otherwise.
  ///   - name: the source's, for errors.
  init(_ ring: SampleRing, rate: Int, name: String) {
    (self.ring, self.rate, self.name) = (ring, rate, name)
  }

  deinit { ring.abandon() }

  /// As `LiveSource.read`.
  func read(into buffer: UnsafeMutableBufferPointer<Float>, timeout: Duration) throws(AudioError) -> LiveAudio? {
    precondition(!buffer.isEmpty, "samples need at least one place")
    if hasEnded { return .end }
    let deadline = MonotonicClock.now + timeout
    while true {
      if !pending.isEmpty || held != nil {
        let produced = try drain(into: buffer)
        if produced > 0 { return .samples(produced) }
        if pending.isEmpty, let mark = held {
          held = nil
          resampler = nil
          if let audio = try audio(of: mark) { return audio }
        }
        continue
      }
      let item =
        rate == AudioFile.sampleRate
        ? ring.next(into: buffer, until: deadline)
        : input.withUnsafeMutableBufferPointer { ring.next(into: $0, until: deadline) }
      switch item {
      case nil: return nil
      case .samples(let count) where rate == AudioFile.sampleRate: return .samples(count)
      case .samples(let count): pending = 0..<count
      case .mark(let mark): held = mark
      }
    }
  }

  /// Resamples what is pending, or, with a mark behind it, gives the resampler's tail.
  private func drain(into buffer: UnsafeMutableBufferPointer<Float>) throws(AudioError) -> Int {
    if resampler == nil {
      if pending.isEmpty { return 0 }
      resampler = try Resampler(from: rate, to: AudioFile.sampleRate, name: name)
    }
    var failure: AudioError?
    let produced = input.withUnsafeBufferPointer { samples in
      do throws(AudioError) {
        let (consumed, produced) = try resampler!.process(UnsafeBufferPointer(rebasing: samples[pending]), into: buffer)
        pending = pending.lowerBound + consumed..<pending.upperBound
        return produced
      } catch {
        failure = error
        return 0
      }
    }
    if let failure { throw failure }
    return produced
  }

  private func audio(of mark: SampleRing.Mark) throws(AudioError) -> LiveAudio? {
    switch mark {
    case .rate(let new):
      rate = new
      return nil
    case .lost(let gap): return .lost(gap.duration)
    case .deviceLost(let name, let reason): return .deviceLost(name: name, reason: reason)
    case .deviceBack(let name): return .deviceBack(name: name)
    case .end(let failure):
      hasEnded = true
      if let failure { throw failure }
      return .end
    }
  }
}
