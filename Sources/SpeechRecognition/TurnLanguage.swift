internal import Transcripts

/// The language of the turn that goes on, and what is to be done with it.
struct TurnLanguage {
  private let options: RecognitionOptions
  private let chooseTask: RecognitionSession.TaskChoice?
  /// nil when the language is known beforehand.
  private var finder: LanguageFinder?
  private(set) var language: DetectedLanguage?
  private(set) var task: RecognitionTask
  private var isSettled = false, settledCode: String?
  /// The error of the first choice of a task, thrown when the first turn is recognised.
  private var startFailure: (any Error)?

  /// Audio that tells a language for good, in frames.
  private static let tellingFrames = 300

  /// - Parameter chooseTask: asked when the language is known and when it changes.
  init(
    workspace: RecognitionWorkspace, audio: AudioWindows, options: RecognitionOptions,
    chooseTask: RecognitionSession.TaskChoice?
  ) {
    (self.options, self.chooseTask, task) = (options, chooseTask, options.task)
    language = workspace.model.knownLanguage(options)
    guard let language else {
      finder = LanguageFinder(workspace: workspace, audio: audio, options: options)
      return
    }
    guard let chooseTask else { return }
    do { task = try chooseTask(language) } catch { startFailure = error }
  }

  /// Whether it is settled.
  var isKnown: Bool { finder == nil || isSettled }

  /// The language of the text.
  var ofText: String? { task == .translate ? "en" : language?.code }

  /// Another turn begins, which may be in another language.
  mutating func beginTurn() { isSettled = finder == nil }

  /// Another model listens from now on.
  mutating func change(to workspace: RecognitionWorkspace, audio: AudioWindows) {
    finder = finder.map {
      LanguageFinder(workspace: workspace, audio: audio, options: options, tracker: $0.tracker)
    }
  }

  /// Finds the language of the turn by its own audio. Until it is settled, nothing becomes certain.
  ///
  /// - Parameters:
  ///   - window: the turn's own frames.
  ///   - isLast: whether the turn is over.
  ///   - isAlone: whether nothing of the turn before is heard with it; else it is taken to be in the same language for the time being.
  /// - Returns: whether it is settled, and whether that changed it.
  /// - Throws: the error of the task's choice.
  mutating func settle(
    by window: Range<Int>, isLast: Bool, isAlone: Bool
  ) throws -> (isSettled: Bool, hasChanged: Bool) {
    guard let finder, !isSettled else { return (true, false) }
    let heard = finder.probabilities(of: window)
    guard window.count >= Self.tellingFrames || isLast || heard.best.probability >= 0.9 else {
      // A guess, for what is shown.
      if language == nil || (isAlone && heard.best.probability > 0.5) { language = heard.best }
      return (false, false)
    }
    let found = finder.follow(heard)
    (language, isSettled) = (found, true)
    defer { settledCode = found.code }
    guard found.code != settledCode else { return (true, false) }
    if let chooseTask { task = try chooseTask(found) }
    return (true, true)
  }

  /// - Throws: what went wrong before there was anything to recognise.
  func checkStart() throws { if let startFailure { throw startFailure } }
}
