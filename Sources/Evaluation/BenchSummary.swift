/// What texts are measured with.
public struct Ruler: Sendable {
  /// nil chooses by language.
  public var normalizer: TextNormalizer?
  /// BLEU with its tokeniser.
  public var bleu: BLEU
  /// Draws of every bootstrap and randomisation, and the seed of the first.
  public var resamples: Int, seed: UInt64

  /// Whisper's normaliser of the language, BLEU with its usual tokeniser, 1,000 resamples.
  public init(
    normalizer: TextNormalizer? = nil, bleu: BLEU = BLEU(), resamples: Int = 1000, seed: UInt64 = 12345
  ) {
    (self.normalizer, self.bleu, self.resamples, self.seed) = (normalizer, bleu, resamples, seed)
  }

  /// The versions that a report names.
  public var versions: [String: String] {
    [
      "normalizer": normalizer?.version ?? [TextNormalizer.english, .basic].map(\.version).joined(separator: ", "),
      "bleu": bleu.signature, "chrf": CharacterFScore().signature, "chrf++": CharacterFScore.plusPlus.signature,
      "resamples": String(resamples), "seed": String(seed),
    ]
  }

  /// The alignment of an utterance in words or characters, after normalisation; nil where nothing was to be recognised, or
  /// only a translation is judged. Where nothing is said, all that was recognised is inserted.
  public func alignment(of utterance: UtteranceResult, unit: ErrorUnit = .word) -> TokenAlignment? {
    guard let hypothesis = utterance.hypothesis,
      !utterance.reference.isEmpty || utterance.translationReference == nil
    else { return nil }
    let normalizer = normalizer ?? .forLanguage(utterance.language)
    return TokenAlignment(
      reference: normalizer.normalize(utterance.reference), hypothesis: normalizer.normalize(hypothesis), unit: unit)
  }
}

/// The scores of one run: in all, and of each of its sets.
public struct BenchSummary: Sendable, Equatable, Codable {
  /// Scores of some utterances.
  public struct Scores: Sendable, Equatable, Codable {
    /// How many utterances; how many of them the error rates are of, BLEU and chrF, and those of translated references.
    public var utterances = 0, recognized: Int?, translated: Int?, referencesTranslated: Int?
    /// Substitutions, deletions and insertions.
    public var words: EditCounts?, characters: EditCounts?
    /// Word error rate as a fraction, with its 95 % bootstrap interval over utterances.
    public var wordErrorRate: BootstrapInterval?
    /// Character error rate as a fraction.
    public var characterErrorRate: Double?
    /// BLEU with its interval, chrF2 and chrF2++, in 0...100.
    public var bleu: BootstrapInterval?, chrf: Double?, chrfPlusPlus: Double?
    /// BLEU and chrF of the translated reference transcripts: what is lost before recognition is no part of it.
    public var bleuOfReference: Double?, chrfOfReference: Double?
    /// BLEU points that recognition cost the translation, of the utterances that have both; negative where the recogniser's text was
    /// luckier.
    public var recognitionLoss: Double?
    /// Audio in all, in seconds.
    public var audioSeconds: Double?
    /// Seconds of work for a second of audio, and the times of single utterances in seconds.
    public var realTimeFactor: Double?, latency: Percentiles?
    /// Utterances for a second of work.
    public var utterancesPerSecond: Double?
  }

  /// The run that it is of.
  public var system: String
  /// Over all sets, each utterance counted once.
  public var total: Scores
  /// By the name of the set.
  public var sets: [String: Scores]
  /// Utterances that could not be heard or read.
  public var failures: Int
  /// Seconds of everything else, scoring included, for a second of the system's work; nil where no time is known.
  public var overhead: Double?

  /// Scores a run.
  public init(_ run: BenchRun, ruler: Ruler) {
    system = run.system
    total = Scores(run.utterances, ruler: ruler)
    sets = Dictionary(grouping: run.utterances, by: \.set).mapValues { Scores($0, ruler: ruler) }
    failures = run.failures.count
  }
}

extension BenchSummary.Scores {
  /// Scores utterances; what none of them has stays nil.
  init(_ utterances: [UtteranceResult], ruler: Ruler) {
    self.utterances = utterances.count
    let words = utterances.compactMap { ruler.alignment(of: $0)?.counts }
    if !words.isEmpty {
      (self.words, recognized) = (.total(words), words.count)
      wordErrorRate = BootstrapInterval(words, resamples: ruler.resamples, seed: ruler.seed) { $0.rate }
      let characters = EditCounts.total(utterances.compactMap { ruler.alignment(of: $0, unit: .character)?.counts })
      (self.characters, characterErrorRate) = (characters, characters.rate)
    }
    let translated = utterances.filter { $0.translation != nil && $0.translationReference != nil }
    if !translated.isEmpty {
      self.translated = translated.count
      let statistics = translated.map {
        ruler.bleu.statistics(hypothesis: $0.translation!, reference: $0.translationReference!)
      }
      bleu = BootstrapInterval(statistics, resamples: ruler.resamples, seed: ruler.seed) { ruler.bleu.score($0) }
      let hypotheses = translated.map { $0.translation! }, references = translated.map { $0.translationReference! }
      chrf = CharacterFScore().score(hypotheses: hypotheses, references: references)
      chrfPlusPlus = CharacterFScore.plusPlus.score(hypotheses: hypotheses, references: references)
      let both = translated.filter { $0.translationOfReference != nil }
      if !both.isEmpty {
        let oracles = both.map { $0.translationOfReference! }, references = both.map { $0.translationReference! }
        let best = ruler.bleu.score(hypotheses: oracles, references: references)
        (bleuOfReference, referencesTranslated) = (best, both.count)
        chrfOfReference = CharacterFScore().score(hypotheses: oracles, references: references)
        recognitionLoss = best - ruler.bleu.score(hypotheses: both.map { $0.translation! }, references: references)
      }
    }
    let seconds = utterances.compactMap(\.seconds), audio = utterances.compactMap(\.audioSeconds).reduce(0, +)
    latency = Percentiles(utterances.compactMap { $0.timedTogether == nil ? $0.seconds : nil })
    let work = seconds.reduce(0, +)
    if work > 0 { utterancesPerSecond = Double(seconds.count) / work }
    if audio > 0 {
      audioSeconds = audio
      if work > 0 { realTimeFactor = work / audio }
    }
  }
}
