internal import Tensors

/// Decodes a window again, less and less strictly, until its text can be trusted.
///
/// A text fails that repeats itself (its decoding was broken off, or zlib shrinks it too well) or that the model thinks
/// improbable. A text that repeats itself is first decoded without the text before it, for loops feed on that; then the
/// temperature rises. A text in another script than its language's is decoded again with the language's name in its own for
/// a prompt.
///
/// - Reference: openai/whisper `whisper/transcribe.py`, `decode_with_fallback`.
struct TemperatureFallback {
  let options: RecognitionOptions
  let decoding: WindowDecoding
  /// Whether a text that says a phrase again is doubted: if it came of a beam it is decoded greedily, too, and if that says it
  /// again as well, from the whole window. What is said again is ever more probable, and so lifts the mean that a beam looks for.
  var doubtsRepetition = false

  init(options: RecognitionOptions, workspace: RecognitionWorkspace) {
    let model = workspace.model
    self.options = options
    decoding = WindowDecoding(
      vocabulary: model.vocabulary, filter: model.filter, textContext: model.weights.dimensions.textContext,
      kernels: workspace.context.kernels, lengthPenalty: options.lengthPenalty)
  }

  /// - Parameters:
  ///   - prompt: the user's words and the text so far.
  ///   - prefix: what the text of the window begins with.
  ///   - listenWholly: lets the decoder attend to the window with its silence encoded; false when it did so before. Asked
  ///     when the first text cannot be trusted.
  func decode(
    _ decoder: TextDecoder, prompt: WindowPrompt, start: [Int], prefix: [Int] = [],
    random: inout some RandomNumberGenerator,
    listenWholly: () -> Bool
  ) -> WindowText {
    var attempts: [WindowText] = []
    var tokens = prompt.tokens
    let script = script(after: start)
    func attempt(_ tokens: [Int], _ strategy: SearchStrategy) -> WindowText {
      func decode(_ tokens: [Int]) -> WindowText {
        decoding.decode(decoder, prompt: tokens, start: start, prefix: prefix, strategy: strategy, random: &random)
      }
      let text = decode(tokens)
      guard let script else { return text }
      return keep(text, to: script, behind: prefix) { decode(prompt.tokens(endingWith: $0)) }
    }
    for temperature in options.temperatures {
      let strategy = strategy(at: temperature)
      while true {
        let text = attempt(tokens, strategy)
        let repeats = repeats(text), isTrusted = passes(text)
        let isDoubted = isTrusted && doubtsRepetition && temperature == 0 && saysAgain(text) && !isSilent(text)
        if isDoubted, strategy != .greedy {
          let plain = attempt(prompt.fixedTokens, .greedy)
          if passes(plain), !saysAgain(plain) { return plain }
        }
        if !isTrusted || isDoubted, attempts.isEmpty, listenWholly() { continue }
        if isSilent(text) { return text }
        if isTrusted { return isDoubted ? text : better(text, of: strategy) { attempt(tokens, $0) } }
        attempts.append(text)
        guard repeats, tokens.count > prompt.fixedTokens.count else { break }
        tokens = prompt.fixedTokens
      }
    }
    // None passes: the most probable of those that do not repeat themselves, or of all.
    let sound = attempts.filter { !repeats($0) }
    var best = (sound.isEmpty ? attempts : sound).max {
      $0.averageLogProbability < $1.averageLogProbability
    }!
    best.isDoubtful = true
    return best
  }

  /// The text, or where the likeliest tokens are little probable together, what a beam finds if that is more probable
  /// (docs/decisions, 18).
  private func better(
    _ text: WindowText, of strategy: SearchStrategy, decode: (SearchStrategy) -> WindowText
  ) -> WindowText {
    guard strategy == .greedy, options.temperatures.count > 1, options.bestOf > 1,
      text.averageLogProbability < options.greedyDoubt
    else { return text }
    let found = decode(.beam(width: options.bestOf, patience: options.patience))
    let isBetter = found.averageLogProbability > text.averageLogProbability && passes(found)
    return isBetter && !(doubtsRepetition && saysAgain(found)) ? found : text
  }

  /// The text, or where most of it is in another script than its language's, one with the language's name for a prompt, if that is better.
  ///
  /// - Parameter decode: decodes with these tokens at the end of the prompt.
  private func keep(
    _ text: WindowText, to script: WritingSystem, behind prefix: [Int], decode: ([Int]) -> WindowText
  ) -> WindowText {
    let vocabulary = decoding.vocabulary
    func letters(_ text: WindowText) -> WritingSystem.Letters {
      script.letters(of: vocabulary.text(of: text.tokens.dropFirst(prefix.count)))
    }
    let found = letters(text)
    guard found.areForeign else { return text }
    let own = decode(BytePairEncoder(vocabulary: vocabulary).encode(" " + script.name))
    return letters(own).areForeign || !isBetter(own, than: text, of: found) ? text : own
  }

  /// Whether a text in its language's own script is to be taken before one of these letters.
  ///
  /// Latin letters may be right: somebody says a sentence in English. Then they are the more probable ones. Letters of another
  /// script are of no use to who reads this one, however sure the model is of them.
  func isBetter(_ own: WindowText, than text: WindowText, of letters: WritingSystem.Letters) -> Bool {
    letters.latin > letters.other
      ? own.averageLogProbability > text.averageLogProbability : !repeats(own) || repeats(text)
  }

  /// The script that a text is to be in; nil where any will do.
  private func script(after start: [Int]) -> WritingSystem? {
    let vocabulary = decoding.vocabulary
    guard options.keepsToScript, start.count == 3, start[2] == vocabulary.transcribe else { return nil }
    return WritingSystem(language: vocabulary.languages[start[1] - vocabulary.startOfTranscript - 1])
  }

  /// Whether the window holds no speech: likely so by its own token, and no text that could be trusted. Where no
  /// temperature gave one, less likelihood will do.
  ///
  /// "I'm sorry." four times over music needs less improbability: nobody is sure of it, and it repeats itself. So does what the model
  /// is known to say where nobody speaks, and the end of the text before, said again.
  ///
  /// - Parameter endsAgain: whether the text says what the one before it ended with.
  func isSilent(_ text: WindowText, endsAgain: Bool = false) -> Bool {
    let isRepetition = text.compressionRatio > Self.repetitive && !text.isDoubtful
    let least =
      isRepetition ? Self.unsure : endsAgain || isPhantom(text) ? Self.unsureOfPhantom : options.logProbabilityThreshold
    return text.noSpeechProbability > (text.isDoubtful ? options.doubtfulNoSpeechThreshold : options.noSpeechThreshold)
      && text.averageLogProbability <= max(options.logProbabilityThreshold, least)
  }

  private func isPhantom(_ text: WindowText) -> Bool {
    let vocabulary = decoding.vocabulary
    let tokens = text.tokens.filter { $0 < vocabulary.endOfText }
    guard !text.isDoubtful, tokens.count <= Self.mostPhantomTokens else { return false }
    let words = vocabulary.text(of: tokens).lowercased().split { !$0.isLetter }
    return Self.phantoms.contains(Set(words).count == 1 ? String(words[0]) : words.joined(separator: " "))
  }

  /// What subtitles end with, which the model learnt for silence. "You" over dialling has a mean log probability of -0.99, "Thank you."
  /// in digital silence -0.84.
  private static let phantoms: Set<String> = [
    "you", "thank you", "thank you very much", "thanks", "thanks for watching", "thank you for watching", "bye",
    "music",
  ]
  private static let unsureOfPhantom = -0.7, mostPhantomTokens = 12

  /// Speech of a language is shrunk by 1.3 to 1.7; on the shared sets no speech of a mean log probability below -0.5
  /// is at once taken for none and shrunk by more than 1.
  private static let repetitive = 1.8, unsure = -0.5

  private func saysAgain(_ text: WindowText) -> Bool {
    RepetitionGuard.saysAgain(text.tokens.filter { $0 < decoding.vocabulary.endOfText })
  }

  private func passes(_ text: WindowText) -> Bool {
    !repeats(text) && text.averageLogProbability >= options.logProbabilityThreshold
  }

  private func repeats(_ text: WindowText) -> Bool {
    text.isLooping || text.compressionRatio > options.compressionRatioThreshold
  }

  private func strategy(at temperature: Double) -> SearchStrategy {
    if temperature > 0 { return .sampling(temperature: temperature, count: options.bestOf) }
    return options.beam > 1 ? .beam(width: options.beam, patience: options.patience) : .greedy
  }
}
