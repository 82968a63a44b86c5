/// The plots of a report that have a row for each set.
enum ReportPlots {
  /// Error rate by set with the whiskers of its interval.
  static func errorRates(_ rates: ErrorRates, systems: [String]) -> RowPlot {
    let scale = PlotScale(upTo: rates.largest)
    let rows = rates.rows.map { row in
      let lines = row.cells.map { cell in
        let interval = Formatted.range(cell.rate.lower * 100, cell.rate.upper * 100, places: 1)
        let marks = RowPlot.whisker(
          PlotKey(system: cell.system), score: cell.rate.score * 100, lower: cell.rate.lower * 100,
          upper: cell.rate.upper * 100, scale: scale,
          title: "\(systems[cell.system]), \(row.label): \(Formatted.percent(cell.rate.score)) % (\(interval))")
        return RowPlot.Line(
          system: cell.system, marks: marks, value: "\(Formatted.percent(cell.rate.score, places: 1)) (\(interval))")
      }
      return RowPlot.Row(label: row.label, note: row.note, lines: lines)
    }
    return RowPlot(
      scale: scale, axis: "Error rate, % of the reference's \(rates.units)", rows: rows,
      description: "Error rate by set")
  }

  /// What the error rate is made of, end to end: its length is the rate.
  static func composition(_ rates: ErrorRates, systems: [String]) -> RowPlot {
    let highest = rates.rows.flatMap(\.cells).map { $0.counts.rate * 100 }.max() ?? 0
    let scale = PlotScale(upTo: highest)
    let rows = rates.rows.map { row in
      let lines = row.cells.map { cell in
        let total = Double(max(1, cell.counts.referenceCount)) / 100
        let counts = [cell.counts.substitutions, cell.counts.deletions, cell.counts.insertions]
        let shares = counts.map { Double($0) / total }
        var start = 0.0
        let bars: [HTML] = zip(shares, ["substitution", "deletion", "insertion"]).map { share, kind in
          defer { start += share }
          let style = HTML(trusted: kind)
          return """
            <rect class="\(style)" x="\(scale.percent(start))%" y="4" width="\(scale.percent(share))%" height="16">\
            <title>\(systems[cell.system]), \(row.label): \(kind)s \(Formatted.fixed(share)) %</title></rect>
            """
        }
        let figures = shares.map { Formatted.fixed($0, places: 1) }.joined(separator: " + ")
        return RowPlot.Line(system: cell.system, marks: "\(bars)", value: figures)
      }
      return RowPlot.Row(label: row.label, note: row.note, lines: lines)
    }
    return RowPlot(
      scale: scale, axis: "Errors, % of the reference's \(rates.units)", rows: rows,
      description: "What the errors are, by set")
  }

  /// BLEU by set with its interval, and what it would be if the reference transcript had been translated.
  static func bleu(_ result: BenchResult) -> RowPlot? {
    let systems = result.summaries.map(\.system)
    let sets: [String?] = result.setNames
    let scored = (sets + (sets.count > 1 ? [nil] : [])).compactMap { set in
      let cells = result.summaries.enumerated().compactMap { system, summary in
        (set.map { summary.sets[$0] } ?? summary.total).flatMap { scores in scores.bleu.map { (system, scores, $0) } }
      }
      return cells.isEmpty ? nil : (set: set, cells: cells)
    }
    guard !scored.isEmpty else { return nil }
    let scale = PlotScale(
      upTo: scored.flatMap(\.cells).map { max($0.2.upper, $0.2.score, $0.1.bleuOfReference ?? 0) }.max() ?? 0)
    func translated(_ set: String?) -> Int {
      let counts = result.runs.map { run in
        run.utterances.count {
          (set == nil || $0.set == set) && $0.translation != nil && $0.translationReference != nil
        }
      }
      return counts.max() ?? 0
    }
    let rows = scored.map { set, cells in
      let label = set ?? "all sets"
      let lines = cells.map { system, scores, bleu in
        let key = PlotKey(system: system)
        let interval = Formatted.range(bleu.lower, bleu.upper, places: 1)
        var marks = RowPlot.whisker(
          key, score: bleu.score, lower: bleu.lower, upper: bleu.upper, scale: scale,
          title: "\(systems[system]), \(label): BLEU \(Formatted.fixed(bleu.score)) (\(interval))")
        var value = "\(Formatted.fixed(bleu.score, places: 1)) (\(interval))"
        if let oracle = scores.bleuOfReference, let loss = scores.recognitionLoss {
          marks =
            marks
            + key.mark(
              x: scale.percent(oracle), y: RowPlot.middle, isHollow: true,
              title:
                "\(systems[system]), \(label): BLEU of the translated reference transcript \(Formatted.fixed(oracle))")
          value += ", loss \(Formatted.fixed(loss, places: 1))"
        }
        return RowPlot.Line(system: system, marks: marks, value: value)
      }
      return RowPlot.Row(label: label, note: "\(translated(set)) utt.", lines: lines)
    }
    return RowPlot(scale: scale, axis: "BLEU, 0 to 100", rows: rows, description: "BLEU by set")
  }
}
