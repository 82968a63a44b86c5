import AudioIO
import CSndFile
import Foundation
import Testing

/// Parts of recordings, and single channels.
@Suite struct PartTests {
  let scratch = Scratch()

  @Test(arguments: [SF_FORMAT_WAV | SF_FORMAT_PCM_16, SF_FORMAT_FLAC | SF_FORMAT_PCM_16])
  func aPartIsWhatTheWholeHasThere(format: Int) throws {
    let samples = (0..<48_000).map { Float($0 % 1000) / 2000 }
    let url = scratch.encoded("a", format: format, rate: 16_000, samples)
    let whole = try everything(AudioFile(url))
    let part = try AudioFile(url)
    try part.restrict(toPartFrom: .seconds(1), length: .milliseconds(500))
    #expect(try everything(part) == Array(whole[16_000..<24_000]))
    #expect(!part.isTruncated)
    let rest = try AudioFile(url)
    try rest.restrict(toPartFrom: .milliseconds(2500), length: nil)
    #expect(try everything(rest) == Array(whole[40_000...]))
    let long = try AudioFile(url)
    try long.restrict(toPartFrom: .milliseconds(2900), length: .seconds(10))
    #expect(try everything(long).count == 1600)
  }

  @Test func aStreamIsReadUpToItsPart() throws {
    let samples = (0..<16_000).map { Float($0) / 16_000 }
    let url = scratch.file("raw", samples.flatMap { little(UInt16(bitPattern: Int16($0 * 32_767)), 2) })
    let file = try AudioFile(url, raw: true)
    try file.restrict(toPartFrom: .milliseconds(250), length: .milliseconds(10))
    let part = try everything(file)
    #expect(part.count == 160 && abs(part[0] - 0.25) < 1e-4)
  }

  @Test func aPartThatIsNotThere() throws {
    let url = scratch.encoded(
      "a.wav", format: SF_FORMAT_WAV | SF_FORMAT_PCM_16, rate: 16_000, [Float](repeating: 0, count: 16_000))
    #expect(throws: AudioError.partOutside(name: "a.wav", start: 2, duration: 1)) {
      try AudioFile(url).restrict(toPartFrom: .seconds(2), length: nil)
    }
  }

  @Test func oneChannelOfTwo() throws {
    let samples = (0..<4000).map { $0 % 2 == 0 ? Float(0.5) : -0.25 }
    let url = scratch.encoded("a.wav", format: SF_FORMAT_WAV | SF_FORMAT_FLOAT, rate: 16_000, channels: 2, samples)
    #expect(try everything(AudioFile(url, channel: 0)).allSatisfy { $0 == 0.5 })
    #expect(try everything(AudioFile(url, channel: 1)).allSatisfy { $0 == -0.25 })
    #expect(try everything(AudioFile(url)).allSatisfy { $0 == 0.125 })
    #expect(throws: AudioError.noSuchChannel(name: url.path, channel: 2, channelCount: 2)) {
      try AudioFile(url, channel: 2)
    }
  }
}
