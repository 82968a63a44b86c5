import Foundation
import ModelFormats
import TestSupport
import Testing

@testable import SpeechRecognition

/// Probabilities and regions of the `silero-vad` package over every clip of `../shared/data`.
@Suite(
  .serialized,
  .enabled(if: ProcessInfo.processInfo.environment["DRAGOMAN_VERIFY"] == "1", "needs ../shared/data: `make verify`"))
struct VerifyVoiceActivity {
  @Test func probabilitiesAgreeOnEveryFrame() throws {
    let (model, reference) = try VoiceActivity.pulled()
    let clips = try VoiceActivity.Recordings.read().clips
    #expect(clips.count > 250)
    let detector = VoiceActivityDetector(model: model)
    var worst: (error: Float, place: String) = (0, "")
    var (frames, samples, seconds) = (0, 0, 0.0)
    for clip in clips {
      let expected = try reference.tensor(clip.key).floats.map { $0 / 32_767 }
      let audio = try SpeechRecognitionTests.samples(of: clip.url)
      try #require(audio.count == clip.samples, "\(clip.key)")
      let before = processorSeconds()
      let found = detector.probabilities(of: audio)
      seconds += processorSeconds() - before
      try #require(found.count == expected.count, "\(clip.key)")
      for (frame, (ours, theirs)) in zip(found, expected).enumerated() where abs(ours - theirs) > worst.error {
        worst = (abs(ours - theirs), "\(clip.key), frame \(frame)")
      }
      (frames, samples) = (frames + found.count, samples + audio.count)
    }
    let speed = Double(samples) / 16_000 / seconds
    print(
      "voice activity: largest difference \(worst.error) at \(worst.place), of \(frames) frames; \(Int(speed)) x real time"
    )
    #expect(worst.error <= 1e-3)
    #expect(speed > 100)
  }

  /// What this thread has computed, whatever else the machine does.
  func processorSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  @Test func regionsAreThoseOfThePackage() throws {
    let recordings = try VoiceActivity.Recordings.read()
    let reference = try SafetensorsFile.read(Places.reference.appending(path: "voice-activity.packaged.safetensors"))
    var regions = 0
    for clip in recordings.clips {
      let probabilities = try reference.tensor(clip.key).floats.map { $0 / 32_767 }
      for (options, expected) in zip(recordings.options, clip.regions) {
        let found = VoiceActivity.regions(probabilities, sampleCount: clip.samples, options: options.regionOptions())
        #expect(found.map { [$0.start, $0.end] } == expected, "\(clip.key), \(options)")
        regions += found.count
      }
    }
    print("voice activity: \(regions) regions of \(recordings.clips.count) clips are the package's")
    #expect(regions > 1_000)
  }

  /// What the gate lets pass: all clips of speech; of the others music with a voice-like lead and laughter, and with the
  /// older weights one more piece of music.
  @Test func speechPassesAndNoiseDoesNot() throws {
    let gate = SpeechGate(model: try VoiceActivity.pulled().model)
    var shares: [String: (samples: Int, passed: Int, clips: Int, silent: [String])] = [:]
    for clip in try VoiceActivity.Recordings.read().clips {
      let audio = try SpeechRecognitionTests.samples(of: clip.url)
      var pieces: [SpeechPiece] = []
      audio.withUnsafeBufferPointer { gate.append($0, to: &pieces) }
      gate.finish(to: &pieces)
      for piece in pieces {
        try #require(audio[piece.start..<piece.start + piece.samples.count].elementsEqual(piece.samples), "\(clip.key)")
      }
      shares[clip.set, default: (0, 0, 0, [])].samples += audio.count
      shares[clip.set]!.passed += pieces.map(\.samples.count).reduce(0, +)
      shares[clip.set]!.clips += 1
      if pieces.isEmpty { shares[clip.set]!.silent.append(clip.id) }
    }
    for (name, share) in shares.sorted(by: { $0.key < $1.key }) {
      let dropped = 1 - Double(share.passed) / Double(share.samples)
      print(
        "voice activity: \(name): \(share.silent.count) of \(share.clips) clips held back, "
          + String(format: "%.1f %% of the audio", 100 * dropped))
      if name == "non-speech" {
        #expect(share.silent.count >= share.clips - 3)
      } else {
        #expect(share.silent.isEmpty, "\(name): \(share.silent)")
        #expect(dropped < 0.15, "\(name)")
      }
    }
  }
}
