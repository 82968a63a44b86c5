/// Scores of live sessions as plain text in columns, for a terminal or a log.
public enum LiveTable {
  /// A row for each score, in their order; a figure that none has takes no column.
  ///
  /// - Parameters:
  ///   - width: columns of the terminal. A wider table is broken into several below each other; nil leaves it in one.
  ///   - hasLegend: whether a line for each column below the table says what it is.
  public static func text(of scores: [LiveScore], width: Int? = nil, hasLegend: Bool = false) -> String {
    guard !scores.isEmpty else { return "" }
    let columns = all.filter { column in scores.contains { column.cell($0) != nil } }
    let figures = columns.map { column in [column.heading] + scores.map { column.cell($0) ?? "" } }
    let table = grid(figures, names: scores.map(\.label), heading: "session", width: width)
    guard hasLegend else { return table }
    let headings = columns.map(\.heading)
    let indent = TextGrid.widthOf(headings)
    return table + "\n"
      + columns.map { TextGrid.padded($0.heading, to: indent, left: true) + "  \($0.meaning)\n" }.joined()
  }

  /// The longest wait for a word's commitment in each minute of audio, in seconds; a session that cannot keep up shows it.
  public static func minutes(of scores: [LiveScore], width: Int? = nil) -> String {
    let count = scores.map(\.maximumLagByMinute.count).max() ?? 0
    guard count > 0 else { return "" }
    let figures = (0..<count).map { minute in
      ["\(minute + 1)"]
        + scores.map { score in
          let lags = score.maximumLagByMinute
          return lags.indices.contains(minute) ? lags[minute].map { Formatted.fixed($0) } ?? "" : ""
        }
    }
    return grid(figures, names: scores.map(\.label), heading: "minute", width: width)
  }

  private static func grid(_ figures: [[String]], names: [String], heading: String, width: Int?) -> String {
    let full = [[heading] + names]
    guard let width, TextGrid.total(full + figures) > width else { return TextGrid.grid(full, figures) }
    let short = [[heading] + names.map { TextGrid.shortened($0, to: max(12, width / 3)) }]
    // These say more of the figure before them.
    let blocks = TextGrid.blocks(figures, beside: short, width: width) {
      ["p95", "LAAL of", "committed"].contains($0[0])
    }
    return blocks.map { TextGrid.grid(short, $0) }.joined(separator: "\n")
  }

  private static func milliseconds(_ value: Double) -> String { Formatted.fixed(value, places: 0) }

  private static func positive(_ count: Int) -> String? { count > 0 ? String(count) : nil }

  private static let all: [TableColumn<LiveScore>] = [
    TableColumn(heading: "audio s", meaning: "seconds of audio") { Formatted.fixed($0.audioSeconds, places: 1) },
    TableColumn(heading: "sent.", meaning: "sentences of the session that ended") { String($0.utterances) },
    TableColumn(heading: "WER %", meaning: "word error rate of the joined finals") {
      $0.wordErrorRate.map { Formatted.percent($0) }
    },
    TableColumn(heading: "CER %", meaning: "character error rate of the joined finals") {
      $0.characterErrorRate.map { Formatted.percent($0) }
    },
    TableColumn(heading: "first p50", meaning: "seconds from the beginning of speech to the first text, median") {
      $0.firstText.map { Formatted.fixed($0.p50) }
    },
    TableColumn(heading: "word p50", meaning: "seconds from a word's end to its display for good, median") {
      $0.wordShown.map { Formatted.fixed($0.p50) }
    },
    TableColumn(heading: "p95", meaning: "the same, of 19 words in 20 at most") {
      $0.wordShown.map { Formatted.fixed($0.p95) }
    },
    TableColumn(heading: "commit p50", meaning: "seconds from a word's end to its being committed, median") {
      $0.wordCommitted.map { Formatted.fixed($0.p50) }
    },
    TableColumn(heading: "p95", meaning: "the same, of 19 words in 20 at most") {
      $0.wordCommitted.map { Formatted.fixed($0.p95) }
    },
    TableColumn(heading: "final p50", meaning: "seconds from a sentence's end to its final, median") {
      $0.sentenceFinal.map { Formatted.fixed($0.p50) }
    },
    TableColumn(heading: "p95", meaning: "the same, of 19 sentences in 20 at most") {
      $0.sentenceFinal.map { Formatted.fixed($0.p95) }
    },
    TableColumn(heading: "max", meaning: "longest wait for a word's commitment, in seconds") {
      $0.maximumLag.map { Formatted.fixed($0) }
    },
    TableColumn(heading: "LAAL", meaning: "StreamLAAL of the text as displayed for good, in milliseconds") {
      ($0.text.shown?.streamLAAL).map(milliseconds)
    },
    TableColumn(
      heading: "LAAL of", meaning: "sentences of the reference that it is of, where no word belongs to the others"
    ) {
      $0.text.shown.flatMap { $0.unanswered > 0 ? "\($0.sentences)/\($0.sentences + $0.unanswered)" : nil }
    },
    TableColumn(heading: "committed", meaning: "StreamLAAL of the text as committed, in milliseconds") {
      ($0.text.committed?.streamLAAL).map(milliseconds)
    },
    TableColumn(heading: "NE", meaning: "words of the text taken back for each word of the finals") {
      $0.text.normalizedErasure.map { Formatted.fixed($0) }
    },
    TableColumn(heading: "BLEU", meaning: "BLEU of the translations, cut where the reference's segments end") {
      $0.bleu.map { Formatted.fixed($0) }
    },
    TableColumn(heading: "to first", meaning: "seconds from the beginning of speech to the first translation, median") {
      $0.firstTranslation.map { Formatted.fixed($0.p50) }
    },
    TableColumn(heading: "to LAAL", meaning: "StreamLAAL of the translation as displayed for good, in milliseconds") {
      ($0.translation?.shown?.streamLAAL).map(milliseconds)
    },
    TableColumn(heading: "committed", meaning: "StreamLAAL of the translation as meant to stay, in milliseconds") {
      ($0.translation?.committed?.streamLAAL).map(milliseconds)
    },
    TableColumn(heading: "to NE", meaning: "words of the translation taken back for each word of the finals") {
      $0.translation?.normalizedErasure.map { Formatted.fixed($0) }
    },
    TableColumn(heading: "revoked", meaning: "words of the translation that were meant to stay and did not") {
      ($0.translation?.revoked).flatMap(positive)
    },
    TableColumn(heading: "RTF", meaning: "seconds of work for a second of audio") {
      $0.realTimeFactor.map { Formatted.fixed($0) }
    },
    TableColumn(heading: "lost s", meaning: "seconds of audio that were lost") {
      $0.lostSeconds > 0 ? Formatted.fixed($0.lostSeconds) : nil
    },
    TableColumn(heading: "slow", meaning: "times that the machine was too slow and did less") {
      positive($0.degradations)
    },
    TableColumn(heading: "faults", meaning: "promises of the events' contract that were broken") {
      positive($0.faults)
    },
  ]
}
