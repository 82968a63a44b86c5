import Foundation
import TestSupport
import Testing

@testable import AudioIO

/// The whole way: a recording is played in real time, and what it plays into is captured.
@Suite(.serialized) struct CaptureTests {
  let server: SoundServer
  let recording = Places.fixtures.appending(path: "meeting-en.flac")
  let device = "pulse:\(SoundServer.sink).monitor"

  init() throws {
    server = try SoundServer()
    server.becomeClient()
  }

  /// Energy of each hundredth of a second, as a deviation from the mean.
  private func envelope(_ samples: ArraySlice<Float>) -> [Float] {
    let frames = (0..<samples.count / 160).map { frame -> Float in
      let start = samples.startIndex + frame * 160
      return samples[start..<start + 160].reduce(0) { $0 + $1 * $1 }.squareRoot()
    }
    let mean = frames.reduce(0, +) / Float(max(1, frames.count))
    return frames.map { $0 - mean }
  }

  private func correlation(_ a: some Collection<Float>, _ b: some Collection<Float>) -> Float {
    let (power, other) = (a.reduce(0) { $0 + $1 * $1 }, b.reduce(0) { $0 + $1 * $1 })
    return zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } / max(1e-9, (power * other).squareRoot())
  }

  /// Where in the recording a part of what was captured comes from, and how alike they are: first by the envelope, then
  /// sample by sample.
  private func place(_ captured: ArraySlice<Float>, in played: [Float]) -> (seconds: Double, alike: Float, gain: Float)
  {
    let part = envelope(captured)
    let whole = envelope(played[...])
    guard !part.isEmpty, whole.count >= part.count else { return (0, 0, 0) }
    let best = (0...whole.count - part.count).max {
      correlation(part, whole[$0..<$0 + part.count]) < correlation(part, whole[$1..<$1 + part.count])
    }!
    let first = max(0, best * 160 - 200)
    let last = min(played.count - captured.count, best * 160 + 200)
    let fine = (first...last).map { ($0, correlation(captured, played[$0..<$0 + captured.count])) }.max { $0.1 < $1.1 }!
    let source = played[fine.0..<fine.0 + captured.count]
    let gain = captured.reduce(0) { $0 + $1 * $1 } / max(1e-9, source.reduce(0) { $0 + $1 * $1 })
    return (Double(fine.0) / 16_000, fine.1, 10 * log10(gain))
  }

  /// Seconds until something can be heard.
  private func onset(_ samples: [Float]) -> Int { samples.firstIndex { abs($0) > 0.05 } ?? samples.count }

  @Test func whatIsPlayedIsCapturedAcrossARestart() throws {
    let played = try everything(AudioFile(recording))
    let microphone = try Microphone(device: device, name: "what plays")
    #expect(microphone.format.sampleRate == 48_000 && microphone.format.channelCount == 2)
    let begin = ContinuousClock.now
    try server.play(recording)

    let first = try microphone.hear(for: .seconds(15)) { $0.samples.count - onset($0.samples) > 4 * 16_000 }
    let start = onset(first.samples)
    try #require(
      first.samples.count - start > 4 * 16_000, "captured \(first.samples.count) samples, silent until \(start)")
    #expect(
      first.lost < .milliseconds(200) && first.events.allSatisfy { $0.audio == .lost(first.lost) }, "\(first.events)")
    let before = place(first.samples[start..<start + 3 * 16_000], in: played)
    #expect(before.alike > 0.95, "\(before)")
    #expect(abs(before.gain) < 1, "\(before.gain) dB louder than what was played")

    server.kill()
    server.stopPlaying()
    let away = try microphone.hear(for: .seconds(10)) { !$0.events.isEmpty }
    guard case .deviceLost("what plays", let reason)? = away.events.last?.audio else {
      Issue.record("the server is gone and the microphone says \(away.events)")
      return
    }
    #expect(!reason.isEmpty)
    // While it is away nothing comes, and a reader waits no longer than it wants.
    #expect(try microphone.next(timeout: .milliseconds(700)).0 == nil)

    try server.start()
    try server.play(recording)
    let again = try microphone.hear(for: .seconds(20)) { $0.samples.count - onset($0.samples) > 4 * 16_000 }
    let end = ContinuousClock.now
    #expect(again.events.first?.audio == .deviceBack(name: "what plays"), "\(again.events)")
    #expect(again.events.first?.position == 0)
    let restart = onset(again.samples)
    try #require(again.samples.count - restart > 4 * 16_000, "captured \(again.samples.count), silent until \(restart)")
    let after = place(again.samples[restart..<restart + 3 * 16_000], in: played)
    #expect(after.alike > 0.95, "\(after)")
    #expect(abs(after.gain) < 1, "\(after.gain) dB louder than what was played")

    // What was heard and what was lost fill the time, the outage included.
    let heard = Duration(frames: first.samples.count + away.samples.count + again.samples.count, rate: 16_000)
    #expect(again.lost > .milliseconds(700), "\(again.lost)")
    let unexplained = begin.duration(to: end) - heard - again.lost - away.lost
    #expect(unexplained > .milliseconds(-400) && unexplained < .milliseconds(2_500), "\(unexplained)")

    microphone.stop()
    let rest = try microphone.hear(for: .seconds(5))
    #expect(rest.events.last?.audio == .end)
  }

  /// What a reader who comes too late has missed is told to the frame.
  @Test func aLateReaderIsToldWhatIsMissing() throws {
    let microphone = try Microphone(device: device, buffer: .milliseconds(300))
    _ = try microphone.hear(for: .seconds(10)) { !$0.samples.isEmpty }
    usleep(1_500_000)
    microphone.stop()
    let rest = try microphone.hear(for: .seconds(5))
    #expect(rest.events.last?.audio == .end)
    let rate = microphone.format.sampleRate
    #expect(microphone.droppedFrames > rate, "\(microphone.droppedFrames) frames in 1.2 s")
    let difference = rest.lost - Duration(frames: microphone.droppedFrames, rate: rate)
    #expect(microphone.xrunCount == 0)
    #expect(abs(difference / .nanoseconds(1)) < 100, "\(rest.lost), \(microphone.droppedFrames) frames")
    // The second stop does nothing, and after the end there is the end.
    microphone.stop()
    #expect(try microphone.next().0 == .end)
  }

  @Test func aServerThatHangsHoldsNobodyUp() throws {
    let microphone = try Microphone(device: device)
    _ = try microphone.hear(for: .seconds(10)) { $0.samples.count > 8_000 }
    server.pause()
    let pause = ContinuousClock.now
    _ = try microphone.hear(for: .milliseconds(500))
    #expect(try microphone.next(timeout: .milliseconds(2_000)).0 == nil)
    server.resume()
    let missing = pause.duration(to: .now)
    let after = try microphone.hear(for: .seconds(10)) { $0.lost > .zero && $0.samples.count > 8_000 }
    #expect(after.lost > missing - .milliseconds(600) && after.lost < missing + .milliseconds(600), "\(after.events)")

    server.pause()
    let stop = ContinuousClock.now
    microphone.stop()
    #expect(stop.duration(to: .now) < .milliseconds(1_500))
    server.resume()
    #expect(try microphone.hear(for: .seconds(10)).events.last?.audio == .end)
  }

  @Test func errorsSayWhatIsTheMatter() throws {
    #expect(throws: AudioError.noSuchDevice(name: "pulse:nobody")) { try Microphone(device: "pulse:nobody") }
    #expect(throws: AudioError.noSuchDevice(name: "no-such-pcm")) { try Microphone(device: "no-such-pcm") }
    server.kill()
    #expect(throws: AudioError.soundServerAway(name: device)) { try Microphone(device: device) }
  }

  @Test func aServerThatHangsIsNotWaitedForLong() throws {
    server.pause()
    defer { server.resume() }
    #expect(throws: AudioError.deviceHangs(name: device)) { try Microphone(device: device) }
  }
}
