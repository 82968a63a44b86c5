public import AudioIO
internal import Dispatch
internal import MachineTranslation
internal import SpeechRecognition
internal import Tensors
public import Transcripts

/// What happens while a recording is interpreted.
public enum InterpreterEvent: Sendable {
  /// The language of the speech is known.
  case language(String, probability: Double)
  /// A segment with its translation, final.
  case segment(Segment)
  /// Audio that lies behind, out of the recording's length.
  case progress(Duration)
}

/// One worker: owns workspaces and threads, and interprets one recording after the other. Use it from one thread at a time.
public final class InterpreterSession {
  private let interpreter: Interpreter
  private let context: ComputeContext
  /// Where it takes turns with others.
  private let pool: PassagePool?
  private let makeWorkspace: () -> RecognitionWorkspace
  /// Allocated when there is something to recognise.
  private lazy var workspace = makeWorkspace()

  /// A worker by itself.
  public convenience init(_ interpreter: Interpreter) { self.init(interpreter, pool: nil) }

  private init(_ interpreter: Interpreter, pool: PassagePool?) {
    let context = ComputeContext(kernels: interpreter.kernels, threads: interpreter.threads)
    (self.interpreter, self.context, self.pool) = (interpreter, context, pool)
    makeWorkspace = {
      RecognitionWorkspace(model: interpreter.recognition, context: context, companions: pool?.companions)
    }
  }

  /// A worker that takes turns with another one.
  private init(besides other: InterpreterSession, pool: PassagePool) {
    (interpreter, context, self.pool) = (other.interpreter, other.context, pool)
    makeWorkspace = { RecognitionWorkspace(besides: other.workspace, companions: pool.companions) }
  }

  /// Lets `body` work with some workers at once, each on a thread of its own: they take turns, so that no two calls are at work at any
  /// time, but decode together, which reads the weights once for all. A worker whose call has returned takes passages of the others'
  /// recordings, where windows do not go on from each other. Returns when all calls have returned.
  ///
  /// - Parameter count: workers; one is called on this thread.
  public static func together(_ interpreter: Interpreter, count: Int, _ body: @escaping (InterpreterSession) -> Void) {
    guard count > 1 else { return body(InterpreterSession(interpreter)) }
    let pool = PassagePool(workers: count)
    let first = InterpreterSession(interpreter, pool: pool)
    let sessions = [first] + (1..<count).map { _ in InterpreterSession(besides: first, pool: pool) }
    let work = Turns(sessions: sessions, pool: pool, body: body)
    let threads = DispatchGroup()
    for index in sessions.indices.dropFirst() {
      threads.enter()
      DedicatedThread.start {
        work.run(index)
        threads.leave()
      }
    }
    work.run(0)
    threads.wait()
  }

  /// What the threads share, of which only one is at work at a time.
  private struct Turns: @unchecked Sendable {
    let sessions: [InterpreterSession], pool: PassagePool
    let body: (InterpreterSession) -> Void

    func run(_ index: Int) {
      pool.takePart {
        sessions[index].workspace
      } own: {
        body(sessions[index])
      }
    }
  }

  /// Interprets a whole recording.
  ///
  /// - Parameters:
  ///   - file: read to its end.
  ///   - name: how the transcript names it.
  ///   - source: the language of this recording, where it is not the one that the interpreter was made for.
  ///   - cancellation: looked at before each second of audio.
  ///   - observe: told of segments as they become final, from this thread.
  /// - Returns: the transcript; what was final so far when it was cancelled.
  /// - Throws: `AudioError`, `RecognitionError`, `TranslationError`, or the error of the interpreter's route; `UnfinishedRecording` with
  ///   the transcript of what came before where the rest of the recording cannot be read.
  public func interpret(
    _ file: AudioFile, name: String, from source: SourceLanguage? = nil, cancellation: Cancellation? = nil,
    observe: @escaping (InterpreterEvent) -> Void = { _ in }
  ) throws -> Transcript {
    /// By the language of the speech, and by that of its text.
    var ways: [String: TranslationWay] = [:], translators: [String: TranslatorChain] = [:]
    var languages: [DetectedLanguage] = [], spoken: [String: Duration] = [:]
    let (interpreter, context) = (interpreter, context)
    let options = source.map(interpreter.options.speaking) ?? interpreter.options
    let task = options.task

    func tell(_ language: DetectedLanguage) {
      observe(.language(language.code, probability: language.probability))
      if !languages.contains(where: { $0.code == language.code }) { languages.append(language) }
    }

    func chooseTask(_ language: DetectedLanguage) throws -> RecognitionTask {
      let textLanguage = Self.textLanguage(language.code, task)
      let way =
        try ways[textLanguage]
        ?? TranslationWay(
          interpreter.route?(textLanguage), to: interpreter.target, options: interpreter.translationOptions,
          pool: context.pool)
      ways[textLanguage] = way
      // What the recogniser translates by itself arrives as English and goes on from there.
      translators[way.recognizesIntoEnglish ? "en" : textLanguage] = way.translators
      return way.recognizesIntoEnglish ? .translate : task
    }

    var units = SentenceUnits()
    var segments: [Segment] = []
    func take(_ new: [Segment], isLast: Bool = false) throws {
      guard interpreter.target != nil else {
        segments += new
        return new.forEach { observe(.segment($0)) }
      }
      var complete = new.flatMap { units.append($0) }
      if isLast { complete += units.finish() }
      for unit in complete {
        let translated = try Self.translate(unit, with: translators[unit[0].language ?? "en"])
        segments += translated
        translated.forEach { observe(.segment($0)) }
      }
    }

    let length: Duration, failure: AudioError?
    if options.conditionsOnPreviousText {
      let session = try RecognitionSession(
        workspace: workspace, options: options, voiceActivity: interpreter.voiceActivity
      ) { language in
        tell(language)
        return try chooseTask(language)
      }
      let recording = RecordingReader(file, listener: session.listener, threads: context.pool.threads)
      defer { recording.stop() }
      while cancellation?.isRequested != true, try recording.next({ session.append($0) }) {
        try take(session.recognizeReady())
        observe(.progress(session.processed))
        if session.hasBegun { recording.goAhead() }
      }
      (length, failure) = (recording.length, recording.failure)
      if cancellation?.isRequested != true { try take(session.finish()) }
      spoken = session.spoken
    } else {
      let passages = try RecordingPassages(
        model: interpreter.recognition, context: context, options: options, voiceActivity: interpreter.voiceActivity,
        chooseTask: chooseTask)
      let recording = RecordingReader(file, listener: passages.listener, threads: context.pool.threads)
      defer { recording.stop() }
      var language: String?
      try recognize(PassageWork(recording, passages: passages, options: options, cancellation: cancellation)) { part in
        part.language.map(tell)
        language = part.language?.code ?? language
        let new = part.segments ?? []
        if let language { spoken[language, default: .zero] += new.length }
        try take(new)
        observe(.progress(part.end))
      }
      (length, failure) = (recording.length, recording.failure)
    }
    try take([], isLast: true)
    observe(.progress(length))
    // That of most of the speech, whatever its text is in; the first one when nothing was said.
    let language = languages.max { spoken[$0.code] ?? .zero < spoken[$1.code] ?? .zero }
    let transcript = Transcript(
      file: name, duration: length, language: language?.code ?? "en",
      languageProbability: language?.probability ?? 0, model: interpreter.recognition.name,
      translationModel: ways[Self.textLanguage(language?.code, task)]?.modelNames, targetLanguage: interpreter.target,
      segments: segments)
    if let failure { throw UnfinishedRecording(transcript: transcript, failure: failure) }
    return transcript
  }

  /// Recognises the passages of a recording, with others where there are some, and tells what they say in the order of time.
  private func recognize(_ work: PassageWork, tell: (PassageWork.Part) throws -> Void) throws {
    // Nobody goes on with a recording whose translation failed.
    defer { work.stop() }
    func run() throws {
      while work.hasMore || work.isAtWork {
        if work.hasMore {
          work.takePassage(in: workspace)
        } else {
          pool?.companions.wait { work.hasNews || !work.isAtWork }
        }
        while let part = work.takeNews() { try tell(part) }
      }
    }
    if let pool { try pool.share(work, run) } else { try run() }
    if let error = work.error { throw error }
  }

  /// The language of the text of speech in a language: what the recogniser was asked to write in English is English.
  private static func textLanguage(_ speech: String?, _ task: RecognitionTask) -> String {
    task == .translate ? "en" : speech ?? "en"
  }

  /// Translates a unit as one text and shares the result among its segments; without translators text stands for itself.
  private static func translate(_ unit: [Segment], with translators: TranslatorChain?) throws -> [Segment] {
    let text = Transcript.joined(unit.map(\.text), language: unit[0].language)
    let translated = try translators?.translate([text])[0]
    let shares =
      translated.map { unit.count == 1 ? [$0] : share($0, among: unit.map(\.text)) } ?? unit.map(\.text)
    return zip(unit, shares).map { segment, translation in
      var segment = segment
      segment.translation = translation
      return segment
    }
  }
}
