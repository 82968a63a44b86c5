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

  static func listener(isSpeechOnly: Bool = false) throws -> SpeechListener {
    guard isSpeechOnly else { return SpeechListener(mels: 80, gate: nil) }
    let model = try VoiceActivityModel(contentsOf: Places.reference.appending(path: "tiny-voice-activity"))
    // All is speech, so that from 80 to 160 s nothing is certain, and 80 s are at once: more than is kept ready.
    let options = SpeechRegionOptions(threshold: 0, silenceThreshold: 0, maximumSpeech: .seconds(160))
    return SpeechListener(mels: 80, gate: SpeechGate(model: model, options: options))
  }

  /// What was handed over.
  struct Heard: Equatable {
    var samples = 0, frames: [Float] = [], stretches = 0, isFailed = false

    mutating func take(_ part: SpeechFrames) {
      samples += part.sampleCount
      frames += part.frames
      stretches += part.stretches.reduce(0) { $0 + $1.count }
    }

    /// All that comes, an error included, and what the listener has left.
    init(_ listener: SpeechListener, _ next: ((SpeechFrames) -> Void) throws -> Int) {
      do { while try next({ take($0) }) > 0 {} } catch { isFailed = true }
      listener.finish { take($0) }
    }
  }

  static func ahead(_ url: URL, raw: Bool = false, isSpeechOnly: Bool = false) throws -> Heard {
    let listener = try listener(isSpeechOnly: isSpeechOnly)
    let ahead = ReadAhead(try AudioFile(url, raw: raw), listener: listener)
    let heard = Heard(listener, ahead.next)
    // The end stays the end, and a failure a failure.
    let isFailed = (try? ahead.next { _ in }) != 0
    #expect(isFailed == heard.isFailed)
    return heard
  }

  static func here(_ url: URL, raw: Bool = false, isSpeechOnly: Bool = false) throws -> Heard {
    let listener = try listener(isSpeechOnly: isSpeechOnly)
    let (file, reader) = (try AudioFile(url, raw: raw), SecondReader())
    return Heard(listener) { take in try reader.next(of: file, listener: listener) { take($0) } }
  }

  @Test(arguments: [0.5, 3, 90.25, 200], [false, true])
  func hearsWhatWouldBeHeardInPlace(seconds: Double, isSpeechOnly: Bool) throws {
    let noise = try Noise(seconds: seconds)
    let there = try Self.ahead(noise.url, raw: true, isSpeechOnly: isSpeechOnly)
    #expect(try there == Self.here(noise.url, raw: true, isSpeechOnly: isSpeechOnly))
    #expect(there.samples == Int(16_000 * seconds) && there.stretches == there.samples && !there.isFailed)
  }

  private func waitUntilFull(_ ahead: ReadAhead) {
    var waited = 0
    while ahead.readyCount < ReadAhead.most, waited < 10_000 {
      usleep(1_000)
      waited += 1
    }
    usleep(20_000)
    #expect(ahead.readyCount == ReadAhead.most)
  }

  @Test func stopsInTheMiddleAndKeepsNoMoreThanItMay() throws {
    let noise = try Noise(seconds: 120)
    let file = try AudioFile(noise.url, raw: true)
    let ahead = ReadAhead(file, listener: try Self.listener())
    _ = try ahead.next { _ in }
    // The reader goes on alone until as much is there as may be, and waits then.
    waitUntilFull(ahead)
    ahead.stop()
    ahead.stop()
    // What the reader left is still in the file.
    #expect(try file.read(16_000 * 120).count == 16_000 * (120 - ReadAhead.most - 1))
  }

  @Test func stopsInASecondThatIsNotHandedOverWholly() throws {
    let noise = try Noise(seconds: 200)
    let file = try AudioFile(noise.url, raw: true)
    let ahead = ReadAhead(file, listener: try Self.listener(isSpeechOnly: true))
    for _ in 0..<158 { _ = try ahead.next { _ in } }
    waitUntilFull(ahead)
    ahead.stop()
    #expect(try file.read(16_000 * 200).count > 16_000 * 35)
  }

  /// A FLAC that is cut off is no error but short; one with other bytes from its middle on fails there.
  @Test(arguments: [false, true]) func anErrorComesBehindAllThatWasRead(isBroken: Bool) throws {
    var bytes = try Data(contentsOf: Places.fixtures.appending(path: "meeting-en.flac"))
    let url = FileManager.default.temporaryDirectory.appending(path: "torn-\(UUID()).flac")
    defer { try? FileManager.default.removeItem(at: url) }
    if isBroken {
      for index in bytes.count / 2..<bytes.count - 5 { bytes[index] = UInt8(truncatingIfNeeded: index &* 37) }
    } else {
      bytes = bytes.prefix(bytes.count / 2)
    }
    try bytes.write(to: url)
    let there = try Self.ahead(url)
    #expect(try there == Self.here(url) && there.isFailed == isBroken)
    let file = try AudioFile(url)
    var samples = 0
    while let count = try? file.read(1_600).count, count > 0 { samples += count }
    #expect(there.samples == samples && samples > 16_000)
  }
}
