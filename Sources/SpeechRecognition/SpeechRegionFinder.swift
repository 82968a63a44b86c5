internal import AcousticFeatures

/// Regions of speech out of the probabilities of frames, each as soon as nothing that follows can change it.
///
///     frames     . . . S S S s . S S . . . . . . . .      S: at least the threshold, .: below the silence threshold
///     region         |-----------------|                  after the minimum of silence
///     padded      |-----------------------|               after that of padding, or with the next region
///
/// Where the maximum does not bite, the regions are those of the package's `get_speech_timestamps` for the same
/// probabilities. Where it does, no audio of the region is lost: the two parts touch.
///
/// - Reference: Silero Team, snakers4/silero-vad `src/silero_vad/utils_vad.py`, `get_speech_timestamps_from_probs`;
///   SYSTRAN/faster-whisper `faster_whisper/vad.py`.
public struct SpeechRegionFinder: Sendable {
  /// Speech that has begun and not ended. `start` is where its first frame begins, or where the region before was cut.
  private struct OpenRegion {
    var start: Int
    /// Where the silence began that the region may turn out to have ended with.
    var silenceStart: Int?
    /// It goes on behind a cut, so that it is kept however short it is.
    var continues = false
    /// The best place for a cut so far.
    var cut: Cut?
  }

  /// A place for a cut, in the middle of three frames.
  private struct Cut {
    var sample: Int
    /// The highest of their probabilities in steps of 1/20, since finer differences say nothing; then their energy.
    var loudness: (probability: Int, energy: Float)
  }

  private struct Frame {
    var probability: Float, energy: Float
  }

  private let threshold: Float, silenceThreshold: Float
  private let padding: Int, minimumSpeech: Int, minimumSilence: Int
  /// Longest region without padding.
  private let maximumSpeech: Int
  private let frameLength = VoiceActivityDetector.frameLength

  /// First sample of the frame that comes next.
  private var position = 0
  /// The two frames before it, the later one first.
  private var previous: Frame?, beforePrevious: Frame?
  private var open: OpenRegion?
  /// A region that has ended, `start` with its padding and `end` without: what follows decides how much it gets there.
  private var ended: SpeechRegion?
  /// The end without padding of the last region that has been given out.
  private var lastEnd: Int?

  /// A finder at the start of a signal.
  ///
  /// - Parameter options: no duration is negative, and the maximum leaves at least 1 s beside the padding.
  public init(options: SpeechRegionOptions = SpeechRegionOptions()) {
    (threshold, silenceThreshold) = (options.threshold, options.silenceThreshold)
    (padding, minimumSpeech) = (options.padding.samples, options.minimumSpeech.samples)
    (minimumSilence, maximumSpeech) = (options.minimumSilence.samples, options.maximumSpeech.samples - 2 * padding)
    precondition(padding >= 0 && minimumSpeech >= 0 && minimumSilence >= 0, "a negative duration")
    precondition(maximumSpeech >= AcousticFrame.sampleRate, "the maximum leaves less than 1 s beside the padding")
  }

  /// Takes the next frame and appends the regions that have become final.
  ///
  /// - Parameters:
  ///   - probability: that the frame's 512 samples are speech, 0...1.
  ///   - energy: the sum of their squares, which tells apart places for a cut that are as improbable as one another.
  ///   - regions: grows by regions in the order of time; they never overlap.
  public mutating func append(_ probability: Float, energy: Float = 0, to regions: inout [SpeechRegion]) {
    let start = position
    position += frameLength
    let frame = Frame(probability: probability, energy: energy)
    cutIfTooLong(at: start, to: &regions)
    if probability >= threshold {
      if open == nil { open = OpenRegion(start: start) }
      open!.silenceStart = nil
    } else if probability < silenceThreshold, let region = open {
      let silenceStart = region.silenceStart ?? start
      open!.silenceStart = silenceStart
      if start - silenceStart >= minimumSilence { close(at: silenceStart, to: &regions) }
    }
    noteCut(with: frame)
    settle(to: &regions)
  }

  /// Ends the signal and appends the regions that are left; the finder then stands at the start of another.
  ///
  /// - Parameter sampleCount: samples of the signal, which the last frame may exceed.
  public mutating func finish(sampleCount: Int, to regions: inout [SpeechRegion]) {
    if open != nil { close(at: sampleCount, to: &regions) }
    if let ended { regions.append(SpeechRegion(start: ended.start, end: min(ended.end + padding, sampleCount))) }
    (position, previous, beforePrevious, open, ended, lastEnd) = (0, nil, nil, nil, nil, nil)
  }

  /// The part that is certain of the next region to be given out: its start, and how far it goes at least.
  ///
  /// Nil where there is none, or when it may still be dropped for being short.
  public var certain: SpeechRegion? {
    if let ended { return ended }
    guard let open, isKept(open) else { return nil }
    return SpeechRegion(start: paddedStart(open.start), end: certainEnd(of: open))
  }

  /// No region that is still to be given out begins before this sample.
  public var earliestStart: Int {
    ended?.start ?? paddedStart(open?.start ?? position)
  }

  // MARK: Beginning and ending

  /// The start with its padding: half of the gap where the region before is near.
  private func paddedStart(_ start: Int) -> Int {
    guard let lastEnd, start - lastEnd < 2 * padding else { return max(0, start - padding) }
    return start - (start - lastEnd) / 2
  }

  private func isKept(_ region: OpenRegion, end: Int) -> Bool {
    region.continues || end - region.start > minimumSpeech
  }

  /// Whether the region is long enough already, wherever it ends. The signal may end within the last frame.
  private func isKept(_ region: OpenRegion) -> Bool {
    isKept(region, end: region.silenceStart ?? position - frameLength)
  }

  /// Ends the open region, unless it is too short to be one.
  private mutating func close(at end: Int, to regions: inout [SpeechRegion]) {
    guard let region = open else { return }
    open = nil
    guard isKept(region, end: end) else { return }
    release(before: region.start, to: &regions)
    ended = SpeechRegion(start: paddedStart(region.start), end: end)
  }

  /// Gives out the region that has ended, with its share of what lies before the next one's start.
  private mutating func release(before next: Int, to regions: inout [SpeechRegion]) {
    guard let region = ended else { return }
    regions.append(SpeechRegion(start: region.start, end: region.end + min(padding, (next - region.end) / 2)))
    (ended, lastEnd) = (nil, region.end)
  }

  /// Gives out the region that has ended once its end is known: all of its padding has come, or the next is certain.
  private mutating func settle(to regions: inout [SpeechRegion]) {
    guard let region = ended else { return }
    let next = open?.start ?? position - frameLength
    if next - region.end >= 2 * padding || open.map(isKept) == true { release(before: next, to: &regions) }
  }

  // MARK: The longest region

  /// The first sample at which a region may be cut for being too long.
  private func earliestCut(of region: OpenRegion) -> Int { region.start + maximumSpeech / 2 }

  private func certainEnd(of region: OpenRegion) -> Int {
    min(region.silenceStart ?? position, earliestCut(of: region))
  }

  /// Notes the middle of the frame before `frame` as a place for a cut, if it is a better one.
  private mutating func noteCut(with frame: Frame) {
    defer { (beforePrevious, previous) = (previous, frame) }
    guard let region = open, let previous, let beforePrevious else { return }
    let cut = Cut(
      sample: position - frameLength - frameLength / 2,
      loudness: (
        Int(20 * max(beforePrevious.probability, previous.probability, frame.probability)),
        beforePrevious.energy + previous.energy + frame.energy
      ))
    guard cut.sample >= earliestCut(of: region) else { return }
    if region.cut.map({ cut.loudness < $0.loudness }) ?? true { open!.cut = cut }
  }

  /// Cuts the open region in two when the frame at `start` would make it too long.
  private mutating func cutIfTooLong(at start: Int, to regions: inout [SpeechRegion]) {
    guard let region = open, start + frameLength - region.start > maximumSpeech, let cut = region.cut else { return }
    open!.continues = true  // no part of it is too short
    if let silenceStart = region.silenceStart, silenceStart <= cut.sample {
      // The quietest place is in the silence that it has come to, so that nothing goes on behind it.
      close(at: silenceStart, to: &regions)
      return
    }
    close(at: cut.sample, to: &regions)
    open = OpenRegion(start: cut.sample, silenceStart: region.silenceStart, continues: true)
  }
}

extension Duration {
  /// Whole samples at 16 kHz, rounded down.
  var samples: Int {
    let (seconds, attoseconds) = components
    let perSample = Int64(1_000_000_000_000_000_000) / Int64(AcousticFrame.sampleRate)
    return Int(seconds) * AcousticFrame.sampleRate + Int(attoseconds / perSample)
  }

  /// Whole log-mel frames, 10 ms.
  var frames: Int { Int(self / .milliseconds(10)) }
}
