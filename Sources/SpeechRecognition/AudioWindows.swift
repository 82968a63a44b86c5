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
  private let mels: Int
  private var heard = SpeechFrames()
  private var timeline = SpeechTimeline()
  /// Log-mel frames from frame `firstFrame` on, `[frame, mel]`.
  private var frames: [Float] = []
  private var firstFrame = 0
  /// The loudest log-mel energy so far.
  private var loudest = WindowNormalization.silence
  /// Frames that are part of that.
  private var heardFrames = 0
  /// Samples of the recording so far.
  private(set) var sampleCount = 0

  /// Whether what is no speech is held back.
  let isSpeechOnly: Bool

  /// - Parameter listener: at the start of a recording.
  init(listener: SpeechListener) {
    (self.listener, mels, isSpeechOnly) = (listener, listener.mels, listener.isSpeechOnly)
  }

  /// Some frames of `other`, with what it knows of their place and of how loud others are. No more will come.
  private init(_ window: Range<Int>, of other: AudioWindows) {
    (mels, listener, isSpeechOnly) = (other.mels, nil, other.isSpeechOnly)
    (timeline, loudest) = (other.timeline, other.loudest)
    (frames, firstFrame) = (Array(other.frames[other.values(of: window)]), window.lowerBound)
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
  var count: Int { firstFrame + frames.count / mels }

  func append(_ samples: UnsafeBufferPointer<Float>) {
    listener!.append(samples, to: &heard)
    takeHeard()
  }

  func finish() {
    listener!.finish(to: &heard)
    takeHeard()
  }

  private func takeHeard() {
    append(heard)
    heard.removeAll()
  }

  /// Takes what the listener heard next, in place of samples.
  func append(_ heard: SpeechFrames) {
    for stretch in heard.stretches { timeline.append(original: stretch.start, count: stretch.count) }
    frames += heard.frames
    listen()
    sampleCount += heard.sampleCount
  }

  /// Notes how loud the frames are that have come since the last time.
  private func listen() {
    let new = (heardFrames - firstFrame) * mels..<frames.count
    loudest = max(loudest, frames[new].max() ?? WindowNormalization.silence)
    heardFrames = count
  }

  /// Writes the normalised frames of a window into an encoder's input, silence behind them.
  ///
  /// Windows are normalised by the loudest energy that has come; the reference takes the maximum over the whole recording
  /// (`docs/decisions/0003-loudest-of-five-minutes-ahead.md` has the measured difference).
  ///
  /// - Parameter window: frames that there are, none of them forgotten.
  func write(_ window: Range<Int>, to input: UnsafeMutableBufferPointer<Float>) {
    let audio = UnsafeMutableBufferPointer(rebasing: input[..<(window.count * mels)])
    _ = audio.update(fromContentsOf: frames[values(of: window)])
    WindowNormalization.apply(to: audio, maximum: loudest)
    input[audio.count...].update(repeating: 0)
  }

  /// The quietest frame of a range, by the mean energy around it.
  func quietest(in range: Range<Int>) -> Int {
    let reach = 15
    func energy(_ frame: Int) -> Float {
      let around = max(firstFrame, frame - reach)..<min(count, frame + reach)
      return frames[values(of: around)].reduce(0, +) / Float(around.count)
    }
    return range.map { (frame: $0, energy: energy($0)) }.min { $0.energy < $1.energy }!.frame
  }

  /// The first frame behind the longest stretch of a range in which nobody speaks; nil where there is none.
  func longestGap(in range: Range<Int>) -> Int? {
    let hop = AcousticFrame.hopLength
    return timeline.longestGap(in: range.lowerBound * hop..<range.upperBound * hop).map { $0 / hop }
  }

  private func values(of window: Range<Int>) -> Range<Int> {
    (window.lowerBound - firstFrame) * mels..<(window.upperBound - firstFrame) * mels
  }

  /// Forgets all frames before `frame`.
  func forget(before frame: Int) {
    let first = max(firstFrame, min(frame, count))
    frames.removeFirst((first - firstFrame) * mels)
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
