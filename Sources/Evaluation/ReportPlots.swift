/// Plots of a report as inline SVG. Figures begin at 0, each system has a colour, a shape and its name beside it.
struct ReportPlots {
  /// A value with its interval; without one the two ends are the value.
  struct Bar: Equatable {
    var value: Double, lower: Double, upper: Double
  }

  /// Okabe and Ito's colours, which people with any kind of colour vision tell apart.
  static let colours = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#999999"]

  static func colour(_ system: Int) -> String { colours[system % colours.count] }

  /// The smallest of 1, 2, 2.5, 5 times a power of ten that cuts `limit` into at most six steps.
  static func step(upTo limit: Double) -> Double {
    guard limit > 0, limit.isFinite else { return 1 }
    var power = 1e-6
    while power * 10 < limit / 6 { power *= 10 }
    return [1, 2, 2.5, 5, 10].map { $0 * power }.first { limit / $0 <= 6 } ?? power * 10
  }

  /// Horizontal bars with whiskers: a group for each label, in it a bar for each system.
  ///
  /// - Parameter values: `[label][system]`.
  static func bars(labels: [String], systems: [String], values: [[Bar?]], unit: String) -> String {
    let barHeight = 16, gap = 14, left = 150, width = 560, right = 70
    let largest = values.joined().compactMap { $0.map { max($0.upper, $0.value) } }.max() ?? 1
    let step = step(upTo: largest)
    let limit = max(step, (largest / step).rounded(.up) * step)
    func x(_ value: Double) -> Double { Double(left) + value / limit * Double(width) }
    let groupHeight = barHeight * systems.count + gap
    let height = groupHeight * labels.count + 44
    var svg = open(width: left + width + right, height: height, label: "bars of \(unit)")
    var tick = 0.0
    while tick <= limit * 1.0001 {
      svg += line(x(tick), 4, x(tick), Double(height - 40), "grid")
      svg += text(x(tick), Double(height - 24), number(tick), "tick", anchor: "middle")
      tick += step
    }
    svg += text(Double(left + width / 2), Double(height - 6), unit, "axis", anchor: "middle")
    for (group, label) in labels.enumerated() {
      let top = group * groupHeight + 8
      svg += text(
        Double(left - 8), Double(top) + Double(barHeight * systems.count) / 2 + 4, shortened(label, 20), "label",
        anchor: "end")
      for system in systems.indices {
        guard let bar = values[group][system] else { continue }
        let y = Double(top + system * barHeight)
        svg +=
          "<rect x=\"\(left)\" y=\"\(BenchTable.fixed(y + 2, 1))\" width=\"\(BenchTable.fixed(x(bar.value) - Double(left), 1))\" "
        svg += "height=\"\(barHeight - 4)\" fill=\"\(colour(system))\"><title>\(HTML.escape(systems[system])), "
        svg +=
          "\(HTML.escape(label)): \(BenchTable.fixed(bar.value)) (\(BenchTable.fixed(bar.lower)) to \(BenchTable.fixed(bar.upper)))</title></rect>"
        let middle = y + Double(barHeight) / 2
        if bar.lower < bar.upper {
          svg += line(x(bar.lower), middle, x(bar.upper), middle, "whisker")
          for end in [bar.lower, bar.upper] { svg += line(x(end), middle - 4, x(end), middle + 4, "whisker") }
        }
        svg += text(x(max(bar.upper, bar.value)) + 6, middle + 4, BenchTable.fixed(bar.value), "value")
      }
    }
    return svg + "</svg>"
  }

  /// One point a system: speed to the right, errors upwards, so that the best is at the lower left.
  static func scatter(_ points: [(name: String, x: Double, y: Double)], xUnit: String, yUnit: String) -> String {
    let left = 60, top = 16, width = 620, height = 260
    func axis(_ values: [Double]) -> (step: Double, limit: Double) {
      let largest = values.max() ?? 1, step = step(upTo: largest)
      return (step, max(step, (largest * 1.1 / step).rounded(.up) * step))
    }
    let (xStep, xLimit) = axis(points.map(\.x)), (yStep, yLimit) = axis(points.map(\.y))
    func x(_ value: Double) -> Double { Double(left) + value / xLimit * Double(width) }
    func y(_ value: Double) -> Double { Double(top + height) - value / yLimit * Double(height) }
    var svg = open(width: left + width + 40, height: top + height + 48, label: "\(yUnit) against \(xUnit)")
    var tick = 0.0
    while tick <= xLimit * 1.0001 {
      svg += line(x(tick), Double(top), x(tick), Double(top + height), "grid")
      svg += text(x(tick), Double(top + height + 16), number(tick), "tick", anchor: "middle")
      tick += xStep
    }
    tick = 0
    while tick <= yLimit * 1.0001 {
      svg += line(Double(left), y(tick), Double(left + width), y(tick), "grid")
      svg += text(Double(left - 6), y(tick) + 4, number(tick), "tick", anchor: "end")
      tick += yStep
    }
    svg += text(Double(left + width / 2), Double(top + height + 38), xUnit, "axis", anchor: "middle")
    svg += text(Double(left), 11, yUnit, "axis")
    // Names of points that are close to each other are set below one another.
    var taken: [(x: Double, y: Double)] = []
    for (index, point) in points.enumerated() {
      let isRight = x(point.x) > Double(left + width) * 0.6
      var labelY = y(point.y) + 4
      while taken.contains(where: { abs($0.x - x(point.x)) < 240 && abs($0.y - labelY) < 14 }) { labelY += 14 }
      taken.append((x(point.x), labelY))
      svg +=
        "<circle cx=\"\(BenchTable.fixed(x(point.x), 1))\" cy=\"\(BenchTable.fixed(y(point.y), 1))\" r=\"5\" fill=\"\(colour(index))\">"
      svg +=
        "<title>\(HTML.escape(point.name)): \(BenchTable.fixed(point.x, 3)), \(BenchTable.fixed(point.y))</title></circle>"
      svg += text(
        x(point.x) + (isRight ? -9 : 9), labelY, shortened(point.name, 44), "label", anchor: isRight ? "end" : "start")
    }
    return svg + "</svg>"
  }

  // MARK: Pieces

  private static func open(width: Int, height: Int, label: String) -> String {
    "<svg viewBox=\"0 0 \(width) \(height)\" role=\"img\" aria-label=\"\(HTML.escape(label))\" style=\"max-width:\(width)px\">"
  }

  private static func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ kind: String) -> String {
    let ends = [("x1", x1), ("y1", y1), ("x2", x2), ("y2", y2)].map { "\($0)=\"\(BenchTable.fixed($1, 1))\"" }
    return "<line class=\"\(kind)\" \(ends.joined(separator: " "))/>"
  }

  private static func text(_ x: Double, _ y: Double, _ text: String, _ kind: String, anchor: String = "start") -> String
  {
    "<text class=\"\(kind)\" x=\"\(BenchTable.fixed(x, 1))\" y=\"\(BenchTable.fixed(y, 1))\" text-anchor=\"\(anchor)\">\(HTML.escape(text))</text>"
  }

  /// A tick without needless zeros.
  private static func number(_ value: Double) -> String {
    var text = BenchTable.fixed(value, 4)
    while text.hasSuffix("0") { text.removeLast() }
    if text.hasSuffix(".") { text.removeLast() }
    return text
  }

  private static func shortened(_ text: String, _ count: Int) -> String {
    text.count > count ? text.prefix(count - 1) + "…" : text
  }
}
