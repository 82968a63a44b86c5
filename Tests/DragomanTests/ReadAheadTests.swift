import Foundation
import TestSupport
import Testing

@testable import AudioIO
@testable import Dragoman
@testable import SpeechRecognition

/// Reading and hearing ahead: what is handed over is what would have been heard in place.
struct ReadAheadTests {
  /// A file of raw samples, removed with it.
  final class Noise {
    let url = FileManager.default.temporaryDirectory.appending(path: "read-ahead-\(UUID()).raw")

    init(seconds: Double) throws {
      var random = SeededNumbers(state: 7)
      let samples = (0..<Int(16_000 * seconds)).map { _ in Int16(truncatingIfNeeded: random.next() >> 50) }
      try samples.withUnsafeBytes { Data($0) }.write(to: url)
    }

    deinit { try? FileManager.default.removeItem(at: url) }
  }

  static func listener() -> SpeechListener { SpeechListener(mels: 80, gate: nil) }

  @Test(arguments: [0.5, 3, 90.25]) func hearsWhatWouldBeHeardInPlace(seconds: Double) throws {
    let noise = try Noise(seconds: seconds)
    let (listener, here) = (Self.listener(), Self.listener())
    let ahead = ReadAhead(try AudioFile(noise.url, raw: true), listener: listener)
    var (there, direct) = (SpeechFrames(), SpeechFrames())
    while let heard = try ahead.next() {
      there.sampleCount += heard.sampleCount
      there.frames += heard.frames
      there.stretches += heard.stretches
    }
    #expect(try ahead.next() == nil)
    listener.finish(to: &there)
    let samples = try AudioFile(noise.url, raw: true).read(Int(16_000 * seconds) + 1)
    samples.withUnsafeBufferPointer { here.append($0, to: &direct) }
    here.finish(to: &direct)
    #expect(there.sampleCount == samples.count && there.frames == direct.frames)
    #expect(there.stretches.reduce(0) { $0 + $1.count } == samples.count)
  }

  @Test func stopsInTheMiddleAndKeepsNoMoreThanAMinute() throws {
    let noise = try Noise(seconds: 120)
    let file = try AudioFile(noise.url, raw: true)
    let ahead = ReadAhead(file, listener: Self.listener())
    _ = try ahead.next()
    // The reader goes on alone until a minute is there, and waits then.
    var waited = 0
    while ahead.readyCount < ReadAhead.most, waited < 10_000 {
      usleep(1_000)
      waited += 1
    }
    usleep(20_000)
    #expect(ahead.readyCount == ReadAhead.most)
    ahead.stop()
    ahead.stop()
    // What the reader left is still in the file.
    #expect(try file.read(16_000 * 120).count == 16_000 * (120 - ReadAhead.most - 1))
  }

  @Test func anErrorComesBehindAllThatWasRead() throws {
    // A WAV whose data chunk ends in the middle is no error but short; a FLAC that is torn fails where it is torn.
    let whole = try Data(contentsOf: Places.fixtures.appending(path: "meeting-en.flac"))
    let url = FileManager.default.temporaryDirectory.appending(path: "torn-\(UUID()).flac")
    defer { try? FileManager.default.removeItem(at: url) }
    try whole.prefix(whole.count / 2).write(to: url)
    func outcome(_ next: () throws -> Int?) -> (samples: Int, failed: Bool) {
      var samples = 0
      do { while let count = try next() { samples += count } } catch { return (samples, true) }
      return (samples, false)
    }
    let file = try AudioFile(url)
    let direct = outcome {
      let count = try file.read(16_000).count
      return count == 0 ? nil : count
    }
    let ahead = ReadAhead(try AudioFile(url), listener: Self.listener())
    let there = outcome { try ahead.next()?.sampleCount }
    #expect(direct == there && direct.samples > 0)
  }
}
