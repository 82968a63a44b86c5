import Testing

@testable import SpeechRecognition

@Suite struct SoundOnsetsTests {
  /// Frames in which sounds begin, of frames of noise with the amplitudes given.
  private func onsets(_ amplitudes: [Float]) -> [Int] {
    var onsets = SoundOnsets()
    var random = SystemRandomNumberGenerator()
    return amplitudes.indices.filter { index in
      let samples = (0..<VoiceActivityDetector.frameLength).map { _ in
        amplitudes[index] * Float.random(in: -1...1, using: &random)
      }
      return samples.withUnsafeBufferPointer { onsets.take($0) }
    }
  }

  private func frames(_ parts: (count: Int, amplitude: Float)...) -> [Float] {
    parts.flatMap { Array(repeating: $0.amplitude, count: $0.count) }
  }

  @Test func aSoundBehindASecondOfQuietBegins() {
    #expect(onsets(frames((40, 0.001), (20, 0.01), (40, 0.001), (5, 0.01))) == [40, 100])
    #expect(onsets(frames((40, 0), (5, 0.001))) == [40])
  }

  @Test func steadyNoiseAndWhatGoesOnBeginNothing() {
    #expect(onsets(frames((300, 0.001))) == [])
    // A sound with short breaks is one.
    #expect(onsets(frames((40, 0.001), (9, 0.01), (9, 0.001), (9, 0.01), (9, 0.001), (9, 0.01))) == [40])
  }

  @Test func aPauseThatBeginsInASoundKnowsOfNone() {
    #expect(onsets(frames((5, 0.01), (20, 0.001))) == [])
  }
}
