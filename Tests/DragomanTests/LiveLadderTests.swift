import AudioIO
import Foundation
import MachineTranslation
import SpeechRecognition
import Tensors
import Testing
import Transcripts

@testable import Dragoman

/// Sessions whose recogniser costs what a test says, on a clock that goes on by that.
@Suite struct LiveLadderTests {
  /// Hears every second as speech and says a word for each; each recognition takes its time on the clock.
  private final class ScriptedRecognizer: LiveRecognizing {
    var live = LiveOptions()
    let language: DetectedLanguage? = nil
    let isLanguageKnown = true
    private(set) var position = Duration.zero
    private(set) var turnStart: Duration?
    private var arrived = Duration.zero, known = Duration.zero
    private var lost: [Range<Duration>] = []
    private var isEnding = false
    /// Where words were told, in order.
    private(set) var told: [Duration] = []
    private let clock: TestClock, cost: (_ new: Duration, _ position: Duration) -> Duration

    /// - Parameter cost: of a recognition, by the audio that is new in it and where it ends.
    init(clock: TestClock, cost: @escaping (_ new: Duration, _ position: Duration) -> Duration) {
      (self.clock, self.cost) = (clock, cost)
    }

    var backlog: Duration { arrived - position }
    /// The voice begins 0.3 s behind the turn's start.
    var turnLength: Duration { turnStart.map { max(.zero, position - $0 - .milliseconds(300)) } ?? .zero }
    var silenceStart: Duration { position }
    func append(_ samples: UnsafeBufferPointer<Float>) { arrived += .seconds(samples.count) / AudioFile.sampleRate }
    func finish() { isEnding = true }

    private var isOver: Bool { isEnding && position == arrived && turnStart != nil }

    func listen(atMost limit: Duration) -> LiveRecognizer.Occasion? {
      if isOver { return .turnEnds }
      if backlog > .zero, turnStart == nil {
        turnStart = position
        return .turnBegins
      }
      position += min(limit, backlog)
      return isOver ? .turnEnds : turnStart == nil ? nil : .turnGoesOn
    }

    func recognize() -> LiveUpdate {
      let skipped = lost.map { $0.clamped(to: known..<position) }.reduce(.zero) { $0 + ($1.upperBound - $1.lowerBound) }
      clock.pass(cost(position - known - skipped, position))
      var update = LiveUpdate()
      update.endsTurn = isOver
      if isOver { turnStart = nil }
      // A word ends with every second.
      while (told.last ?? .zero) + .seconds(1) <= position {
        let end = (told.last ?? .zero) + .seconds(1)
        told.append(end)
        if lost.contains(where: { $0.contains(end) }) { continue }
        update.certain.append(Word(start: end - .milliseconds(300), end: end, text: " word", probability: 1))
      }
      known = position
      update.language = "en"
      return update
    }

    func skip(keeping kept: Duration) -> (start: Duration, end: Duration)? {
      let gap = position..<arrived - kept
      lost.append(gap)
      position = gap.upperBound
      return (gap.lowerBound, gap.upperBound)
    }
  }

  /// Speech that comes as the clock goes on.
  private final class ClockedSource: LiveSource {
    let name = "script", clock: TestClock, length: Duration
    private var delivered = 0

    init(clock: TestClock, length: Duration) { (self.clock, self.length) = (clock, length) }

    func read(into buffer: UnsafeMutableBufferPointer<Float>, timeout: Duration) -> LiveAudio? {
      let due = { [self] in Int(min(clock.now, length) / .seconds(1) * 16_000) - delivered }
      if due() < 320, clock.now < length { clock.pass(min(timeout, .milliseconds(20))) }
      let count = min(due(), buffer.count)
      if count == 0 { return clock.now < length ? nil : .end }
      buffer[..<count].update(repeating: 0.1)
      delivered += count
      return .samples(count)
    }
  }

  private struct Told {
    var events: [(event: LiveEvent, at: Duration)] = []
    var summary = LiveSummary()
    var highestLag = Duration.zero, highestCost = Duration.zero
    var levels: [LivePace.Level] {
      events.compactMap { if case .degraded(let level, _, _) = $0.event { level } else { nil } }
    }
    var lost: [LostAudio] { events.compactMap { if case .overrun(let lost) = $0.event { lost } else { nil } } }
    var finals: [Segment] { events.compactMap { if case .final(let segment) = $0.event { segment } else { nil } } }
  }

  private func listen(
    for length: Duration, hasSmaller: Bool = true, maySkip: Bool = true,
    cost: @escaping (_ new: Duration, _ position: Duration, _ isSmaller: Bool) -> Duration
  ) throws -> Told {
    let clock = TestClock()
    var told = Told()
    var isSmaller = false
    let recognizer = ScriptedRecognizer(clock: clock) { new, position in
      let cost = cost(new, position, isSmaller)
      told.highestCost = max(told.highestCost, cost)
      told.highestLag = max(told.highestLag, clock.now + cost - position)
      return cost
    }
    var settings = LiveSettings()
    settings.maySkip = maySkip
    let ways = LiveWays(settings, options: TranslationOptions(), pool: ThreadPool(threads: 1), mayMiss: false)
    let session = LiveSession(
      recognizer, smallerModel: hasSmaller, settings: settings, ways: ways, clock: clock,
      useModel: {
        isSmaller = $0
        return $0 ? "small" : "large"
      }, observe: { told.events.append(($0, $1)) })
    told.summary = try session.run(ClockedSource(clock: clock, length: length))
    return told
  }

  private static let contract = Duration.seconds(4)
  private static let down: [LivePace.Level] = [.fewerPartials, .greedy, .shortContext, .smallerModel, .skippingAudio]

  /// Whatever the machine, the lag stays within the promise and one recognition.
  @Test func aHopelessMachineStaysWithinThePromise() throws {
    let told = try listen(for: .seconds(600)) { new, _, _ in new * 5 }
    #expect(told.highestLag <= Self.contract + told.highestCost, "\(told.highestLag), \(told.highestCost)")
    #expect(told.highestLag < Self.contract * 1.5, "\(told.highestLag)")
    #expect(told.levels == Self.down, "\(told.levels)")
    #expect(told.events.contains { $0.event == .degraded(.smallerModel, lag: lag($0.event), model: "small") })
    // About a sixth is heard: a second of it costs five more.
    let share = told.summary.lost / .seconds(600)
    #expect(share > 0.7 && share < 0.9, "\(share)")
    expectCounted(told)
  }

  private func lag(_ event: LiveEvent) -> Duration { if case .degraded(_, let lag, _) = event { lag } else { .zero } }

  /// What is lost is told, once, in order, and summed up; words keep their times.
  private func expectCounted(_ told: Told) {
    for (one, next) in zip(told.lost, told.lost.dropFirst()) { #expect(one.end <= next.start) }
    #expect(told.lost.allSatisfy { $0.lost == $0.end - $0.start && $0.lost > .zero && $0.reason == .tooSlow })
    #expect(told.lost.reduce(.zero) { $0 + $1.lost } == told.summary.lost && told.lost.count == told.summary.dropouts)
    let words = told.finals.flatMap { $0.words ?? [] }
    #expect(words.allSatisfy { word in !told.lost.contains { ($0.start..<$0.end).contains(word.end) } })
    #expect(words.allSatisfy { $0.end / .seconds(1) == ($0.end / .seconds(1)).rounded() })
    #expect(zip(words, words.dropFirst()).allSatisfy { $0.end < $1.end })
  }

  @Test func itClimbsBackWhenTheCostFalls() throws {
    let told = try listen(for: .seconds(600)) { new, position, _ in
      position < .seconds(120) ? new * 5 : new * 0.2
    }
    #expect(told.levels == Self.down + Self.down.dropLast().reversed() + [.full], "\(told.levels)")
    let back = told.events.filter { if case .degraded = $0.event { $0.at > .seconds(120) } else { false } }
    #expect(back.count == 5 && back.allSatisfy { $0.at < .seconds(200) })
    #expect(told.lost.allSatisfy { $0.end < .seconds(130) })
    #expect(back.map(\.event).filter { $0 == .degraded(.shortContext, lag: lag($0), model: "large") }.count == 1)
    // Every word that was not left out is there.
    let words = told.finals.flatMap { $0.words ?? [] }.count
    let missing = (1...600).filter { second in told.lost.contains { ($0.start..<$0.end).contains(.seconds(second)) } }
    #expect(words == 600 - missing.count, "\(words), \(missing.count)")
    expectCounted(told)
  }

  /// Where the smaller model is fast enough, nothing is lost.
  @Test func aSmallerModelSavesTheAudio() throws {
    let told = try listen(for: .seconds(300)) { new, _, isSmaller in new * (isSmaller ? 0.3 : 1.3) }
    #expect(told.levels.prefix(4) == Self.down.prefix(4), "\(told.levels)")
    #expect(!told.levels.contains(.skippingAudio) && told.lost.isEmpty)
    #expect(told.highestLag < Self.contract * 2, "\(told.highestLag)")
    // It is tried again with the chosen one, ever more seldom.
    let tries = told.levels.filter { $0 == .smallerModel }.count
    #expect((2...12).contains(tries), "\(told.levels)")
  }

  @Test func levelsThatThereAreNotArePassedOver() throws {
    let alone = try listen(for: .seconds(60), hasSmaller: false) { new, _, _ in new * 5 }
    #expect(alone.levels == [.fewerPartials, .greedy, .shortContext, .skippingAudio], "\(alone.levels)")
    let patient = try listen(for: .seconds(60), maySkip: false) { new, _, _ in new * 5 }
    #expect(patient.levels == [.fewerPartials, .greedy, .shortContext, .smallerModel] && patient.lost.isEmpty)
  }

  /// Models that are read for the first time are slow once: nothing is lost for it.
  @Test func oneSlowRecognitionLosesNothing() throws {
    let told = try listen(for: .seconds(120)) { new, position, _ in
      position < .seconds(1) ? .seconds(3) : .milliseconds(150)
    }
    #expect(told.lost.isEmpty && told.levels.allSatisfy { $0 <= .greedy }, "\(told.levels)")
    for cost in [900, 1_700] {
      let fixed = try listen(for: .seconds(120)) { _, _, _ in .milliseconds(cost) }
      #expect(fixed.lost.isEmpty && fixed.highestLag < Self.contract, "\(fixed.levels), \(fixed.highestLag)")
    }
  }
}
