import Testing

@testable import SpeechRecognition

/// Positions in concatenated speech and where they stand in the original audio.
@Suite struct VoiceActivityTimelineTests {
  /// 100..<150, 300..<400 and 1000..<1010 of the original audio, in pieces.
  static var timeline: SpeechTimeline {
    SpeechTimeline((100, 20), (120, 30), (300, 100), (1_000, 10))
  }

  @Test(arguments: [(0, 100), (19, 119), (20, 120), (49, 149), (50, 300), (149, 399), (150, 1_000), (159, 1_009)])
  func startsBelongToTheLaterStretch(position: Int, original: Int) {
    #expect(Self.timeline.count == 160)
    #expect(Self.timeline.originalStart(of: position) == original)
  }

  @Test(arguments: [(1, 101), (20, 120), (50, 150), (51, 301), (150, 400), (151, 1_001), (160, 1_010)])
  func endsBelongToTheEarlierStretch(position: Int, original: Int) {
    #expect(Self.timeline.originalEnd(of: position) == original)
  }

  /// Stretches begin at 50 and 150; an end stays behind a seam that its start lies behind, or that is farther away.
  @Test(arguments: [
    (52, 40, 150), (55, 40, 150), (56, 40, 306), (52, 50, 302), (49, 10, 149), (152, 60, 400), (3, 0, 103),
  ])
  func anEndJustBehindASeamBelongsBeforeIt(position: Int, start: Int, original: Int) {
    #expect(Self.timeline.originalEnd(of: position, after: start, reach: 5) == original)
  }

  @Test func whatLiesOutsideIsMovedInside() {
    #expect(Self.timeline.originalStart(of: -5) == 100 && Self.timeline.originalEnd(of: 0) == 100)
    #expect(Self.timeline.originalStart(of: 500) == 1_010 && Self.timeline.originalEnd(of: 500) == 1_010)
  }

  @Test func aWordStaysInTheStretchOfItsMiddle() {
    #expect(Self.timeline.original(word: 10..<40) == 110..<140)
    #expect(Self.timeline.original(word: 30..<60) == 130..<150)
    #expect(Self.timeline.original(word: 45..<70) == 300..<320)
    #expect(Self.timeline.original(word: 155..<500) == 1_005..<1_010)
  }

  @Test func forgettingChangesNothingThatFollows() {
    var forgetful = Self.timeline
    forgetful.forget(before: 50)
    // An end at the seam is still that of the first stretch.
    #expect(forgetful.originalEnd(of: 50) == 150)
    forgetful.forget(before: 60)
    for position in 60..<170 {
      #expect(forgetful.originalStart(of: position) == Self.timeline.originalStart(of: position))
      #expect(forgetful.originalEnd(of: position) == Self.timeline.originalEnd(of: position))
    }
    #expect(forgetful.originalStart(of: 10) == 300)
    forgetful.forget(before: 10_000)
    #expect(forgetful.originalEnd(of: 160) == 1_010)
    forgetful.append(original: 2_000, count: 5)
    #expect(forgetful.originalStart(of: 160) == 2_000 && forgetful.count == 165)
  }
}
