import Foundation
import Testing

@testable import AudioIO

@Suite struct ReplaySourceTests {
  let scratch = Scratch()

  /// A clock that only moves when someone sleeps or a test says so.
  final class ManualClock {
    var now = Duration.seconds(1_000)
    var slept = Duration.zero

    func sleep(_ time: Duration) {
      now += time
      slept += time
    }
  }

  private func source(seconds: Double, speed: Double, _ clock: ManualClock) throws -> (ReplaySource, [Float]) {
    let url = scratch.file("a.wav", Wave(samples: sine(rate: 16_000, seconds: seconds)).bytes)
    let source = ReplaySource(try AudioFile(url), speed: speed, now: { clock.now }, sleep: clock.sleep)
    return (source, try everything(AudioFile(url)))
  }

  @Test(arguments: [0.5, 1, 4]) func onlyWhatWouldHaveBeenHeardIsDelivered(speed: Double) throws {
    let clock = ManualClock()
    let (source, expected) = try source(seconds: 2, speed: speed, clock)
    var heard: [Float] = []
    let start = clock.now
    loop: for _ in 0..<10_000 {
      let (audio, samples) = try source.next(500, timeout: .milliseconds(70))
      heard += samples
      let due = (clock.now - start) / .seconds(1) * speed * 16_000
      #expect(Double(heard.count) <= due + 0.001, "delivered before it sounds")
      // Never further behind than a period, and the tenth of a millisecond that a wait is longer.
      #expect(Double(heard.count) >= due - 320 - 16 * speed || audio == .end)
      switch audio {
      case .end: break loop
      case nil, .samples: break
      default: Issue.record("\(String(describing: audio))")
      }
    }
    #expect(heard == expected)
    let took = (clock.now - start) / .seconds(1)
    #expect(abs(took - 2 / speed) < 0.1, "\(took) s at \(speed) times its speed")
    #expect(try source.next().0 == .end)
  }

  @Test func aReaderThatIsLateLosesNothing() throws {
    let clock = ManualClock()
    let (source, expected) = try source(seconds: 3, speed: 1, clock)
    var heard = try source.next(1_000, timeout: .milliseconds(25)).1
    #expect(heard.count == 321, "a period, and the tenth of a millisecond that the wait is longer")
    clock.now += .seconds(60)
    let slept = clock.slept
    while case let (.samples?, samples) = try source.next(1_000) { heard += samples }
    #expect(heard == expected)
    #expect(clock.slept == slept, "nothing to wait for")
  }

  @Test func aTimeoutEndsAWaitWithoutSound() throws {
    let clock = ManualClock()
    let (source, _) = try source(seconds: 1, speed: 0.001, clock)
    let start = clock.now
    let first = try source.next(100, timeout: .milliseconds(50))
    #expect(first.0 == nil)
    #expect(clock.now - start == .milliseconds(50))
    // One sample is due after 62.5 ms at a thousandth of the speed: it comes with the next timeout, alone.
    #expect(try source.next(100, timeout: .milliseconds(50)).1.count == 1)
  }

  @Test func theRealClockIsFollowed() throws {
    let url = scratch.file("a.wav", Wave(samples: sine(rate: 16_000, seconds: 1)).bytes)
    let source = ReplaySource(try AudioFile(url), speed: 4)
    let start = ContinuousClock.now
    let heard = try source.hear(for: .seconds(20))
    let took = start.duration(to: .now)
    #expect(heard.samples.count == 16_000 && heard.events.map(\.audio) == [.end])
    #expect(took >= .milliseconds(245) && took < .seconds(5), "\(took)")
    #expect(source.name == "a.wav")
  }
}
