import AudioIO
import CSndFile
import Foundation
import Testing

@Suite struct JoinedRecordingsTests {
  let scratch = Scratch()

  private func bytes(_ name: String, _ format: Int, rate: Int = 16_000, seconds: Double, hertz: Double) throws
    -> [UInt8]
  {
    let url = scratch.encoded(name, format: format, rate: rate, sine(hertz, rate: rate, seconds: seconds))
    return [UInt8](try Data(contentsOf: url))
  }

  @Test(
    arguments: [
      ("a.ogg", SF_FORMAT_OGG | SF_FORMAT_VORBIS), ("a.opus", SF_FORMAT_OGG | SF_FORMAT_OPUS),
      ("a.mp3", SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III), ("a.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16),
      ("a.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16), ("float.wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT),
    ], [16_000, 48_000]) func areReadOneBehindTheOther(_ kind: (name: String, format: Int), rate: Int) throws
  {
    let parts = try zip([4.0, 1.5, 20.25], [300.0, 800, 500]).map {
      try bytes(kind.name, kind.format, rate: rate, seconds: $0, hertz: $1)
    }
    let audio = try AudioFile(scratch.file("joined-" + kind.name, parts.flatMap(\.self)))
    let samples = try everything(audio)
    #expect(abs(samples.count - 25_75 * 160) < 5_000, "\(samples.count)")
    #expect(!audio.isTruncated && audio.damagedParts.isEmpty && audio.unreadFrom == nil)
    // Each is heard: zero crossings tell the frequency.
    for (start, hertz) in [(1.0, 300), (4.4, 800), (10.0, 500)] {
      let second = samples[Int(start * 16_000)..<Int((start + 0.5) * 16_000)]
      let crossings = zip(second, second.dropFirst()).count { ($0 < 0) != ($1 < 0) }
      #expect(abs(crossings - hertz) <= 6, "\(crossings) crossings in half a second from \(start) s, \(hertz) expected")
    }
  }

  /// A part may lie in any of them, or across two.
  @Test func partsAreThoseOfTheWhole() throws {
    let flac = SF_FORMAT_FLAC | SF_FORMAT_PCM_16
    let parts = try zip([4.0, 1.5, 3], [300.0, 800, 500]).map {
      try bytes("a.flac", flac, seconds: $0, hertz: $1)
    }
    let url = scratch.file("parts.flac", parts.flatMap(\.self))
    let whole = try everything(AudioFile(url))
    for start in [0, 1, 3.75, 4.25, 5.25, 8] {
      let part = try AudioFile(url)
      try part.restrict(toPartFrom: .seconds(start), length: .milliseconds(500))
      let first = Int(start * 16_000)
      #expect(try everything(part) == Array(whole[first..<first + 8_000]), "from \(start) s")
    }
    #expect(throws: AudioError.partOutside(name: "parts.flac", start: 9, duration: 8.5)) {
      try AudioFile(url).restrict(toPartFrom: .seconds(9), length: nil)
    }
  }

  @Test func anMP3WithTagsBetween() throws {
    let mp3 = SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III
    let first = try bytes("a.mp3", mp3, seconds: 3, hertz: 300),
      second = try bytes("b.mp3", mp3, seconds: 2, hertz: 500)
    let old = Array("TAG".utf8) + [UInt8](repeating: 0x20, count: 125)
    let new = Array("ID3".utf8) + [4, 0, 0, 0, 0, 8, 0] + [UInt8](repeating: 0xFF, count: 1_024)
    for tags in [old, new, old + new] {
      let audio = try AudioFile(scratch.file("tags.mp3", first + tags + second + old))
      #expect(abs(try everything(audio).count - 80_000) < 5_000)
    }
  }

  @Test func oneOfAnotherRateIsToldAndNotRead() throws {
    let format = SF_FORMAT_OGG | SF_FORMAT_VORBIS
    let joined =
      try bytes("a.ogg", format, seconds: 2, hertz: 300) + bytes("b.ogg", format, rate: 8_000, seconds: 2, hertz: 300)
    let audio = try AudioFile(scratch.file("rates.ogg", joined))
    #expect(try everything(audio).count == 32_000)
    #expect(audio.unreadFrom == .seconds(2))
  }

  @Test func whatFollowsAndIsNoRecordingChangesNothing() throws {
    for (name, format) in [
      ("a.ogg", SF_FORMAT_OGG | SF_FORMAT_VORBIS), ("a.mp3", SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III),
      ("a.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16),
    ] {
      let whole = try bytes(name, format, seconds: 3, hertz: 300)
      let expected = try everything(AudioFile(scratch.file("whole-" + name, whole)))
      let rest = (0..<9_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
      let audio = try AudioFile(scratch.file("rest-" + name, whole + rest))
      #expect(abs(try everything(audio).count - expected.count) < 2_000, "\(name)")
      #expect(audio.unreadFrom == nil && (name == "a.ogg" || !audio.isTruncated), "\(name)")
    }
  }

  /// At a frame that ends with a full buffer, nothing is left to convert: that is not the end.
  @Test func joinedWhereABufferEnds() throws {
    let part = try bytes("a.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, rate: 48_000, seconds: 2, hertz: 300)
    let audio = try AudioFile(scratch.file("buffers.wav", part + part))
    let samples = try everything(audio)
    #expect(samples.count == 64_000)
    #expect(samples[40_000...].contains { abs($0) > 0.4 })
  }

  /// Without a frame that tells their number libsndfile guesses from the size of the first ones.
  @Test func anMP3ThatDoesNotTellItsLength() throws {
    // Noise takes many bits, silence few: the guess is a fraction of the truth, or a multiple.
    var state: UInt32 = 1
    let noise = (0..<10 * 16_000).map { _ -> Float in
      state = state &* 1_103_515_245 &+ 12_345
      return Float(state >> 16) / 65_536 - 0.5
    }
    let silence = [Float](repeating: 0, count: 40 * 16_000), end = sine(500, rate: 16_000, seconds: 2)
    for samples in [noise + silence + end, silence + noise + end] {
      let url = scratch.folder.appendingPathComponent("changing.mp3")
      try? FileManager.default.removeItem(at: url)
      let whole = [UInt8](try Data(contentsOf: changing(url, samples)))
      let tag = try #require(whole.indices.first { whole[$0...].starts(with: "Xing".utf8) })
      let next = try #require(whole[tag...].indices.first { whole[$0...].starts(with: whole[..<2]) })
      let audio = try AudioFile(scratch.file("bare.mp3", Array(whole[next...])))
      let read = try everything(audio)
      #expect(abs(read.count - samples.count) < 8_000 && !audio.isTruncated, "\(read.count) of \(samples.count)")
      let second = read[(read.count - 20_000)..<(read.count - 4_000)]
      let crossings = zip(second, second.dropFirst()).count { ($0 < 0) != ($1 < 0) }
      #expect(abs(crossings - 1_000) < 12, "\(crossings)")
    }
  }

  /// An MP3 whose bit rate follows the sound.
  private func changing(_ url: URL, _ samples: [Float]) -> URL {
    var info = SF_INFO()
    (info.samplerate, info.channels, info.format) = (16_000, 1, Int32(SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III))
    let handle = sf_open(url.path, Int32(SFM_WRITE), &info)!
    var mode = Int32(SF_BITRATE_MODE_VARIABLE)
    sf_command(handle, Int32(SFC_SET_BITRATE_MODE), &mode, Int32(MemoryLayout<Int32>.size))
    for start in stride(from: 0, to: samples.count, by: 4_096) {
      let piece = Array(samples[start..<min(samples.count, start + 4_096)])
      sf_writef_float(handle, piece, sf_count_t(piece.count))
    }
    sf_close(handle)
    return url
  }
}
