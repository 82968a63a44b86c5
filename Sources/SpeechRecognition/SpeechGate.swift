internal import AcousticFeatures
public import Tensors

/// A run of speech with its place in the original audio.
public struct SpeechPiece: Sendable, Equatable {
  /// Position of the first sample in the original audio.
  public var start: Int
  /// Mono PCM at 16 kHz, never empty.
  public var samples: [Float]
  /// Whether the region that the piece belongs to ends with it.
  public var endsRegion: Bool

  /// Samples that begin at `start`.
  public init(start: Int, samples: [Float], endsRegion: Bool) {
    (self.start, self.samples, self.endsRegion) = (start, samples, endsRegion)
  }

  fileprivate init(_ piece: SpeechGate.Piece) {
    self.init(start: piece.start, samples: Array(piece.samples), endsRegion: piece.endsRegion)
  }
}

/// Lets the speech of a signal pass and holds back the rest.
///
/// What passes is the signal as it came, whatever the ears made of it.
///
/// The pieces of a region follow one another without a gap. They do not depend on how the signal is cut; only as much
/// audio is kept as may still belong to a region, at most about half of the options' maximum.
public final class SpeechGate {
  /// A run of speech where it is kept, valid while it is looked at.
  typealias Piece = (start: Int, samples: UnsafeBufferPointer<Float>, endsRegion: Bool)

  private let ears: VoiceEars
  private var finder: SpeechRegionFinder
  private let pieceLength: Int
  /// Samples that room is reserved for: half of the longest region, and what ends it, but ten minutes at most.
  let reserved: Int
  /// Samples taken at a time, so that what is kept stays small whatever comes at once.
  private static let blockLength = 32 * VoiceActivityDetector.frameLength

  /// The audio from sample `origin` of the signal on.
  private var audio: [Float] = []
  private var origin = 0
  /// Frames that have been judged.
  private var frameCount = 0
  /// The sample behind the last one handed out.
  private var handedOut = 0
  private var probabilities: [Float] = []
  private var regions: [SpeechRegion] = []

  /// A gate at the start of a signal.
  ///
  /// - Parameters:
  ///   - model: shared with any number of others.
  ///   - options: as `SpeechRegionFinder` wants them.
  ///   - pieceLength: as soon as more than this is certain to be speech, so much of it is handed out, though the
  ///     region has not ended. At least one sample.
  ///   - pool: threads to hear with, that do nothing else meanwhile; nil for the calling one alone.
  public init(
    model: VoiceActivityModel, options: SpeechRegionOptions = SpeechRegionOptions(),
    pieceLength: Duration = .seconds(1), pool: ThreadPool? = nil
  ) {
    precondition(pieceLength.samples > 0, "a piece holds at least one sample")
    ears = VoiceEars(model: model, voice: options.threshold, pool: pool)
    finder = SpeechRegionFinder(options: options)
    let ending: Duration = options.minimumSilence + options.padding + options.padding
    let kept = (options.maximumSpeech / 2).samples + ending.samples + pieceLength.samples
    reserved = min(kept + Self.blockLength, 600 * AcousticFrame.sampleRate)
    self.pieceLength = pieceLength.samples
    // Memory is taken by what is written, so that this costs nothing before.
    audio.reserveCapacity(reserved)
  }

  /// Hears with the calling thread alone from now on.
  func leavePool() { ears.leavePool() }

  /// Takes samples and appends the speech that has become certain.
  ///
  /// - Parameters:
  ///   - samples: mono PCM in -1...1 at 16 kHz, `[sample]`.
  ///   - output: grows by pieces in the order of time.
  public func append(_ samples: UnsafeBufferPointer<Float>, to output: inout [SpeechPiece]) {
    append(samples) { output.append(SpeechPiece($0)) }
  }

  /// Takes samples and shows the speech that has become certain, in the order of time.
  func append(_ samples: UnsafeBufferPointer<Float>, show: (Piece) -> Void) {
    for start in stride(from: 0, to: samples.count, by: Self.blockLength) {
      let block = UnsafeBufferPointer(rebasing: samples[start..<min(start + Self.blockLength, samples.count)])
      audio.append(contentsOf: block)
      ears.append(block, to: &probabilities)
      judgeFrames(show)
      discard()
    }
  }

  /// Ends the signal and appends the speech that is left; the gate then stands at the start of another.
  public func finish(to output: inout [SpeechPiece]) {
    finish { output.append(SpeechPiece($0)) }
  }

  /// Ends the signal and shows the speech that is left; the gate then stands at the start of another.
  func finish(show: (Piece) -> Void) {
    ears.finish(to: &probabilities)
    judgeFrames(show)
    finder.finish(sampleCount: origin + audio.count, to: &regions)
    handOutRegions(show)
    audio.removeAll(keepingCapacity: true)
    (origin, frameCount, handedOut) = (0, 0, 0)
  }

  /// Samples of the signal that are kept.
  var keptCount: Int { audio.count }

  private func judgeFrames(_ show: (Piece) -> Void) {
    for probability in probabilities {
      judgeFrame(probability, show)
      handOutCertain(show)
    }
    probabilities.removeAll(keepingCapacity: true)
  }

  private func judgeFrame(_ probability: Float, _ show: (Piece) -> Void) {
    let start = frameCount * VoiceActivityDetector.frameLength - origin
    frameCount += 1
    var energy: Float = 0
    for sample in audio[start..<min(start + VoiceActivityDetector.frameLength, audio.count)] {
      energy += sample * sample
    }
    finder.append(probability, energy: energy, to: &regions)
    handOutRegions(show)
  }

  private func handOutRegions(_ show: (Piece) -> Void) {
    for region in regions {
      handOut(max(region.start, handedOut)..<region.end, endsRegion: true, show)
    }
    regions.removeAll(keepingCapacity: true)
  }

  /// Hands out whole pieces of the region that has not ended. At least one sample is left for its last piece.
  private func handOutCertain(_ show: (Piece) -> Void) {
    guard let certain = finder.certain else { return }
    var start = max(certain.start, handedOut)
    // The last frame of a signal is filled up with silence, which is no part of it.
    let end = min(certain.end, origin + audio.count)
    while end - start > pieceLength {
      handOut(start..<start + pieceLength, endsRegion: false, show)
      start += pieceLength
    }
  }

  private func handOut(_ range: Range<Int>, endsRegion: Bool, _ show: (Piece) -> Void) {
    audio.withUnsafeBufferPointer { audio in
      let samples = UnsafeBufferPointer(rebasing: audio[range.lowerBound - origin..<range.upperBound - origin])
      show((range.lowerBound, samples, endsRegion))
    }
    handedOut = range.upperBound
  }

  /// Forgets the audio that no region can want any more; rarely, so that moving the rest costs little.
  private func discard() {
    let needed = min(max(finder.earliestStart, handedOut), frameCount * VoiceActivityDetector.frameLength)
    guard needed - origin >= max(Self.blockLength, audio.count / 2) else { return }
    audio.removeFirst(needed - origin)
    origin = needed
  }
}
