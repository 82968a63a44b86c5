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
  /// Opens a smaller model that can go on for the chosen one; nil where there is none.
  public typealias SmallerModel = @Sendable (RecognitionOptions) -> RecognitionModel?

  /// How speech is recognised while it goes on.
  public var recognition = LiveOptions()
  /// How often, and what happens when the machine is too slow.
  public var pace = LivePace()
  /// Language codes to translate into: the first that is not the language of the speech.
  public var targets: [String] = []
  /// Asked once for each pair of languages.
  public var route: Route?
  /// Asked before a session listens, unless its clock waits: for the time in which the machine is too slow.
  public var smallerModel: SmallerModel?
  /// Words of translations that may be taken back, for each word of the finals.
  public var flicker = 0.2
  /// How much less probable than the best word in its place a shown word of a translation may become before the translation leaves
  /// it, as a difference of natural logarithms. 0 translates as if nothing were shown.
  public var tolerance: Float = 1.5
  /// Silence after which a sentence without an end is over.
  public var longestPause = Duration.milliseconds(1900)
  /// Whether audio may be left out to keep up: not where the source waits.
  public var maySkip = true

  /// Speech as it is, without translation.
  public init() {}
}

/// Interprets speech while it goes on. Use it from one thread.
public final class LiveSession {
  private let settings: LiveSettings
  private let recognizer: any LiveRecognizing
  /// Goes over to the smaller model or back; the name of the one that recognises then.
  private let useModel: (_ smaller: Bool) -> String
  private let clock: any LiveClock
  private let observe: (LiveEvent, _ at: Duration) throws -> Void

  private var pace: LivePace
  private var sentences = LiveSentences()
  private var stable: StableTranslation
  private let ways: LiveWays
  private var shownPartial: LivePartial?
  private var wordLatencies: [Duration] = []
  private var summary = LiveSummary()
  private var lastRecognized = Duration.zero
  /// Whether nothing of the turn that goes on was shown yet.
  private var saysNothing = false
  /// Audio that was left out last.
  private var skipped = Duration.zero..<Duration.zero
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
  public convenience init(
    _ interpreter: Interpreter, voiceActivity: VoiceActivityModel, settings: LiveSettings = .init(),
    clock: any LiveClock = WallClock(), observe: @escaping (LiveEvent, _ at: Duration) throws -> Void
  ) throws {
    let context = ComputeContext(kernels: interpreter.kernels, threads: interpreter.threads)
    var options = interpreter.options
    options.lookahead = .zero
    let task = options.task
    let ways = LiveWays(
      settings, options: interpreter.translationOptions, pool: context.pool,
      mayMiss: options.language == nil && interpreter.recognition.isMultilingual)
    let workspace = RecognitionWorkspace(model: interpreter.recognition, context: context)
    let recognizer = try LiveRecognizer(
      workspace: workspace, options: options, live: settings.recognition, voiceActivity: voiceActivity
    ) { language in
      guard let way = try ways.way(from: task == .translate ? "en" : language.code) else { return task }
      return way.recognizesIntoEnglish ? .translate : task
    }
    recognizer.warmUp()
    let smaller = clock.waits ? nil : settings.smallerModel?(options)
    let models = LiveModels(
      interpreter.recognition, in: workspace,
      smaller: smaller?.canReplace(interpreter.recognition, options) == true ? smaller : nil, context: context,
      recognizer: recognizer)
    self.init(
      recognizer, smallerModel: models.hasSmaller, settings: settings, ways: ways, clock: clock,
      useModel: models.use(smaller:), observe: observe)
  }

  /// A session with any recogniser.
  init(
    _ recognizer: any LiveRecognizing, smallerModel: Bool, settings: LiveSettings, ways: LiveWays, clock: any LiveClock,
    useModel: @escaping (_ smaller: Bool) -> String, observe: @escaping (LiveEvent, _ at: Duration) throws -> Void
  ) {
    (self.recognizer, self.settings, self.ways, self.clock) = (recognizer, settings, ways, clock)
    (self.useModel, self.observe) = (useModel, observe)
    pace = settings.pace
    (pace.hasSmallerModel, pace.maySkip) = (smallerModel, settings.maySkip)
    stable = StableTranslation(settings)
  }

  /// Audio that is read at a time.
  private static let chunk = AudioFile.sampleRate / 2
  private static let wait = Duration.milliseconds(60)
  /// Without sound for so long, a device that is away is taken for silent.
  private static let outage = Duration.milliseconds(500)
  /// The first words of a turn come within it, or it is no speech that is understood.
  private static let longestOpening = Duration.milliseconds(1500)
  /// Less than this waits until more comes: a frame of voice activity.
  private static let least = Duration.milliseconds(32)

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
        try workOff()
      }
      return true
    }
    try tell(.ready)
    var hasMore = false
    reading: while cancellation?.isRequested != true {
      // All that has come, but no more than can be listened to at once.
      var timeout = hasMore ? .zero : Self.wait, hasTime = true, isDry = false
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
      hasMore = try work()
      // A clock that waits does so for all of it.
      if clock.waits, hasMore { try workOff() }
    }
    recognizer.finish()
    repeat { try keepUp() } while try work()
    try workOff()
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

  /// Recognises and translates all that there is to.
  private func workOff() throws { while try work(isLimited: false) {} }

  /// Listens on to the next thing to do and does it.
  ///
  /// - Parameter isLimited: whether no more is listened to than can be recognised within the promise.
  /// - Returns: whether there may be more to do with what has come.
  private func work(isLimited: Bool = true) throws -> Bool {
    let begin = ContinuousClock.now
    defer { busy += begin.duration(to: .now) }
    let isLimited = isLimited && !clock.waits
    while true {
      let hearing = pace.longestHearing
      let limit = isLimited ? max(hearing - (recognizer.position - lastRecognized), Self.least) : .seconds(3600)
      guard let occasion = recognizer.listen(atMost: limit) else { break }
      switch occasion {
      case .turnBegins:
        silentSince = nil
        saysNothing = true
        lastRecognized = recognizer.turnStart ?? lastRecognized
        // What waits may be more than can be recognised.
        return true
      case .turnEnds:
        try recognize()
        silentSince = recognizer.silenceStart
        try tell(.silence(since: recognizer.silenceStart))
        return true
      case .turnGoesOn:
        let step = saysNothing && recognizer.turnLength < Self.longestOpening ? pace.firstStep : pace.step
        let isDue =
          recognizer.turnLength >= settings.recognition.shortestAudio
          && recognizer.position - lastRecognized >= (isLimited ? min(step, hearing) : step)
        if isDue {
          try recognize()
          return isLimited && recognizer.backlog >= Self.least
        }
        if !isLimited || recognizer.backlog < Self.least { return false }
      }
    }
    if let silentSince, recognizer.position - silentSince >= settings.longestPause, let last = sentences.finish() {
      try tellFinal(last)
    }
    return false
  }

  private func recognize() throws {
    let before = lastRecognized
    lastRecognized = recognizer.position
    let begin = clock.now
    recognizer.live.longestHold = pace.longestHold
    let update = try recognizer.recognize()
    if !update.certain.isEmpty || !update.pending.isEmpty { saysNothing = false }
    if let language = recognizer.language, recognizer.isLanguageKnown, language.code != toldLanguage {
      toldLanguage = language.code
      try tell(.language(language.code, probability: language.probability))
    }
    for missing in ways.takeMissing() {
      try tell(.untranslated(language: missing.language, target: missing.target, reason: missing.reason))
    }
    for final in sentences.take(update) { try tellFinal(final) }
    let now = clock.now
    // A recording that comes faster than it sounds is ahead of the clock, which says nothing of its words then.
    if listened <= now + .milliseconds(100) {
      for word in update.certain where word.text.contains(where: \.isLetter) {
        wordLatencies.append(max(.zero, now - word.end))
      }
    }
    try tellPartial()
    guard !clock.waits else { return }
    let heard = before..<max(before, lastRecognized)
    let skippedOfIt = skipped.clamped(to: heard)
    // Of what is left out nothing more will be known.
    let lag = clock.now - (skipped.contains(lastRecognized) ? skipped.upperBound : lastRecognized)
    if let level = pace.note(
      cost: clock.now - begin, heard: (heard.upperBound - before) - (skippedOfIt.upperBound - skippedOfIt.lowerBound),
      lag: lag, now: clock.now)
    {
      try go(to: level, lag: lag)
    }
  }

  /// Does less where so much waits that the promise would be broken, and leaves audio out where nothing else is left.
  private func keepUp() throws {
    guard settings.maySkip, !clock.waits else { return }
    let backlog = recognizer.backlog
    // Between turns listening on costs little, and silence is not lost.
    guard recognizer.turnStart != nil || backlog > pace.contract * 2 else { return }
    for level in pace.foresee(backlog: backlog, now: clock.now) {
      try go(to: level, lag: clock.now - recognizer.position)
    }
    guard let kept = pace.kept(of: backlog), let (start, end) = recognizer.skip(keeping: kept) else { return }
    skipped = start..<end
    try lose(LostAudio(start: start, end: end, lost: end - start, reason: .tooSlow))
  }

  private func go(to level: LivePace.Level, lag: Duration) throws {
    let usual = settings.recognition
    recognizer.live.finalBeam = level >= .greedy ? 1 : usual.finalBeam
    recognizer.live.fallsBack = level < .greedy
    recognizer.live.longestWindow = level >= .shortContext ? usual.longestWindow / 2 : usual.longestWindow
    try tell(.degraded(level, lag: lag, model: useModel(level >= .smallerModel)))
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
      segment.translation = try stable.end(segment.text, translate: way.translate)
    }
    summary.words += segment.words?.count ?? 0
    shownPartial = nil
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
        partial.translation = try stable.show(
          text, certain: certain, words: sentences.words.count, translate: way.translate)
      }
    }
    try show(partial)
  }

  private func show(_ partial: LivePartial) throws {
    guard partial != shownPartial else { return }
    shownPartial = partial
    try tell(.partial(partial))
  }
}
