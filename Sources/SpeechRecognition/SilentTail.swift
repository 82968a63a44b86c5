internal import Foundation
internal import Tensors

/// What the silence behind the audio of a window looks like to the model, made once: so that a window costs what its audio costs.
///
/// Whisper was trained on windows of 30 s. What it makes of the silence behind a short recording hardly depends on that recording,
/// as long as a voice came before it: so that silence is encoded once, behind a second of synthetic vowels, and put behind the
/// encoded audio of every window. The encoder's own layers see it coarsely, 20 positions as one; the decoder, which reads the end
/// of speech off it, sees every position. `docs/decisions/0010-the-silent-tail.md` has the measurements.
final class SilentTail: Sendable {
  /// Positions that the encoder's layers see as one: 0.4 s.
  static let groupSize = 20
  /// Positions of silence that are encoded behind the audio at least: 0.3 s.
  static let margin = 15

  /// Means over each group, for each encoder layer: `[group, key or value * channel]`.
  let groups: [FloatBuffer]
  /// Of all positions; those at the start belong to the vowels and are not used.
  let cross: CrossCache
  private let positions: Int

  init(groups: [FloatBuffer], cross: CrossCache, positions: Int) {
    (self.groups, self.cross, self.positions) = (groups, cross, positions)
  }

  /// Positions to encode for a window with this many frames of audio.
  static func positions(frames: Int, of limit: Int) -> Int {
    let needed = (frames + 1) / 2 + margin
    return min(limit, (needed + groupSize - 1) / groupSize * groupSize)
  }

  /// Groups of so many positions.
  static func groupCount(_ positions: Int) -> Int { (positions + groupSize - 1) / groupSize }

  /// The groups that stand behind the first `encoded` positions, and the logarithm of how many positions each stands for.
  func behind(_ encoded: Int) -> (groups: Range<Int>, logarithms: [Float]) {
    let groups = encoded / Self.groupSize..<Self.groupCount(positions)
    return (groups, groups.map { log(Float(min(Self.groupSize, positions - $0 * Self.groupSize))) })
  }
}

extension SilentTail {
  /// Encodes one window of vowels and silence: as much work as any whole window.
  convenience init(weights: WhisperWeights, context: ComputeContext) {
    let size = weights.dimensions
    let encoder = AudioEncoder(weights: weights, context: context)
    let frames = SyntheticVowels.frames(mels: size.mels).prefix(encoder.input.count)
    _ = encoder.input.update(fromContentsOf: frames)
    let columns = 2 * size.state
    var groups: [FloatBuffer] = []
    let audio = encoder.encode { keyValue in
      let means = FloatBuffer(count: Self.groupCount(size.audioContext) * columns)
      for position in 0..<size.audioContext {
        let group = position / Self.groupSize
        let share = 1 / Float(min(Self.groupSize, size.audioContext - group * Self.groupSize))
        for column in 0..<columns { means.base[group * columns + column] += share * keyValue.row(position)[column] }
      }
      groups.append(means)
    }
    let cross = CrossCache(dimensions: size, isHalf: weights.isQuantized)
    TextDecoder.keysAndValues(of: audio, weights: weights, to: cross, context: context)
    self.init(groups: groups, cross: cross, positions: size.audioContext)
  }
}
