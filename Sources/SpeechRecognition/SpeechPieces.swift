/// Divides speech where it pauses, by its energies, into pieces that are each likely to be in one language.
///
///     energy   ####__#######_###______####    # at least the limit, _ below it
///     pieces   |-------------|--------|---    a piece ends in the middle of the longest pause that it may end in
///
/// The limit is relative to what is near, so that noise in the pauses, and speakers who differ in loudness, change little.
struct SpeechPieces {
  /// Frames of a piece at least, but for the last one: shorter speech hardly tells its language (of 1 to 2 s, 73 % of pieces did).
  static let least = 200
  /// Frames of a piece at most.
  static let most = 600
  /// Frames to both sides that tell how loud speech and pauses are.
  private static let around = 300
  /// How far between the quietest and the loudest near it a pause is at most.
  private static let share: Float = 0.35
  /// Frames to each side over which energies are averaged.
  private static let reach = 2

  /// The places between the pieces, in frames after the first.
  ///
  /// - Parameter energies: mean log10 mel energy of each frame of 10 ms.
  static func cuts(_ energies: [Float]) -> [Int] {
    let smooth = smoothed(energies)
    let isQuiet = quiet(smooth)
    var cuts: [Int] = [], start = 0
    while energies.count - start > most || energies.count - start >= 2 * least {
      let range = start + least..<min(start + most, energies.count - least + 1)
      guard let cut = place(in: range, smooth, isQuiet, mayGoOn: energies.count - start <= most) else { break }
      cuts.append(cut)
      start = cut
    }
    return cuts
  }

  /// The middle of the longest pause in a range; where there is none, the quietest frame, or nil where the piece may go on.
  private static func place(in range: Range<Int>, _ smooth: [Float], _ isQuiet: [Bool], mayGoOn: Bool) -> Int? {
    var best: Range<Int>?, start: Int?
    for frame in range.lowerBound...range.upperBound {
      if frame < range.upperBound, isQuiet[frame] {
        start = start ?? frame
      } else if let first = start {
        if frame - first > best?.count ?? 0 { best = first..<frame }
        start = nil
      }
    }
    if let best { return (best.lowerBound + best.upperBound) / 2 }
    return mayGoOn ? nil : range.min { smooth[$0] < smooth[$1] }
  }

  private static func smoothed(_ energies: [Float]) -> [Float] {
    energies.indices.map { frame in
      let near = energies[max(0, frame - reach)..<min(energies.count, frame + reach + 1)]
      return near.reduce(0, +) / Float(near.count)
    }
  }

  /// Whether each frame belongs to a pause. How loud it is near by is looked at once a half second.
  private static func quiet(_ smooth: [Float]) -> [Bool] {
    let step = 50
    var result: [Bool] = []
    for first in stride(from: 0, to: smooth.count, by: step) {
      let near = smooth[max(0, first - around)..<min(smooth.count, first + step + around)].sorted()
      let low = near[near.count / 50], high = near[near.count * 9 / 10]
      let limit = low + share * (high - low)
      result += smooth[first..<min(smooth.count, first + step)].map { $0 < limit }
    }
    return result
  }
}
