import Testing

@testable import SpeechRecognition

/// What pieces of speech say together of their languages.
@Suite struct LanguagePathTests {
  private let codes = ["pt", "en", "gl"]

  /// A piece of `seconds` that is in Portuguese and in English with these probabilities.
  private func piece(_ pt: Double, _ en: Double, seconds: Double = 4) -> (heard: LanguageProbabilities, frames: Int) {
    let values = [("pt", pt), ("en", en), ("gl", 1 - pt - en)]
    return (LanguageProbabilities(values: values), Int(100 * seconds))
  }

  private func languages(
    _ pieces: [(heard: LanguageProbabilities, frames: Int)], after current: String? = nil
  ) -> [String] {
    LanguagePath.likeliest(pieces, after: current).map { codes[$0] }
  }

  @Test func aShortForeignPieceBetweenOthersIsInItsOwnLanguage() {
    let found = languages([piece(0.97, 0.01), piece(0.01, 0.97, seconds: 3), piece(0.97, 0.01)])
    #expect(found == ["pt", "en", "pt"])
    // Whichever of them the model numbers first.
    let turned = languages([piece(0.01, 0.97), piece(0.97, 0.01, seconds: 3), piece(0.01, 0.97)])
    #expect(turned == ["en", "pt", "en"])
  }

  @Test func aDoubtfulPieceGoesWithItsNeighbours() {
    #expect(languages([piece(0.9, 0.05), piece(0.3, 0.6), piece(0.9, 0.05)]) == ["pt", "pt", "pt"])
    // So does one that is sure and too short to be.
    let short = piece(0.03, 0.95, seconds: 1)
    #expect(languages([piece(0.9, 0.05), short, piece(0.9, 0.05)]) == ["pt", "pt", "pt"])
  }

  @Test func whatWasSpokenBeforeHoldsUntilMoreSpeaksAgainstIt() {
    #expect(languages([piece(0.3, 0.6)]) == ["en"])
    #expect(languages([piece(0.3, 0.6)], after: "pt") == ["pt"])
    #expect(languages([piece(0.3, 0.6), piece(0.2, 0.7), piece(0.2, 0.7)], after: "pt") == ["en", "en", "en"])
    #expect(languages([piece(0.02, 0.97)], after: "pt") == ["en"])
  }

  @Test func impossibleLanguagesAreNoMoreThanUnlikely() {
    #expect(languages([piece(1, 0), piece(0, 1, seconds: 1), piece(1, 0)]) == ["pt", "pt", "pt"])
    #expect(languages([]) == [])
  }

  @Test func whatWasFoundInAWindowIsKnownBehindIt() {
    var tracker = LanguageTracker()
    let (pt, en) = (DetectedLanguage(code: "pt", probability: 0.9), DetectedLanguage(code: "en", probability: 0.8))
    #expect(tracker.known(at: 0) == nil)
    tracker.take([
      .init(language: pt, end: 500), .init(language: en, end: 800), .init(language: pt, end: 1500),
    ])
    #expect(tracker.current == pt)
    // The first one is heard again where its text did not reach its end.
    #expect(tracker.known(at: 400)?.end == 500 && tracker.current == pt)
    #expect(tracker.known(at: 500)?.language == en && tracker.current == en)
    // The last one may go on behind the window.
    #expect(tracker.known(at: 800) == nil)
  }
}

/// Where speech is divided to ask for its language.
@Suite struct SpeechPiecesTests {
  /// Energies of speech with words of 0.3 s and 0.05 s between them, and pauses, in frames.
  private func speech(_ count: Int, pauses: [Range<Int>], loud: Float = -1, quiet: Float = -4) -> [Float] {
    (0..<count).map { frame in
      if pauses.contains(where: { $0.contains(frame) }) { return quiet }
      return frame % 35 < 30 ? loud : loud - 0.3
    }
  }

  @Test(arguments: [(-1, -4), (-1, -10), (-2, -3)] as [(Float, Float)])
  func piecesEndInTheLongestPauses(loud: Float, quiet: Float) {
    let energies = speech(1500, pauses: [300..<320, 400..<440, 700..<760, 1100..<1140], loud: loud, quiet: quiet)
    let cuts = SpeechPieces.cuts(energies)
    #expect(cuts.count == 3)
    for (cut, middle) in zip(cuts, [420, 730, 1120]) { #expect(abs(cut - middle) <= 2) }
  }

  @Test func speechWithoutPausesIsDividedWhereItIsTooLong() {
    let energies = speech(1300, pauses: [])
    let cuts = SpeechPieces.cuts(energies)
    #expect(!cuts.isEmpty)
    for (start, end) in zip([0] + cuts, cuts + [1300]) {
      #expect((SpeechPieces.least...SpeechPieces.most).contains(end - start))
    }
  }

  @Test func littleSpeechIsOnePiece() {
    #expect(SpeechPieces.cuts([]) == [])
    #expect(SpeechPieces.cuts(speech(399, pauses: [180..<220])) == [])
    #expect(SpeechPieces.cuts([Float](repeating: -3, count: 600)) == [])
  }
}
