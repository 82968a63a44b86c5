import Foundation
import ModelFormats
import TestSupport
import Testing

@testable import SpeechRecognition

/// The audio that the gate lets pass.
@Suite struct VoiceActivityGateTests {
  let model: VoiceActivityModel
  let options: [SpeechRegionOptions]

  init() throws {
    model = try VoiceActivityModel(contentsOf: VoiceActivity.tinyFolder)
    // Thresholds about which the tiny model's probabilities move.
    options = [
      SpeechRegionOptions(
        threshold: 0.92, silenceThreshold: 0.9, padding: .milliseconds(20), minimumSilence: .milliseconds(64),
        maximumSpeech: .milliseconds(1_100)),
      SpeechRegionOptions(
        threshold: 0.92, silenceThreshold: 0.91, padding: .milliseconds(100), minimumSpeech: .milliseconds(64),
        minimumSilence: .milliseconds(32)),
    ]
  }

  /// Noise of changing loudness, 20 s and a part of a frame.
  static let signal: [Float] = {
    var numbers = SeededNumbers(state: 5)
    var loudness: Float = 0
    return (0..<320_100).map { index in
      if index % 3_200 == 0 { loudness = .random(in: 0...1, using: &numbers) }
      return loudness * loudness * .random(in: -1...1, using: &numbers)
    }
  }()

  func pieces(_ gate: SpeechGate, of samples: [Float], lengths length: () -> Int) -> [SpeechPiece] {
    var pieces: [SpeechPiece] = []
    VoiceActivity.cut(samples, lengths: length) { gate.append($0, to: &pieces) }
    gate.finish(to: &pieces)
    return pieces
  }

  /// Pieces with their neighbours joined where a region goes on.
  func joined(_ pieces: [SpeechPiece]) -> [SpeechPiece] {
    var regions: [SpeechPiece] = []
    for piece in pieces {
      if let last = regions.last, !last.endsRegion {
        #expect(last.start + last.samples.count == piece.start)
        regions[regions.count - 1].samples += piece.samples
        regions[regions.count - 1].endsRegion = piece.endsRegion
      } else {
        regions.append(piece)
      }
    }
    return regions
  }

  /// Of a signal that ends within a frame, where a piece ends between its end and the frame's.
  @Test(arguments: [15_900, 16_000, 16_383, 31_900, 32_001]) func noPieceReachesBeyondTheEnd(count: Int) {
    // Everything is voice.
    let options = SpeechRegionOptions(threshold: 0.02, silenceThreshold: 0.01)
    let gate = SpeechGate(model: model, options: options, pieceLength: .seconds(1))
    let samples = Array(Self.signal.prefix(count))
    let found = pieces(gate, of: samples) { 700 }
    #expect(!found.isEmpty)
    for piece in found { #expect(piece.start >= 0 && piece.start + piece.samples.count <= count) }
    #expect(joined(found).map(\.samples) == [samples])
  }

  /// In digital silence the filter's memory fades to nothing rather than to subnormal numbers, with which arithmetic is slow.
  @Test func digitalSilenceBringsTheFilterToRest() {
    var filter = VoiceActivityFilter()
    var numbers = SeededNumbers(state: 3), output: [Float] = []
    let sound = (0..<1_000).map { _ in Float.random(in: -1...1, using: &numbers) }
    sound.withUnsafeBufferPointer { filter.append($0, to: &output) }
    #expect(!filter.isAtRest)
    [Float](repeating: 0, count: 16_000).withUnsafeBufferPointer { filter.append($0, to: &output) }
    #expect(filter.isAtRest && output.suffix(1_000).allSatisfy { $0 == 0 })
  }

  @Test(arguments: [0, 1]) func theRegionsPassWhateverTheCuts(index: Int) throws {
    let samples = Self.signal
    let energies = stride(from: 0, to: samples.count, by: 512).map { start in
      samples[start..<min(start + 512, samples.count)].reduce(Float(0)) { $0 + $1 * $1 }
    }
    let heard = try probabilities(of: samples, voice: options[index].threshold)
    let regions = VoiceActivity.regions(
      heard, energies: energies, sampleCount: samples.count, options: options[index])
    try #require(regions.count > 5 && regions.map(\.count).reduce(0, +) < samples.count * 9 / 10)
    let expected = regions.map {
      SpeechPiece(start: $0.start, samples: Array(samples[$0.start..<$0.end]), endsRegion: true)
    }

    let gate = SpeechGate(model: model, options: options[index], pieceLength: .milliseconds(100))
    let whole = pieces(gate, of: samples) { samples.count }
    #expect(whole.count > regions.count)
    #expect(whole.allSatisfy { !$0.samples.isEmpty && $0.samples.count <= 1_600 || $0.endsRegion })
    #expect(joined(whole) == expected)
    var numbers = SeededNumbers(state: 7)
    for longest in [200, 1_500, 20_000, 100_000] {
      #expect(pieces(gate, of: samples) { .random(in: 1...longest, using: &numbers) } == whole, "cuts up to \(longest)")
    }
  }

  /// What the model hears in the signal, or is sure of without the rumble, or when it begins anew behind a second without voice.
  func probabilities(of samples: [Float], voice: Float) throws -> [Float] {
    let plain = VoiceActivityDetector(model: model).probabilities(of: samples)
    let clear = VoiceActivityDetector(model: model).probabilities(of: filtered(samples))
    let twice = zip(plain, clear).map { $1 >= VoiceEars.sure ? max($0, $1) : $0 }
    let isTwice = twice != plain && twice != clear
    try #require(isTwice)
    var heard = twice
    let voiced = twice.indices.filter { twice[$0] >= voice }
    for (last, next) in zip(voiced, voiced.dropFirst() + [twice.count]) where next > last + VoiceEars.pause + 1 {
      let first = last + VoiceEars.pause + 1
      let pause = Array(samples[first * 512..<min(next * 512, samples.count)])
      for (frame, sure) in VoiceActivityDetector(model: model).probabilities(of: pause).enumerated()
      where sure >= VoiceEars.sure { heard[first + frame] = sure }
    }
    let isAfresh = heard != twice
    try #require(isAfresh)
    return heard
  }

  func filtered(_ samples: [Float]) -> [Float] {
    var filter = VoiceActivityFilter()
    var filtered: [Float] = []
    samples.withUnsafeBufferPointer { filter.append($0, to: &filtered) }
    return filtered
  }

  /// 3 dB less at the cutoff, 24 dB less two octaves below, all of what is above, and no trace of what is no number.
  @Test(arguments: [(25, 0.0624), (100, 0.7071), (400, 0.9981), (4_000, 1.0)] as [(Double, Double)])
  func theFilterTakesAwayWhatIsLow(frequency: Double, gain: Double) {
    var tone = (0..<32_000).map { Float(0.5 * sin(2 * .pi * frequency * Double($0) / 16_000)) }
    tone[100] = .nan
    let settled = filtered(tone).suffix(16_000)
    let power = settled.map { Double($0 * $0) }.reduce(0, +) / 16_000
    #expect(abs((8 * power).squareRoot() - gain) < 0.001)
  }

  @Test func littleIsKept() {
    let gate = SpeechGate(model: model, options: options[0])
    var pieces: [SpeechPiece] = []
    var passed = 0
    for _ in 0..<10 {
      VoiceActivity.cut(Self.signal, lengths: { 3_000 }) { samples in
        gate.append(samples, to: &pieces)
        passed += pieces.map(\.samples.count).reduce(0, +)
        pieces.removeAll()
        // Half of the maximum, the silence, the padding, and what is not worth moving.
        #expect(gate.keptCount < 60_000)
      }
    }
    gate.finish(to: &pieces)
    #expect(passed > 100_000 && gate.keptCount == 0)
  }

  @Test func nothingComesOfNothing() {
    #expect(pieces(SpeechGate(model: model), of: []) { 1 }.isEmpty)
  }
}
