/// Error rate against speed: a point for each system, over all sets.
struct SpeedPlot {
  /// One system.
  struct Point {
    var system: Int
    /// Seconds of work for a second of audio.
    var realTimeFactor: Double
    /// In per cent, with its interval.
    var rate: Double, lower: Double, upper: Double
  }

  static let height = 320.0

  var points: [Point]
  var horizontal: PlotScale, vertical: PlotScale

  /// nil for fewer than two systems: there is nothing to weigh.
  init?(_ result: BenchResult) {
    points = result.summaries.enumerated().compactMap { system, summary in
      guard let rate = summary.total.wordErrorRate, let factor = summary.total.realTimeFactor, factor > 0 else {
        return nil
      }
      return Point(
        system: system, realTimeFactor: factor, rate: rate.score * 100, lower: rate.lower * 100, upper: rate.upper * 100
      )
    }
    guard points.count > 1 else { return nil }
    let factors = points.map(\.realTimeFactor)
    // Beyond an eightfold difference the fast ones would all stand on the axis.
    horizontal =
      factors.max()! > factors.min()! * 8
      ? PlotScale(logarithmicFrom: factors.min()!, to: factors.max()!) : PlotScale(upTo: factors.max()!)
    vertical = PlotScale(upTo: points.map { max($0.upper, $0.rate) }.max()!)
  }

  /// Where a rate stands, in pixels from the top.
  func y(_ rate: Double) -> Double { Self.height * (1 - vertical.percent(rate) / 100) }

  func html(systems: [String]) -> HTML {
    let rowLines: [HTML] = vertical.ticks.map { tick in
      let kind: HTML = tick == 0 ? "zero" : "grid"
      return "<line class=\"\(kind)\" x1=\"0\" x2=\"100%\" y1=\"\(y(tick))\" y2=\"\(y(tick))\"/>"
    }
    let columnLines: [HTML] = horizontal.ticks.map { tick in
      let kind: HTML = tick == 0 ? "zero" : "grid"
      let x = horizontal.percent(tick)
      return "<line class=\"\(kind)\" x1=\"\(x)%\" x2=\"\(x)%\" y1=\"0\" y2=\"\(Self.height)\"/>"
    }
    let rowLabels: [HTML] = vertical.ticks.map { tick in
      "<text x=\"100%\" dx=\"-8\" y=\"\(y(tick) + 4)\" text-anchor=\"end\">\(vertical.label(tick))</text>"
    }
    let columnLabels: [HTML] = horizontal.ticks.map { tick in
      "<text x=\"\(horizontal.percent(tick))%\" y=\"14\" text-anchor=\"middle\">\(horizontal.label(tick))</text>"
    }
    let labels = labelHeights()
    let marks: [HTML] = points.map { point in
      let key = PlotKey(system: point.system)
      let x = horizontal.percent(point.realTimeFactor)
      let title =
        "\(systems[point.system]): \(Formatted.fixed(point.rate)) % "
        + "(\(Formatted.range(point.lower, point.upper, places: 1))), real-time factor "
        + Formatted.fixed(point.realTimeFactor, places: 3)
      return """
        <g class="whisker \(key.colour)"><line x1="\(x)%" x2="\(x)%" y1="\(y(point.lower))" y2="\(y(point.upper))"/></g>\
        \(key.mark(x: x, y: y(point.rate), title: title))\
        <text class="name" x="\(x)%" dx="10" y="\((labels[point.system] ?? 0) + 4)">\(key.letter)</text>

        """
    }
    let scaleNote = horizontal.isLogarithmic ? "; logarithmic" : ""
    return """
      <div class="speed" role="group" aria-label="Error rate against speed">
      <div class="over">Word error rate, %</div>
      <svg class="axis" width="100%" height="\(Self.height)" aria-hidden="true">\(rowLabels)</svg>
      <svg class="plot" width="100%" height="\(Self.height)" role="img" aria-label="A point for each system">\
      \(rowLines)\(columnLines)\(marks)</svg>
      <div></div>
      <svg class="axis" width="100%" height="20" aria-hidden="true">\(columnLabels)</svg>
      <div class="under">Real-time factor, seconds of work for a second of audio\(scaleNote)</div>
      </div>

      """
  }

  /// Letters beside their points, moved down where they would stand on each other.
  private func labelHeights() -> [Int: Double] {
    var placed: [(x: Double, y: Double)] = []
    var heights: [Int: Double] = [:]
    for point in points.sorted(by: { ($0.rate, $1.system) > ($1.rate, $0.system) }) {
      let x = horizontal.percent(point.realTimeFactor)
      var height = y(point.rate)
      while let other = placed.first(where: { abs($0.x - x) < 4 && abs($0.y - height) < 14 }) { height = other.y + 14 }
      placed.append((x, height))
      heights[point.system] = height
    }
    return heights
  }
}
