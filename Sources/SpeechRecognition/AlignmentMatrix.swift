internal import Tensors

/// What the alignment heads agree on: which token belongs to which stretch of audio.
///
/// - Reference: openai/whisper `whisper/timing.py`, `find_alignment` and `median_filter`.
enum AlignmentMatrix {
  /// Neighbouring positions that the median is taken over.
  static let medianWidth = 7

  /// Turns one head's weights into what stands out: for each position the distance from the mean over all tokens in standard
  /// deviations, then the median over neighbouring positions.
  ///
  /// - Parameters:
  ///   - weights: `[token, position]`, changed in place.
  ///   - scratch: room for two rows.
  static func sharpen(_ weights: Matrix, scratch: UnsafeMutablePointer<Float>) {
    standardize(weights, scratch: scratch)
    for row in 0..<weights.rows { filter(weights.row(row), count: weights.columns, scratch: scratch) }
  }

  private static func standardize(_ weights: Matrix, scratch: UnsafeMutablePointer<Float>) {
    let (rows, columns) = (weights.rows, weights.columns)
    let mean = scratch, deviation = scratch + columns
    mean.update(repeating: 0, count: columns)
    deviation.update(repeating: 0, count: columns)
    for row in 0..<rows {
      let values = weights.row(row)
      for column in 0..<columns { mean[column] += values[column] }
    }
    for column in 0..<columns { mean[column] /= Float(rows) }
    for row in 0..<rows {
      let values = weights.row(row)
      for column in 0..<columns {
        let distance = values[column] - mean[column]
        deviation[column] += distance * distance
      }
    }
    // Where all tokens look alike nothing stands out.
    for column in 0..<columns {
      deviation[column] = deviation[column] > 0 ? 1 / (deviation[column] / Float(rows)).squareRoot() : 0
    }
    for row in 0..<rows {
      let values = weights.row(row)
      for column in 0..<columns { values[column] = (values[column] - mean[column]) * deviation[column] }
    }
  }

  /// Median over `medianWidth` values, mirrored at both ends; fewer values than half of that stay as they are.
  static func filter(_ values: UnsafeMutablePointer<Float>, count: Int, scratch: UnsafeMutablePointer<Float>) {
    let reach = medianWidth / 2
    guard count > reach else { return }
    for index in 0..<count { scratch[index] = values[index] }
    func mirrored(_ index: Int) -> Int {
      index < 0 ? -index : index >= count ? 2 * (count - 1) - index : index
    }
    for index in 0..<count {
      if index >= reach && index + reach < count {
        let first = scratch + index - reach
        values[index] = median(first[0], first[1], first[2], first[3], first[4], first[5], first[6])
      } else {
        func value(_ offset: Int) -> Float { scratch[mirrored(index + offset)] }
        values[index] = median(value(-3), value(-2), value(-1), value(0), value(1), value(2), value(3))
      }
    }
  }

  /// The fourth smallest of seven by 13 exchanges without branches.
  ///
  /// - Reference: Devillard 1998, "Fast median search: an ANSI C implementation", `opt_med7`.
  @inline(__always)
  private static func median(
    _ a: Float, _ b: Float, _ c: Float, _ d: Float, _ e: Float, _ f: Float, _ g: Float
  ) -> Float {
    var (a, b, c, d, e, f, g) = (a, b, c, d, e, f, g)
    @inline(__always) func order(_ x: inout Float, _ y: inout Float) { (x, y) = (y < x ? y : x, y < x ? x : y) }
    order(&a, &f)
    order(&a, &d)
    order(&b, &g)
    order(&c, &e)
    order(&a, &b)
    order(&d, &f)
    order(&c, &g)
    order(&c, &d)
    order(&d, &g)
    order(&e, &f)
    order(&b, &e)
    order(&b, &d)
    order(&d, &e)
    return d
  }
}
