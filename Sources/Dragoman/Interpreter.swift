public import AudioIO
public import MachineTranslation
public import SpeechRecognition
public import Tensors
public import Transcripts

/// The language of the speech.
public enum SourceLanguage: Sendable, Equatable {
  /// Found from window to window of each recording.
  case automatic
  /// Found likewise, among these language codes.
  case oneOf([String])
  /// A language code.
  case language(String)
}

extension RecognitionOptions {
  /// Options for speech in a language.
  public init(from: SourceLanguage, task: RecognitionTask = .transcribe) {
    self = RecognitionOptions(task: task).speaking(from)
  }

  /// The same options for speech in another language.
  func speaking(_ source: SourceLanguage) -> RecognitionOptions {
    var options = self
    (options.language, options.candidateLanguages) = (nil, [])
    switch source {
    case .automatic: break
    case .oneOf(let codes):
      options.language = codes.count == 1 ? codes[0] : nil
      options.candidateLanguages = codes
    case .language(let code): options.language = code
    }
    return options
  }
}

/// Turns recordings into text, and text into another language: models and wishes, shared by any number of sessions.
public struct Interpreter: Sendable {
  /// What leads from the language of the speech to the target language.
  public typealias Route = @Sendable (_ from: String) throws -> TranslationRoute

  let recognition: RecognitionModel
  let voiceActivity: VoiceActivityModel?
  /// How speech is recognised.
  public private(set) var options: RecognitionOptions
  let target: String?
  let threads: Int
  let kernels: Kernels
  let route: Route?
  /// Tokens of the options' prompt and hotwords, and how many of them, the last ones, the recognition model takes.
  public var promptTokens: (given: Int, used: Int) { recognition.promptTokens(options) }

  /// The recognition model's name.
  public var recognitionName: String { recognition.name }
  /// How text is translated; the languages come from the route.
  public var translationOptions = TranslationOptions()

  /// An interpreter whose way to the target language depends on the language of the speech.
  ///
  /// - Parameters:
  ///   - voiceActivity: restricts recognition to where a voice is heard; without, silence is recognised too.
  ///   - options: how speech is recognised.
  ///   - target: language code to translate into; nil for none.
  ///   - route: asked once for each language of a recording, when it is heard; its error ends that recording.
  public init(
    recognition: RecognitionModel, voiceActivity: VoiceActivityModel? = nil, options: RecognitionOptions = .init(),
    to target: String? = nil, threads: Int = 2, kernels: Kernels = .best, route: Route? = nil
  ) {
    (self.recognition, self.voiceActivity) = (recognition, voiceActivity)
    (self.options, self.target) = (options, target)
    (self.threads, self.kernels, self.route) = (threads, kernels, route)
  }

  /// An interpreter with one translation model for speech in the language that this model reads.
  public init(
    recognition: RecognitionModel, voiceActivity: VoiceActivityModel? = nil, translation: TranslationModel,
    from: SourceLanguage = .automatic, to target: String, threads: Int = 2
  ) {
    self.init(
      recognition: recognition, voiceActivity: voiceActivity, options: .init(from: from), to: target, threads: threads
    ) { from in
      from == target
        ? TranslationRoute(models: []) : TranslationRoute(models: [translation], sourceLanguages: [from])
    }
  }

  /// The same models and wishes for speech in another language.
  public func speaking(_ source: SourceLanguage) -> Interpreter {
    var interpreter = self
    interpreter.options = options.speaking(source)
    return interpreter
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
        } catch let unfinished as UnfinishedRecording {
          continuation.finish(throwing: unfinished.failure)
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
