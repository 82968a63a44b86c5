/// One channel of many: what is no sample becomes 0, and what is left is averaged.
///
/// A cable that was soldered the wrong way round inverts a channel, so that the mean of both is silence: while channels cancel each other
/// out to less than a hundredth of what independent ones would have in common, the loudest is heard instead.
struct ChannelMixer {
  /// Channels of the input, and those of them that are heard.
  private let channelCount: Int, heard: Range<Int>
  private let sampleRate: Int
  private(set) var range = SampleRange()
  /// Samples that were replaced by 0.
  private(set) var invalidSampleCount = 0
  /// Frames in which channels cancelled each other out.
  private(set) var cancelledFrameCount = 0
  /// The largest sample so far, of what is delivered.
  private(set) var peak: Float = 0
  /// What was heard lately, of each channel and of their mean.
  private var energies: [Float], mixedEnergy: Float = 0
  /// Frames that these are made of.
  private var measuredFrames = 0

  /// - Parameters:
  ///   - channel: the one that is heard; nil for all.
  ///   - sampleRate: frames in a second.
  init(channelCount: Int, channel: Int?, sampleRate: Int) {
    (self.channelCount, self.sampleRate) = (channelCount, sampleRate)
    heard = channel.map { $0..<$0 + 1 } ?? 0..<channelCount
    energies = [Float](repeating: 0, count: channelCount)
  }

  /// - Parameters:
  ///   - frames: `[frame, channel]`; what is no sample is replaced in it.
  ///   - count: how many frames.
  ///   - mono: gets `count` samples.
  mutating func mix(_ frames: UnsafeMutablePointer<Float>, count: Int, into mono: UnsafeMutablePointer<Float>) {
    range.settle(UnsafeBufferPointer(start: frames, count: count * channelCount))
    let range = range
    let scale = 1 / (Float(heard.count) * range.fullScale)
    var invalid = 0, peak = peak
    for frame in 0..<count {
      var sum: Float = 0
      for channel in heard {
        let place = frame * channelCount + channel
        if range.holds(frames[place]) {
          sum += frames[place]
        } else {
          frames[place] = 0
          invalid += 1
        }
      }
      mono[frame] = scale == 1 ? sum : sum * scale
      peak = max(peak, abs(mono[frame]))
    }
    (invalidSampleCount, self.peak) = (invalidSampleCount + invalid, peak)
    if heard.count > 1, count > 0 { hearCancelled(frames, count, mono) }
  }

  private mutating func hearCancelled(
    _ frames: UnsafeMutablePointer<Float>, _ count: Int, _ mono: UnsafeMutablePointer<Float>
  ) {
    // About a fifth of a second counts.
    let kept = max(0, 1 - 5 * Float(count) / Float(sampleRate))
    for channel in 0..<channelCount {
      var energy: Float = 0
      for frame in 0..<count {
        let sample = frames[frame * channelCount + channel]
        energy += sample * sample
      }
      energies[channel] = energies[channel] * kept + energy
    }
    var energy: Float = 0
    for frame in 0..<count { energy += mono[frame] * mono[frame] }
    mixedEnergy = mixedEnergy * kept + energy * range.fullScale * range.fullScale
    measuredFrames = min(measuredFrames + count, sampleRate)
    // Independent channels have so much in their mean; one that is alone, too.
    let expected = energies.reduce(0, +) / Float(channelCount * channelCount)
    guard measuredFrames * 50 >= sampleRate, mixedEnergy < expected / 100 else { return }
    let loudest = energies.indices.max { energies[$0] < energies[$1] }!
    for frame in 0..<count {
      mono[frame] = frames[frame * channelCount + loudest] / range.fullScale
      peak = max(peak, abs(mono[frame]))
    }
    cancelledFrameCount += count
  }
}
