import AudioIO
import CSndFile
import Foundation
import Testing

@Suite struct StreamTests {
  let scratch = Scratch()

  /// Length fields as ffmpeg, sox, arecord and careless writers put them on a pipe.
  static let unknownLengths: [(riff: UInt32, data: UInt32)] = [
    (0, 0), (36, 0), (0xFFFF_FFFF, 0xFFFF_FFFF), (0xFFFF_FFFF, 0), (0x7FFF_FFFF, 0x7FFF_FFDB),
    (0x7FFF_F024, 0x7FFF_F000), (0x8000_0024, 0x8000_0000),
  ]

  @Test(arguments: unknownLengths) func wavesOfUnknownLength(_ lengths: (riff: UInt32, data: UInt32)) throws {
    let tone = sine(rate: 16_000, seconds: 1)
    var wave = Wave(samples: tone)
    let expected = try everything(AudioFile(scratch.file("closed.wav", wave.bytes)))
    #expect(expected.count == tone.count)
    (wave.riffLength, wave.dataLength) = (lengths.riff, lengths.data)

    let stream = try piped(wave.bytes)
    #expect(stream.duration == nil)
    #expect(try everything(stream) == expected)
    #expect(!stream.isTruncated)

    let file = try AudioFile(scratch.file("open.wav", wave.bytes))
    #expect(file.duration == .seconds(1))
    #expect(try everything(file) == expected)
    #expect(!file.isTruncated)
  }

  /// What is behind the samples is not sound.
  @Test func chunksAfterTheSamplesAreNotRead() throws {
    let tone = sine(rate: 16_000, seconds: 0.5)
    let trailer = Array("LIST".utf8) + little(18, 4) + Array("INFOISFT".utf8) + little(6, 4) + Array("maker\0".utf8)
    var wave = Wave(samples: tone)
    wave.riffLength = UInt32(36 + wave.data.count + trailer.count)
    #expect(try everything(AudioFile(scratch.file("a.wav", wave.bytes + trailer))).count == tone.count)
    #expect(try everything(piped(wave.bytes + trailer)).count == tone.count)
    var empty = Wave()
    empty.riffLength = UInt32(36 + trailer.count)
    #expect(try everything(AudioFile(scratch.file("b.wav", empty.bytes + trailer))).isEmpty)
    #expect(try everything(piped(empty.bytes + trailer)).isEmpty)
  }

  @Test func aWaveOnAPipeIsDeliveredBeforeItsEnd() throws {
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    var wave = Wave(samples: sine(rate: 16_000, seconds: 0.5))
    (wave.riffLength, wave.dataLength) = (0, 0)
    let bytes = wave.bytes
    #expect(write(ends[1], bytes, bytes.count) == bytes.count)
    // The writing end stays open: a reader that waits for the end of the stream would hang here.
    let audio = try AudioFile(standardInput: ends[0], raw: false)
    #expect(try audio.read(4_000).count == 4_000)
    close(ends[1])
    #expect(try everything(audio).count == 4_000)
    close(ends[0])
  }

  @Test func rawSamples() throws {
    let tone = sine(rate: 16_000, seconds: 0.3)
    let wave = Wave(samples: tone)
    let expected = try everything(AudioFile(scratch.file("a.wav", wave.bytes)))
    #expect(try everything(piped(wave.data, raw: true)) == expected)
    let file = try AudioFile(scratch.file("a.raw", wave.data + [7]), raw: true)
    #expect(file.duration == .milliseconds(300))
    #expect(try everything(file) == expected)
  }

  @Test func whatNeverEndsIsRefused() throws {
    let zeros = open("/dev/zero", O_RDONLY)
    defer { close(zeros) }
    #expect {
      try AudioFile(standardInput: zeros, raw: false)
    } throws: { error in
      if case AudioError.unsupported(name: "standard input", _, _) = error { true } else { false }
    }
  }

  @Test func aFileAsStandardInput() throws {
    let tone = sine(rate: 16_000, seconds: 0.3)
    let url = scratch.encoded("a.flac", format: SF_FORMAT_FLAC | SF_FORMAT_PCM_16, rate: 16_000, tone)
    let descriptor = open(url.path, O_RDONLY)
    defer { close(descriptor) }
    let audio = try AudioFile(standardInput: descriptor, raw: false)
    #expect(audio.duration == .milliseconds(300))
    #expect(try everything(audio).count == tone.count)
  }

  @Test func descriptorsAreGivenBack() throws {
    let url = scratch.file("a.wav", Wave(samples: [0.1, 0.2]).bytes)
    let bad = scratch.file("b.wav", Array("not sound at all, only words".utf8))
    func openDescriptors() throws -> Int { try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count }
    // Other tests run beside this one and open files of their own: many rounds make a leak stand out.
    let before = try openDescriptors()
    for _ in 0..<300 {
      _ = try everything(AudioFile(url))
      _ = try? AudioFile(bad)
    }
    #expect(try openDescriptors() - before < 100)
  }
}
