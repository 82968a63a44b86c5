/// What recognising costs by the audio that is new, learnt from the last recognitions: a part that it always costs, for the window and
/// the words before, and a part for each second.
///
/// A line through what they cost, each weighing half as much as the one after it. Where all heard about as much, half of the cost
/// counts as the one part and half as the other; the forecast for as much again is right either way.
struct CostForecast {
  private var weight = 0.0, sumX = 0.0, sumY = 0.0, sumXX = 0.0, sumXY = 0.0

  /// Seconds squared by which new audio has to vary before the slope that was measured weighs more than the assumed one.
  private static let trust = 0.05

  /// Takes what a recognition of so much new audio cost.
  mutating func note(cost: Duration, of heard: Duration) {
    let (x, y) = (heard / .seconds(1), cost / .seconds(1))
    weight = weight / 2 + 1
    (sumX, sumY) = (sumX / 2 + x, sumY / 2 + y)
    (sumXX, sumXY) = (sumXX / 2 + x * x, sumXY / 2 + x * y)
  }

  /// Seconds that it always costs, and for each second of new audio.
  private var line: (always: Double, each: Double) {
    guard weight > 0, sumY > 0 else { return (0, 0) }
    let (meanX, meanY) = (sumX / weight, sumY / weight)
    let proportional = meanX > 0 ? meanY / meanX : 0
    let variance = max(0, sumXX / weight - meanX * meanX), covariance = sumXY / weight - meanX * meanY
    let slope = (covariance + Self.trust * proportional / 2) / (variance + Self.trust)
    let each = min(max(slope, 0), proportional)
    return (meanY - each * meanX, each)
  }

  /// The cost of hearing so much.
  func cost(of audio: Duration) -> Duration {
    let line = line
    return .seconds(line.always) + audio * line.each
  }

  /// How much can be heard so that it and its cost take no longer than `limit`.
  func audio(within limit: Duration) -> Duration {
    let line = line
    return max(.zero, limit - .seconds(line.always)) / (1 + line.each)
  }
}
