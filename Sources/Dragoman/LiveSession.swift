public import AudioIO
internal import Foundation
internal import MachineTranslation
public import SpeechRecognition
internal import Tensors
internal import Transcripts

/// How a live session goes.
public struct LiveSettings: Sendable {
  /// What leads from one language to another.
  public typealias Route = @Sendable (_ from: String, _ to: String) throws -> TranslationRoute

  /// How speech is recognised while it goes on.
  public var recognition = LiveOptions()
  /// How often, and what happens when the machine is too slow.
  public var pace = LivePace()
  /// Language codes to translate into: the first that is not the language of the speech.
  public var targets: [String] = []
  /// Asked once for each pair of languages.
  public var route: Route?
  /// Words of translations that may be taken back, for each word of the finals.
  public var flicker = 0.2
  /// Silence after which a sentence without an end is over.
  public var longestPause = Duration.milliseconds(1500)
  /// Whether audio may be left out to keep up: not where the source waits.
  public var maySkip = true

  /// Speech as it is, without translation.
  public init() {}
}

/// Interprets speech while it goes on. Use it from one thread.
public final class LiveSession {
  private let interpreter: Interpreter
  private let settings: LiveSettings
  private let context: ComputeContext
  private let recognizer: LiveRecognizer
  private let clock: any LiveClock
  private let observe: (LiveEvent, _ at: Duration) throws -> Void

  private var pace: LivePace
  private var sentences = LiveSentences()
  private var stable: StableTranslation
  private let ways: Ways
  private var shownPartial: LivePartial?
  private var translatedCertain: (text: String, translation: String)?
  private var wordLatencies: [Duration] = []
  private var summary = LiveSummary()
  private var lastRecognized = Duration.zero
  private var busy = Duration.zero, listened = Duration.zero
  /// Seconds of work for a second of audio so far.
  public var realTimeFactor: Double { listened > .zero ? busy / listened : 0 }
  /// Whether the device is gone, and for how much of that time silence was heard already.
  private var isAway = false, filled = Duration.zero
  private var silentSince: Duration?
  private var toldLanguage: String?

  /// - Parameters:
  ///   - interpreter: models and options; its own target is not looked at.
  ///   - clock: the wall clock, or one of the audio for results that do not depend on the machine.
  ///   - observe: told what happens and when, from the thread that runs; its error ends the session.
  /// - Throws: `RecognitionError` when the model cannot do what the options ask; that of the route for a known language.
  public init(
    _ interpreter: Interpreter, voiceActivity: VoiceActivityModel, settings: LiveSettings = .init(),
    clock: any LiveClock = WallClock(), observe: @escaping (LiveEvent, _ at: Duration) throws -> Void
  ) throws {
    (self.interpreter, self.settings, self.clock, self.observe) = (interpreter, settings, clock, observe)
    context = ComputeContext(kernels: interpreter.kernels, threads: interpreter.threads)
    pace = settings.pace
    let ways = Ways(interpreter: interpreter, settings: settings, pool: context.pool)
    self.ways = ways
    stable = StableTranslation(
      flicker: settings.flicker,
      unspaced: !settings.targets.isEmpty && settings.targets.allSatisfy(Transcript.unspaced.contains))
    var options = interpreter.options
    options.lookahead = .zero
    let task = options.task
    recognizer = try LiveRecognizer(
      workspace: RecognitionWorkspace(model: interpreter.recognition, context: context), options: options,
      live: settings.recognition, voiceActivity: voiceActivity
    ) { language in
      guard let way = try ways.way(from: task == .translate ? "en" : language.code) else { return task }
      return way.recognizesIntoEnglish ? .translate : task
    }
    recognizer.warmUp()
  }

  /// Audio that is read at a time.
  private static let chunk = AudioFile.sampleRate / 2
  private static let wait = Duration.milliseconds(60)
  /// Without sound for so long, a device that is away is taken for silent.
  private static let outage = Duration.milliseconds(500)

  /// Listens until the source ends or an end is asked for; what has begun is then finished.
  ///
  /// - Parameters:
  ///   - source: read from this thread.
  ///   - tap: gets all audio that is heard, silence for what was lost.
  /// - Returns: the session in figures.
  /// - Throws: `AudioError` of the source, the errors of recognition and translation, and those of `observe` and `tap`. What
  ///   was certain is told before.
  @discardableResult public func run(
    _ source: some LiveSource, cancellation: Cancellation? = nil,
    tap: (UnsafeBufferPointer<Float>) throws -> Void = { _ in }
  ) throws -> LiveSummary {
    let buffer = UnsafeMutableBufferPointer<Float>.allocate(capacity: Self.chunk)
    defer { buffer.deallocate() }
    let silence = UnsafeMutableBufferPointer<Float>.allocate(capacity: Self.chunk)
    silence.initialize(repeating: 0)
    defer { silence.deallocate() }
    var failure: (any Error)?
    /// False where it cannot be kept.
    func hear(_ samples: UnsafeBufferPointer<Float>) -> Bool {
      recognizer.append(samples)
      let duration = Duration.seconds(samples.count) / AudioFile.sampleRate
      listened += duration
      clock.heard(duration)
      do { try tap(samples) } catch {
        failure = error
        return false
      }
      return true
    }
    /// Silence stands for what was lost, so that the audio stays as long as its time.
    func hearNothing(for duration: Duration) throws -> Bool {
      var left = Int(duration / .seconds(1) * Double(AudioFile.sampleRate))
      while left > 0, cancellation?.isRequested != true {
        let count = min(left, silence.count)
        guard hear(UnsafeBufferPointer(rebasing: silence[..<count])) else { return false }
        left -= count
        try work()
      }
      return true
    }
    try tell(.ready)
    reading: while cancellation?.isRequested != true {
      // All that has come, but no more than can be listened to at once.
      var timeout = Self.wait, hasTime = true, isDry = false
      while hasTime, recognizer.backlog < .seconds(2) || settings.maySkip {
        let next: LiveAudio?
        do { next = try source.read(into: buffer, timeout: timeout) } catch {
          failure = error
          break reading
        }
        timeout = .zero
        guard let next else {
          isDry = true
          break
        }
        switch next {
        case .samples(let count):
          guard hear(UnsafeBufferPointer(rebasing: buffer[..<count])) else { break reading }
          // Under a clock that waits, every chunk is an occasion.
          if clock.waits { hasTime = false }
        case .lost(let lost):
          let start = listened - filled
          try lose(LostAudio(start: start, end: start + lost, lost: lost, reason: .device))
          let left = lost - filled
          filled = .zero
          guard try hearNothing(for: left) else { break reading }
        case .deviceLost(let name, let reason):
          isAway = true
          try tell(.deviceLost(name: name, reason: reason))
        case .deviceBack(let name):
          isAway = false
          try tell(.deviceBack(name: name))
        case .end: break reading
        }
      }
      // While a device is away, time goes on: the sentence that it broke off ends, and nothing is late when it is back.
      let missing = clock.now - listened
      if isAway, isDry, missing > Self.outage {
        filled += missing
        guard try hearNothing(for: missing) else { break reading }
      }
      try keepUp()
      try work()
    }
    recognizer.finish()
    try work()
    if let last = sentences.finish() { try tellFinal(last) }
    summary.duration = listened
    let sorted = wordLatencies.sorted()
    if !sorted.isEmpty {
      summary.latencyMedian = sorted[sorted.count / 2]
      summary.latencyHigh = sorted[min(sorted.count - 1, sorted.count * 95 / 100)]
    }
    try tell(.end(summary))
    if let failure { throw failure }
    return summary
  }

  /// Recognises and translates what there is to.
  private func work() throws {
    let begin = ContinuousClock.now
    defer { busy += begin.duration(to: .now) }
    listening: while let occasion = recognizer.listen() {
      switch occasion {
      case .turnBegins:
        silentSince = nil
        lastRecognized = recognizer.turnStart ?? lastRecognized
      case .turnEnds:
        try recognize()
        silentSince = recognizer.position
        try tell(.silence(since: recognizer.position))
      case .turnGoesOn:
        let isDue =
          recognizer.turnLength >= settings.recognition.shortestAudio
          && recognizer.position - lastRecognized >= pace.step
        if isDue { try recognize() }
        break listening
      }
    }
    if let silentSince, recognizer.position - silentSince >= settings.longestPause, let last = sentences.finish() {
      try tellFinal(last)
    }
  }

  private func recognize() throws {
    lastRecognized = recognizer.position
    let begin = ContinuousClock.now
    let update = try recognizer.recognize()
    if let language = recognizer.language, recognizer.isLanguageKnown, language.code != toldLanguage {
      toldLanguage = language.code
      try tell(.language(language.code, probability: language.probability))
    }
    for final in sentences.take(update) { try tellFinal(final) }
    let now = clock.now
    for word in update.certain where word.text.contains(where: \.isLetter) {
      wordLatencies.append(max(.zero, now - word.end))
    }
    try tellPartial()
    let spent = clock.waits ? .zero : begin.duration(to: .now)
    let lag = clock.waits ? .zero : clock.now - lastRecognized
    if let level = pace.note(cost: spent, lag: lag, now: clock.now) {
      recognizer.live.finalBeam = level >= .greedy ? 1 : settings.recognition.finalBeam
      recognizer.live.longestWindow =
        level >= .shortContext ? settings.recognition.longestWindow / 2 : settings.recognition.longestWindow
      try tell(.degraded(level, lag: lag))
    }
  }

  /// Leaves audio out where so much waits that the promise cannot be kept.
  private func keepUp() throws {
    guard settings.maySkip, !clock.waits, recognizer.backlog > pace.contract else { return }
    guard let (start, end) = recognizer.skip(keeping: pace.contract / 2) else { return }
    try lose(LostAudio(start: start, end: end, lost: end - start, reason: .tooSlow))
  }

  private func lose(_ audio: LostAudio) throws {
    summary.lost += audio.lost
    summary.dropouts += 1
    try tell(.overrun(audio))
  }

  // MARK: Telling

  private func tell(_ event: LiveEvent) throws { try observe(event, clock.now) }

  private func tellFinal(_ segment: Segment) throws {
    var segment = segment
    if let way = try ways.way(from: segment.language ?? "en") {
      segment.translation = try way.translators?.translate([segment.text])[0] ?? segment.text
      stable.end(with: segment.translation!)
    }
    summary.words += segment.words?.count ?? 0
    shownPartial = nil
    translatedCertain = nil
    try tell(.final(segment))
  }

  private func tellPartial() throws {
    guard let first = sentences.words.first ?? sentences.pending.first else {
      // What was shown and taken back again.
      if var partial = shownPartial, !partial.text.isEmpty {
        (partial.text, partial.stable) = ("", 0)
        if partial.translation != nil {
          stable.end(with: "")
          partial.translation = ""
        }
        try show(partial)
      }
      return
    }
    let text = sentences.text, certain = sentences.certainText
    var partial = LivePartial(
      utterance: sentences.count, start: first.start, end: (sentences.pending.last ?? sentences.words.last!).end,
      language: sentences.language, text: text, stable: certain.unicodeScalars.count)
    if let way = try ways.way(from: sentences.language ?? "en") {
      if shownPartial?.text == text, shownPartial?.stable == partial.stable {
        partial.translation = shownPartial?.translation
      } else {
        partial.translation = try translation(of: text, certain: certain, way)
      }
    }
    try show(partial)
  }

  private func show(_ partial: LivePartial) throws {
    guard partial != shownPartial else { return }
    shownPartial = partial
    try tell(.partial(partial))
  }

  private func translation(of text: String, certain: String, _ way: TranslationWay) throws -> String {
    guard let translators = way.translators else { return stable.show(whole: text, certain: certain) }
    let whole = try translators.translate([text])[0]
    if certain == text || certain.isEmpty { return stable.show(whole: whole, certain: certain.isEmpty ? "" : nil) }
    if translatedCertain?.text != certain {
      translatedCertain = (certain, try translators.translate([certain])[0])
    }
    return stable.show(whole: whole, certain: translatedCertain!.translation)
  }

  /// The ways from the languages that are spoken.
  private final class Ways {
    private let interpreter: Interpreter, settings: LiveSettings, pool: ThreadPool
    private var found: [String: TranslationWay] = [:]

    init(interpreter: Interpreter, settings: LiveSettings, pool: ThreadPool) {
      (self.interpreter, self.settings, self.pool) = (interpreter, settings, pool)
    }

    /// The way from a language into the first target that is another one; nil without targets.
    func way(from language: String) throws -> TranslationWay? {
      guard !settings.targets.isEmpty else { return nil }
      if let way = found[language] { return way }
      let target = settings.targets.first { $0 != language } ?? language
      let way = TranslationWay(
        try target == language ? nil : settings.route?(language, target), to: target,
        options: interpreter.translationOptions, pool: pool)
      found[language] = way
      return way
    }
  }
}
