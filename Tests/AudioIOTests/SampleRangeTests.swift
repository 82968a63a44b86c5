import AudioIO
import CSndFile
import Foundation
import Testing

@Suite struct SampleRangeTests {
  let scratch = Scratch()

  private func read(_ floats: [Float], rate: Int = 16_000) throws -> (samples: [Float], audio: AudioFile) {
    let audio = try AudioFile(scratch.file("floats.wav", Wave(floats: floats, rate: rate).bytes))
    return (try everything(audio), audio)
  }

  @Test(arguments: [17, 1e6, -3e9, 1e38]) func damagedSamplesAreSilence(_ damage: Float) throws {
    let tone = sine(rate: 16_000, seconds: 2)
    for places in [[0], [3_000], [31_999], [5, 1_600, 9_000, 9_001]] {
      var (damaged, expected) = (tone, tone)
      for place in places { (damaged[place], expected[place]) = (damage, 0) }
      let (samples, audio) = try read(damaged)
      #expect(samples == expected)
      #expect(audio.invalidSampleCount == places.count && audio.inputFullScale == 1)
    }
  }

  @Test(arguments: [32_768, 8_388_608, 2_147_483_648]) func integersWrittenAsFloatsAreDivided(_ scale: Float) throws {
    // A quiet room, a word, and one sample that is damaged.
    let room = (0..<8_000).map { Float($0 % 7 - 3) / 32_768 }
    let sound = room + sine(rate: 16_000, seconds: 1)
    var integers = sound.map { ($0 * scale).rounded() }
    integers[12_000] = 1e30
    let (samples, audio) = try read(integers)
    #expect(audio.inputFullScale == scale && audio.invalidSampleCount == 1)
    #expect(samples[12_000] == 0)
    let difference = largestDifference(Array(samples[13_000...]), Array(sound[13_000...]))
    #expect(difference.value < 1.1 / 32_768, "\(difference)")
  }

  @Test func aDamagedSectorDoesNotMakeTheRestSilent() throws {
    let tone = sine(rate: 16_000, seconds: 2)
    var damaged = tone
    for index in 10_000..<11_024 { damaged[index] = Float(index * 100) }
    let (samples, audio) = try read(damaged)
    #expect(audio.inputFullScale == 1 && audio.invalidSampleCount == 1_024)
    #expect(samples[..<10_000] == tone[..<10_000] && samples[11_024...] == tone[11_024...])
  }

  @Test func loudFloatsStayAsTheyAre() throws {
    for gain in [Float(1), 4, 15] {
      let tone = sine(rate: 16_000, seconds: 1).map { $0 * gain * 2 }
      let (samples, audio) = try read(tone)
      #expect(samples == tone && audio.invalidSampleCount == 0 && audio.inputFullScale == 1)
    }
  }
}
