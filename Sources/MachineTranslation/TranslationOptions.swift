/// What a beam does when one of its hypotheses ends.
public enum BeamEnding: Sendable {
  /// It goes on with one hypothesis less, and ends when none is left: Marian's way.
  case narrows
  /// Another hypothesis takes the place; it ends when no living hypothesis scores better than the worst of as many finished ones as
  /// the beam is wide. The way of Hugging Face transformers (`early_stopping=False`).
  case refills
}

/// How a session translates. The defaults are those that the Bergamot students were made for.
public struct TranslationOptions: Sendable {
  /// Hypotheses kept per sentence; 1 is greedy. In 1...64.
  public var beam = 1
  /// What a beam does when a hypothesis ends; nil for what the model's makers used.
  public var ending: BeamEnding?
  /// A word of the source vocabulary to put in front of every sentence, such as `>>por<<`, which tells an OPUS-MT model with several
  /// target languages which one is wanted.
  public var targetToken: String?
  /// How many translations `Translator.translateDetailed` returns for each text, at most; in 1...`beam`.
  public var hypotheses = 1
  /// A hypothesis' score is its log-probability over its length to this power (0 turns normalisation off).
  public var lengthNormalization: Float = 1
  /// A translation ends at this multiple of the source's pieces (end of sentence included), whatever the model says.
  public var maximumLengthFactor: Float = 2.5
  /// Sentences with more pieces than this are cut at a comma, a space or, failing that, between pieces. In 8...1024.
  public var maximumSentencePieces = 128
  /// How finely the network's activations are quantised.
  public var precision = ActivationPrecision.wide
  /// Source pieces that are translated together; more is faster until the caches are full.
  public var miniBatchTokens = 1024
  /// ISO 639-1 code of the source language; chooses the abbreviations that do not end a sentence.
  public var sourceLanguage = "en"
  /// ISO 639-1 code of the target language; tells how numbers are written. Nil writes them as the source does.
  public var targetLanguage: String?
  /// Whether numbers in digits, web addresses, mail addresses and placeholders (`{name}`, `%(name)s`) must stand in the translation. A
  /// number may be written as the target language does and, when it is short or round, be spelled out.
  public var protectsNumbersAndAddresses = true
  /// Whether symbols and words of other scripts that the model has no piece for (`≥`, `☃`, emoji, `東京`) stand in the translation, under
  /// a stand-in as placeholders do.
  public var carriesUnknownSigns = true
  /// Names that must stand in the translation as they are written here. They are found as whole words; case counts, except in a text
  /// that has lost its case.
  public var protectedNames: [String] = []
  /// Terms that must be translated in a certain way.
  public var glossary = Glossary()
  /// Whether a text in small letters or in capitals throughout gets its capitals back, and its full stop or question mark if it has
  /// none, before it is translated. Other text is never changed.
  public var repairsText = true
  /// Whether texts are split into sentences; without, every text is one sentence unless it is too long.
  public var splitsSentences = true

  /// The defaults.
  public init() {}

  /// The same with a beam that finds alternatives, for a sentence whose best translation lacks what it requires.
  func widened() -> TranslationOptions {
    var wide = self
    wide.beam = max(beam, 4)
    return wide
  }

  func validate() throws(TranslationError) {
    func check(_ valid: Bool, _ name: String, _ value: String, _ allowed: String) throws(TranslationError) {
      if !valid { throw .invalidOption(name: name, value: value, allowed: allowed) }
    }
    try check((1...64).contains(beam), "beam", "\(beam)", "1 to 64")
    try check((1...max(beam, 1)).contains(hypotheses), "hypotheses", "\(hypotheses)", "1 to the beam's \(beam)")
    try check((0...10).contains(lengthNormalization), "lengthNormalization", "\(lengthNormalization)", "0 to 10")
    try check((0.1...100).contains(maximumLengthFactor), "maximumLengthFactor", "\(maximumLengthFactor)", "0.1 to 100")
    try check(
      (8...1024).contains(maximumSentencePieces), "maximumSentencePieces", "\(maximumSentencePieces)", "8 to 1024")
    try check((1...65536).contains(miniBatchTokens), "miniBatchTokens", "\(miniBatchTokens)", "1 to 65536")
  }
}
