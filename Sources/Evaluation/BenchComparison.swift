/// Whether one run is better than another on the utterances that both have.
public struct BenchComparison: Sendable, Equatable, Codable {
  /// The systems, in the order of the comparison.
  public var first: String, second: String
  /// Utterances that both runs have.
  public var utterances: Int
  /// Utterances that only one run has, and those that were measured against other references: neither are compared.
  public var unpaired: Int, differing: Int
  /// By the name of the metric; only those that both runs can be measured with.
  public var metrics: [String: PairedComparison]

  /// Compares two runs, utterance by utterance.
  public init(_ one: BenchRun, _ other: BenchRun, ruler: Ruler) {
    (first, second) = (one.system, other.system)
    // One set may be called otherwise in the other run.
    let isOneSet = [one, other].allSatisfy { run in Set(run.utterances.map(\.set)).count == 1 }
    func name(_ utterance: UtteranceResult) -> String { isOneSet ? utterance.id : utterance.key }
    let others = Dictionary(other.utterances.map { (name($0), $0) }, uniquingKeysWith: { first, _ in first })
    let common = one.utterances.compactMap { mine in others[name(mine)].map { (mine, $0) } }
    // What was heard is the same whatever it was translated into; where nothing was heard, only translations are compared.
    let pairs = common.filter { one, other in
      one.reference == other.reference
        && (one.translationReference == other.translationReference || one.hypothesis != nil && other.hypothesis != nil)
    }
    utterances = pairs.count
    differing = common.count - pairs.count
    unpaired = one.utterances.count + others.count - 2 * common.count
    metrics = [:]
    func compare<S: AdditiveStatistics>(
      _ first: [S], _ second: [S], _ direction: PairedComparison.Direction, _ score: (S) -> Double
    ) -> PairedComparison {
      // A p-value wants more draws than an interval, and its draws cost less.
      PairedComparison(
        first, second, direction: direction, resamples: ruler.resamples, trials: 10 * ruler.resamples, seed: ruler.seed,
        score: score)
    }
    // Where a sentence is one word, characters say more.
    let units: [ErrorUnit] =
      pairs.contains { ErrorUnit.forLanguage($0.0.language) == .character } ? [.word, .character] : [.word]
    for unit in units {
      let counts = pairs.compactMap { one, other in
        ruler.alignment(of: one, unit: unit).flatMap { first in
          ruler.alignment(of: other, unit: unit).map { (first.counts, $0.counts) }
        }
      }
      guard !counts.isEmpty else { continue }
      metrics[unit == .word ? "WER" : "CER"] = compare(counts.map(\.0), counts.map(\.1), .lowerIsBetter) {
        $0.rate * 100
      }
    }
    let translated = pairs.compactMap { one, other -> (first: String, second: String, reference: String)? in
      guard let reference = one.translationReference, reference == other.translationReference,
        let first = one.translation, let second = other.translation
      else { return nil }
      return (first, second, reference)
    }
    if !translated.isEmpty {
      func statistics<S>(_ make: (String, String) -> S) -> ([S], [S]) {
        (translated.map { make($0.first, $0.reference) }, translated.map { make($0.second, $0.reference) })
      }
      let (firstBLEU, secondBLEU) = statistics { ruler.bleu.statistics(hypothesis: $0, reference: $1) }
      metrics["BLEU"] = compare(firstBLEU, secondBLEU, .higherIsBetter) { ruler.bleu.score($0) }
      let chrf = CharacterFScore()
      let (firstF, secondF) = statistics { chrf.statistics(hypothesis: $0, reference: $1) }
      metrics["chrF"] = compare(firstF, secondF, .higherIsBetter) { chrf.score($0) }
    }
  }
}
