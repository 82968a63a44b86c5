/// What counts as a sample of a recording, and what its full scale is.
///
/// Float samples are meant to stay within ±1. Two things happen to them that would hide everything else, because loudness is
/// measured against the loudest: a few are damaged and stand far beyond full scale, or all of them are the integers that they
/// were converted from. The first recording hears silence in their place, the second is divided. What sounds first decides
/// which it is, so that damage further on does not make a recording silent.
struct SampleRange {
  /// Where, in full scales, no sample lies: 24 dB beyond the loudest that integers hold.
  static let most: Float = 16
  /// Full scales of integers that were written as floats without being divided.
  private static let integerScales: [Float] = [32_768, 8_388_608, 2_147_483_648]
  /// One of so many may be damaged.
  private static let damagedShare = 16
  /// Samples that are too few to decide anything.
  private static let fewest = 64

  /// What stands for 1.
  private(set) var fullScale: Float = 1
  private var isSettled = false

  /// Looks at samples that come next, until what the full scale is has become clear; that of integers may turn out to be larger.
  mutating func settle(_ samples: UnsafeBufferPointer<Float>) {
    if isSettled { return }
    let loudest = Self.integerScales.last!
    var count = 0, beyond = 0, wild = 0
    var sum: Float = 0
    for sample in samples where sample != 0 {
      let size = abs(sample)
      guard size <= loudest else {
        wild += 1
        continue
      }
      count += 1
      if size > Self.most * fullScale { beyond += 1 } else { sum += size }
    }
    guard count >= Self.fewest else { return }
    guard beyond * Self.damagedShare >= count, wild * Self.damagedShare < count else {
      // A noise of some units may be the quiet beginning of integers.
      isSettled = fullScale == 1 && (1e-5..<0.5).contains(sum / Float(count))
      return
    }
    fullScale =
      Self.integerScales.first { scale in
        scale > fullScale && samples.count { abs($0) > scale * 1.5 } * Self.damagedShare < count
      } ?? loudest
  }

  /// Whether a value can be a sample: a number, and not far beyond full scale.
  @inline(__always)
  func holds(_ value: Float) -> Bool { abs(value) <= Self.most * fullScale }
}
