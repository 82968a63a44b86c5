/// The utterances that went worst, each once, with what every system made of it.
struct WorstUtterances {
  /// What one system made of it.
  struct Attempt {
    /// Index of the run.
    var system: Int
    var result: UtteranceResult
    /// nil where nothing was recognised that could be compared.
    var alignment: TokenAlignment?
    /// chrF of the translation alone, 0...100.
    var chrf: Double?
    /// Where it stands among the system's worst, from 1; nil if it is not among them.
    var rank: Int?

    /// Errors in words, or what weighs as much; of translations without recognition, what they lack of 100 chrF.
    fileprivate var weight: (errors: Double, rate: Double) {
      if let alignment {
        let unit = ErrorUnit.forLanguage(result.language)
        return (Double(alignment.counts.errors) / unit.perWord, alignment.counts.rate)
      }
      return (0, chrf.map { (100 - $0) / 100 } ?? 0)
    }
  }

  /// One utterance.
  struct Entry {
    var attempts: [Attempt]
    /// Set, identifier, reference and recording, which are the same for all.
    var utterance: UtteranceResult { attempts[0].result }
  }

  /// By errors, then by rate; of several systems' attempts the worst one counts.
  var entries: [Entry]

  /// - Parameter limit: how many of each system.
  init(_ runs: [BenchRun], ruler: Ruler, limit: Int) {
    let chrf = CharacterFScore()
    var order: [String] = []
    var attempts: [String: [Attempt]] = [:]
    for (system, run) in runs.enumerated() {
      var own = run.utterances.map { result in
        let score = result.translation.flatMap { translation in
          result.translationReference.map { chrf.score(hypotheses: [translation], references: [$0]) }
        }
        return Attempt(
          system: system, result: result,
          alignment: ruler.alignment(of: result, unit: .forLanguage(result.language)), chrf: score)
      }
      let worst = own.indices.filter { own[$0].weight > (0, 0) }
        .sorted { own[$0].weight == own[$1].weight ? $0 < $1 : own[$0].weight > own[$1].weight }
      // Where something was recognised, an utterance without errors in words is not among the worst.
      let hasErrors = worst.contains { own[$0].weight.errors > 0 }
      for (rank, index) in worst.filter({ !hasErrors || own[$0].weight.errors > 0 }).prefix(limit).enumerated() {
        own[index].rank = rank + 1
      }
      for attempt in own {
        if attempts[attempt.result.key] == nil { order.append(attempt.result.key) }
        attempts[attempt.result.key, default: []].append(attempt)
      }
    }
    let shown = order.map { Entry(attempts: attempts[$0]!) }.filter { $0.attempts.contains { $0.rank != nil } }
    let weights = shown.map { entry in entry.attempts.map(\.weight).max { $0 < $1 } ?? (errors: 0, rate: 0) }
    entries = shown.indices.sorted { weights[$0] == weights[$1] ? $0 < $1 : weights[$0] > weights[$1] }.map {
      shown[$0]
    }
  }
}
