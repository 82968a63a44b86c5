/// A plot with a row for each set and a line in it for each system, along one horizontal axis.
///
/// Places along the axis are per cent of the plot's width, so that letters keep their size on any screen.
struct RowPlot {
  /// One system in a row.
  struct Line {
    var system: Int
    /// Drawn around `RowPlot.middle`.
    var marks: HTML
    /// What is read instead of measured, at the right.
    var value: String
  }

  /// One set.
  struct Row {
    var label: String
    /// In small letters below the label.
    var note: String
    var lines: [Line]
  }

  /// Height of a line, and where its middle is, in pixels.
  static let lineHeight = 24.0, middle = 12.0

  var scale: PlotScale
  /// What the axis measures, with its unit.
  var axis: String
  var rows: [Row]
  /// The same for people who do not see it.
  var description: String

  var html: HTML {
    let parts: [HTML] = rows.map { row in
      let height = Double(row.lines.count) * Self.lineHeight
      let lines: [HTML] = row.lines.enumerated().map { index, line in
        "<svg y=\"\(Double(index) * Self.lineHeight)\" width=\"100%\" height=\"\(Self.lineHeight)\">\(line.marks)</svg>"
      }
      let values: [HTML] = row.lines.map { line in
        let key = PlotKey(system: line.system)
        return "<div>\(key.inline)<b>\(key.letter)</b> <span>\(line.value)</span></div>"
      }
      return """
        <div class="label">\(row.label)<small>\(row.note)</small></div>
        <svg class="plot" width="100%" height="\(height)" role="img" aria-label="\(row.label)">\(grid(height))\(lines)</svg>
        <div class="values">\(values)</div>

        """
    }
    return """
      <div class="rows" role="group" aria-label="\(description)">
      \(parts)<div class="label"></div>
      <svg class="axis" width="100%" height="42" aria-hidden="true">\(labels)</svg>
      <div></div>
      </div>

      """
  }

  private func grid(_ height: Double) -> [HTML] {
    scale.ticks.map { tick in
      let kind: HTML = tick == 0 ? "zero" : "grid"
      let x = scale.percent(tick)
      return "<line class=\"\(kind)\" x1=\"\(x)%\" x2=\"\(x)%\" y1=\"0\" y2=\"\(height)\"/>"
    }
  }

  private var labels: HTML {
    let ticks: [HTML] = scale.ticks.map { tick in
      "<text x=\"\(scale.percent(tick))%\" y=\"14\" text-anchor=\"middle\">\(scale.label(tick))</text>"
    }
    return "\(ticks)<text class=\"title\" x=\"0\" y=\"36\">\(axis)</text>"
  }
}

extension RowPlot {
  /// A score with the whiskers of its interval, all three in the unit of the scale.
  static func whisker(
    _ key: PlotKey, score: Double, lower: Double, upper: Double, scale: PlotScale, title: String
  ) -> HTML {
    let (left, right) = (scale.percent(lower), scale.percent(upper))
    return """
      <g class="whisker \(key.colour)">\
      <line x1="\(left)%" x2="\(right)%" y1="\(middle)" y2="\(middle)"/>\
      <line x1="\(left)%" x2="\(left)%" y1="\(middle - 5)" y2="\(middle + 5)"/>\
      <line x1="\(right)%" x2="\(right)%" y1="\(middle - 5)" y2="\(middle + 5)"/></g>\
      \(key.mark(x: scale.percent(score), y: middle, title: title))
      """
  }
}
