import Testing

@testable import Evaluation

@Suite struct StatisticsTests {
  /// The first numbers that the authors' own program gives for the seed 1234567.
  @Test func generatorIsSplitMix64() {
    var random = SplitMix64(seed: 1_234_567)
    #expect(
      (0..<3).map { _ in random.next() } == [
        6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
      ])
    #expect((0..<1000).allSatisfy { _ in (0..<7).contains(random.index(below: 7)) })
  }

  @Test func intervalSpansTheScoreAndNarrowsWithMoreUtterances() {
    func interval(_ count: Int, seed: UInt64 = 1) -> BootstrapInterval {
      // Every fourth utterance of ten words has one error.
      let counts = (0..<count).map { EditCounts(hits: $0 % 4 == 0 ? 9 : 10, substitutions: $0 % 4 == 0 ? 1 : 0) }
      return BootstrapInterval(counts, seed: seed, score: \.rate)
    }
    let (few, many) = (interval(40), interval(4000))
    #expect(few.score == 0.025 && many.score == 0.025)
    // The standard deviation of the mean of `count` tosses with probability 1/4, over ten words, times 1.96.
    #expect(abs((few.upper - few.lower) / 2 - 0.0134) < 0.003)
    #expect(abs((many.upper - many.lower) / 2 - 0.00134) < 0.0002)
    #expect(few.lower < 0.025 && few.upper > 0.025 && abs(many.mean - 0.025) < 0.0002)
    #expect(interval(40) == few && interval(40, seed: 2) != few)
  }

  @Test func confidenceSetsHowMuchIsCutOff() {
    let values = (1...1000).map(Double.init)
    #expect(BootstrapInterval.middle(of: values, confidence: 0.95) == (26, 975))
    #expect(BootstrapInterval.middle(of: values, confidence: 0.9) == (51, 950))
    #expect(BootstrapInterval.middle(of: [3], confidence: 0.95) == (3, 3))
  }

  @Test func equalSystemsDoNotDiffer() {
    let counts = (0..<100).map { EditCounts(hits: 10, deletions: $0 % 3) }
    let comparison = PairedComparison(counts, counts, direction: .lowerIsBetter, score: \.rate)
    #expect(comparison.difference == 0 && comparison.lower == 0 && comparison.upper == 0)
    #expect(comparison.randomizationPValue == 1 && comparison.bootstrapPValue == 1)
    #expect(comparison.firstWins == 0 && comparison.secondWins == 0)
    #expect(!comparison.isSignificant() && !comparison.firstIsBetter)
  }

  @Test func aClearDifferenceIsSignificantEitherWay() {
    let good = (0..<100).map { EditCounts(hits: 10, substitutions: $0 % 10 == 0 ? 1 : 0) }
    let bad = (0..<100).map { EditCounts(hits: 9, substitutions: $0 % 10 == 0 ? 2 : 1) }
    let forwards = PairedComparison(good, bad, direction: .lowerIsBetter, score: \.rate)
    #expect(forwards.firstIsBetter && forwards.isSignificant(level: 0.001) && forwards.bootstrapPValue < 0.01)
    #expect(forwards.firstWins == 1 && forwards.secondWins == 0 && forwards.upper < 0)
    let backwards = PairedComparison(bad, good, direction: .lowerIsBetter, score: \.rate)
    #expect(!backwards.firstIsBetter && backwards.secondWins == 1 && backwards.lower > 0)
    #expect(PairedComparison(bad, good, direction: .higherIsBetter, score: \.rate).firstWins == 1)
  }

  /// With three utterances there are eight ways to swap; two of them leave the difference as large as it is.
  @Test func randomizationFindsTheExactPValueOfASmallSet() {
    let first = Array(repeating: EditCounts(hits: 10), count: 3)
    let second = Array(repeating: EditCounts(hits: 9, substitutions: 1), count: 3)
    let comparison = PairedComparison(first, second, direction: .lowerIsBetter, score: \.rate)
    #expect(abs(comparison.randomizationPValue - 0.25) < 0.02)
  }

  @Test func aChanceDifferenceIsNot() {
    var random = SplitMix64(seed: 5)
    func system() -> [EditCounts] {
      (0..<200).map { _ in
        let wrong = random.index(below: 4)
        return EditCounts(hits: 10 - wrong, substitutions: wrong)
      }
    }
    let comparison = PairedComparison(system(), system(), direction: .lowerIsBetter, score: \.rate)
    #expect(!comparison.isSignificant(level: 0.01))
    #expect(comparison.lower < 0 && comparison.upper > 0)
  }

  @Test func percentilesAreMeasuredValues() throws {
    let values = try #require(Percentiles((1...200).shuffled().map(Double.init)))
    #expect(values.p50 == 100 && values.p90 == 180 && values.p95 == 190 && values.p99 == 198 && values.max == 200)
    let one = try #require(Percentiles(seconds: [.milliseconds(250)]))
    #expect(one.count == 1 && one.p50 == 0.25 && one.p99 == 0.25 && one.max == 0.25)
    #expect(Percentiles([]) == nil)
  }

  @Test func peakMemoryGrowsWithWhatIsHeldAndCanBeReset() throws {
    #expect(PeakMemory.residentPeak(inStatus: "Name:\tx\nVmHWM:\t    1234 kB\nVmRSS:\t 1 kB\n") == 1234 * 1024)
    #expect(PeakMemory.residentPeak(inStatus: "VmRSS:\t 1 kB\n") == nil)
    let before = try #require(PeakMemory.current)
    let size = 64 << 20
    do {
      let held = [UInt8](repeating: 1, count: size)
      #expect(held.last == 1)
    }
    let after = try #require(PeakMemory.current)
    #expect(after >= before && after >= size)
    guard PeakMemory.reset() else { return }
    #expect(try #require(PeakMemory.current) <= after)
  }
}
