internal import AcousticFeatures
internal import Tensors

/// What was heard in a stretch of a recording: log-mel frames of its speech, and where that stands in the recording.
public struct SpeechFrames: Sendable {
  /// Samples of the recording in which nothing more is heard; 0 where more follows of the same ones.
  public internal(set) var sampleCount = 0
  /// Speech in the order of time: its first sample in the recording, and how many there are.
  private(set) var stretches: [(start: Int, count: Int)] = []
  /// Log-mel frames that the speech completes, `[frame, mel]`.
  var frames: [Float] = []

  /// Nothing, with room for what a listener hands over at once.
  ///
  /// - Parameter mels: mel bands of a frame.
  init(mels: Int) {
    frames.reserveCapacity(SpeechListener.framesAtOnce * mels)
    stretches.reserveCapacity(SpeechListener.framesAtOnce)
  }

  /// Takes speech that lies behind all before.
  mutating func append(start: Int, count: Int) {
    if let last = stretches.indices.last, stretches[last].start + stretches[last].count == start {
      stretches[last].count += count
    } else {
      stretches.append((start, count))
    }
  }

  fileprivate mutating func removeAll() {
    sampleCount = 0
    stretches.removeAll(keepingCapacity: true)
    frames.removeAll(keepingCapacity: true)
  }
}

/// Hears a recording: where somebody speaks in it, and that as log-mel frames.
///
/// Nothing of it depends on what is recognised. One thread at a time.
public final class SpeechListener {
  /// Takes what was heard, which is valid for the call; it may be exchanged for another one of `emptyFrames`.
  public typealias Taking = (inout SpeechFrames) -> Void

  /// Mel bands of a frame.
  let mels: Int
  private let features: LogMelStream
  private let gate: SpeechGate?
  /// Samples so far.
  private var sampleCount = 0
  private var heard: SpeechFrames

  /// Frames that are handed over at once, at most: all of a second. However much speech becomes certain in one, that is so much.
  static let framesAtOnce = AcousticFrame.framesPerSecond + 2 * samplesAtOnce / AcousticFrame.hopLength
  /// Samples that become frames at once.
  private static let samplesAtOnce = AcousticFrame.sampleRate / 10

  /// - Parameters:
  ///   - mels: mel bands of a frame.
  ///   - gate: at the start of a signal; nil where all that comes is taken for speech.
  init(mels: Int, gate: SpeechGate?) {
    (self.mels, self.gate) = (mels, gate)
    features = LogMelStream(mels: mels)
    heard = SpeechFrames(mels: mels)
  }

  /// Hears a recording for a model.
  ///
  /// - Parameters:
  ///   - voiceActivity: lets speech pass alone; without, everything does.
  ///   - context: its threads hear where somebody speaks.
  convenience init(
    model: RecognitionModel, options: RecognitionOptions, voiceActivity: VoiceActivityModel?, context: ComputeContext
  ) {
    self.init(
      mels: model.weights.dimensions.mels,
      gate: voiceActivity.map { SpeechGate(model: $0, options: options.speechRegions, pool: context.pool) })
  }

  /// Whether what is no speech is held back.
  var isSpeechOnly: Bool { gate != nil }

  /// Hears with the calling thread alone from now on, which may be another one.
  public func leavePool() { gate?.leavePool() }

  /// Frames that may come of a second's samples: theirs, and those of speech that was held back.
  var mostFrames: Int { AcousticFrame.framesPerSecond + (gate?.reserved ?? 0) / AcousticFrame.hopLength }

  /// Room for what is handed over at once.
  public var emptyFrames: SpeechFrames { SpeechFrames(mels: mels) }

  /// Takes samples, mono PCM in -1...1 at 16 kHz, and hands over what is heard in them and certain, in one or more parts. Only the
  /// last one names samples.
  public func append(_ samples: UnsafeBufferPointer<Float>, _ take: Taking) {
    guard !samples.isEmpty else { return }
    if let gate {
      gate.append(samples) { hear($0.samples, from: $0.start, take) }
    } else {
      hear(samples, from: sampleCount, take)
    }
    sampleCount += samples.count
    heard.sampleCount = samples.count
    handOver(take)
  }

  /// Ends the recording and hands over what is left, in one or more parts.
  public func finish(_ take: Taking) {
    gate?.finish { hear($0.samples, from: $0.start, take) }
    makeRoom(take)
    features.finish(to: &heard.frames)
    handOver(take)
  }

  /// Makes frames of speech that begins at sample `start` of the recording.
  private func hear(_ speech: UnsafeBufferPointer<Float>, from start: Int, _ take: Taking) {
    for first in stride(from: 0, to: speech.count, by: Self.samplesAtOnce) {
      let part = UnsafeBufferPointer(rebasing: speech[first..<min(first + Self.samplesAtOnce, speech.count)])
      makeRoom(take)
      heard.append(start: start + first, count: part.count)
      features.append(part, to: &heard.frames)
    }
  }

  /// Hands over what there is where some more samples might be too much.
  private func makeRoom(_ take: Taking) {
    if heard.frames.count > AcousticFrame.framesPerSecond * mels { handOver(take) }
  }

  private func handOver(_ take: Taking) {
    take(&heard)
    heard.removeAll()
  }
}
