internal import AcousticFeatures
internal import Tensors
internal import Transcripts

/// The log-mel frames of a recording, of its speech only where voice activity is known, from which windows are taken.
///
/// Frame `f` stands at sample `160 f` of the speech, one region after the other; the timeline knows where that is in the
/// recording. Only what later windows need is kept.
final class AudioWindows {
  /// What hears the samples of this recording; nil where no more will come.
  let listener: SpeechListener?
  private var timeline = SpeechTimeline()
  /// Log-mel frames from frame `firstFrame` on.
  private let frames: FrameRing
  private var firstFrame = 0
  /// The loudest log-mel energy so far.
  private var loudest = WindowNormalization.silence
  /// Samples of the recording so far.
  private(set) var sampleCount = 0

  /// Whether what is no speech is held back.
  let isSpeechOnly: Bool

  /// - Parameters:
  ///   - listener: at the start of a recording.
  ///   - needed: frames that are kept at most, but for those that come at once.
  init(listener: SpeechListener, needed: Int) {
    (self.listener, isSpeechOnly) = (listener, listener.isSpeechOnly)
    let hour = 3600 * AcousticFrame.framesPerSecond
    frames = FrameRing(mels: listener.mels, capacity: min(needed + listener.mostFrames, hour))
  }

  /// Some frames of `other`, with what it knows of their place and of how loud others are. No more will come.
  private init(_ window: Range<Int>, of other: AudioWindows) {
    (listener, isSpeechOnly) = (nil, other.isSpeechOnly)
    (timeline, loudest) = (other.timeline, other.loudest)
    (frames, firstFrame) = (FrameRing(mels: other.frames.mels, capacity: window.count), window.lowerBound)
    other.frames.read(other.kept(window)) { frames.append($0) }
    sampleCount =
      window.upperBound < other.count
      ? timeline.originalEnd(of: window.upperBound * AcousticFrame.hopLength) : other.sampleCount
  }

  /// Hands over the frames before `frame`, which are forgotten here.
  func takeFrames(before frame: Int) -> AudioWindows {
    let taken = AudioWindows(firstFrame..<frame, of: self)
    forget(before: frame)
    return taken
  }

  /// The frames that are kept.
  var kept: Range<Int> { firstFrame..<count }

  /// Frames of speech that there are so far.
  var count: Int { firstFrame + frames.count }

  func append(_ samples: UnsafeBufferPointer<Float>) { listener!.append(samples) { append($0) } }

  func finish() { listener!.finish { append($0) } }

  /// Takes a part of what the listener heard next, in place of samples.
  func append(_ heard: SpeechFrames) {
    for stretch in heard.stretches { timeline.append(original: stretch.start, count: stretch.count) }
    heard.frames.withUnsafeBufferPointer { new in
      frames.append(new)
      loudest = max(loudest, new.max() ?? WindowNormalization.silence)
    }
    sampleCount += heard.sampleCount
  }

  /// Writes the normalised frames of a window into an encoder's input, silence behind them.
  ///
  /// Windows are normalised by the loudest energy that has come; the reference takes the maximum over the whole recording
  /// (`docs/decisions/0003-loudest-of-five-minutes-ahead.md` has the measured difference).
  ///
  /// - Parameter window: frames that there are, none of them forgotten.
  func write(_ window: Range<Int>, to input: UnsafeMutableBufferPointer<Float>) {
    let audio = UnsafeMutableBufferPointer(rebasing: input[..<(window.count * frames.mels)])
    frames.copy(kept(window), to: audio.baseAddress!)
    WindowNormalization.apply(to: audio, maximum: loudest)
    input[audio.count...].update(repeating: 0)
  }

  /// The quietest frame of a range, by the mean energy around it.
  func quietest(in range: Range<Int>) -> Int {
    let reach = 15
    func energy(_ frame: Int) -> Float {
      let around = max(firstFrame, frame - reach)..<min(count, frame + reach)
      var sum: Float = 0
      frames.read(kept(around)) { sum = $0.reduce(sum, +) }
      return sum / Float(around.count)
    }
    return range.map { (frame: $0, energy: energy($0)) }.min { $0.energy < $1.energy }!.frame
  }

  /// Where the pieces of a window meet (`SpeechPieces`), in frames as the window's.
  func cuts(of window: Range<Int>) -> [Int] {
    var energies: [Float] = []
    energies.reserveCapacity(window.count)
    frames.read(kept(window)) { run in
      for first in stride(from: 0, to: run.count, by: frames.mels) {
        energies.append(run[first..<first + frames.mels].reduce(0, +) / Float(frames.mels))
      }
    }
    return SpeechPieces.cuts(energies).map { window.lowerBound + $0 }
  }

  /// The first frame behind the longest stretch of a range in which nobody speaks; nil where there is none.
  func longestGap(in range: Range<Int>) -> Int? {
    let hop = AcousticFrame.hopLength
    return timeline.longestGap(in: range.lowerBound * hop..<range.upperBound * hop).map { $0 / hop }
  }

  /// The first frames behind the long silences that were left out of a window, in its frames: what is said ends before such a one or
  /// begins with it.
  func longSilences(in window: Range<Int>) -> [Int] {
    let hop = AcousticFrame.hopLength
    return timeline.seams(
      in: window.lowerBound * hop..<window.upperBound * hop, leavingOut: LongSilence.least.samples
    ).map { ($0 + hop - 1) / hop - window.lowerBound }
  }

  /// Some frames, counted from the first one that is kept.
  private func kept(_ window: Range<Int>) -> Range<Int> {
    window.lowerBound - firstFrame..<window.upperBound - firstFrame
  }

  /// Forgets all frames before `frame`.
  func forget(before frame: Int) {
    let first = max(firstFrame, min(frame, count))
    frames.removeFirst(first - firstFrame)
    firstFrame = first
    timeline.forget(before: firstFrame * AcousticFrame.hopLength)
  }

  /// Where in the recording something begins or ends that begins or ends with this frame.
  func start(of frame: Int) -> Duration { Self.time(timeline.originalStart(of: frame * AcousticFrame.hopLength)) }
  func end(of frame: Int) -> Duration { Self.time(timeline.originalEnd(of: frame * AcousticFrame.hopLength)) }

  /// Where in the recording a segment ends that starts with frame `start`. A timestamp where speech begins again after a
  /// pause is the next segment's start, too: 0.6 s hold the padding of speech and what the model's times are off by.
  func end(of frame: Int, after start: Int) -> Duration {
    let hop = AcousticFrame.hopLength
    return Self.time(timeline.originalEnd(of: frame * hop, after: start * hop, reach: 60 * hop))
  }

  /// The recording so far.
  var length: Duration { Self.time(sampleCount) }

  /// How much of the recording is behind when the frames before `frame` are.
  func processed(through frame: Int) -> Duration { frame < count ? end(of: frame) : length }

  /// A word with times in the recording, from one with times after `frame`.
  func placed(_ word: Word, after frame: Int) -> Word {
    func sample(_ time: Duration) -> Int {
      frame * AcousticFrame.hopLength + Int(time / .seconds(1) * Double(AcousticFrame.sampleRate))
    }
    let samples = timeline.original(word: sample(word.start)..<sample(word.end))
    var word = word
    (word.start, word.end) = (Self.time(samples.lowerBound), Self.time(samples.upperBound))
    return word
  }

  private static func time(_ sample: Int) -> Duration {
    .milliseconds(sample * 1000 / AcousticFrame.sampleRate)
  }
}
