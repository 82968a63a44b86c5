internal import Transcripts

/// Results as tables for a terminal: what no run has takes no column.
public enum BenchTable {
  /// A block for each run: a row for each of its sets and, where there are several, one for all.
  public static func text(of result: BenchResult) -> String {
    zip(result.runs, result.summaries).map { run, summary in
      let names = sets(of: run)
      var rows = names.compactMap { name in summary.sets[name].map { (name, $0) } }
      if rows.count != 1 { rows.append(("all", summary.total)) }
      let used = columns.filter { column in rows.contains { column.value($0.1) != nil } }
      let cells = rows.map { name, scores in [name] + used.map { $0.value(scores) ?? "" } }
      return run.system + "\n" + grid([["set"] + used.map(\.title)] + cells) + notes(run, summary) + "\n"
    }.joined()
  }

  /// One line for each metric of a comparison, and what follows from it.
  public static func text(of comparison: BenchComparison) -> String {
    let head = "A  \(comparison.first)\nB  \(comparison.second)\n\(comparison.utterances) utterances\n"
    let rows = comparison.metrics.sorted { $0.key < $1.key }.map { name, paired in
      [
        name, fixed(paired.first), fixed(paired.second), signed(paired.difference),
        "\(signed(paired.lower)) to \(signed(paired.upper))", fixed(paired.randomizationPValue, 4), verdict(paired),
      ]
    }
    return head + grid([["metric", "A", "B", "A - B", "95 %", "p", ""]] + rows) + "\n"
  }

  /// What a comparison says, in words.
  static func verdict(_ paired: PairedComparison) -> String {
    if paired.difference == 0 { return "the same" }
    return paired.isSignificant() ? (paired.firstIsBetter ? "A is better" : "B is better") : "no difference shown"
  }

  /// The names of a run's sets in the order of its utterances.
  static func sets(of run: BenchRun) -> [String] {
    var seen: Set<String> = []
    return run.utterances.map(\.set).filter { seen.insert($0).inserted }
  }

  // MARK: Columns

  struct Column: Sendable {
    var title: String
    var value: @Sendable (BenchSummary.Scores) -> String?
  }

  static let columns: [Column] = [
    Column(title: "n") { String($0.utterances) },
    Column(title: "words") { $0.words.map { String($0.referenceCount) } },
    Column(title: "WER %") { $0.wordErrorRate.map { fixed(100 * $0.score) } },
    Column(title: "95 %") { $0.wordErrorRate.map { interval($0, scale: 100) } },
    Column(title: "S") { $0.words.map { String($0.substitutions) } },
    Column(title: "D") { $0.words.map { String($0.deletions) } },
    Column(title: "I") { $0.words.map { String($0.insertions) } },
    Column(title: "CER %") { $0.characterErrorRate.map { fixed(100 * $0) } },
    Column(title: "BLEU") { $0.bleu.map { fixed($0.score) } },
    Column(title: "95 %") { $0.bleu.map { interval($0, scale: 1) } },
    Column(title: "chrF2") { $0.chrf.map { fixed($0) } },
    Column(title: "chrF2++") { $0.chrfPlusPlus.map { fixed($0) } },
    Column(title: "BLEU of reference") { $0.bleuOfReference.map { fixed($0) } },
    Column(title: "lost") { scores in
      scores.bleuOfReference.flatMap { reference in scores.bleu.map { signed($0.score - reference) } }
    },
    Column(title: "RTF") { $0.realTimeFactor.map { fixed($0, 3) } },
    Column(title: "texts/s") { scores in
      scores.audioSeconds == nil ? scores.utterancesPerSecond.map { fixed($0, 1) } : nil
    },
    Column(title: "p50 s") { $0.latency.map { fixed($0.p50, 3) } },
    Column(title: "p95 s") { $0.latency.map { fixed($0.p95, 3) } },
  ]

  private static func notes(_ run: BenchRun, _ summary: BenchSummary) -> String {
    var notes: [String] = []
    if let peak = run.peakMemory { notes.append("peak memory \(peak / 1_000_000) MB") }
    if let overhead = summary.overhead { notes.append("scoring \(fixed(100 * overhead)) % of the work") }
    if summary.failures > 0 { notes.append("\(summary.failures) utterances failed") }
    return notes.isEmpty ? "" : notes.joined(separator: ", ") + "\n"
  }

  private static func interval(_ interval: BootstrapInterval, scale: Double) -> String {
    "\(fixed(scale * interval.lower)) to \(fixed(scale * interval.upper))"
  }

  // MARK: Figures

  /// 4.5662 -> 4.57.
  static func fixed(_ value: Double, _ places: Int = 2) -> String {
    guard value.isFinite, abs(value) < 1e12 else { return "-" }
    var unit = 1
    for _ in 0..<places { unit *= 10 }
    let scaled = Int((abs(value) * Double(unit)).rounded())
    let fraction = String(scaled % unit)
    let sign = value < 0 && scaled > 0 ? "-" : ""
    return sign + String(scaled / unit)
      + (places > 0 ? "." + String(repeating: "0", count: places - fraction.count) + fraction : "")
  }

  /// With its sign, as differences are written.
  static func signed(_ value: Double) -> String {
    let text = fixed(value)
    return value > 0 && text != "0.00" ? "+" + text : text
  }

  /// Rows in columns: the first at the left, figures at the right, by the width that a terminal gives them.
  static func grid(_ rows: [[String]]) -> String {
    let count = rows.map(\.count).max() ?? 0
    let widths = (0..<count).map { column in
      rows.map { $0.count > column ? DisplayWidth.of($0[column]) : 0 }.max() ?? 0
    }
    return rows.map { row in
      var line = "  "
      for (column, cell) in row.enumerated() {
        let gap = String(repeating: " ", count: widths[column] - DisplayWidth.of(cell))
        line += column == 0 ? cell + gap : "  " + gap + cell
      }
      while line.last == " " { line.removeLast() }
      return line + "\n"
    }.joined()
  }
}
