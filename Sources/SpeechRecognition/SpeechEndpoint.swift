/// Where somebody begins and stops to speak, frame by frame, as soon as it can be told.
///
/// Pure: what it says depends on the probabilities alone. Frames are those of `VoiceActivityDetector`, 32 ms.
struct SpeechEndpoint: Sendable {
  /// Probability at which speech begins, and below which it may have stopped.
  var beginning: Float = 0.5, ending: Float = 0.35
  /// Frames in a row that begin speech.
  var onset = 2
  /// Frames without speech that end it.
  var pause: Int

  enum Change: Equatable {
    /// Speech began with this frame.
    case began(Int)
    /// Speech ended; the frame behind its last one.
    case ended(Int)
  }

  private(set) var isSpeaking = false
  /// The frame behind the last speech that ended; 0 before there was any.
  private(set) var lastEnd = 0
  /// Frames that have been judged.
  private(set) var frameCount = 0
  /// Frames in a row that are on the other side.
  private var run = 0

  init(pause: Int, beginning: Float = 0.5) {
    (self.pause, self.beginning, ending) = (pause, beginning, beginning * 0.7)
  }

  /// Frames without speech so far while somebody speaks.
  var quietFrames: Int { isSpeaking ? run : 0 }

  /// What was heard so far is no speech.
  mutating func forget() { (isSpeaking, run) = (false, 0) }

  /// Takes the next frame.
  mutating func append(_ probability: Float) -> Change? {
    frameCount += 1
    let isOther = isSpeaking ? probability < ending : probability >= beginning
    run = isOther ? run + 1 : 0
    guard run >= (isSpeaking ? pause : onset) else { return nil }
    defer { run = 0 }
    isSpeaking.toggle()
    guard !isSpeaking else { return .began(frameCount - run) }
    lastEnd = frameCount - run
    return .ended(lastEnd)
  }
}
