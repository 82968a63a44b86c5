import Testing

@testable import SpeechRecognition

@Suite struct SpeechEndpointTests {
  /// What is told, and behind which frame.
  private struct Told: Equatable {
    var frame: Int
    var change: SpeechEndpoint.Change
  }

  private func told(_ probabilities: [Float], pause: Int = 3, beginning: Float = 0.5) -> [Told] {
    var endpoint = SpeechEndpoint(pause: pause, beginning: beginning)
    return probabilities.enumerated().compactMap { frame, probability in
      endpoint.append(probability).map { Told(frame: frame, change: $0) }
    }
  }

  @Test func aTurnIsToldWithItsFirstFrameAndTheOneBehindItsLast() {
    let probabilities: [Float] = [0, 0, 0.9, 0.9, 0.9, 0.9, 0, 0, 0, 0, 0]
    #expect(
      told(probabilities) == [Told(frame: 3, change: .began(2)), Told(frame: 8, change: .ended(6))])
  }

  @Test func silenceBeginsWhereSpeechEnded() {
    var endpoint = SpeechEndpoint(pause: 3)
    #expect(endpoint.lastEnd == 0)
    for probability: Float in [0.9, 0.9, 0.9, 0, 0, 0, 0] { _ = endpoint.append(probability) }
    #expect(endpoint.lastEnd == 3)
  }

  @Test func aClickIsNoSpeech() {
    #expect(told([0, 1, 0, 1, 0, 1, 0, 0, 0]).isEmpty)
  }

  @Test func whatIsDoubtfulGoesOnButDoesNotBegin() {
    #expect(told([0.45, 0.45, 0.45, 0.45]).isEmpty)
    #expect(told([0.9, 0.9, 0.45, 0.36, 0.4, 0.45, 0.4]) == [Told(frame: 1, change: .began(0))])
    #expect(told([0.9, 0.9, 0.34, 0.34, 0.34]).last == Told(frame: 4, change: .ended(2)))
  }

  @Test func aShortPauseEndsNothing() {
    let spoken: [Float] = [0.9, 0.9, 0, 0, 0.9, 0, 0, 0.9]
    #expect(told(spoken) == [Told(frame: 1, change: .began(0))])
    #expect(told(spoken, pause: 2).map(\.change) == [.began(0), .ended(2)], "one frame of voice begins no turn")
  }

  @Test func turnsFollowEachOther() {
    let one: [Float] = [0.9, 0.9, 0, 0, 0]
    #expect(
      told(one + one + one).map(\.change) == [.began(0), .ended(2), .began(5), .ended(7), .began(10), .ended(12)])
  }

  @Test func theThresholdIsTheUsers() {
    let probabilities: [Float] = [0.75, 0.75, 0.6, 0.55, 0.55, 0.55]
    #expect(told(probabilities, beginning: 0.8).isEmpty)
    // Speech ends below seven tenths of where it begins.
    #expect(told([0.9, 0.9] + probabilities, beginning: 0.8).map(\.change) == [.began(0), .ended(5)])
    #expect(told(probabilities, beginning: 0.3).map(\.change) == [.began(0)])
  }

  @Test func quietIsCountedWhileSomebodySpeaks() {
    var endpoint = SpeechEndpoint(pause: 4)
    var quiet: [Int] = []
    for probability: Float in [0, 0, 0, 0.9, 0.9, 0, 0, 0.9, 0, 0, 0, 0, 0] {
      _ = endpoint.append(probability)
      quiet.append(endpoint.quietFrames)
    }
    #expect(quiet == [0, 0, 0, 0, 0, 1, 2, 0, 1, 2, 3, 0, 0])
    #expect(endpoint.frameCount == 13 && !endpoint.isSpeaking)
  }
}
