import AudioIO
import CSndFile
import Foundation
import Testing

@Suite struct FormatTests {
  let scratch = Scratch()

  struct Encoding: CustomTestStringConvertible, Sendable {
    var name: String, format: Int, tolerance: Float
    var testDescription: String { name }
  }

  // Tolerances: one step of the sample format for rows of samples; for lossy codecs what a 440 Hz tone costs them.
  static let encodings = [
    Encoding(name: "u8.wav", format: SF_FORMAT_WAV | SF_FORMAT_PCM_U8, tolerance: 0.008),
    Encoding(name: "16.wav", format: SF_FORMAT_WAV | SF_FORMAT_PCM_16, tolerance: 4e-5),
    Encoding(name: "24.wav", format: SF_FORMAT_WAV | SF_FORMAT_PCM_24, tolerance: 2e-7),
    Encoding(name: "32.wav", format: SF_FORMAT_WAV | SF_FORMAT_PCM_32, tolerance: 1e-7),
    Encoding(name: "float.wav", format: SF_FORMAT_WAV | SF_FORMAT_FLOAT, tolerance: 0),
    Encoding(name: "double.wav", format: SF_FORMAT_WAV | SF_FORMAT_DOUBLE, tolerance: 0),
    Encoding(name: "alaw.wav", format: SF_FORMAT_WAV | SF_FORMAT_ALAW, tolerance: 0.02),
    Encoding(name: "ulaw.wav", format: SF_FORMAT_WAV | SF_FORMAT_ULAW, tolerance: 0.02),
    Encoding(name: "extensible.wav", format: SF_FORMAT_WAVEX | SF_FORMAT_PCM_16, tolerance: 4e-5),
    Encoding(name: "adpcm.wav", format: SF_FORMAT_WAV | SF_FORMAT_IMA_ADPCM, tolerance: 0.03),
    Encoding(name: "a.flac", format: SF_FORMAT_FLAC | SF_FORMAT_PCM_16, tolerance: 4e-5),
    Encoding(name: "24.flac", format: SF_FORMAT_FLAC | SF_FORMAT_PCM_24, tolerance: 2e-7),
    Encoding(name: "a.aiff", format: SF_FORMAT_AIFF | SF_FORMAT_PCM_16, tolerance: 4e-5),
    Encoding(name: "a.au", format: SF_FORMAT_AU | SF_FORMAT_PCM_16, tolerance: 4e-5),
    Encoding(name: "a.ogg", format: SF_FORMAT_OGG | SF_FORMAT_VORBIS, tolerance: 0.03),
    Encoding(name: "a.opus", format: SF_FORMAT_OGG | SF_FORMAT_OPUS, tolerance: 0.06),
    Encoding(name: "a.mp3", format: SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III, tolerance: 0.03),
  ]

  @Test(arguments: encodings) func readsWhatLibsndfileWrites(_ encoding: Encoding) throws {
    let tone = sine(rate: 16_000, seconds: 1.5)
    let url = scratch.encoded(encoding.name, format: encoding.format, rate: 16_000, tone)
    let audio = try AudioFile(url)
    let samples = try everything(audio)
    // ADPCM comes in whole blocks.
    let slack = encoding.name == "adpcm.wav" ? 1_100 : 0
    #expect((tone.count...tone.count + slack).contains(samples.count), "\(samples.count) samples of \(tone.count)")
    #expect(abs(try #require(audio.duration) / .seconds(1) - Double(samples.count) / 16_000) < 1e-3)
    let worst = largestDifference(samples, tone, margin: 1_600)
    #expect(worst.value <= encoding.tolerance, "\(encoding.name) at \(worst.index)")
    #expect(!audio.isTruncated)
    #expect(audio.name == encoding.name)
  }

  @Test(arguments: encodings) func readsTheSameFromAPipe(_ encoding: Encoding) throws {
    guard encoding.name != "adpcm.wav" else {
      // A codec of blocks in a WAV needs its file; the refusal says so.
      let url = scratch.encoded(encoding.name, format: encoding.format, rate: 16_000, sine(rate: 16_000, seconds: 1))
      #expect(throws: AudioError.self) { try piped([UInt8](Data(contentsOf: url))) }
      return
    }
    let url = scratch.encoded(encoding.name, format: encoding.format, rate: 16_000, sine(rate: 16_000, seconds: 1.5))
    let fromFile = try everything(AudioFile(url))
    let audio = try piped([UInt8](Data(contentsOf: url)))
    let fromPipe = try everything(audio)
    #expect(fromPipe == fromFile)
    #expect(!audio.isTruncated)
    #expect(audio.name == "standard input")
  }

  @Test(arguments: [1_000, 8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000, 192_000, 384_000])
  func resamplesToTheIdealTone(rate: Int) throws {
    let url = scratch.encoded(
      "tone.wav", format: SF_FORMAT_WAV | SF_FORMAT_FLOAT, rate: rate, sine(330, rate: rate, seconds: 2.013))
    let audio = try AudioFile(url)
    let samples = try everything(audio, piece: 777)
    let frames = Double(Int(Double(rate) * 2.013))
    #expect(abs(Double(samples.count) - (frames * 16_000 / Double(rate)).rounded()) <= 1)
    // The ends of a cut tone ring; the middle is held to 16-bit accuracy.
    let worst = largestDifference(samples, sine(330, rate: 16_000, seconds: 3), margin: rate < 8_000 ? 4_000 : 800)
    #expect(worst.value < 2e-4, "\(rate) Hz: largest error at \(worst.index)")
    #expect(audio.inputSampleRate == rate)
  }

  @Test func aToneAboveEightKilohertzDoesNotFoldDown() throws {
    let url = scratch.encoded(
      "high.wav", format: SF_FORMAT_WAV | SF_FORMAT_FLOAT, rate: 48_000, sine(11_000, rate: 48_000, seconds: 1))
    let samples = try everything(AudioFile(url))
    #expect(samples.dropFirst(800).dropLast(800).map(abs).max()! < 1e-4)
  }

  @Test(arguments: [2, 8, 64]) func averagesChannels(_ channels: Int) throws {
    // Channel c holds (c + 1) / 100: the mean is known.
    let frame = (0..<channels).map { Float($0 + 1) / 100 }
    let samples = (0..<1_000).flatMap { _ in frame }
    let url = scratch.encoded(
      "many.wav", format: SF_FORMAT_WAV | SF_FORMAT_FLOAT, rate: 16_000, channels: channels, samples)
    let audio = try AudioFile(url)
    let mono = try everything(audio)
    #expect(audio.inputChannelCount == channels)
    #expect(mono.count == 1_000)
    #expect(largestDifference(mono, [Float](repeating: Float(channels + 1) / 200, count: 1_000)).value < 1e-6)
  }

  @Test func floatsBeyondOneStayAndNonNumbersAreCounted() throws {
    var samples = sine(rate: 16_000, seconds: 0.5)
    (samples[10], samples[11], samples[12], samples[13]) = (.nan, .infinity, -.infinity, 1.75)
    let audio = try AudioFile(scratch.file("nan.wav", Wave(floats: samples).bytes))
    let read = try everything(audio)
    #expect(audio.invalidSampleCount == 3)
    #expect(read[10...13] == [0, 0, 0, 1.75])
    #expect(read.allSatisfy { $0.isFinite })
  }

  @Test func nonNumbersDoNotPoisonTheResampler() throws {
    var samples = sine(rate: 44_100, seconds: 0.5)
    samples[5_000] = .nan
    let audio = try AudioFile(scratch.file("nan.wav", Wave(floats: samples, rate: 44_100).bytes))
    let read = try everything(audio)
    #expect(audio.invalidSampleCount == 1)
    #expect(read.count == 8_000)
    #expect(read.allSatisfy { $0.isFinite })
  }

  @Test(arguments: [8_000, 16_000, 48_000]) func shortAndSilent(rate: Int) throws {
    func count(_ samples: [Float]) throws -> Int {
      let audio = try AudioFile(scratch.file("a.wav", Wave(samples: samples, rate: rate).bytes))
      let read = try everything(audio)
      #expect(!audio.isTruncated)
      #expect(samples.contains { $0 != 0 } || read.allSatisfy { $0 == 0 })
      return read.count
    }
    #expect(try count([]) == 0)
    #expect(abs(try count([0.5]) - Int((16_000 / Double(rate)).rounded())) <= 1)
    #expect(abs(try count(sine(rate: rate, seconds: 0.05)) - 800) <= 1)
    #expect(try count([Float](repeating: 0, count: rate)) == 16_000)
  }

  @Test func piecesOfAnySizeGiveTheSameSamples() throws {
    let url = scratch.encoded(
      "tone.wav", format: SF_FORMAT_WAV | SF_FORMAT_PCM_16, rate: 44_100, sine(rate: 44_100, seconds: 1))
    let whole = try everything(AudioFile(url), piece: 1_000_000)
    for piece in [1, 7, 160, 16_000] { #expect(try everything(AudioFile(url), piece: piece) == whole) }
  }

  /// Two hours of 44.1 kHz stereo, a hole in the file system, must not grow the program.
  @Test func memoryStaysConstant() throws {
    let url = scratch.folder.appendingPathComponent("long.wav")
    let byteCount = 2 * 3_600 * 44_100 * 4
    var header = Wave(samples: [], channels: 2, rate: 44_100)
    (header.riffLength, header.dataLength) = (UInt32(36 + byteCount), UInt32(byteCount))
    try Data(header.bytes).write(to: url)
    truncate(url.path, 44 + byteCount)

    let audio = try AudioFile(url)
    #expect(audio.duration == .seconds(7_200))
    let buffer = UnsafeMutableBufferPointer<Float>.allocate(capacity: 16_000)
    defer { buffer.deallocate() }
    let before = residentBytes()
    var (total, peak) = (0, before)
    while case let count = try audio.read(into: buffer), count > 0 {
      total += count
      if total % (16_000 * 600) == 0 { peak = max(peak, residentBytes()) }
    }
    #expect(total == 7_200 * 16_000)
    #expect(max(peak, residentBytes()) - before < 20_000_000, "grew by \(peak - before) bytes")
  }

  private func residentBytes() -> Int {
    let fields = try! String(contentsOfFile: "/proc/self/statm", encoding: .ascii).split(separator: " ")
    return Int(fields[1])! * Int(sysconf(Int32(_SC_PAGESIZE)))
  }
}
