/// Where most of some measured values lie, and the worst of them.
///
/// A percentile is the smallest measured value that is not exceeded by that share of all (nearest rank), never one between
/// two that was not measured.
public struct Percentiles: Sendable, Equatable, Codable {
  /// How many values there are.
  public let count: Int
  /// The median.
  public let p50: Double
  /// Nine values of ten are at most this.
  public let p90: Double
  /// 19 values of 20 are at most this.
  public let p95: Double
  /// 99 values of 100 are at most this.
  public let p99: Double
  /// The largest value.
  public let max: Double

  /// The percentiles of some values; nil if there are none.
  public init?(_ values: some Sequence<Double>) {
    let sorted = values.sorted()
    guard let largest = sorted.last else { return nil }
    func rank(_ percent: Int) -> Double { sorted[(percent * sorted.count + 99) / 100 - 1] }
    (count, max) = (sorted.count, largest)
    (p50, p90, p95, p99) = (rank(50), rank(90), rank(95), rank(99))
  }

  /// The percentiles of some durations in seconds; nil if there are none.
  public init?(seconds durations: some Sequence<Duration>) {
    self.init(durations.map { $0 / .seconds(1) })
  }
}
