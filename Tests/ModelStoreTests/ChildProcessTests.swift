import Foundation
import Testing

@testable import ModelStore

@Suite struct ChildProcessTests {
  @Test func outputComesWholeAndErrorsApart() {
    var received = [UInt8]()
    let child = ChildProcess(
      program: "sh", arguments: ["-c", "head -c 300000 /dev/zero; echo trouble >&2; exit 3"])
    let ending = child.run(tick: { true }) { bytes in
      received.append(contentsOf: bytes)
      return true
    }
    #expect(received.count == 300_000)
    #expect(ending == .exited(status: 3, standardError: "trouble\n"))
  }

  @Test func anUnknownProgramIsNotFound() {
    #expect(ChildProcess(program: "dragoman-no-such-program", arguments: []).run(tick: { true }) == .notFound)
  }

  @Test func aDeathBySignalIsTold() {
    let ending = ChildProcess(program: "sh", arguments: ["-c", "kill -TERM $$"]).run(tick: { true })
    #expect(ending == .exited(status: 128 + SIGTERM, standardError: ""))
  }

  /// The grandchild would hold the pipe open for a minute if only the child were ended.
  @Test func stoppingEndsTheWholeGroupAtOnce() {
    var ticks = 0
    let start = ContinuousClock.now
    let ending = ChildProcess(program: "sh", arguments: ["-c", "sleep 60 & wait"]).run(tick: {
      ticks += 1
      return ticks < 3
    })
    #expect(ending == .stopped)
    #expect(start.duration(to: .now) < .seconds(10))
  }

  @Test func variablesAreAddedToTheInheritedOnes() {
    var text = ""
    let child = ChildProcess(
      program: "sh", arguments: ["-c", "echo $DRAGOMAN_TEST ${PATH:+path}"], environment: ["DRAGOMAN_TEST": "a b"])
    _ = child.run(tick: { true }) { bytes in
      text += String(decoding: bytes, as: UTF8.self)
      return true
    }
    #expect(text == "a b path\n")
  }

  @Test(arguments: [
    ("WARNING: slow\nERROR: no luck\nnote: bye", "no luck"),
    ("only words", "only words"),
    ("", "pip ended with status 2"),
    (
      "ERROR: Could not find a version (from versions: none)\nERROR: No matching distribution found for a==1",
      "No matching distribution found for a==1 (is the package index reachable?)"
    ),
  ])
  func pipsLastWordIsTheReason(log: String, reason: String) {
    #expect(PipDownloader.reason(in: log, status: 2) == reason)
  }
}
