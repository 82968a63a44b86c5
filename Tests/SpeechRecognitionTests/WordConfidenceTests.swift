import Testing

@testable import SpeechRecognition

/// The calibration of words.
@Suite struct WordConfidenceTests {
  @Test func rises() {
    let values = stride(from: 0, through: 1, by: 0.01).map { WordConfidence.whisperBase($0) }
    #expect(zip(values, values.dropFirst()).allSatisfy { $0 <= $1 })
    #expect(values.allSatisfy { $0 > 0 && $0 < 1 })
  }

  @Test func isWhatWasFitted() {
    // Log-odds 0 and ln 9, by hand.
    #expect(abs(WordConfidence.whisperBase(0.5) - 0.689761) < 1e-6)
    #expect(abs(WordConfidence.whisperBase(0.9) - 0.917471) < 1e-6)
    #expect(abs(WordConfidence(slope: 1, offset: 0)(0.3) - 0.3) < 1e-12)
  }
}
