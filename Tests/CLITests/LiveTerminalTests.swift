import Foundation
import TestSupport
import Testing

/// A terminal of the tests' own: a pane of a tmux server that goes away with the value.
final class Pane {
  /// What keeps the tests from having a terminal; the test fails.
  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  private let folder: URL
  private let environment: [String: String]

  /// Runs a shell command in a pane.
  init(_ script: String, columns: Int, rows: Int, folder: URL, environment: [String: String]) throws {
    self.folder = folder
    self.environment = environment.merging(["TMUX_TMPDIR": folder.path, "LC_ALL": "C.UTF-8", "SHELL": "/bin/sh"]) { $1 }
    try tmux("new-session", "-d", "-x", "\(columns)", "-y", "\(rows)", script)
  }

  deinit { _ = try? tmux("kill-server") }

  @discardableResult func tmux(_ arguments: String...) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    // The server that the first call leaves behind must not keep what Foundation waits by.
    let script = "for f in /proc/self/fd/*; do n=${f##*/}; ((n < 3)) || eval \"exec $n>&-\"; done; exec tmux \"$@\""
    // No configuration, and a server that nobody else knows.
    process.arguments = ["bash", "-c", script, "bash", "-f", "/dev/null", "-u", "-L", "dragoman"] + arguments
    process.environment = environment
    process.standardInput = FileHandle.nullDevice
    let output = folder.appending(path: "tmux-\(UUID().uuidString)")
    try Data().write(to: output)
    let handle = try FileHandle(forWritingTo: output)
    (process.standardOutput, process.standardError) = (handle, handle)
    try process.run()
    process.waitUntilExit()
    let text = try String(contentsOf: output, encoding: .utf8)
    try FileManager.default.removeItem(at: output)
    guard process.terminationStatus == 0 else {
      throw Failure(
        description: "tmux \(arguments.joined(separator: " ")): \(text) "
          + "`make test` installs what the tests need, or .ci/setup --test")
    }
    return text
  }

  /// What stands in the pane, row by row.
  func rows() throws -> [String] {
    try tmux("capture-pane", "-p").split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
  }

  /// Whether the other screen is shown.
  func isOnOtherScreen() throws -> Bool { try tmux("display-message", "-p", "#{alternate_on}") == "1\n" }

  /// Looks until something stands there; the rows that it saw last.
  func look(_ seconds: Double, until isSo: ([String]) throws -> Bool) throws -> (isSo: Bool, rows: [String]) {
    let deadline = ContinuousClock.now + .seconds(seconds)
    var rows: [String] = []
    repeat {
      rows = try self.rows()
      if try isSo(rows) { return (true, rows) }
      usleep(100_000)
    } while ContinuousClock.now < deadline
    return (false, rows)
  }
}

/// The view of a terminal as a person sees it.
@Suite(.serialized) struct LiveTerminalTests {
  let command: BuiltCommand
  init() throws { command = try BuiltCommand(sharesPrepared: true) }

  /// Rows in one line, words apart by one space.
  private func text(_ rows: [String]) -> String {
    rows.flatMap { $0.split(separator: " ") }.joined(separator: " ")
  }

  /// Whether all words of a sentence stand there, but for one that is heard as "in" or as "and".
  private func hasSecondSentence(_ text: String) -> Bool {
    ["in", "and"].contains { text.contains("Today we are talking about the archive \($0) the old library.") }
  }

  @Test func captionsStandInThePane() throws {
    defer { command.clean() }
    let live = command.process([], environment: TranscribeCommandTests.pulled)
    let script = """
      trap : INT; echo before; '\(command.executable.path)' live '\(TranscribeCommandTests.meeting)' --replay=3 --from en --to pt \
      --beam 1 --threads 2; echo "exit $?"; sleep 60
      """
    let pane = try Pane(
      script, columns: 80, rows: 24, folder: command.folder, environment: try #require(live.environment))

    let wide = try pane.look(60) { text($0).contains("everyone.") && text($0).contains("Bom dia") }
    #expect(wide.isSo, "\(wide.rows)")
    #expect(try pane.isOnOtherScreen())
    #expect(wide.rows.count == 24 && wide.rows[22].isEmpty)
    let status = wide.rows[23]
    #expect(status.hasPrefix("en → pt") && status.contains("lag ") && status.contains("load "), "\(status)")
    #expect(status.hasSuffix("whisper-base  meeting-en.flac"), "\(status)")

    try pane.tmux("resize-window", "-x", "40", "-y", "10")
    // The last row is the status line again, and a sentence that is wider than the pane is there with all its words.
    let narrow = try pane.look(20) {
      $0.count == 10 && $0[9].hasPrefix("en → pt")
        && hasSecondSentence(text($0))
    }
    #expect(narrow.isSo, "\(narrow.rows)")
    #expect(narrow.rows.dropLast(2).contains { $0.hasPrefix("  ") }, "the translation is indented: \(narrow.rows)")
    #expect(narrow.rows.count { $0.contains("load") } <= 1, "nothing of the wide screen is left: \(narrow.rows)")

    try pane.tmux("send-keys", "C-c")
    let after = try pane.look(20) { text($0).contains("exit 130") }
    #expect(after.isSo, "\(after.rows)")
    #expect(try !pane.isOnOtherScreen() && pane.tmux("display-message", "-p", "#{cursor_flag}#{wrap_flag}") == "11\n")
    // The usual screen with all that was finished; what has scrolled away is in the history.
    let history = text(try pane.tmux("capture-pane", "-p", "-J", "-S", "-100").split(separator: "\n").map(String.init))
    #expect(history.hasPrefix("before Good morning"), "\(history)")
    #expect(hasSecondSentence(history), "\(history)")
    #expect(history.contains("live: 0:") && history.hasSuffix("exit 130"), "\(history)")
  }

  @Test func aTerminalThatKnowsNoSizeOrNoDrawing() throws {
    defer { command.clean() }
    let process = command.process([], environment: TranscribeCommandTests.pulled)
    let run =
      "'\(command.executable.path)' live '\(TranscribeCommandTests.short)' --simulate --model whisper-tiny.en --beam 1"
    // A pane of its own size tells none when it is set to nothing; a dumb terminal is written line by line.
    let pane = try Pane(
      "stty rows 0 cols 0; \(run); echo \"exit $?\"; TERM=dumb \(run); echo \"exit $?\"; sleep 60", columns: 80,
      rows: 24,
      folder: command.folder, environment: try #require(process.environment))
    let shown = try pane.look(60) { rows in rows.count { $0.hasPrefix("exit 0") } == 2 }
    #expect(shown.isSo, "\(shown.rows)")
    #expect(shown.rows.count { $0.hasPrefix("The archive opens") } == 2, "\(shown.rows)")
  }
}
