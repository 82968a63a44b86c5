internal import Foundation

/// How far a piece of work is: one line that is redrawn on a terminal, a plain line every few seconds elsewhere.
///
/// `update` may be called as often as the work likes; it draws at most ten times a second.
final class ProgressLine {
  private let terminal: Terminal
  private let label: String
  private let now: () -> Duration
  private let columns: () -> Int
  private let write: (String) -> Void
  private var lastDrawing: Duration?
  private var isLineOpen = false

  /// Between two drawings on a terminal.
  static let redrawInterval = Duration.milliseconds(100)
  /// Between two plain lines.
  static let plainInterval = Duration.seconds(5)

  /// A line that begins with `label`. The clock, the width and the output are parameters for the sake of tests.
  init(
    label: String, terminal: Terminal = .current, now: (() -> Duration)? = nil,
    columns: @escaping () -> Int = { Terminal.columns }, write: @escaping (String) -> Void = StandardError.draw
  ) {
    let start = ContinuousClock.now
    self.label = label
    self.terminal = terminal
    self.now = now ?? { start.duration(to: .now) }
    self.columns = columns
    self.write = write
  }

  /// Shows how far the work is.
  ///
  /// - Parameters:
  ///   - fraction: 0...1, for the bar.
  ///   - text: what stands after the bar; computed only when the line is drawn.
  func update(fraction: Double, _ text: @autoclosure () -> String) {
    let time = now()
    let interval = terminal.isErrorInteractive ? Self.redrawInterval : Self.plainInterval
    if let lastDrawing, time - lastDrawing < interval { return }
    // Work of a moment leaves no plain lines behind.
    if lastDrawing == nil, !terminal.isErrorInteractive {
      lastDrawing = time
      return
    }
    lastDrawing = time
    draw(fraction: fraction, text())
  }

  /// Takes the line away on a terminal and says `text`, if any, as a line that stays.
  func finish(_ text: String? = nil) {
    if isLineOpen { write("\r\u{1B}[K") }
    isLineOpen = false
    if let text { write("\(label): \(text)\n".withoutControls) }
  }

  /// Says something that stays above the line.
  func message(_ text: String) {
    if isLineOpen { write("\r\u{1B}[K") }
    isLineOpen = false
    lastDrawing = nil
    write(text.withoutControls + "\n")
  }

  private func draw(fraction: Double, _ text: String) {
    let text = text.withoutControls
    let fraction = fraction.isFinite ? min(max(fraction, 0), 1) : 0
    let percent = "\(Int(fraction * 100))%"
    guard terminal.isErrorInteractive else {
      write("\(label): \(percent) \(text)\n")
      return
    }
    let rest = columns() - label.count - text.count - 10
    var line = "\(label) "
    if rest >= 10 {
      let width = min(rest, 40)
      let filled = Int((Double(width) * fraction).rounded(.down))
      let full = String(repeating: "#", count: filled)
      let empty = String(repeating: "-", count: width - filled)
      line += terminal.isColourWelcome ? "\u{1B}[32m\(full)\u{1B}[2;39m\(empty)\u{1B}[0m " : "\(full)\(empty) "
    } else if label.count + text.count + 7 > columns() {
      line = String("\(label) \(text)".prefix(max(0, columns() - 6))) + " "
      write("\r\(line)\(percent)\u{1B}[K")
      isLineOpen = true
      return
    }
    write("\r\(line)\(percent) \(text)\u{1B}[K")
    isLineOpen = true
  }
}

/// Figures as progress lines and tables show them.
enum Figures {
  /// 145217532 -> "145.2 MB".
  static func bytes(_ count: Int) -> String {
    switch count {
    case ..<1_000: "\(count) B"
    case ..<1_000_000: "\(tenths(count, per: 1_000)) kB"
    case ..<1_000_000_000: "\(tenths(count, per: 1_000_000)) MB"
    default: "\(tenths(count, per: 1_000_000_000)) GB"
    }
  }

  /// 3725 s -> "1:02:05", 65 s -> "1:05".
  static func clock(_ duration: Duration) -> String {
    let seconds = Int(max(.zero, duration).components.seconds)
    let minutes = twoDigits(seconds / 60 % 60)
    return seconds >= 3600
      ? "\(seconds / 3600):\(minutes):\(twoDigits(seconds % 60))" : "\(seconds / 60):\(twoDigits(seconds % 60))"
  }

  /// Audio done of audio in all, speed as a multiple of real time, and the time that is left.
  static func audioProgress(done: Duration, total: Duration, elapsed: Duration) -> String {
    let speed = elapsed > .zero ? done / elapsed : 0
    var text = "\(clock(done))/\(clock(total))"
    if speed > 0 {
      text += " \(oneDecimal(speed))x real time, \(clock((total - done) / speed)) left"
    }
    return text
  }

  private static func tenths(_ count: Int, per unit: Int) -> String { oneDecimal(Double(count) / Double(unit)) }
  private static func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
  /// 12.34 s -> "12.3 s".
  static func seconds(_ duration: Duration) -> String { "\(oneDecimal(duration / .seconds(1))) s" }

  static func oneDecimal(_ number: Double) -> String {
    let rounded = (number * 10).rounded()
    return rounded >= 1e15 ? "\(number)" : "\(Int(rounded) / 10).\(Int(rounded) % 10)"
  }
}
