internal import AudioIO
internal import SpeechRecognition
internal import Tensors

/// What a live session asks of a recogniser: `LiveRecognizer`, or one whose cost is scripted, for tests of the pace.
protocol LiveRecognizing: AnyObject {
  /// What may be changed from call to call.
  var live: LiveOptions { get set }
  /// The language of the turn, and whether it is settled.
  var language: DetectedLanguage? { get }
  var isLanguageKnown: Bool { get }
  /// Audio that has been listened to, and audio that has come and was not, without what is left out.
  var position: Duration { get }
  var backlog: Duration { get }
  /// Where the turn that goes on begins, nil between turns, and the audio of it that the next recognition will hear.
  var turnStart: Duration? { get }
  var turnLength: Duration { get }
  /// Since when nobody has spoken, between turns.
  var silenceStart: Duration { get }

  /// Takes samples.
  func append(_ samples: UnsafeBufferPointer<Float>)
  /// No more will come.
  func finish()
  /// Listens on until there is something to do.
  func listen(atMost limit: Duration) -> LiveRecognizer.Occasion?
  /// Recognises the turn that goes on, or what is left of the one that is over.
  func recognize() throws -> LiveUpdate
  /// Leaves the oldest audio out that was not listened to, and says where.
  func skip(keeping kept: Duration) -> (start: Duration, end: Duration)?
}

extension LiveRecognizer: LiveRecognizing {}

/// The recognition models of a live session: the one that was chosen, and a smaller one for when the machine is too slow.
final class LiveModels {
  private let chosen: RecognitionWorkspace, smaller: RecognitionModel?, recognizer: LiveRecognizer
  /// Made when it is first needed.
  private lazy var smallerWorkspace = smaller.map { RecognitionWorkspace(model: $0, context: context) }
  private let context: ComputeContext, chosenName: String

  init(
    _ model: RecognitionModel, in chosen: RecognitionWorkspace, smaller: RecognitionModel?, context: ComputeContext,
    recognizer: LiveRecognizer
  ) {
    (self.chosen, self.smaller, self.context, self.recognizer) = (chosen, smaller, context, recognizer)
    chosenName = model.name
  }

  var hasSmaller: Bool { smaller != nil }

  /// Goes over to the smaller model, or back, and says which one recognises from now on.
  func use(smaller isSmaller: Bool) -> String {
    guard isSmaller, let smaller, let smallerWorkspace else {
      recognizer.change(to: chosen)
      return chosenName
    }
    recognizer.change(to: smallerWorkspace)
    return smaller.name
  }
}
