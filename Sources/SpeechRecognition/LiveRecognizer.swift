internal import AcousticFeatures
internal import Tensors
internal import Transcripts

/// Recognises speech while it goes on: append, listen, recognise, as often as there is time for.
///
/// A turn begins where a voice is heard and ends with a pause. While it lasts, each call recognises it from its start, or from
/// where certain words were cut off, to the newest sample; the certain words are what the text begins with, so that they
/// stay and cost nothing again. A turn behind a short pause is heard together with the end of the one before it. The silence
/// behind the audio is the model's tail: a call costs what its audio costs.
public final class LiveRecognizer {
  /// What there is to do.
  public enum Occasion: Sendable, Equatable {
    /// Somebody begins to speak.
    case turnBegins
    /// Somebody speaks, and all that came has been listened to.
    case turnGoesOn
    /// A turn is over: what is left of it is to be recognised before more is listened to.
    case turnEnds
  }

  var workspace: RecognitionWorkspace
  var model: RecognitionModel { workspace.model }
  let options: RecognitionOptions
  /// What may be changed from call to call.
  public var live: LiveOptions
  var quick: TemperatureFallback
  let audio: AudioWindows
  private let ears: VoiceEars
  var endpoint: SpeechEndpoint
  var turnLanguage: TurnLanguage
  private var random: SeededRandom
  var prompt: WindowPrompt

  /// Samples that have come and were not listened to.
  var waiting: [Float] = []
  var listened = 0
  /// Of these, what is left out ends here.
  var leftOut = 0
  private var probabilities: [Float] = []
  private var isEnding = false, hasFinished = false

  /// The turn that goes on: its window's first frame, the first that is its own, the first with its voice, and the frame
  /// behind its last one once it is over.
  var turn: (start: Int, own: Int, voice: Int, end: Int?)?
  /// Whether nothing of the turn has been recognised yet.
  private(set) var isFresh = false
  /// The first frame of the window that the next turn goes on with; nil when it begins anew.
  private var context: Int?
  /// Before this frame nothing is heard again.
  var done = 0
  /// The tokens that the window's text begins with.
  var prefix: [Int] = []
  /// Certain words of the window with their tokens, for cutting.
  var certain: [(word: Word, tokens: Range<Int>)] = []
  var earlier: [[AlignedWord]] = []
  private var shown = ShownWords()
  /// Recognitions in a row whose text had nothing behind its prefix.
  private var emptyTexts = 0

  /// - Parameters:
  ///   - workspace: not used by another session while this one lasts.
  ///   - chooseTask: asked when the language is known and when it changes.
  /// - Throws: `RecognitionError` when the model cannot do what the options ask.
  public init(
    workspace: RecognitionWorkspace, options: RecognitionOptions = .init(), live: LiveOptions = .init(),
    voiceActivity: VoiceActivityModel, chooseTask: RecognitionSession.TaskChoice? = nil
  ) throws(RecognitionError) {
    let model = workspace.model
    try model.validate(options)
    (self.workspace, self.options, self.live) = (workspace, options, live)
    quick = Self.quick(options, workspace: workspace)
    audio = AudioWindows(
      listener: SpeechListener(mels: model.weights.dimensions.mels, gate: nil),
      needed: 2 * model.weights.dimensions.windowFrames)
    ears = VoiceEars(model: voiceActivity, voice: live.voiceThreshold, pool: workspace.context.pool)
    endpoint = SpeechEndpoint(
      pause: max(1, live.pause.samples / VoiceActivityDetector.frameLength), beginning: live.voiceThreshold)
    random = SeededRandom(seed: options.seed)
    prompt = Self.prompt(options, live, model: model)
    turnLanguage = TurnLanguage(workspace: workspace, audio: audio, options: options, chooseTask: chooseTask)
  }

  /// Audio that has been listened to.
  public var position: Duration { Self.time(samples: audio.sampleCount) }
  /// Audio that has come and was not listened to, without what is left out.
  public var backlog: Duration { Self.time(samples: waiting.count - max(listened, leftOut)) }
  /// Where the turn that goes on begins, as far as it has not been cut off; nil between turns.
  public var turnStart: Duration? { turn.map { Self.time(frames: max($0.start, $0.own)) } }
  /// Audio since the turn's voice was heard.
  public var turnLength: Duration { turn.map { Self.time(frames: audio.count - $0.voice) } ?? .zero }
  /// Since when nobody has spoken; the end of what was listened to while somebody does.
  public var silenceStart: Duration {
    endpoint.isSpeaking ? position : Self.time(samples: endpoint.lastEnd * VoiceActivityDetector.frameLength)
  }
  /// How long nobody has spoken in the turn that goes on.
  public var quiet: Duration { Self.time(samples: endpoint.quietFrames * VoiceActivityDetector.frameLength) }

  /// The language of the turn.
  public var language: DetectedLanguage? { turnLanguage.language }
  /// Whether it is settled.
  public var isLanguageKnown: Bool { turnLanguage.isKnown }

  /// Makes what is made once, so that the first words do not wait for it.
  public func warmUp() {
    if !options.encodesWholeWindows { _ = model.tail(context: workspace.context) }
    _ = workspace.aligner
  }

  /// Takes samples: mono PCM in -1...1 at 16 kHz.
  public func append(_ samples: UnsafeBufferPointer<Float>) { waiting.append(contentsOf: samples) }

  /// No more will come: the turn that goes on ends with what there is.
  public func finish() { isEnding = true }

  /// Listens on until there is something to do, or all that came has been listened to.
  ///
  /// - Parameter limit: of the audio of a turn that is listened to; the rest waits.
  public func listen(atMost limit: Duration = .seconds(3600)) -> Occasion? {
    if turn?.end != nil { return .turnEnds }
    // Rarely, so that moving the rest costs little.
    if listened >= max(AcousticFrame.sampleRate, waiting.count / 2) { forgetListened() }
    let length = VoiceActivityDetector.frameLength
    let last = max(listened, leftOut) + limit.samples
    while waiting.count - listened >= length || (isEnding && listened < waiting.count) {
      if turn != nil, listened >= last { return .turnGoesOn }
      let count = min(length, waiting.count - listened)
      let change = waiting.withUnsafeBufferPointer { samples -> SpeechEndpoint.Change? in
        let frame = UnsafeBufferPointer(rebasing: samples[listened..<listened + count])
        audio.append(frame)
        ears.append(frame, to: &probabilities)
        defer { probabilities.removeAll(keepingCapacity: true) }
        return probabilities.reduce(nil) { endpoint.append($1) ?? $0 }
      }
      listened += count
      if let occasion = follow(change) { return occasion }
    }
    forgetListened()
    if isEnding, !hasFinished {
      hasFinished = true
      audio.finish()
      if turn != nil {
        turn!.end = audio.count
        return .turnEnds
      }
    }
    if turn == nil { forgetSilence() }
    return turn == nil ? nil : .turnGoesOn
  }

  private func forgetListened() {
    waiting.removeFirst(listened)
    (listened, leftOut) = (0, max(0, leftOut - listened))
  }

  private func follow(_ change: SpeechEndpoint.Change?) -> Occasion? {
    let frame = VoiceActivityDetector.frameLength
    switch change {
    case .began(let first):
      beginTurn(voice: first * frame / AcousticFrame.hopLength)
      turnLanguage.beginTurn()
      isFresh = true
      return .turnBegins
    case .ended(let end) where turn != nil:
      // What follows the speech belongs to it: endings of words are quiet.
      let behind = min(audio.count, end * frame / AcousticFrame.hopLength + live.leadOut.frames)
      // A word that was placed in the silence may have been cut off.
      turn!.end = max(turn!.start, turn!.own, behind)
      return .turnEnds
    default: return nil
    }
  }

  /// Recognises the turn that goes on, or what is left of the one that is over.
  ///
  /// - Returns: what has become certain since the last time, and what may follow it.
  /// - Throws: the error of the task's choice.
  public func recognize() throws -> LiveUpdate {
    try turnLanguage.checkStart()
    guard let turn else { return LiveUpdate() }
    isFresh = false
    let own = max(turn.start, turn.own)..<(turn.end ?? audio.count)
    var update = LiveUpdate()
    update.endsTurn = turn.end != nil
    var end = own.upperBound
    if own.count >= Self.least {
      workspace.forget()
      let isSettled = try settleLanguage(own, isLast: update.endsTurn)
      let start = self.turn!.start
      end = min(end, start + model.weights.dimensions.windowFrames)
      recognize(start..<end, isLast: update.endsTurn, isSettled: isSettled, into: &update)
    }
    update.language = turnLanguage.ofText
    if update.endsTurn { endTurn(at: end) }
    return update
  }

  /// How many times the longest window a window may be before its words count as certain, and the newest audio, in frames,
  /// for which they do not.
  private static let mostWindows = 2, newest = 200
  /// Frames that hold no word.
  private static let least = 20

  private func recognize(_ window: Range<Int>, isLast: Bool, isSettled: Bool, into update: inout LiveUpdate) {
    let start = startSequence
    workspace.hear(window, of: audio, wholly: false)
    let text = isLast ? finalText(of: window, start: start) : partialText(start: start)
    // A partial text that cannot be trusted is not shown; a final one is the best of all temperatures.
    let isTrusted = isLast || !text.isDoubtful
    var words = quick.isSilent(text) || !isTrusted ? [] : self.words(of: text, in: window, start: start)
    if isLast { words = CommitPolicy.said(words) }
    var certain =
      isLast ? words : isSettled ? live.policy.certain(words, earlier: earlier, frames: window.count) : []
    if window.count > Self.mostWindows * live.longestWindow.frames {
      // Whatever the policy says: nothing of a window that cannot grow any more may be lost.
      let settled = words.prefix { $0.word.end.frames < window.count - Self.newest }
      if settled.count > certain.count { certain = Array(settled) }
    }
    if !isLast, isSettled, let hold = live.longestHold {
      let overdue = CommitPolicy.overdue(words, frames: window.count, hold: hold)
      if overdue.count > certain.count { certain = overdue }
    }
    update.certain = certain.map { audio.placed($0.word, after: window.lowerBound) }
    let (margin, doubted) =
      saysNothing ? (live.firstMargin, .zero) : (live.shownMargin, CommitPolicy.doubtedShownMargin)
    let newest = words.map { placed($0, after: window.lowerBound) }
    shown.take(
      isTrusted ? newest : nil, certain: certain.count, frames: window.count, margin: margin, doubted: doubted)
    if !isLast { update.pending = shown.words.map(\.word) }
    let count = certain.count
    keep(certain, placed: update.certain, of: text)
    if isTrusted {
      earlier = earlier.map { Array($0.dropFirst(count)) }
      earlier.insert(Array(words.dropFirst(count)), at: 0)
      earlier.removeLast(max(0, earlier.count - live.policy.memory))
    }
    if !isLast { isStuck(words, in: window) ? cutBehindCertain() : cut(window) }
  }

  /// Whether nothing of the turn's own words is certain or shown.
  private var saysNothing: Bool {
    shown.words.isEmpty && certain.last.map { $0.word.start.frames < turn!.own } ?? true
  }

  /// The likeliest text at temperature 0.
  private func partialText(start: [Int]) -> WindowText {
    quick.decode(workspace.decoder, prompt: prompt, start: start, prefix: prefix, random: &random) { false }
  }

  /// The text of a turn that is over: with the beam, and with the whole window and other temperatures where need be.
  private func finalText(of window: Range<Int>, start: [Int]) -> WindowText {
    var options = options
    options.beam = live.finalBeam
    if !live.fallsBack { options.temperatures = [options.temperatures[0]] }
    return TemperatureFallback(options: options, workspace: workspace).decode(
      workspace.decoder, prompt: prompt, start: start, prefix: prefix, random: &random
    ) { live.fallsBack && workspace.hear(window, of: audio, wholly: true) }
  }

  /// The words behind the prefix, each at most to the window's end.
  private func words(of text: WindowText, in window: Range<Int>, start: [Int]) -> [AlignedWord] {
    let new = Array(text.tokens.dropFirst(prefix.count))
    // Punctuation alone is what music and machines are written down as, or the end of what has been said.
    guard model.vocabulary.hasWords(new) || !prefix.isEmpty else { return [] }
    let aligned = workspace.aligner.alignedWords(
      [prefix, new], start: start, language: turnLanguage.ofText, window: workspace.input(window, of: audio),
      frameCount: window.count, decoder: workspace.decoder)
    return aligned[1]
  }

  private func placed(_ word: AlignedWord, after frame: Int) -> AlignedWord {
    var word = word
    word.word = audio.placed(word.word, after: frame)
    return word
  }

  /// Lets the window's text begin with these words, too.
  private func keep(_ words: [AlignedWord], placed: [Word], of text: WindowText) {
    guard let last = words.last else { return }
    // From text tokens to all tokens: timestamps between words stay.
    var seen = 0, end = 0
    for (index, token) in text.tokens.enumerated() where token < model.vocabulary.endOfText {
      seen += 1
      if seen == last.tokens.upperBound { end = index + 1 }
    }
    for (word, placed) in zip(words, placed) { certain.append((placed, word.tokens)) }
    prefix = Array(text.tokens[..<end])
  }

  /// Cuts what is certain off a window that has grown long, in audio or in tokens: behind the last sentence that is over, or behind
  /// the last word.
  private func cut(_ window: Range<Int>) {
    let isFull = window.count > live.longestWindow.frames * 3 / 2 || prefix.count > mostPrefixTokens
    guard isFull || window.count > live.longestWindow.frames, certain.count > 1 else { return forceCut(window) }
    let sentence = certain.dropLast().lastIndex { Transcript.endsSentenceBeforeMore($0.word.text) }
    guard let index = sentence ?? (isFull ? certain.count - 2 : nil) else { return }
    cut(words: index + 1, at: Self.border(certain[index].word, certain[index + 1].word))
  }

  /// Whether the decoder ends the text behind its prefix time and again although somebody goes on speaking: seen for seconds, until
  /// the audio that came made it think otherwise.
  private func isStuck(_ words: [AlignedWord], in window: Range<Int>) -> Bool {
    emptyTexts = words.isEmpty ? emptyTexts + 1 : 0
    guard emptyTexts > 1, let last = certain.last, let hold = live.longestHold, quiet < .milliseconds(200) else {
      return false
    }
    return window.upperBound - last.word.end.frames > hold.frames * 3 / 5
  }

  /// Begins a window behind all that is certain: there the decoder has to say something.
  private func cutBehindCertain() {
    let last = certain.last!.word
    last.start.frames < turn!.own ? forgetContext() : cut(words: certain.count, at: last.end.frames)
    emptyTexts = 0
  }

  /// Tokens that a window's text may begin with, three quarters of those that it may have: some scripts take several for a letter.
  private var mostPrefixTokens: Int { model.weights.dimensions.textContext * 3 / 8 }

  /// A window may not outgrow the model: of one that nothing is certain of, the older half goes.
  private func forceCut(_ window: Range<Int>) {
    guard window.count > model.weights.dimensions.windowFrames * 9 / 10 || prefix.count > mostPrefixTokens else {
      return
    }
    cut(words: certain.count, at: certain.last?.word.end.frames ?? window.lowerBound + window.count / 2)
  }

  private func cut(words count: Int, at frame: Int) {
    let textTokens = prefix.filter { $0 < model.vocabulary.endOfText }
    let cutTokens = count > 0 ? certain[count - 1].tokens.upperBound : 0
    remember(textTokens[..<cutTokens])
    certain = certain.dropFirst(count).map {
      ($0.word, $0.tokens.lowerBound - cutTokens..<$0.tokens.upperBound - cutTokens)
    }
    let left = Array(textTokens[cutTokens...])
    prefix = left.isEmpty ? [] : [model.vocabulary.timestampBegin] + left
    earlier = []
    turn!.start = max(turn!.start + 1, min(frame, audio.count - 1))
    done = turn!.start
    audio.forget(before: turn!.start)
  }

  /// What stands before the window is its prompt.
  private func remember(_ tokens: ArraySlice<Int>) {
    if options.conditionsOnPreviousText { prompt.append(Array(tokens)) }
  }

  /// The turn is over. Its end stays, for a next turn that follows soon.
  private func endTurn(at frame: Int) {
    let newest = frame - live.context.frames
    if let index = certain.firstIndex(where: { $0.word.start.frames >= newest }), turn!.start < newest, index > 0 {
      cut(words: index, at: Self.border(certain[index - 1].word, certain[index].word))
    }
    context = certain.contains { $0.word.start.frames >= newest } ? turn!.start : nil
    (earlier, shown, emptyTexts) = ([], ShownWords(), 0)
    done = frame
    turn = nil
  }

  /// Begins a turn whose voice begins with this frame.
  private func beginTurn(voice: Int) {
    let own = max(done, voice - live.leadIn.frames)
    if context == nil || own - done > live.longestGap.frames { forgetContext() }
    turn = (context ?? own, own, voice, nil)
    context = nil
  }

  /// What was said before is too long ago, or in another language, to be gone on from: a model would rather say it again
  /// than nothing.
  private func forgetContext() {
    context = nil
    (prefix, certain) = ([], [])
    prompt.forget()
    if let own = turn?.own { turn!.start = max(turn!.start, own) }
  }

  /// Between turns only what the next one may begin with is kept.
  private func forgetSilence() {
    if audio.count - done > live.longestGap.frames + live.leadIn.frames + 50 { forgetContext() }
    audio.forget(before: context ?? audio.count - live.leadIn.frames - 50)
  }

  /// The frame between two words.
  private static func border(_ word: Word, _ next: Word) -> Int { (word.end.frames + next.start.frames) / 2 }

  /// Finds the language of the turn. Where it is another than before, the turn begins anew.
  ///
  /// - Returns: whether it is settled.
  private func settleLanguage(_ own: Range<Int>, isLast: Bool) throws -> Bool {
    let isAlone = turn!.start == turn!.own
    let (isSettled, hasChanged) = try turnLanguage.settle(by: own, isLast: isLast, isAlone: isAlone)
    if hasChanged {
      forgetContext()
      (earlier, shown) = ([], ShownWords())
    }
    return isSettled
  }

  private var startSequence: [Int] {
    model.startSequence(language: turnLanguage.language?.code, task: turnLanguage.task)
  }

  static func time(samples: Int) -> Duration { .milliseconds(samples * 1000 / AcousticFrame.sampleRate) }
  private static func time(frames: Int) -> Duration { .milliseconds(10 * frames) }
}
