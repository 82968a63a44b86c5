internal import AcousticFeatures
internal import Foundation
internal import Tensors
public import Transcripts

/// The language that a recording was taken to be in.
public struct DetectedLanguage: Sendable, Equatable {
  /// Language code, such as `pt`.
  public var code: String
  /// The model's probability for it; 1 when the caller named it.
  public var probability: Double
}

/// Recognises one recording, window by window, as its samples come: append, append, finish.
///
/// Windows of 30 s of speech follow each other where the last timestamp of the one before says that its speech ended;
/// the text so far is the prompt of the next. Memory does not grow with the recording, but for the text.
///
/// A passage of a recording is recognised in the same way, in a state of its own: no text before it, draws from the seed, and an echo
/// is one of what the passage itself said, for a text that is not told what was said before does not say that again.
///
/// - Reference: openai/whisper `whisper/transcribe.py`; SYSTRAN/faster-whisper `faster_whisper/transcribe.py` for the
///   recognition of speech only.
public final class RecognitionSession {
  /// Decides the task for a language, whenever the language is known or changes; an error ends the recording.
  public typealias TaskChoice = (DetectedLanguage) throws -> RecognitionTask

  private let workspace: RecognitionWorkspace
  private let model: RecognitionModel
  private let options: RecognitionOptions
  private let chooseTask: TaskChoice?
  private var fallback: TemperatureFallback
  private let audio: AudioWindows
  /// nil when the language is known beforehand.
  private let languageFinder: LanguageFinder?
  private let coverage: SpeechCoverage
  private var random: SeededRandom
  private var prompt: WindowPrompt
  private var task: RecognitionTask
  private var hasChosenTask = false
  /// The frame at which the next window starts.
  private var seek: Int
  private var segmentCount = 0
  /// Where the last segment ends.
  private var saidUntil = Duration.zero
  private var echoGuard = EchoGuard()
  /// How long the segments are of what was said in each language, by its code.
  public private(set) var spoken: [String: Duration] = [:]
  /// The language of the last window; nil before the first one, unless the user named it.
  public private(set) var language: DetectedLanguage?

  /// - Parameters:
  ///   - workspace: not used by another session while this one lasts.
  ///   - voiceActivity: restricts recognition to where a voice is heard; without, silence is recognised too.
  ///   - chooseTask: asked when the language is known and when it changes, in place of `options.task`.
  /// - Throws: `RecognitionError` when the model cannot do what the options ask.
  public convenience init(
    workspace: RecognitionWorkspace, options: RecognitionOptions = .init(), voiceActivity: VoiceActivityModel? = nil,
    chooseTask: TaskChoice? = nil
  ) throws(RecognitionError) {
    try workspace.model.validate(options)
    self.init(
      of: AudioWindows(
        listener: SpeechListener(
          model: workspace.model, options: options, voiceActivity: voiceActivity, context: workspace.context),
        needed: Self.framesAhead(of: workspace.model, options: options)),
      workspace: workspace, options: options, language: workspace.model.knownLanguage(options), task: options.task,
      chooseTask: chooseTask)
  }

  private init(
    of audio: AudioWindows, workspace: RecognitionWorkspace, options: RecognitionOptions, language: DetectedLanguage?,
    task: RecognitionTask, chooseTask: TaskChoice? = nil
  ) {
    let model = workspace.model
    (self.workspace, self.model, self.options, self.audio) = (workspace, model, options, audio)
    (self.language, self.task, self.chooseTask) = (language, task, chooseTask)
    seek = audio.kept.lowerBound
    fallback = TemperatureFallback(options: options, workspace: workspace)
    fallback.doubtsRepetition = true
    coverage = SpeechCoverage(isSpeechOnly: audio.isSpeechOnly)
    random = SeededRandom(seed: options.seed)
    prompt = WindowPrompt(
      options: options, encoder: BytePairEncoder(vocabulary: model.vocabulary),
      room: model.promptRoom)
    languageFinder =
      language == nil
      ? LanguageFinder(workspace: workspace, audio: audio, options: options) : nil
  }

  /// Recognises a passage of a recording.
  ///
  /// - Parameters:
  ///   - workspace: the one that it was taken in.
  ///   - options: those that the recording was divided with.
  /// - Returns: its segments, numbered from 0.
  public static func recognize(
    _ passage: RecordingPassage, in workspace: RecognitionWorkspace, options: RecognitionOptions
  ) -> [Segment] {
    let session = RecognitionSession(
      of: passage.audio, workspace: workspace, options: options, language: passage.language, task: passage.task)
    var segments: [Segment] = []
    while session.seek < session.audio.count { segments += session.recognize(session.seek..<session.audio.count) }
    return segments
  }

  /// Audio that is behind us, recognised or skipped.
  public var processed: Duration { audio.processed(through: seek) }

  /// Whether something was recognised.
  public var hasBegun: Bool { seek > 0 }

  /// What hears the recording's samples. Whoever calls it in place of `append` hands on what it hears, in order.
  public var listener: SpeechListener { audio.listener! }

  /// Takes samples and returns the segments that they complete.
  ///
  /// - Parameter samples: mono PCM in -1...1 at 16 kHz.
  public func append(_ samples: UnsafeBufferPointer<Float>) throws -> [Segment] {
    audio.append(samples)
    return try recognizeReady()
  }

  /// Takes a part of what the listener heard in the samples that come next.
  public func append(_ heard: SpeechFrames) { audio.append(heard) }

  /// Frames that must have come for a window to be recognised: its own, and those ahead of it.
  private static func framesAhead(of model: RecognitionModel, options: RecognitionOptions) -> Int {
    model.weights.dimensions.windowFrames + options.lookahead.samples / AcousticFrame.hopLength
  }

  /// Recognises the windows that are complete, and returns their segments; to be called when all was taken that the listener heard in
  /// some samples.
  public func recognizeReady() throws -> [Segment] {
    var segments: [Segment] = []
    let needed = Self.framesAhead(of: model, options: options)
    while audio.count - seek >= needed { segments += try recognizeWindow() }
    return segments
  }

  /// Ends the recording and returns its last segments.
  public func finish() throws -> [Segment] {
    audio.finish()
    var segments: [Segment] = []
    while seek < audio.count { segments += try recognizeWindow() }
    return segments
  }

  /// Recognises the window at `seek`.
  private func recognizeWindow() throws -> [Segment] {
    workspace.forget()
    let whole = seek..<min(audio.count, seek + model.weights.dimensions.windowFrames)
    defer { audio.forget(before: seek) }
    return recognize(try findLanguage(of: whole))
  }

  /// Recognises a window whose language is known, or as much of it as its text covers, and moves `seek` on.
  private func recognize(_ whole: Range<Int>) -> [Segment] {
    var window = whole
    guard window.count >= Self.leastFrames else {
      seek = window.upperBound
      return []
    }
    let start = startSequence
    var text = decode(window, start: start)
    if prompt.goesOn, livesOnPrompt(text, frames: window.count) {
      prompt.forget()
      text = decode(window, start: start)
    }
    while !fallback.isSilent(text),
      let part = coverage.part(of: window, saying: text, in: audio, vocabulary: model.vocabulary)
        ?? partWithoutGap(of: window, saying: text, start: start)
    {
      // Text that leaves speech out goes wrong with what it was to go on from, too.
      prompt.forget()
      window = part
      text = decode(window, start: start)
    }
    let said = model.vocabulary.text(of: text.tokens)
    guard !fallback.isSilent(text, endsAgain: echoGuard.hasEnded(with: said)),
      !EchoGuard.isTooMuch(said, frames: window.count)
    else {
      seek = window.upperBound
      return []
    }
    let cut = cut(window, saying: text)
    let segments = segments(of: cut, in: text, window: window, start: start)
    if let language { spoken[language.code, default: .zero] += segments.length }
    seek += cut.advance
    if !options.conditionsOnPreviousText || text.temperature > options.promptResetTemperature { prompt.forget() }
    return segments
  }

  /// What a timestamp leaves of the last window may be shorter than any word, and has one written nonetheless.
  ///
  /// - Reference: ggml-org/whisper.cpp `src/whisper.cpp` (`delta_min`, 100 ms).
  private static let leastFrames = 10

  /// Whether a window's text may come of the text before alone: music behind a sentence says it again, and so does what is hardly audio.
  private func livesOnPrompt(_ text: WindowText, frames: Int) -> Bool {
    let said = model.vocabulary.text(of: text.tokens)
    if EchoGuard.isTooMuch(said, frames: frames) { return true }
    return text.noSpeechProbability > options.noSpeechThreshold && !fallback.isSilent(text)
      && echoGuard.isSaidBefore(said)
  }

  /// The part of a window to decode in its place when its words leave out speech; nil when they do not.
  private func partWithoutGap(of window: Range<Int>, saying text: WindowText, start: [Int]) -> Range<Int>? {
    // A translation does not follow the order of what is said.
    guard task == .transcribe else { return nil }
    let cut = cut(window, saying: text), silences = audio.longSilences(in: window)
    guard coverage.isSuspicious(cut, at: silences, model.vocabulary) else { return nil }
    let words = workspace.aligner.alignedWords(
      cut.pieces.map(\.tokens), start: start, language: textLanguage, window: workspace.input(window, of: audio),
      frameCount: window.count, end: cut.advance, silences: silences, decoder: workspace.decoder)
    let gap =
      SpeechCoverage.gap(between: words.joined(), until: cut.advance)
      ?? SpeechCoverage.poorPart(of: words.joined(), at: silences, until: cut.advance)
    return gap.flatMap { coverage.part(of: window, without: $0, in: audio) }
  }

  /// A window's text in pieces, and where the next window begins.
  private func cut(_ window: Range<Int>, saying text: WindowText) -> WindowCut {
    var cut = WindowCut(tokens: text.tokens, vocabulary: model.vocabulary, frameCount: window.count)
    coverage.shorten(&cut, of: window, in: audio)
    return cut
  }

  /// The language of what is written.
  private var textLanguage: String? { task == .translate ? "en" : language?.code }

  private func decode(_ window: Range<Int>, start: [Int]) -> WindowText {
    workspace.hear(window, of: audio, wholly: options.encodesWholeWindows)
    return fallback.decode(workspace.decoder, prompt: prompt, start: start, random: &random) {
      workspace.hear(window, of: audio, wholly: true)
    }
  }

  /// Finds the language of a window where it is not known, and ends the window where the language changes.
  private func findLanguage(of window: Range<Int>) throws -> Range<Int> {
    var end = window.upperBound
    let before = language?.code
    if let languageFinder { (language, end) = languageFinder.examine(window) }
    let hasChanged = before != nil && before != language!.code
    // A prompt in another language would be gone on with.
    if hasChanged { prompt.forget() }
    if let chooseTask, !hasChosenTask || hasChanged { task = try chooseTask(language!) }
    hasChosenTask = true
    return window.lowerBound..<end
  }

  private var startSequence: [Int] { model.startSequence(language: language?.code, task: task) }

  /// The segments of a window, without those that say nothing.
  private func segments(
    of cut: WindowCut, in window: WindowText, window frames: Range<Int>, start: [Int]
  ) -> [Segment] {
    let pieces = cut.pieces.filter { piece in
      // Punctuation alone is what music and machines are written down as.
      piece.start != piece.end && model.vocabulary.hasWords(piece.tokens)
        && !echoGuard.isEcho(
          model.vocabulary.text(of: piece.tokens), frames: min(piece.end, frames.count) - piece.start)
    }
    for piece in pieces { prompt.append(piece.tokens) }
    let silences = audio.longSilences(in: frames)
    // What is said is put on either side of a silence by its words, whether they are wanted or not.
    let words =
      options.wordTimes || !silences.isEmpty
      ? workspace.aligner.alignedWords(
        pieces.map(\.tokens), start: start, language: textLanguage,
        window: workspace.input(frames, of: audio), frameCount: frames.count, end: cut.advance, silences: silences,
        decoder: workspace.decoder)
      : pieces.map { _ in [] }
    let parts = LongSilence.divide(
      Array(zip(pieces, words)), at: silences, endOfText: model.vocabulary.endOfText)
    var segments = parts.map { piece, words in
      // The model may name a time past the end of the audio.
      let start = min(piece.start, frames.count - 1)
      let end = max(start + 1, min(piece.end, frames.count))
      defer { segmentCount += 1 }
      return Segment(
        id: segmentCount, start: audio.start(of: frames.lowerBound + start),
        end: audio.end(of: frames.lowerBound + end, after: frames.lowerBound + start),
        text: trimmed(model.vocabulary.text(of: piece.tokens)), language: textLanguage,
        averageLogProbability: window.averageLogProbability, noSpeechProbability: window.noSpeechProbability,
        compressionRatio: window.compressionRatio, tokens: piece.tokens,
        words: words.map { audio.placed($0.word, after: frames.lowerBound) })
    }
    SegmentEdges.settle(&segments, after: saidUntil)
    saidUntil = segments.last?.end ?? saidUntil
    if !options.wordTimes { for index in segments.indices { segments[index].words = nil } }
    return segments
  }

  private func trimmed(_ text: String) -> String {
    let start = text.drop(while: \.isWhitespace)
    return String(start.reversed().drop(while: \.isWhitespace).reversed())
  }
}
