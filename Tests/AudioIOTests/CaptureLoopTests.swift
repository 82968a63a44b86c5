import Foundation
import Testing

@testable import AudioIO

/// What happens to devices that no test machine has: overruns, suspended machines, unplugged cables.
@Suite struct CaptureLoopTests {
  /// A device that hears a tone in real time, until its script says otherwise.
  final class ScriptedPort: CapturePort {
    /// What happens when so many frames have been read.
    enum Event {
      /// The device overran, and goes on `after` so long.
      case overrun(after: Duration)
      /// The machine is suspended; the device wakes up at the third attempt.
      case suspended
      /// Every recovery is followed by the next overrun.
      case overrunForEver
      /// It is gone.
      case unplugged
    }

    let format: CaptureFormat
    let periodFrames: Int
    private var script: [(frame: Int, event: Event)]
    private let tone: [Float]
    private var begin = Duration.zero
    /// Frames that were heard, and those of them that were lost.
    private var (readFrames, skipped) = (0, 0)
    /// What really was lost, each time.
    private(set) var losses: [Duration] = []
    private(set) var attempts = 0
    private(set) var recoveries = 0
    private(set) var isClosed = false

    /// What beginning to capture answers.
    private let startCode: Int32

    init(
      rate: Int = 48_000, encoding: CaptureFormat.Encoding = .float32, _ script: [(Int, Event)] = [],
      startCode: Int32 = 0
    ) {
      self.startCode = startCode
      format = CaptureFormat(sampleRate: rate, channelCount: 2, encoding: encoding)
      periodFrames = rate / 100
      self.script = script.map { (frame: $0.0, event: $0.1) }
      tone = sine(rate: rate, seconds: 5)
    }

    private var heardFrames: Int {
      Int((MonotonicClock.now - begin) / .seconds(1) * Double(format.sampleRate)) - skipped
    }

    var waitingFrames: Int { max(0, heardFrames - readFrames) }
    var hasStopped: Bool { script.first.map { $0.frame <= readFrames } ?? false }

    func start() -> Int32 {
      begin = MonotonicClock.now
      return startCode
    }

    func wait(milliseconds: Int32) -> Bool {
      for _ in 0..<milliseconds * 2 {
        if hasStopped || waitingFrames >= periodFrames { return true }
        usleep(500)
      }
      return false
    }

    func read(into target: UnsafeMutableRawPointer, frames: Int) -> Int {
      if let next = script.first, next.frame <= readFrames {
        switch next.event {
        case .overrun, .overrunForEver: return -Int(EPIPE)
        case .suspended: return -Int(ESTRPIPE)
        case .unplugged: return -Int(ENODEV)
        }
      }
      let count = min(frames, waitingFrames, (script.first?.frame ?? .max) - readFrames)
      for frame in 0..<count {
        let sample = tone[(readFrames + frame) % tone.count]
        for channel in 0..<2 {
          let place = frame * 2 + channel
          switch format.encoding {
          case .float32: target.assumingMemoryBound(to: Float.self)[place] = sample
          case .int16: target.assumingMemoryBound(to: Int16.self)[place] = Int16(sample * 32_767)
          case .int32: target.assumingMemoryBound(to: Int32.self)[place] = Int32(Double(sample) * 2_147_483_647)
          }
        }
      }
      readFrames += count
      return count
    }

    /// What was heard until now and not read is lost.
    private func skip() {
      let lost = waitingFrames
      skipped += lost
      losses.append(Duration(frames: lost, rate: format.sampleRate))
      script.removeFirst()
    }

    func recoverFromOverrun() -> Int32 {
      recoveries += 1
      guard case .overrun(let pause)? = script.first?.event else { return 0 }
      usleep(useconds_t(pause / .microseconds(1)))
      skip()
      return 0
    }

    func close() { isClosed = true }

    func resume() -> Int32 {
      attempts += 1
      if attempts < 3 { return EAGAIN }
      skip()
      return 0
    }
  }

  /// A loop over `port`, and what reads it; `others` are what opening again gives, one after the other.
  private func capture(
    _ port: ScriptedPort, others: [ScriptedPort?] = []
  ) -> (loop: CaptureLoop, source: RingSource) {
    let rate = port.format.sampleRate
    let ring = SampleRing(capacity: 10 * rate, rate: rate)
    var rest = others
    let loop = CaptureLoop(port, name: "card", ring: ring) { rest.isEmpty ? nil : rest.removeFirst() }
    loop.start()
    return (loop, RingSource(ring, rate: rate))
  }

  /// The gaps that were told are those that were.
  private func expectLosses(_ expected: [Duration], in heard: Heard) {
    let told = heard.events.map { event -> Duration in if case .lost(let gap) = event.audio { gap } else { .zero } }
    #expect(told.count == expected.count)
    for (gap, truth) in zip(told, expected) {
      #expect(abs((gap - truth) / .milliseconds(1)) < 25, "told \(gap), lost \(truth)")
    }
  }

  private func finish(_ loop: CaptureLoop, _ source: RingSource) throws {
    loop.stop(patience: .seconds(5))
    #expect(try source.hear(for: .seconds(5)).events.last?.audio == .end)
  }

  @Test func overrunsAreRecoveredAndCounted() throws {
    let port = ScriptedPort([
      (9_600, .overrun(after: .milliseconds(250))), (14_400, .overrun(after: .milliseconds(120))),
    ])
    let (loop, source) = capture(port)
    let heard = try source.hear(for: .seconds(10)) { $0.samples.count >= 6_400 }
    #expect(heard.events.count == 2, "\(heard.events)")
    #expect(heard.events.map(\.position) == [3_200, 4_800], "the gaps stand where the sound stopped")
    expectLosses(port.losses, in: heard)
    #expect(loop.xrunCount == 2 && port.recoveries == 2)
    let (difference, index) = largestDifference(
      Array(heard.samples[..<3_200]), sine(rate: 16_000, seconds: 1), margin: 300)
    #expect(difference < 0.001, "sample \(index)")
    try finish(loop, source)
  }

  @Test func aSuspendedMachineWakesUp() throws {
    let port = ScriptedPort([(4_800, .suspended)])
    let (loop, source) = capture(port)
    let heard = try source.hear(for: .seconds(10)) { $0.samples.count >= 3_200 }
    #expect(port.attempts == 3)
    #expect(heard.events.map(\.position) == [1_600], "\(heard.events)")
    #expect(heard.lost > .milliseconds(90), "two waits of 50 ms")
    expectLosses(port.losses, in: heard)
    #expect(loop.xrunCount == 0)
    try finish(loop, source)
  }

  /// Another device may be there under the same name: its rate and format hold from then on.
  @Test func anUnpluggedDeviceIsOpenedAgain() throws {
    let begin = ContinuousClock.now
    let again = ScriptedPort(rate: 44_100, encoding: .int16)
    let gone = ScriptedPort([(4_800, .unplugged)])
    let (loop, source) = capture(gone, others: [nil, nil, again])
    let heard = try source.hear(for: .seconds(10)) { $0.samples.count >= 8_000 }
    #expect(heard.events.map(\.position) == [1_600, 1_600, 1_600], "\(heard.events)")
    #expect(heard.events.first?.audio == .deviceLost(name: "card", reason: "No such device"))
    #expect(heard.events.dropFirst().first?.audio == .deviceBack(name: "card"))
    let elapsed = begin.duration(to: .now)
    #expect(
      heard.lost > .milliseconds(1_450) && heard.lost < elapsed, "three attempts, half a second each: \(heard.lost)")
    let after = Array(heard.samples[1_600..<1_600 + 4_800])
    let (difference, index) = largestDifference(after, sine(rate: 16_000, seconds: 1), margin: 300)
    #expect(difference < 0.001, "sample \(index)")
    #expect(gone.isClosed && !again.isClosed, "what is still held cannot be opened again")
    try finish(loop, source)
    #expect(again.isClosed)
  }

  /// One that can be opened but does not begin is not there yet.
  @Test func aDeviceThatDoesNotStartIsNotBack() throws {
    let mute = ScriptedPort(startCode: EIO), again = ScriptedPort()
    let (loop, source) = capture(ScriptedPort([(4_800, .unplugged)]), others: [mute, again])
    let heard = try source.hear(for: .seconds(10)) { $0.samples.count >= 4_000 }
    #expect(
      heard.events.prefix(2).map(\.audio) == [
        .deviceLost(name: "card", reason: "No such device"), .deviceBack(name: "card"),
      ], "\(heard.events)")
    #expect(mute.isClosed && !again.isClosed)
    try finish(loop, source)
  }

  @Test func aDeviceThatOnlyOverrunsCountsAsLost() throws {
    let (loop, source) = capture(ScriptedPort([(480, .overrunForEver)]))
    let heard = try source.hear(for: .seconds(10)) { !$0.events.isEmpty }
    #expect(heard.events.map(\.audio) == [.deviceLost(name: "card", reason: "Broken pipe")], "\(heard.events)")
    #expect(loop.xrunCount == 20)
    // It is waited for until someone says stop, and no longer.
    let stop = ContinuousClock.now
    try finish(loop, source)
    #expect(stop.duration(to: .now) < .seconds(1))
  }
}
