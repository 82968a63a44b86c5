internal import Foundation

/// What the two output streams are connected to and what their user wants to see there.
struct Terminal: Sendable {
  /// Whether results go to a person's screen.
  var isOutputInteractive: Bool
  /// Whether that screen can be drawn on anywhere.
  var canRedrawOutput: Bool
  /// Whether progress may be redrawn in place.
  var isErrorInteractive: Bool
  /// Whether colours and dimming are welcome (`NO_COLOR`, https://no-color.org).
  var isColourWelcome: Bool

  /// The process's own streams and environment.
  static let current = Terminal(
    environment: ProcessInfo.processInfo.environment, isOutputInteractive: isatty(STDOUT_FILENO) == 1,
    isErrorInteractive: isatty(STDERR_FILENO) == 1)

  init(environment: [String: String], isOutputInteractive: Bool, isErrorInteractive: Bool) {
    let isDumb = environment["TERM"] == "dumb"
    self.isOutputInteractive = isOutputInteractive
    canRedrawOutput = isOutputInteractive && !isDumb
    self.isErrorInteractive = isErrorInteractive && !isDumb
    isColourWelcome = (environment["NO_COLOR"] ?? "").isEmpty && !isDumb
  }

  /// Columns of the terminal behind stderr, 80 where it does not say.
  static var columns: Int {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }
}
