internal import Foundation

/// Where sounds begin in a pause: frames that stand out of what the pause sounds like, behind a second in which none did.
struct SoundOnsets {
  /// Mean level of the frames that do not stand out, in dB; nil before the first frame.
  private var floor: Double?
  /// Frames since one stood out.
  private var still = 0

  /// Whether the last sound is over, or none was.
  var isOver: Bool { still >= Self.pause }

  /// How far a frame stands out, in dB.
  private static let rise = 9.0
  /// What each frame adds to the floor: a mean over about half a second.
  private static let share = 0.06
  /// Frames of a second, behind which a sound is another one.
  private static let pause = VoiceEars.pause
  /// Power of what is no sound at all, so that digital silence has a level.
  private static let least = 1e-10

  /// Takes the next frame of `VoiceActivityDetector.frameLength` samples.
  ///
  /// - Returns: whether a sound begins in it.
  mutating func take(_ samples: UnsafeBufferPointer<Float>) -> Bool {
    let level = Self.level(of: samples)
    guard let floor else {
      self.floor = level
      return false
    }
    defer { still += 1 }
    guard level > floor + Self.rise else {
      self.floor = floor + Self.share * (level - floor)
      return false
    }
    let begins = still >= Self.pause
    still = -1
    return begins
  }

  /// Power in dB with what is low taken down, so that rumble does not cover speech.
  private static func level(of samples: UnsafeBufferPointer<Float>) -> Double {
    var sum: Float = 0
    for index in samples.indices.dropFirst() {
      let difference = samples[index] - 0.97 * samples[index - 1]
      sum += difference * difference
    }
    return 10 * log10(Double(sum) / Double(max(1, samples.count)) + least)
  }
}
