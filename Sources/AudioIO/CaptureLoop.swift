internal import Foundation
internal import Synchronization

/// The thread of a microphone: from the device into a ring, until it is told to stop.
///
/// While sound comes it allocates nothing. A device that goes away is opened again twice a second.
final class CaptureLoop: @unchecked Sendable {
  private let name: String
  private let ring: SampleRing
  private let isStopping = Atomic(false)
  private let xruns = Atomic(0)
  private let done = DispatchSemaphore(value: 0)
  // What follows belongs to the thread.
  private var port: (any CapturePort)?
  private let open: () -> (any CapturePort)?
  private var clock: CaptureClock
  private var rate: Int

  /// Between two attempts to open a device that has gone.
  static let retryInterval = Duration.milliseconds(500)
  /// A device that was silent so long may have left something out.
  private static let longestPause = Duration.seconds(1)
  /// Recoveries in a row without a sound in between, after which a device counts as lost.
  private static let mostRecoveries = 20
  /// How long a device may take to wake up with the machine.
  private static let longestResume = Duration.seconds(5)

  /// - Parameters:
  ///   - port: the device.
  ///   - name: the device's, as a person knows it.
  ///   - ring: gets what it hears.
  ///   - open: opens the device again, on the thread; nil while that fails.
  init(_ port: any CapturePort, name: String, ring: SampleRing, open: @escaping () -> (any CapturePort)?) {
    (self.port, self.name, self.ring, self.open) = (port, name, ring, open)
    rate = port.format.sampleRate
    clock = CaptureClock(rate: rate)
  }

  /// Overruns of the device, each recovered.
  var xrunCount: Int { xruns.load(ordering: .relaxed) }

  func start() {
    let thread = Thread { [self] in
      run()
      done.signal()
    }
    thread.name = "dragoman.capture"
    thread.start()
  }

  /// Asks the thread to end and waits for it, at most for `patience`: a sound server that hangs holds us up no longer.
  /// Whoever asks later does not wait.
  func stop(patience: Duration) {
    if isStopping.exchange(true, ordering: .relaxed) { return }
    _ = done.wait(timeout: .now() + .milliseconds(Int(patience / .milliseconds(1))))
  }

  private var mustStop: Bool { isStopping.load(ordering: .relaxed) }

  private func run() {
    var failure = port?.start() ?? 0
    while let current = port, !mustStop {
      let code = failure != 0 ? failure : capture(current)
      failure = 0
      current.close()
      port = nil
      guard let code else { break }
      ring.mark(.deviceLost(name: name, reason: CapturePCM.message(code)))
      reopen()
    }
    port?.close()
    port = nil
    ring.mark(.end(nil))
  }

  /// Waits until the device can be opened again, and captures.
  private func reopen() {
    let lostAt = MonotonicClock.now
    while !mustStop {
      var left = Self.retryInterval
      while left > .zero, !mustStop {
        usleep(50_000)
        left -= .milliseconds(50)
      }
      guard !mustStop, let next = open() else { continue }
      guard next.start() == 0 else {
        next.close()
        continue
      }
      port = next
      clock.interrupt(newRate: next.format.sampleRate, at: lostAt)
      ring.mark(.deviceBack(name: name))
      if next.format.sampleRate != rate {
        rate = next.format.sampleRate
        ring.mark(.rate(rate))
      }
      return
    }
  }

  /// Captures from a device that has started until it is lost, and says by which errno; nil when it was told to stop.
  private func capture(_ port: any CapturePort) -> Int32? {
    let format = port.format
    let frames = UnsafeMutableRawPointer.allocate(byteCount: port.periodFrames * format.frameByteCount, alignment: 16)
    let mono = UnsafeMutableBufferPointer<Float>.allocate(capacity: port.periodFrames)
    defer {
      frames.deallocate()
      mono.deallocate()
    }
    var lastSound = MonotonicClock.now
    var recoveries = 0
    while !mustStop {
      let isReady = port.wait(milliseconds: 100)
      let count = isReady || port.hasStopped ? port.read(into: frames, frames: port.periodFrames) : 0
      let now = MonotonicClock.now
      if count > 0 {
        if let missing = clock.heard(frames: count, waiting: port.waitingFrames, at: now) {
          ring.mark(.lost(SampleRing.Gap(unheard: missing)))
        }
        format.mix(frames, count: count, into: mono.baseAddress!)
        ring.write(UnsafeBufferPointer(rebasing: mono[..<count]))
        (lastSound, recoveries) = (now, 0)
      } else if count < 0 {
        recoveries += 1
        if recoveries > Self.mostRecoveries { return Int32(-count) }
        if let code = recover(port, from: Int32(-count)) { return code }
        clock.interrupt()
      } else {
        if now - lastSound > Self.longestPause { clock.interrupt() }
        // Some devices say that they are ready when they are not.
        if isReady { usleep(2_000) }
      }
    }
    return nil
  }

  /// Makes the device go on after `code`; an errno when it cannot.
  private func recover(_ port: any CapturePort, from code: Int32) -> Int32? {
    switch code {
    case EPIPE:
      xruns.wrappingAdd(1, ordering: .relaxed)
      let failure = port.recoverFromOverrun()
      return failure == 0 ? nil : failure
    case ESTRPIPE:
      let deadline = MonotonicClock.now + Self.longestResume
      while !mustStop, MonotonicClock.now < deadline {
        let failure = port.resume()
        if failure == 0 { return nil }
        if failure != EAGAIN { return failure }
        usleep(50_000)
      }
      return mustStop ? nil : code
    default:
      return code
    }
  }
}
