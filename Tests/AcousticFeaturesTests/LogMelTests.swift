import AudioIO
import Foundation
import ModelFormats
import TestSupport
import Testing

@testable import AcousticFeatures

/// Log-mel frames against openai/whisper's on a recording of the project (`Tests/Reference/manifest.json`).
@Suite struct LogMelTests {
  static func fixture() throws -> [Float] {
    let file = try AudioFile(Places.fixtures.appending(path: "short-en.flac"))
    var all: [Float] = []
    while case let chunk = try file.read(7_001), !chunk.isEmpty { all += chunk }
    return all
  }

  /// All frames of a signal that comes in pieces of `size` samples.
  static func frames(_ samples: [Float], mels: Int, pieces size: Int) -> [Float] {
    let stream = LogMelStream(mels: mels)
    var frames: [Float] = []
    for start in stride(from: 0, to: samples.count, by: size) {
      samples[start..<min(start + size, samples.count)].withUnsafeBufferPointer { stream.append($0, to: &frames) }
    }
    let total = stream.finish(to: &frames)
    #expect(frames.count == total * mels)
    return frames
  }

  @Test(arguments: [80, 128]) func agreesWithTheReference(mels: Int) throws {
    let tolerance: Float = 1e-4
    let url = Places.reference.appending(path: "short-en.log-mel.safetensors")
    let expected = try SafetensorsFile.read(url).tensor("mel\(mels)")
    var frames = Self.frames(try Self.fixture(), mels: mels, pieces: 16_000)
    frames.withUnsafeMutableBufferPointer { WindowNormalization.apply(to: $0) }
    try #require(expected.shape == [frames.count / mels, mels])
    var worst: (index: Int, error: Float) = (0, 0)
    for (index, value) in expected.floats.enumerated() where abs(value - frames[index]) > worst.error {
      worst = (index, abs(value - frames[index]))
    }
    print(
      "log-mel \(mels): largest difference \(worst.error) at frame \(worst.index / mels), mel \(worst.index % mels)")
    #expect(worst.error <= tolerance)
  }

  @Test(arguments: [1, 159, 160, 199, 200, 201, 401, 5_000, 100_000])
  func piecesOfAnySizeGiveTheSameFrames(size: Int) throws {
    let samples = Array(try Self.fixture().prefix(size == 1 ? 4_000 : 40_000))
    #expect(Self.frames(samples, mels: 80, pieces: size) == Self.frames(samples, mels: 80, pieces: samples.count))
  }

  @Test(arguments: [(0, 0), (1, 0), (159, 0), (160, 1), (800, 5), (16_000, 100)])
  func frameCountIsWholeHops(samples: Int, frames: Int) {
    let signal = [Float](repeating: 0.25, count: samples)
    #expect(Self.frames(signal, mels: 80, pieces: 1_000).count == frames * 80)
  }

  @Test func silenceIsTheFloor() {
    let frames = Self.frames([Float](repeating: 0, count: 16_000), mels: 80, pieces: 16_000)
    #expect(frames.allSatisfy { $0 == WindowNormalization.silence })
  }

  @Test func aToneIsLoudestInItsBand() {
    let tone = (0..<16_000).map { Float(sin(2 * Double.pi * 1_000 * Double($0) / 16_000)) }
    let frames = Self.frames(tone, mels: 80, pieces: 16_000)
    let middle = Array(frames[50 * 80..<51 * 80])
    let loudest = middle.indices.max { middle[$0] < middle[$1] }!
    let centre = MelFilterBank.hertz(mel: MelFilterBank.mel(hertz: 8_000) * Double(loudest + 1) / 81)
    #expect(abs(centre - 1_000) < 40, "loudest band is centred on \(centre) Hz")
  }
}
