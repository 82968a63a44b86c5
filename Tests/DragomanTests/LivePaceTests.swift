import Testing

@testable import Dragoman

@Suite struct LivePaceTests {
  /// Without a smaller model.
  private static let all: [LivePace.Level] = [.fewerPartials, .greedy, .shortContext, .skippingAudio]

  /// Notes the same lag every `period` seconds and collects the levels that are told.
  private func note(
    _ pace: inout LivePace, lag: Double, from start: Double, to end: Double, every period: Double = 1
  ) -> [LivePace.Level] {
    stride(from: start, to: end, by: period).compactMap {
      pace.note(cost: .milliseconds(100), heard: .milliseconds(300), lag: .seconds(lag), now: .seconds($0))
    }
  }

  @Test func theFirstWordsOfATurnAreLookedForOftener() {
    var pace = LivePace()
    #expect(pace.firstStep == .milliseconds(100) && pace.step == .milliseconds(300))
    _ = pace.note(cost: .milliseconds(80), heard: .seconds(1), lag: .milliseconds(80), now: .seconds(1))
    #expect(pace.firstStep == pace.cost * 2, "but not before twice the cost")
    for second in 2..<40 where pace.level == .full {
      _ = pace.note(cost: .seconds(1), heard: .seconds(1), lag: .seconds(3), now: .seconds(second))
    }
    #expect(pace.level > .full && pace.firstStep == pace.step)
  }

  @Test func lessIsDoneLevelByLevel() {
    var pace = LivePace(contract: .seconds(4))
    #expect(pace.note(cost: .zero, heard: .zero, lag: .seconds(2.1), now: .zero) == nil, "once is no trend")
    #expect(pace.note(cost: .zero, heard: .zero, lag: .seconds(2.1), now: .seconds(1)) == .fewerPartials)
    #expect(note(&pace, lag: 2.1, from: 2, to: 20) == [.greedy, .shortContext, .skippingAudio])
    #expect(pace.level == .skippingAudio)
  }

  @Test func aBrokenPromiseIsAnsweredAtOnce() {
    var pace = LivePace(contract: .seconds(4))
    #expect(note(&pace, lag: 4.1, from: 0, to: 10) == Self.all)
  }

  @Test func aShortDelayChangesNothing() {
    var pace = LivePace(contract: .seconds(4))
    for second in 0..<20 {
      #expect(
        pace.note(cost: .zero, heard: .zero, lag: .seconds(second % 2 == 0 ? 3 : 0.5), now: .seconds(second)) == nil)
    }
    #expect(pace.level == .full)
  }

  @Test func moreIsTriedAgainAfterTenGoodSeconds() {
    var pace = LivePace(contract: .seconds(4))
    _ = note(&pace, lag: 5, from: 0, to: 4)
    #expect(note(&pace, lag: 0.5, from: 4, to: 14).isEmpty)
    #expect(note(&pace, lag: 0.5, from: 14, to: 15) == [.shortContext])
    #expect(note(&pace, lag: 0.5, from: 15, to: 24).isEmpty, "each level waits anew")
    #expect(note(&pace, lag: 0.5, from: 24, to: 60) == [.greedy, .fewerPartials, .full])
    #expect(note(&pace, lag: 0.5, from: 60, to: 90).isEmpty)
  }

  @Test func whatIsNotGoodYetStartsTheTenSecondsAgain() {
    var pace = LivePace(contract: .seconds(4))
    _ = note(&pace, lag: 5, from: 0, to: 1)
    #expect(note(&pace, lag: 0.5, from: 1, to: 10).isEmpty)
    #expect(note(&pace, lag: 1.5, from: 10, to: 11).isEmpty)
    #expect(note(&pace, lag: 0.5, from: 11, to: 21).isEmpty)
    #expect(note(&pace, lag: 0.5, from: 21, to: 22) == [.full])
  }

  @Test func theStepIsTwiceTheCost() {
    var pace = LivePace(contract: .seconds(4), shortestStep: .milliseconds(400))
    #expect(pace.step == .milliseconds(400))
    _ = pace.note(cost: .milliseconds(100), heard: .zero, lag: .zero, now: .zero)
    #expect(pace.step == .milliseconds(400), "a fast machine is not asked more often than that")
    pace = LivePace(contract: .seconds(4))
    _ = pace.note(cost: .milliseconds(600), heard: .zero, lag: .zero, now: .zero)
    #expect(pace.step == .milliseconds(1_200))
    // Smoothed: 0.7 of what it was, 0.3 of what it is.
    _ = pace.note(cost: .milliseconds(100), heard: .zero, lag: .zero, now: .zero)
    #expect(abs(pace.step / .milliseconds(1) - 900) < 1e-6)
    for _ in 0..<50 { _ = pace.note(cost: .seconds(3), heard: .zero, lag: .zero, now: .zero) }
    #expect(pace.step == .seconds(2), "never more than half the promise")
  }

  @Test func fewerPartialsAreHalfAsMany() {
    var pace = LivePace(contract: .seconds(4))
    for _ in 0..<2 { _ = pace.note(cost: .milliseconds(300), heard: .zero, lag: .seconds(3), now: .zero) }
    #expect(pace.level == .fewerPartials)
    #expect(abs(pace.step / .milliseconds(1) - 1_200) < 1e-6)
    // A promise that is shorter than two steps is no reason to recognise without pause.
    #expect(LivePace(contract: .seconds(1), shortestStep: .seconds(2)).step == .seconds(2))
  }

  @Test func aSmallerModelComesBeforeAudioIsLeftOut() {
    var pace = LivePace(contract: .seconds(4))
    pace.hasSmallerModel = true
    #expect(note(&pace, lag: 4.1, from: 0, to: 10) == Array(LivePace.Level.allCases.dropFirst()))
    pace = LivePace(contract: .seconds(4))
    pace.maySkip = false
    #expect(note(&pace, lag: 4.1, from: 0, to: 10) == [.fewerPartials, .greedy, .shortContext])
  }

  @Test func whatWouldBreakThePromiseIsForeseen() {
    var pace = LivePace(contract: .seconds(4))
    func note(_ cost: Double) {
      _ = pace.note(cost: .seconds(cost), heard: .seconds(1), lag: .seconds(0.5), now: .zero)
    }
    note(3)
    #expect(pace.foresee(backlog: .seconds(3), now: .zero).isEmpty, "once is no forecast")
    note(1)
    // 5/3 s for a second, half of it for each: 1 s that waits is known after 2.7 s, 2 s after 4.5 s.
    #expect(pace.foresee(backlog: .seconds(1), now: .zero).isEmpty)
    #expect(pace.foresee(backlog: .seconds(2), now: .zero) == [.fewerPartials])
    note(5)
    note(5)
    #expect(pace.foresee(backlog: .seconds(3), now: .zero) == [.greedy, .shortContext], "audio is left out last")
    #expect(pace.foresee(backlog: .seconds(4.1), now: .zero) == [.skippingAudio])
    #expect(pace.foresee(backlog: .seconds(9), now: .zero).isEmpty, "there is nothing below")
  }

  @Test func asMuchIsHeardAsCanBeKnownInTime() {
    var pace = LivePace(contract: .seconds(6))
    #expect(pace.longestHearing == .seconds(3) && pace.kept(of: .seconds(5)) == nil)
    for _ in 0..<2 { _ = pace.note(cost: .seconds(5), heard: .seconds(1), lag: .zero, now: .zero) }
    #expect(pace.longestHearing == .seconds(1) && pace.kept(of: .seconds(5)) == nil)
    _ = pace.foresee(backlog: .seconds(7), now: .zero)
    #expect(pace.level == .skippingAudio && pace.kept(of: .seconds(5)) == .seconds(1))
    #expect(pace.kept(of: .seconds(1.2)) == nil, "less is not worth a hole")
    _ = pace.note(cost: .seconds(100), heard: .seconds(1), lag: .zero, now: .zero)
    #expect(pace.longestHearing == pace.shortestStep)
  }

  /// What it costs always is told from what each second costs.
  @Test func costIsForecastByTheAudio() {
    func forecast(_ cost: (Double) -> Double, of audio: [Double]) -> CostForecast {
      var forecast = CostForecast()
      for seconds in audio { forecast.note(cost: .seconds(cost(seconds)), of: .seconds(seconds)) }
      return forecast
    }
    func near(_ one: Duration, _ other: Double, _ tolerance: Double) -> Bool {
      abs(one / .seconds(1) - other) < tolerance
    }
    #expect(CostForecast().cost(of: .seconds(3)) == .zero && CostForecast().audio(within: .seconds(4)) == .seconds(4))
    let fixed = forecast({ _ in 2 }, of: [0.6, 1, 1.6, 0, 2])
    #expect(near(fixed.cost(of: .seconds(2)), 2, 0.2) && near(fixed.audio(within: .seconds(4)), 2, 0.2))
    let steep = forecast({ 5 * $0 }, of: [0.6, 0.7, 0.66, 0.67])
    #expect(near(steep.cost(of: .seconds(0.67)), 3.35, 0.1) && near(steep.audio(within: .seconds(4)), 0.667, 0.02))
    let both = forecast({ 1 + $0 }, of: [0.3, 2, 0.1, 1.5, 0.2, 1])
    #expect(near(both.cost(of: .seconds(2)), 3, 0.2) && near(both.audio(within: .seconds(4)), 1.5, 0.1))
    // Never more for less audio, nor less than nothing.
    let odd = forecast({ 3 - $0 }, of: [0.5, 1, 2])
    #expect(odd.cost(of: .seconds(9)) >= odd.cost(of: .zero) && odd.cost(of: .zero) >= .zero)
    #expect(forecast({ _ in 9 }, of: [1, 1]).audio(within: .seconds(4)) == .zero)
  }

  @Test func aWordIsHeldNoLongerThanThePromiseAllows() {
    var pace = LivePace(contract: .seconds(4))
    #expect(pace.longestHold == .milliseconds(3_400), "0.3 s to the next look, 0.3 s to spare")
    _ = pace.note(cost: .milliseconds(500), heard: .seconds(1), lag: .zero, now: .zero)
    #expect(pace.longestHold == .milliseconds(1_700))
    for _ in 0..<9 { _ = pace.note(cost: .seconds(2), heard: .seconds(1), lag: .zero, now: .zero) }
    #expect(pace.longestHold == .seconds(1))
  }

  @Test func aTryThatFailsIsRepeatedEverMoreSeldom() {
    var pace = LivePace(contract: .seconds(4))
    pace.maySkip = false
    var tries: [Double] = []
    for second in stride(from: 0.0, to: 400, by: 0.5) {
      // Only with less than everything is there ease.
      let lag = pace.level == .full ? 3.0 : 0.5
      if pace.note(cost: .zero, heard: .zero, lag: .seconds(lag), now: .seconds(second)) == .full {
        tries.append(second)
      }
    }
    let waits = zip(tries, tries.dropFirst()).map { $1 - $0 }
    #expect(waits.count >= 3 && zip(waits, waits.dropFirst()).allSatisfy { $0 < $1 }, "\(waits)")
  }
}
