/// Whether one run is better than another on the utterances that both have.
public struct BenchComparison: Sendable, Equatable, Codable {
  /// The systems, in the order of the comparison.
  public var first: String, second: String
  /// Utterances that both runs have.
  public var utterances: Int
  /// By the name of the metric; only those that both runs can be measured with.
  public var metrics: [String: PairedComparison]

  /// Compares two runs, utterance by utterance.
  public init(_ one: BenchRun, _ other: BenchRun, ruler: Ruler) {
    (first, second) = (one.system, other.system)
    let others = Dictionary(other.utterances.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
    let pairs = one.utterances.compactMap { mine in others[mine.key].map { (mine, $0) } }
    utterances = pairs.count
    metrics = [:]
    let words = pairs.compactMap { one, other in
      ruler.alignment(of: one).flatMap { first in ruler.alignment(of: other).map { (first.counts, $0.counts) } }
    }
    if !words.isEmpty {
      metrics["WER"] = PairedComparison(
        words.map(\.0), words.map(\.1), direction: .lowerIsBetter, resamples: ruler.resamples, seed: ruler.seed
      ) { $0.rate * 100 }
    }
    let translated = pairs.compactMap { one, other -> (first: String, second: String, reference: String)? in
      guard let reference = one.translationReference, let first = one.translation, let second = other.translation
      else { return nil }
      return (first, second, reference)
    }
    if !translated.isEmpty {
      func statistics<S>(_ make: (String, String) -> S) -> ([S], [S]) {
        (translated.map { make($0.first, $0.reference) }, translated.map { make($0.second, $0.reference) })
      }
      let (firstBLEU, secondBLEU) = statistics { ruler.bleu.statistics(hypothesis: $0, reference: $1) }
      metrics["BLEU"] = PairedComparison(
        firstBLEU, secondBLEU, direction: .higherIsBetter, resamples: ruler.resamples, seed: ruler.seed
      ) { ruler.bleu.score($0) }
      let chrf = CharacterFScore()
      let (firstF, secondF) = statistics { chrf.statistics(hypothesis: $0, reference: $1) }
      metrics["chrF"] = PairedComparison(
        firstF, secondF, direction: .higherIsBetter, resamples: ruler.resamples, seed: ruler.seed
      ) { chrf.score($0) }
    }
  }
}
