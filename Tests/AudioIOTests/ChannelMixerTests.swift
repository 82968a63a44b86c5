import AudioIO
import CSndFile
import Foundation
import Testing

@Suite struct ChannelMixerTests {
  let scratch = Scratch()

  private func mixed(_ channels: [[Float]], rate: Int = 16_000) throws -> (samples: [Float], audio: AudioFile) {
    let frames = channels[0].indices.flatMap { frame in channels.map { $0[frame] } }
    let url = scratch.encoded(
      "mixed.wav", format: SF_FORMAT_WAV | SF_FORMAT_FLOAT, rate: rate, channels: channels.count, frames)
    let audio = try AudioFile(url)
    return (try everything(audio), audio)
  }

  private let tone = sine(300, rate: 16_000, seconds: 3), other = sine(440, rate: 16_000, seconds: 3)

  @Test func anInvertedChannelDoesNotSilenceTheOther() throws {
    let (samples, audio) = try mixed([tone, tone.map { -$0 }])
    #expect(samples == tone && audio.cancelled == .seconds(3))
    // Nearly inverted, from the second second on, and among four.
    let (nearly, _) = try mixed([tone, tone.map { -0.95 * $0 }])
    #expect(largestDifference(nearly, tone).value < 1e-6)
    let late = tone.indices.map { $0 < 16_000 ? tone[$0] : -tone[$0] }
    let (turning, turned) = try mixed([tone, late])
    #expect(turning[..<16_000] == tone[..<16_000] && turning[32_000...] == tone[32_000...])
    #expect(turned.cancelled > .milliseconds(900) && turned.cancelled < .milliseconds(2_000))
    let silence = [Float](repeating: 0, count: tone.count)
    let (four, _) = try mixed([silence, tone, silence, tone.map { -$0 }])
    #expect(four == tone)
  }

  @Test func ordinaryChannelsAreAveraged() throws {
    let silence = [Float](repeating: 0, count: tone.count)
    let mostly = zip(tone, other).map { -0.9 * $0 + 0.3 * $1 }
    for channels in [
      [tone, tone], [tone, other], [tone, silence], [silence, silence], [tone, mostly],
      [tone] + Array(repeating: silence, count: 31),
    ] {
      let (samples, audio) = try mixed(channels)
      let mean = tone.indices.map { frame in channels.reduce(0) { $0 + $1[frame] } / Float(channels.count) }
      #expect(largestDifference(samples, mean).value < 1e-6)
      #expect(audio.cancelled == .zero)
      #expect(abs(audio.peak - mean.map(abs).max()!) < 1e-6)
    }
  }
}
