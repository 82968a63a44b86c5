internal import AudioIO
internal import Foundation

/// Shows how loud a device hears: a line that is redrawn ten times a second on a terminal, a line a second elsewhere.
struct DeviceMeter {
  var device: CaptureDevice
  /// How long; nil for until Ctrl-C.
  var limit: Duration?
  var terminal = Terminal.current

  /// A device that hears nothing louder is worth a question.
  static let quiet: Float = -60

  /// Runs to the end.
  ///
  /// - Throws: `AudioError` when the device cannot be opened, `Failure` with the signal's status after Ctrl-C.
  func run() throws {
    Interruption.watch()
    let microphone = try Microphone(device: device.name, name: device.description)
    defer { microphone.stop() }
    StandardError.write("dragoman: \(microphone.name), \(microphone.format); Ctrl-C ends\n")
    let isLive = terminal.isOutputInteractive && terminal.isErrorInteractive
    let interval = isLive ? Duration.milliseconds(100) : .seconds(1)
    let start = ContinuousClock.now
    var (drawings, current, total) = (0, LevelMeter(), LevelMeter())
    let samples = UnsafeMutableBufferPointer<Float>.allocate(capacity: 1_600)
    defer { samples.deallocate() }
    var isOpen = true
    while isOpen, !Interruption.isRequested {
      let elapsed = start.duration(to: .now)
      if elapsed >= interval * (drawings + 1) {
        drawings = Int(elapsed / interval)
        try StandardOutput.write(
          isLive
            ? "\r" + Self.bar(current, columns: Terminal.columns, isColoured: terminal.isColourWelcome) + "\u{1B}[K"
            : Self.line(current, at: elapsed))
        total.add(current)
        current = LevelMeter()
      }
      if let limit, elapsed >= limit { break }
      switch try microphone.read(into: samples, timeout: .milliseconds(20)) {
      case nil: break
      case .samples(let count): current.add(UnsafeBufferPointer(rebasing: samples[..<count]))
      case .lost(let duration): say("lost \(Self.fixed(Float(duration / .seconds(1)))) s of sound", isLive)
      case .deviceLost(let name, let reason): say("\(name): \(reason). Waiting for it to come back", isLive)
      case .deviceBack(let name): say("\(name): it is back", isLive)
      case .end: isOpen = false
      }
    }
    total.add(current)
    if isLive { try StandardOutput.write("\r\u{1B}[K") }
    StandardError.write("dragoman: \(Self.verdict(total))\n")
    if Interruption.isRequested { throw Failure(Interruption.exitStatus) }
  }

  private func say(_ text: String, _ isLive: Bool) {
    if isLive { StandardError.draw("\r\u{1B}[K") }
    StandardError.write("dragoman: \(text)\n")
  }

  /// `[######====|        ] peak -12.3 rms -20.1 dBFS`: up to the mean level, and on to the highest.
  static func bar(_ level: LevelMeter, columns: Int, isColoured: Bool) -> String {
    let figures = level.sampleCount == 0 ? "no sound comes" : "peak \(fixed(level.peak)) rms \(fixed(level.rms)) dBFS"
    let width = min(60, columns - 34)
    guard width >= 10 else { return String(figures.prefix(max(0, columns - 1))) }
    func place(_ decibels: Float) -> Int { Int((max(quiet, min(0, decibels)) / -quiet + 1) * Float(width)) }
    let (mean, highest) = (place(level.rms), max(place(level.rms), place(level.peak)))
    let rest = String(repeating: " ", count: width - highest)
    let full = String(repeating: "#", count: mean) + String(repeating: "=", count: highest - mean)
    // Red from where samples are about to be clipped.
    let colour = level.peak > -1 ? "\u{1B}[31m" : "\u{1B}[32m"
    return "[" + (isColoured ? "\(colour)\(full)\u{1B}[0m" : full) + rest + "] " + figures
  }

  /// A line for a log: seconds since the beginning and the levels since the line before.
  static func line(_ level: LevelMeter, at time: Duration) -> String {
    let seconds = "\(Int((time / .seconds(1)).rounded())) s"
    return level.sampleCount == 0
      ? "\(seconds): no sound came\n" : "\(seconds): peak \(fixed(level.peak)) dBFS, rms \(fixed(level.rms)) dBFS\n"
  }

  /// What follows from all that was heard.
  static func verdict(_ level: LevelMeter) -> String {
    if level.sampleCount == 0 {
      return "no sound came. Choose another device; \"dragoman devices\" lists them."
    }
    if level.peak <= quiet {
      return
        "nothing louder than \(fixed(max(level.peak, LevelMeter.floor))) dBFS was heard. See that the microphone is "
        + "not muted (pavucontrol, alsamixer), or choose another; \"dragoman devices\" lists them."
    }
    return "heard up to \(fixed(level.peak)) dBFS" + (level.peak > -1 ? ", too loud: turn the microphone down" : "")
  }

  /// One digit behind the point.
  private static func fixed(_ value: Float) -> String {
    let tenths = Int((value * 10).rounded())
    return "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10).\(abs(tenths) % 10)"
  }
}
