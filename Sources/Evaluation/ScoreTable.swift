/// A figure of each row of a table.
struct TableColumn<Row>: Sendable {
  var heading: String
  /// In a sentence, for a legend.
  var meaning: String
  /// nil where a row has no such figure.
  var cell: @Sendable (Row) -> String?
}

/// The scores of a benchmark as rows and columns, for whoever sets them as text or as HTML.
struct ScoreTable {
  /// One system over one set, or over all.
  struct Row: Sendable {
    /// Name of the set; nil for all sets together.
    var set: String?
    /// Index of the run.
    var system: Int
    var scores: BenchSummary.Scores
    /// What is known of a run as a whole only.
    var peakMemory: Int?
    var failures: Int?
  }

  typealias Column = TableColumn<Row>

  /// By set, and within it by system; sets in the order in which they first appear, all together last.
  var rows: [Row]
  /// Those that at least one row has a figure for.
  var columns: [Column]

  init(_ result: BenchResult) {
    let sets = result.setNames
    rows = []
    for set in sets {
      for (system, summary) in result.summaries.enumerated() {
        if let scores = summary.sets[set] {
          rows.append(Row(set: set, system: system, scores: scores))
        } else if sets.count == 1, summary.failures > 0 {
          // A system that heard nothing is told, too.
          rows.append(Row(set: set, system: system, scores: summary.total))
        }
      }
    }
    // The total of a single set says the same again; only what it alone tells is added to the set's row.
    if sets.count != 1 { rows += result.summaries.enumerated().map { Row(set: nil, system: $0, scores: $1.total) } }
    for (index, row) in rows.enumerated() where row.set == nil || sets.count == 1 {
      rows[index].peakMemory = result.runs.indices.contains(row.system) ? result.runs[row.system].peakMemory : nil
      let failures = result.summaries[row.system].failures
      rows[index].failures = result.summaries.contains { $0.failures > 0 } ? failures : nil
    }
    let rows = rows
    columns = Self.all.filter { column in rows.contains { column.cell($0) != nil } }
  }

  /// How many utterances a figure is of, in a column that is there where some lack the figure.
  private static func count(
    _ heading: String, _ meaning: String, _ count: @escaping @Sendable (BenchSummary.Scores) -> Int?
  ) -> Column {
    Column(heading: heading, meaning: meaning) { row in
      count(row.scores).flatMap { $0 == row.scores.utterances ? nil : String($0) }
    }
  }

  private static let all: [Column] = [
    Column(heading: "utt.", meaning: "utterances") { String($0.scores.utterances) },
    count("heard", "utterances that the error rates are of, where that is not all", \.recognized),
    Column(heading: "words", meaning: "words of the reference, after normalisation") {
      $0.scores.words.map { String($0.referenceCount) }
    },
    Column(heading: "WER %", meaning: "word error rate") {
      $0.scores.wordErrorRate.map { Formatted.percent($0.score) }
    },
    Column(heading: "95 %", meaning: "the interval of the figure before it, bootstrap over utterances") {
      $0.scores.wordErrorRate.map { Formatted.range($0.lower * 100, $0.upper * 100) }
    },
    Column(heading: "S", meaning: "words substituted") { $0.scores.words.map { String($0.substitutions) } },
    Column(heading: "D", meaning: "words deleted") { $0.scores.words.map { String($0.deletions) } },
    Column(heading: "I", meaning: "words inserted") { $0.scores.words.map { String($0.insertions) } },
    Column(heading: "CER %", meaning: "character error rate") {
      $0.scores.characterErrorRate.map { Formatted.percent($0) }
    },
    count("transl.", "utterances that BLEU and chrF are of, where that is not all", \.translated),
    Column(heading: "BLEU", meaning: "BLEU of the translations") { $0.scores.bleu.map { Formatted.fixed($0.score) } },
    Column(heading: "95 %", meaning: "the interval of the figure before it, bootstrap over utterances") {
      $0.scores.bleu.map { Formatted.range($0.lower, $0.upper) }
    },
    Column(heading: "chrF", meaning: "chrF2 of the translations") { $0.scores.chrf.map { Formatted.fixed($0) } },
    Column(heading: "chrF++", meaning: "chrF2++ of the translations") {
      $0.scores.chrfPlusPlus.map { Formatted.fixed($0) }
    },
    count("refs", "utterances that the oracle and the loss are of, where that is not all", \.referencesTranslated),
    Column(heading: "oracle BLEU", meaning: "BLEU when the reference transcript is translated instead") {
      $0.scores.bleuOfReference.map { Formatted.fixed($0) }
    },
    Column(
      heading: "loss", meaning: "oracle BLEU less BLEU of the same utterances: what recognition cost the translation"
    ) {
      $0.scores.recognitionLoss.map { Formatted.signed($0) }
    },
    Column(heading: "RTF", meaning: "real-time factor, seconds of work for a second of audio") {
      $0.scores.realTimeFactor.map { Formatted.fixed($0, places: 3) }
    },
    Column(heading: "texts/s", meaning: "texts translated in a second") { row in
      row.scores.audioSeconds == nil ? row.scores.utterancesPerSecond.map { Formatted.fixed($0, places: 1) } : nil
    },
    Column(heading: "p50 s", meaning: "median time of an utterance, in seconds") {
      $0.scores.latency.map { Formatted.seconds($0.p50) }
    },
    Column(heading: "p95 s", meaning: "19 utterances of 20 took at most so many seconds") {
      $0.scores.latency.map { Formatted.seconds($0.p95) }
    },
    Column(heading: "MiB", meaning: "peak resident memory of the process") {
      $0.peakMemory.map(Formatted.mebibytes)
    },
    Column(heading: "failed", meaning: "utterances that could not be heard or read; they are in no score") {
      $0.failures.map { String($0) }
    },
  ]
}

extension BenchResult {
  /// The systems, in the order of the runs; a result may have lost its utterances or its scores.
  var systemNames: [String] {
    (0..<max(runs.count, summaries.count)).map {
      summaries.indices.contains($0) ? summaries[$0].system : runs[$0].system
    }
  }

  /// The sets, in the order in which they first appear.
  var setNames: [String] {
    var seen: Set<String> = []
    let named = runs.flatMap(\.utterances).map(\.set).filter { seen.insert($0).inserted }
    // A result may have lost its utterances and kept its scores.
    return named + summaries.flatMap { $0.sets.keys.sorted() }.filter { seen.insert($0).inserted }
  }
}

extension PairedComparison {
  /// In words, at the level 0.05.
  func verdict(first: String, second: String) -> String {
    guard isSignificant() else { return "no significant difference" }
    return "\(firstIsBetter ? first : second) is better"
  }
}

extension BenchComparison {
  /// The metrics in the order of a table, with how each is headed; error rates are kept in per cent.
  var orderedMetrics: [(heading: String, comparison: PairedComparison)] {
    let known = ["WER": "WER %", "CER": "CER %"]
    let order = ["WER", "CER", "BLEU", "chrF"]
    return metrics.sorted {
      let (one, other) = (order.firstIndex(of: $0.key) ?? order.count, order.firstIndex(of: $1.key) ?? order.count)
      return (one, $0.key) < (other, $1.key)
    }.map { (known[$0.key] ?? $0.key, $0.value) }
  }
}
