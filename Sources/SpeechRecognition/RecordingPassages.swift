internal import AcousticFeatures
public import Tensors

/// A part of a recording that is recognised by itself, in whatever order.
public struct RecordingPassage {
  let audio: AudioWindows
  let language: DetectedLanguage
  let task: RecognitionTask
  /// The language of its speech where it is another than before, or the first.
  public let newLanguage: DetectedLanguage?
  /// Where it ends in the recording: all audio before is in this passage or one before it.
  public var end: Duration { audio.length }
}

/// Divides a recording whose windows do not go on from each other into passages of at most a window, as its samples come.
///
///     speech       |------ passage ------|------ passage ------ ...
///     looked for            |----- pause -----|
///                  0      half a        a window                  lookahead
///                        window
///
/// A passage ends where voice activity left out most audio, or else at the quietest place, or where the language changes; only a
/// recording of more than a window is divided. The audio alone decides, so that the text depends neither on who recognises which
/// passage nor on when. A passage waits until so much speech has come that a whole window has `lookahead` behind it.
///
/// The language is found as a passage is taken, in the order of time, with hysteresis from one to the next.
public final class RecordingPassages {
  private let model: RecognitionModel
  private let options: RecognitionOptions
  private let chooseTask: RecognitionSession.TaskChoice?
  private let audio: AudioWindows
  /// Frames of 10 ms: how long passages are at most, what the last one has at least, and what must have come.
  private let longest: Int, leastRest: Int, needed: Int
  private var isFinished = false
  private var tracker = LanguageTracker()
  /// Those of the last passage.
  private var language: DetectedLanguage?, task: RecognitionTask

  /// - Parameters:
  ///   - context: hears where somebody speaks.
  ///   - voiceActivity: restricts recognition to where a voice is heard; without, silence is recognised too.
  ///   - chooseTask: asked when the language is known and when it changes, in place of `options.task`.
  /// - Throws: `RecognitionError` when the model cannot do what the options ask.
  public init(
    model: RecognitionModel, context: ComputeContext, options: RecognitionOptions,
    voiceActivity: VoiceActivityModel? = nil, chooseTask: RecognitionSession.TaskChoice? = nil
  ) throws(RecognitionError) {
    try model.validate(options)
    (self.model, self.options, self.chooseTask, task) = (model, options, chooseTask, options.task)
    longest = model.weights.dimensions.windowFrames
    leastRest = longest / 6
    needed = longest + max(options.lookahead.samples / AcousticFrame.hopLength, leastRest + 1)
    listener = SpeechListener(model: model, options: options, voiceActivity: voiceActivity, context: context)
    audio = AudioWindows(listener: listener, needed: needed)
  }

  /// What hears the recording's samples.
  public let listener: SpeechListener

  /// Takes a part of what the listener heard in the samples that come next; no passage is asked for before all parts were taken.
  public func append(_ heard: SpeechFrames) { audio.append(heard) }

  /// Ends the recording.
  public func finish() {
    audio.finish()
    isFinished = true
  }

  /// Whether all passages were given out that there will be.
  public var isAtEnd: Bool { isFinished && audio.kept.isEmpty }

  /// The next passage; nil as long as more must come for it, and behind the last one.
  ///
  /// - Parameter workspace: hears the language, and recognises the passage next.
  /// - Throws: what the choice of the task does.
  public func next(in workspace: RecognitionWorkspace) throws -> RecordingPassage? {
    guard isFinished ? !isAtEnd : audio.kept.count >= needed else { return nil }
    workspace.forget()
    var end = border
    var spoken = model.knownLanguage(options)
    if spoken == nil {
      let finder = LanguageFinder(workspace: workspace, audio: audio, options: options, tracker: tracker)
      (spoken, end) = finder.examine(audio.kept.lowerBound..<end)
      tracker = finder.tracker
    }
    let isNew = spoken!.code != language?.code
    if isNew, let chooseTask { task = try chooseTask(spoken!) }
    language = spoken
    return RecordingPassage(
      audio: audio.takeFrames(before: end), language: spoken!, task: task, newLanguage: isNew ? spoken : nil)
  }

  /// The end of speech where it fits into a window; else where speech pauses longest, between two regions of it, or where it is quietest.
  /// That half a window is looked through measured best (`docs/decisions/0014-one-recording-one-reader.md`).
  private var border: Int {
    let rest = audio.kept
    guard rest.count > longest else { return rest.upperBound }
    let range = rest.lowerBound + longest / 2..<min(rest.lowerBound + longest, rest.upperBound - leastRest)
    return audio.longestGap(in: range) ?? audio.quietest(in: range)
  }
}
