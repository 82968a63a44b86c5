internal import Foundation

/// Where values stand along an axis.
struct PlotScale: Equatable {
  /// The values at both ends.
  let lower: Double, upper: Double
  /// Values that are labelled, ascending.
  let ticks: [Double]
  /// Equal distances are equal ratios.
  let isLogarithmic: Bool

  /// From 0 to a round number that is not below `largest`.
  init(upTo largest: Double) {
    let largest = largest.isFinite && largest > 0 ? largest : 1
    // About five steps of 1, 2 or 5 times a power of ten.
    let raw = largest / 5
    let power = pow(10, floor(log10(raw)))
    let step = [1, 2, 5, 10].map { $0 * power }.first { $0 >= raw * 0.999 } ?? raw
    let steps = Int((largest / step * 0.999_999).rounded(.up))
    ticks = (0...max(1, steps)).map { Double($0) * step }
    (lower, upper, isLogarithmic) = (0, ticks[ticks.count - 1], false)
  }

  /// Between round numbers around positive values, 1, 2 and 5 times the powers of ten.
  init(logarithmicFrom smallest: Double, to largest: Double) {
    precondition(smallest > 0 && largest >= smallest)
    let powers = (Int(floor(log10(smallest))) - 1)...(Int(ceil(log10(largest))) + 1)
    let round = powers.flatMap { power in [1, 2, 5].map { $0 * pow(10, Double(power)) } }
    let first = round.last { $0 <= smallest * 1.000_001 } ?? smallest
    let last = round.first { $0 >= largest * 0.999_999 && $0 > first } ?? largest
    ticks = round.filter { $0 >= first && $0 <= last }
    (lower, upper, isLogarithmic) = (first, last, true)
  }

  /// How far along the axis a value stands, in per cent of its length.
  func percent(_ value: Double) -> Double {
    let (position, first, last) = isLogarithmic ? (log(value), log(lower), log(upper)) : (value, lower, upper)
    return (position - first) / (last - first) * 100
  }

  /// A tick with no more places than all need.
  func label(_ tick: Double) -> String {
    if isLogarithmic {
      return Formatted.trimmed(tick) == "0" ? Formatted.fixed(tick, places: 4) : Formatted.trimmed(tick, places: 3)
    }
    let step = ticks.count > 1 ? ticks[1] - ticks[0] : upper
    return Formatted.fixed(tick, places: max(0, -Int(floor(log10(step) + 1e-9))))
  }
}
