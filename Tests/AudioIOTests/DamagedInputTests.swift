import AudioIO
import CSndFile
import Foundation
import Testing

@Suite struct DamagedInputTests {
  let scratch = Scratch()

  private func failure(_ body: () throws -> AudioFile) -> AudioError? {
    do {
      _ = try body()
      return nil
    } catch { return error as? AudioError }
  }

  @Test func namesWhatIsWrong() throws {
    let missing = scratch.folder.appendingPathComponent("missing.wav")
    #expect(failure { try AudioFile(missing) } == .noSuchFile(name: missing.relativePath))
    #expect(failure { try AudioFile(scratch.folder) } == .isFolder(name: scratch.folder.relativePath))
    let empty = scratch.file("empty.wav", [])
    #expect(failure { try AudioFile(empty) } == .emptyFile(name: empty.relativePath))
    #expect(failure { try piped([]) } == .emptyFile(name: "standard input"))
    let text = scratch.file("text.wav", Array("Once upon a time there was a file without sound.\n".utf8))
    guard case .unsupported(_, let code, _) = failure({ try AudioFile(text) }) else {
      Issue.record("a text file named .wav opened")
      return
    }
    #expect(code == 1)
    #expect(failure { try piped(Array("Once upon a time there was no sound.\n".utf8)) } != nil)
  }

  @Test(.enabled(if: getuid() != 0, "root may read everything")) func namesAMissingPermission() throws {
    let url = scratch.file("secret.wav", Wave(samples: [0.1]).bytes)
    chmod(url.path, 0)
    #expect(failure { try AudioFile(url) } == .permissionDenied(name: url.relativePath))
  }

  @Test func everyErrorSaysWhatToDo() {
    let errors: [AudioError] = [
      .noSuchFile(name: "a.wav"), .isFolder(name: "a.wav"), .permissionDenied(name: "a.wav"), .emptyFile(name: "a.wav"),
      .truncatedHeader(name: "a.wav", byteCount: 7), .unsupported(name: "a.wav", code: 1, message: "Unknown."),
      .unsupportedSampleRate(name: "a.wav", rate: 3),
      .openFailed(name: "a.wav", code: 24, message: "Too many open files"),
      .readFailed(name: "a.wav", seconds: 1.5, code: 5, message: "Input/output error"),
      .spoolFailed(folder: "a.wav", code: 28, message: "No space left on device"),
      .resamplingFailed(name: "a.wav", message: "no memory"), .noAudio(folder: "a.wav"), .ambiguousName(name: "a.wav"),
    ]
    for error in errors {
      #expect(error.description.hasPrefix("a.wav: "), "\(error)")
      #expect(error.description.hasSuffix("."), "\(error)")
      #expect(!error.description.contains(".."), "\(error)")
    }
  }

  /// Cut after any of its first 44 bytes, a WAV is refused or, with its header whole, empty; it never crashes.
  @Test func headerCutAnywhere() throws {
    let whole = Wave(samples: sine(rate: 16_000, seconds: 0.1)).bytes
    for length in 1..<44 {
      let cut = Array(whole.prefix(length))
      let url = scratch.file("cut.wav", cut)
      #expect(failure { try AudioFile(url) } == .truncatedHeader(name: url.relativePath, byteCount: length))
      #expect(failure { try piped(cut) } == .truncatedHeader(name: "standard input", byteCount: length))
    }
    let audio = try AudioFile(scratch.file("cut.wav", Array(whole.prefix(44))))
    #expect(try everything(audio).isEmpty)
    #expect(audio.isTruncated)
    let stream = try piped(Array(whole.prefix(44)))
    #expect(try everything(stream).isEmpty)
    #expect(stream.isTruncated)
  }

  @Test func dataCutAnywhereIsReadAndTold() throws {
    let tone = sine(rate: 16_000, seconds: 0.5)
    let whole = Wave(samples: tone).bytes
    for length in [45, 46, 1_044, 1_045, whole.count - 1] {
      for audio in [
        try AudioFile(scratch.file("cut.wav", Array(whole.prefix(length)))), try piped(Array(whole.prefix(length))),
      ] {
        let samples = try everything(audio)
        #expect(samples.count == (length - 44) / 2)
        #expect(audio.isTruncated)
      }
    }
  }

  @Test(arguments: [
    ("a.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16), ("a.mp3", SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III),
    ("a.ogg", SF_FORMAT_OGG | SF_FORMAT_VORBIS), ("a.opus", SF_FORMAT_OGG | SF_FORMAT_OPUS),
  ]) func compressedDataCutInTheMiddle(name: String, format: Int) throws {
    let url = scratch.encoded(name, format: format, rate: 16_000, sine(rate: 16_000, seconds: 20))
    let whole = [UInt8](try Data(contentsOf: url))
    let audio = try AudioFile(scratch.file("cut-" + name, Array(whole.prefix(whole.count * 6 / 10))))
    let samples = try everything(audio)
    #expect((5 * 16_000..<16 * 16_000).contains(samples.count), "\(samples.count) samples of 320000")
    #expect(audio.isTruncated)
  }

  /// Noise as FLAC, bytes of it overwritten.
  private func damagedNoise(_ damaged: (_ byteCount: Int) -> Range<Int>) throws -> (whole: [Float], damaged: AudioFile)
  {
    var state: UInt32 = 1
    let noise = (0..<600_000).map { _ -> Float in
      state = state &* 1_103_515_245 &+ 12_345
      return Float(state >> 16) / 65_536 - 0.5
    }
    let url = scratch.encoded("noise.flac", format: SF_FORMAT_FLAC | SF_FORMAT_PCM_16, rate: 16_000, noise)
    var bytes = [UInt8](try Data(contentsOf: url))
    for index in damaged(bytes.count) { bytes[index] = UInt8(truncatingIfNeeded: index &* 37) }
    return (try everything(AudioFile(url)), try AudioFile(scratch.file("broken.flac", bytes)))
  }

  @Test func damageInTheMiddleIsSilence() throws {
    let (whole, audio) = try damagedNoise { $0 / 3..<$0 / 3 + 20_000 }
    let samples = try everything(audio)
    #expect(samples.count == whole.count && !audio.isTruncated)
    let part = try #require(audio.damagedParts.first)
    #expect(audio.damagedParts.count == 1)
    #expect(part.upperBound - part.lowerBound < .seconds(3))
    let lost = Int(part.lowerBound / .seconds(1) * 16_000)..<Int(part.upperBound / .seconds(1) * 16_000)
    #expect(samples[..<lost.lowerBound] == whole[..<lost.lowerBound])
    #expect(samples[lost].allSatisfy { $0 == 0 })
    #expect(samples[lost.upperBound...] == whole[lost.upperBound...])
  }

  @Test func damageToTheEndGivesWhatCameBeforeThenTheDecodersMessage() throws {
    let (whole, audio) = try damagedNoise { $0 / 3..<$0 - 5 }
    var count = 0
    do {
      while case let next = try audio.read(1_600), !next.isEmpty { count += next.count }
      Issue.record("no error after \(count) samples of \(whole.count)")
    } catch {
      guard case .readFailed(_, let seconds, let code, let message) = error else { throw error }
      #expect(count > 100_000 && count < 300_000)
      #expect(abs(seconds - Double(count) / 16_000) < 1e-9)
      #expect(code != 0 && !message.isEmpty)
    }
  }

  @Test func absurdHeadersAreRefused() throws {
    var absurd = Wave(samples: [0.1, 0.2])
    for (rate, channels, bits) in [(0, 1, 16), (1, 1, 16), (900, 1, 16), (1_999_999_999, 1, 16), (16_000, 0, 16)] {
      (absurd.rate, absurd.channels, absurd.bits) = (rate, channels, bits)
      let url = scratch.file("absurd.wav", absurd.bytes)
      #expect(failure { try AudioFile(url) } != nil, "\(rate) Hz, \(channels) channels")
      #expect(failure { try piped(absurd.bytes) } != nil, "\(rate) Hz, \(channels) channels from a pipe")
    }
    absurd = Wave(samples: [Float](repeating: 0.1, count: 60_000), channels: 60_000)
    #expect(failure { try AudioFile(scratch.file("absurd.wav", absurd.bytes)) } != nil)
    #expect(failure { try piped(absurd.bytes) } != nil)
  }
}
