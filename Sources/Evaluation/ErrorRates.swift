/// Error rates of every system on every set, in the unit that fits the set's language.
struct ErrorRates {
  /// One system on one set.
  struct Cell {
    var system: Int
    var counts: EditCounts
    var rate: BootstrapInterval
  }

  /// One set, or all of them.
  struct Row {
    /// nil for all sets together.
    var set: String?
    /// Characters where all languages of the set are written without spaces.
    var unit: ErrorUnit
    var utterances: Int
    var cells: [Cell]
  }

  /// Only sets that some system has a rate for.
  var rows: [Row]

  init(_ result: BenchResult, ruler: Ruler) {
    let sets: [String?] = result.setNames
    rows = (sets + (sets.count > 1 ? [nil] : [])).compactMap { set in
      let utterances = result.runs.map { $0.utterances.filter { set == nil || $0.set == set } }
      let units = Set(utterances.joined().map { ErrorUnit.forLanguage($0.language) })
      let unit: ErrorUnit = units == [.character] ? .character : .word
      let cells = result.summaries.enumerated().compactMap { system, summary -> Cell? in
        if unit == .character, utterances.indices.contains(system) {
          let counts = utterances[system].compactMap { ruler.alignment(of: $0, unit: .character)?.counts }
          guard !counts.isEmpty else { return nil }
          let rate = BootstrapInterval(counts, resamples: ruler.resamples, seed: ruler.seed) { $0.rate }
          return Cell(system: system, counts: .total(counts), rate: rate)
        }
        let scores = set.map { summary.sets[$0] } ?? summary.total
        guard let counts = scores?.words, let rate = scores?.wordErrorRate else { return nil }
        return Cell(system: system, counts: counts, rate: rate)
      }
      guard !cells.isEmpty else { return nil }
      return Row(set: set, unit: unit, utterances: utterances.map(\.count).max() ?? 0, cells: cells)
    }
  }

  /// What is counted, for an axis.
  var units: String { rows.contains { $0.unit == .character } ? "words, for CER characters" : "words" }

  /// The largest value that a plot of them has to hold, in per cent.
  var largest: Double { rows.flatMap(\.cells).map { max($0.rate.upper, $0.rate.score) * 100 }.max() ?? 0 }
}

extension ErrorRates.Row {
  /// As a row of a plot is labelled.
  var label: String { self.set ?? "all sets" }

  /// How much is measured, and in what.
  var note: String {
    let count = cells.map(\.counts.referenceCount).max() ?? 0
    return unit == .word ? "\(utterances) utt., \(count) words" : "\(utterances) utt., \(count) characters: CER"
  }
}
