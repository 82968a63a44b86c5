internal import Dragoman
internal import Foundation
internal import Transcripts

/// The terminal while somebody speaks, to be read across a table: sentences solid, what may still change dim, a status line below.
///
/// It draws on the terminal's other screen and leaves the finished sentences on the usual one when it closes.
final class LiveScreen: LiveView {
  private let source: String, session: LiveLine.Session
  private let isColourWelcome: Bool
  private var finals: [Segment] = []
  private var partial: LivePartial?
  private var language: String?, message: String?
  private var level: Float = 0, lag = Duration.zero
  private var lastDrawn = ContinuousClock.now - .seconds(1)
  private var isOpen = false
  /// Seconds of work for a second of audio, as the session knows it.
  var realTimeFactor: () -> Double = { 0 }

  /// Finals that are kept for redrawing; the rest is only printed in the end.
  private static let mostShown = 200
  /// The level is drawn this often.
  private static let period = Duration.milliseconds(200)

  init(source: String, session: LiveLine.Session, isColourWelcome: Bool = Terminal.current.isColourWelcome) {
    (self.source, self.session, self.isColourWelcome) = (source, session, isColourWelcome)
  }

  func show(_ event: LiveEvent, at time: Duration) throws {
    switch event {
    case .ready: try open()
    case .language(let code, _): language = code
    case .partial(let partial):
      self.partial = partial.text.isEmpty ? nil : partial
      lag = max(.zero, time - partial.end)
    case .final(let segment):
      finals.append(segment)
      partial = nil
      message = nil
    case .silence: level = 0
    case .end: return
    default: message = LiveTextView.message(event) ?? message
    }
    try draw()
  }

  func hear(_ samples: UnsafeBufferPointer<Float>) throws {
    let power = samples.reduce(0) { $0 + $1 * $1 } / Float(max(samples.count, 1))
    level = max(level * 0.7, power.squareRoot())
    if lastDrawn.duration(to: .now) >= Self.period { try draw() }
  }

  func close() {
    guard isOpen else { return }
    isOpen = false
    try? StandardOutput.write(Self.leaving + finals.map(Self.plain).joined())
  }

  /// Cursor, line wrap and the usual screen again.
  private static let leaving = "\u{1B}[?25h\u{1B}[?7h\u{1B}[?1049l"

  private func open() throws {
    isOpen = true
    Interruption.onForcedEnd { try? StandardOutput.write(Self.leaving) }
    try StandardOutput.write("\u{1B}[?1049h\u{1B}[?25l\u{1B}[?7l")
  }

  private static func plain(_ segment: Segment) -> String {
    segment.text + "\n" + (segment.translation.map { "  \($0)\n" } ?? "")
  }

  private func draw() throws {
    guard isOpen else { return }
    lastDrawn = .now
    var size = winsize()
    let isKnown = ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 && size.ws_row > 0
    try StandardOutput.write(frame(columns: isKnown ? Int(size.ws_col) : 80, rows: isKnown ? Int(size.ws_row) : 24))
  }

  /// All of the screen: sentences end above the status line, the newest lowest.
  func frame(columns: Int, rows: Int) -> String {
    let room = max(1, rows - 2)
    var lines: [String] = []
    if let partial {
      lines = paragraph(partial.text, solid: partial.stable, columns: columns, indent: 0, style: "")
      if let translation = partial.translation, !translation.isEmpty {
        lines += paragraph(translation, solid: 0, columns: columns, indent: 2, style: "")
      }
    }
    for segment in finals.suffix(Self.mostShown).reversed() where lines.count < room {
      var sentence = paragraph(segment.text, solid: .max, columns: columns, indent: 0, style: "")
      if let translation = segment.translation {
        sentence += paragraph(translation, solid: .max, columns: columns, indent: 2, style: "1")
      }
      lines = sentence + (segment.translation != nil && !lines.isEmpty ? [""] : []) + lines
    }
    lines = lines.suffix(room)
    lines = [String](repeating: "", count: room - lines.count) + lines
    if rows > 2 { lines.append("") }
    if rows > 1 { lines.append(status(columns: columns)) }
    // Each line is cleared before it is written: behind a full one the cursor stands on its last character.
    return "\u{1B}[H" + lines.map { "\u{1B}[K" + $0 }.joined(separator: "\r\n")
  }

  /// Lines of a text: `solid` scalars of it as they are, the rest dim.
  private func paragraph(_ text: String, solid: Int, columns: Int, indent: Int, style: String) -> [String] {
    // What would move the cursor is a space.
    let text = String(
      String.UnicodeScalarView(text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }))
    let scalars = text.unicodeScalars
    let border =
      scalars.index(scalars.startIndex, offsetBy: min(solid, scalars.count), limitedBy: scalars.endIndex)
      ?? scalars.endIndex
    let indent = columns > 20 ? indent : 0
    return LineWrap.lines(of: text, columns: columns - indent).map { line in
      let cut = min(max(border, line.lowerBound), line.upperBound)
      return String(repeating: " ", count: indent) + styled(text[line.lowerBound..<cut], style)
        + styled(text[cut..<line.upperBound], "2")
    }
  }

  private func styled(_ text: Substring, _ style: String) -> String {
    text.isEmpty || style.isEmpty || !isColourWelcome ? String(text) : "\u{1B}[\(style)m\(text)\u{1B}[0m"
  }

  /// Language, level, lag, speed and model; what matters least is left out first where the terminal is narrow.
  private func status(columns: Int) -> String {
    let bars = Array("▁▂▃▄▅▆▇█")
    let decibels = level > 0 ? 20 * log10(level) : -100
    let height = Int(((decibels + 60) / 60 * 8).rounded(.down))
    let meter = height < 0 ? " " : String(bars[min(height, bars.count - 1)])
    var parts = [
      (language ?? "?") + (session.targets.isEmpty ? "" : " → " + session.targets.joined(separator: ",")), meter,
    ]
    if let message { parts.append(message) }
    parts.append("lag \(Figures.seconds(lag))")
    parts.append("load \(Int((100 * realTimeFactor()).rounded())) %")
    parts += [session.model, source]
    while parts.count > 2, DisplayWidth.of(parts.joined(separator: "  ")) > columns { parts.removeLast() }
    var line = parts.joined(separator: "  ")
    while DisplayWidth.of(line) > columns { line.removeLast() }
    return styled(line[...], "7")
  }
}
