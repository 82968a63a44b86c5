import Foundation
import Testing

@testable import SpeechRecognition

/// Regions of seeded probabilities against the package's, and what holds for every region.
@Suite struct VoiceActivityRegionTests {
  @Test func regionsAreThoseOfThePackage() throws {
    let walks = try VoiceActivity.Walks.read()
    #expect(walks.cases.count >= 20 && walks.options.count >= 5)
    #expect(walks.cases.flatMap { $0.regions.joined() }.count > 200)
    for (index, walk) in walks.cases.enumerated() {
      for (options, expected) in zip(walks.options, walk.regions) {
        let found = VoiceActivity.regions(walk.floats, sampleCount: walk.samples, options: options.regionOptions())
        #expect(found.map { [$0.start, $0.end] } == expected, "walk \(index), \(options)")
      }
    }
  }

  /// What is said to be certain comes to pass, for endless regions and for regions cut at their maximum.
  @Test(arguments: [Duration.seconds(100_000), .milliseconds(2_500)]) func whatIsCertainComesTrue(maximum: Duration)
    throws
  {
    let walks = try VoiceActivity.Walks.read()
    for walk in walks.cases {
      for options in walks.options {
        var finder = SpeechRegionFinder(options: options.regionOptions(maximumSpeech: maximum))
        var regions: [SpeechRegion] = []
        // What was said after each frame, and how many regions had been given out by then.
        var said: [(regions: Int, certain: SpeechRegion?, earliest: Int)] = []
        for probability in walk.floats.dropLast() {
          finder.append(probability, to: &regions)
          said.append((regions.count, finder.certain, finder.earliestStart))
        }
        finder.append(walk.floats.last!, to: &regions)
        finder.finish(sampleCount: walk.samples, to: &regions)
        for (frame, (count, certain, earliest)) in said.enumerated() {
          let rest = regions.dropFirst(count)
          #expect(rest.allSatisfy { $0.start >= earliest }, "frame \(frame)")
          guard let certain else { continue }
          let next = try #require(rest.first, "frame \(frame)")
          #expect(next.start == certain.start && next.end >= certain.end, "frame \(frame): \(certain) became \(next)")
        }
      }
    }
  }

  @Test func aRegionComesAsSoonAsItIsFinal() {
    let options = SpeechRegionOptions(padding: .milliseconds(64), minimumSilence: .milliseconds(320))
    var finder = SpeechRegionFinder(options: options)
    var regions: [SpeechRegion] = []
    for _ in 0..<10 { finder.append(0.9, to: &regions) }
    // The silence lasts 320 ms when its eleventh frame begins.
    for _ in 0..<10 { finder.append(0.1, to: &regions) }
    #expect(regions.isEmpty)
    finder.append(0.1, to: &regions)
    #expect(regions == [SpeechRegion(start: 0, end: 10 * 512 + 1_024)])
  }

  /// No frame of speech is lost, no region exceeds the maximum, and cut regions touch.
  @Test func theMaximumCutsWithoutLoss() throws {
    let walks = try VoiceActivity.Walks.read()
    var cuts = 0
    for walk in walks.cases {
      for options in walks.options where options.minimumSpeech == 0 {
        let maximum = Duration.milliseconds(2_500)
        let found = VoiceActivity.regions(
          walk.floats, sampleCount: walk.samples, options: options.regionOptions(maximumSpeech: maximum))
        #expect(found.allSatisfy { $0.count > 0 && $0.count <= maximum.samples })
        for (earlier, later) in zip(found, found.dropFirst()) {
          #expect(earlier.end <= later.start)
          cuts += earlier.end == later.start ? 1 : 0
        }
        for (frame, probability) in walk.floats.enumerated() where probability >= options.threshold {
          let samples = frame * 512..<min(frame * 512 + 512, walk.samples)
          let covered = found.map { samples.clamped(to: $0.start..<$0.end).count }.reduce(0, +)
          #expect(covered == samples.count, "frame \(frame)")
        }
      }
    }
    #expect(cuts > 10)
  }

  @Test func theCutIsWhereItIsQuietest() {
    let options = SpeechRegionOptions(padding: .zero, maximumSpeech: .seconds(2))
    // 62 frames fit. The quietest of all is in the first half; of the second half, it is frame 47.
    var probabilities = [Float](repeating: 0.9, count: 100)
    for (frame, probability) in [(10, 0.36), (40, 0.6), (47, 0.5), (55, 0.7)] as [(Int, Float)] {
      for near in frame - 1...frame + 1 { probabilities[near] = probability }
    }
    var found = VoiceActivity.regions(probabilities, sampleCount: 51_200, options: options)
    #expect(found.first?.end == 47 * 512 + 256)
    #expect(found.last?.end == 51_200)
    // Where probabilities say nothing, the energy decides.
    var energies = [Float](repeating: 1, count: 100)
    energies[52] = 0.1
    probabilities = [Float](repeating: 0.99, count: 100)
    found = VoiceActivity.regions(probabilities, energies: energies, sampleCount: 51_200, options: options)
    #expect((51...53).map { $0 * 512 + 256 }.contains(found[0].end))
    #expect(found[1].start == found[0].end)
  }

  @Test func aSilenceThatHasBegunEndsTheLongRegion() {
    // 1.3 s of speech, then a silence that is shorter than the minimum when the maximum is reached.
    let options = SpeechRegionOptions(padding: .zero, maximumSpeech: .seconds(2))
    let probabilities = [Float](repeating: 0.9, count: 41) + [Float](repeating: 0.1, count: 30)
    let found = VoiceActivity.regions(probabilities, sampleCount: 71 * 512, options: options)
    #expect(found == [SpeechRegion(start: 0, end: 41 * 512)])
  }

  @Test func nothingComesOfNothing() {
    #expect(VoiceActivity.regions([], sampleCount: 0, options: SpeechRegionOptions()).isEmpty)
    let short = SpeechRegionOptions(minimumSpeech: .milliseconds(64))
    #expect(VoiceActivity.regions([0.9], sampleCount: 300, options: short).isEmpty)
    #expect(
      VoiceActivity.regions([0.9], sampleCount: 300, options: SpeechRegionOptions()) == [
        SpeechRegion(start: 0, end: 300)
      ])
  }
}
