import Testing

@testable import AudioIO

@Suite struct CaptureClockTests {
  /// Twenty seconds of sound in periods of 20 ms that arrive `delay` after they were heard.
  private func run(_ clock: inout CaptureClock, from start: Duration, periods: Int, delay: (Int) -> Duration)
    -> Duration
  {
    var now = start
    for period in 1...periods {
      now = start + .milliseconds(20 * period)
      #expect(clock.heard(frames: 960, waiting: 0, at: now + delay(period)) == nil)
    }
    return now
  }

  @Test func anOverrunIsAsLongAsTheClockSays() {
    var clock = CaptureClock(rate: 48_000)
    // Late threads on the way: the earliest arrivals count.
    let last = run(&clock, from: .seconds(100), periods: 1_000) { .milliseconds($0 % 7) }
    clock.interrupt()
    let gap = clock.heard(frames: 960, waiting: 0, at: last + .milliseconds(320))
    #expect(gap.map { abs($0 / .milliseconds(1) - 300) < 1 } == true, "\(String(describing: gap)), expected 0.3 s")
    // And only once.
    #expect(clock.heard(frames: 960, waiting: 0, at: last + .milliseconds(340)) == nil)
  }

  @Test func aBurstAfterAStallIsNoGap() {
    var clock = CaptureClock(rate: 48_000)
    let last = run(&clock, from: .zero, periods: 50) { _ in .zero }
    clock.interrupt()
    // Two seconds late, but all of them wait in the device.
    #expect(clock.heard(frames: 960, waiting: 48_000 * 2 - 960, at: last + .seconds(2)) == nil)
  }

  @Test func nothingIsMissingBeforeTheFirstSound() {
    var clock = CaptureClock(rate: 48_000)
    clock.interrupt()
    #expect(clock.heard(frames: 960, waiting: 0, at: .seconds(7)) == nil)
  }

  /// A device whose clock is 300 ppm slow or fast delivers all the same; after an hour nothing of that is a gap.
  @Test(arguments: [-300.0, 300.0]) func anotherClockIsNoGap(partsPerMillion: Double) {
    var clock = CaptureClock(rate: 48_000)
    var now = Duration.zero
    for _ in 0..<180_000 {
      now += .nanoseconds(Int64(20_000_000 * (1 + partsPerMillion / 1e6)))
      _ = clock.heard(frames: 960, waiting: 0, at: now)
    }
    clock.interrupt()
    let gap = clock.heard(frames: 960, waiting: 0, at: now + .milliseconds(520)) ?? .zero
    #expect(abs(gap / .milliseconds(1) - 500) < 5, "\(gap), expected 0.5 s")
  }

  @Test func anOutageLastsUntilTheFirstSoundOfTheNewDevice() {
    var clock = CaptureClock(rate: 48_000)
    let last = run(&clock, from: .zero, periods: 50) { _ in .milliseconds(5) }
    clock.interrupt(newRate: 16_000, at: last + .seconds(1))
    // 800 frames of 16 kHz, 50 ms: the first of them was heard 2.95 s after the last of the old device.
    let gap = clock.heard(frames: 320, waiting: 480, at: last + .seconds(3) + .milliseconds(5))
    #expect(gap.map { abs($0 / .milliseconds(1) - 2_950) < 2 } == true, "\(String(describing: gap))")
    // A device that was lost before it was heard at all is missed from then on.
    var silent = CaptureClock(rate: 48_000)
    silent.interrupt(newRate: 48_000, at: .seconds(10))
    #expect(silent.heard(frames: 480, waiting: 0, at: .seconds(12)) == .milliseconds(1_990))
  }
}
