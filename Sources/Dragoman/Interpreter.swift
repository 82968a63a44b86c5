public import AudioIO
public import MachineTranslation
public import SpeechRecognition
public import Tensors
public import Transcripts

/// The language of the speech.
public enum SourceLanguage: Sendable, Equatable {
  /// Found from the first window of each recording.
  case automatic
  /// A language code.
  case language(String)

  var code: String? { if case .language(let code) = self { code } else { nil } }
}

/// Turns recordings into text, and text into another language: models and wishes, shared by any number of sessions.
public struct Interpreter: Sendable {
  /// What leads from the language of the speech to the target language.
  public typealias Route = @Sendable (_ from: String) throws -> TranslationRoute

  let recognition: RecognitionModel
  let from: SourceLanguage
  let target: String?
  let task: RecognitionTask
  let threads: Int
  let kernels: Kernels
  let route: Route?

  /// An interpreter whose way to the target language depends on the language of the speech.
  ///
  /// - Parameters:
  ///   - target: language code to translate into; nil for none.
  ///   - route: asked once for each recording, when its language is known; its error ends that recording.
  public init(
    recognition: RecognitionModel, from: SourceLanguage = .automatic, to target: String? = nil,
    task: RecognitionTask = .transcribe, threads: Int = 2, kernels: Kernels = .best, route: Route? = nil
  ) {
    (self.recognition, self.from, self.target) = (recognition, from, target)
    (self.task, self.threads, self.kernels, self.route) = (task, threads, kernels, route)
  }

  /// An interpreter with one translation model for speech in the language that this model reads.
  public init(
    recognition: RecognitionModel, translation: TranslationModel, from: SourceLanguage = .automatic, to target: String,
    threads: Int = 2
  ) {
    self.init(recognition: recognition, from: from, to: target, threads: threads) { from in
      TranslationRoute(models: from == target ? [] : [translation])
    }
  }

  /// The segments of a recording as they are recognised and translated.
  ///
  /// The work is done on a thread of its own and stops when the stream is no longer read. Errors are `AudioError`,
  /// `RecognitionError`, `TranslationError`, or the route's.
  public func interpret(_ file: sending AudioFile) -> AsyncThrowingStream<Segment, any Error> {
    let carried = Carried(file)
    return AsyncThrowingStream { continuation in
      let cancellation = Cancellation()
      continuation.onTermination = { _ in cancellation.request() }
      DedicatedThread.start {
        do {
          _ = try InterpreterSession(self).interpret(
            carried.value, name: carried.value.name, cancellation: cancellation
          ) { event in
            if case .segment(let segment) = event { continuation.yield(segment) }
          }
          continuation.finish()
        } catch {
          continuation.finish(throwing: error)
        }
      }
    }
  }
}

/// The models that a text goes through, and whether the recogniser already writes English.
public struct TranslationRoute: Sendable {
  /// In order; the first reads the language of the text.
  public var models: [TranslationModel]
  /// Language codes that the models read, one for each.
  public var sourceLanguages: [String]
  /// Whether speech is recognised straight into English.
  public var recognizesIntoEnglish: Bool

  /// A route through `models`; `sourceLanguages` tell how each one's text is cut into sentences (`en` unless told).
  public init(models: [TranslationModel], sourceLanguages: [String]? = nil, recognizesIntoEnglish: Bool = false) {
    self.models = models
    self.sourceLanguages = sourceLanguages ?? models.map { _ in "en" }
    self.recognizesIntoEnglish = recognizesIntoEnglish
  }
}

/// Hands a value to the one thread that uses it from then on.
private struct Carried<Value>: @unchecked Sendable {
  let value: Value
  init(_ value: Value) { self.value = value }
}
