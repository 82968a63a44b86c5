import Foundation
import Testing

@testable import Evaluation

@Suite struct BenchJournalTests {
  let scratch = ScratchFolder()
  let item = UtteranceResult(set: "s", id: "1", language: "en", reference: "a b", audio: "/x.wav")

  private typealias Journal = BenchJournal<UtteranceResult>

  private var path: String { scratch.path("journal.jsonl") }

  private func lines(_ data: Data) -> Int { data.count { $0 == 10 } }

  @Test func whatIsFinishedIsKeptAndFoundAgain() throws {
    var result = item
    (result.hypothesis, result.seconds) = ("a c", 0.5)
    do {
      let first = try Journal(path: path, runs: ["r"])
      #expect(first.result(of: item, run: "r") == nil)
      try first.append(result, run: "r")
    }
    // The machine goes down in the middle of the next line.
    var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    bytes.append(contentsOf: bytes.prefix(20))
    try bytes.write(to: URL(fileURLWithPath: path))

    var next = item
    next.id = "2"
    do {
      let second = try Journal(path: path, runs: ["r", "other"])
      #expect(second.result(of: item, run: "r") == result)
      #expect(second.result(of: item, run: "other") == nil)
      try second.append(next, run: "r")
    }
    let third = try Journal(path: path, runs: ["r"])
    #expect(third.result(of: item, run: "r") == result && third.result(of: next, run: "r") == next)
    third.remove()
    #expect(!FileManager.default.fileExists(atPath: path))
  }

  @Test func aRecordingThatWasReplacedIsHeardAgain() throws {
    var heard = item
    heard.audio = scratch.path("a.wav")
    scratch.put("a.wav", "one")
    do { try Journal(path: path, runs: ["r"]).append(heard, run: "r") }
    do { #expect(try Journal(path: path, runs: ["r"]).result(of: heard, run: "r") == heard) }
    scratch.put("a.wav", "another")
    #expect(try Journal(path: path, runs: ["r"]).result(of: heard, run: "r") == nil)
  }

  @Test func onlyTheSameInputGoesOn() throws {
    let journal = try Journal(path: path, runs: ["r"])
    try journal.append(item, run: "r")
    var found = item
    (found.id, found.language, found.languageFound) = ("2", "en", true)
    try journal.append(found, run: "r")
    let again = { (change: (inout UtteranceResult) -> Void) in
      var changed = self.item
      change(&changed)
      return try Journal(path: self.scratch.path("copy.jsonl"), runs: ["r"]).result(of: changed, run: "r")
    }
    try FileManager.default.copyItem(atPath: path, toPath: scratch.path("copy.jsonl"))
    #expect(try again { _ in } == item)
    #expect(try again { $0.reference = "another text" } == nil && again { $0.audio = "/y.wav" } == nil)
    #expect(try again { $0.channel = 1 } == nil && again { $0.excerpt = .init(start: 1, duration: nil) } == nil)
    #expect(try again { $0.language = "pt" } == nil && again { $0.language = nil } == nil)
    // The second one's language was found, as it would be again.
    #expect(try again { ($0.id, $0.language) = ("2", nil) } == found)
    #expect(try again { ($0.id, $0.language) = ("2", "en") } == nil)
  }

  @Test func oneWriterAtATime() throws {
    let journal = try Journal(path: path, runs: ["r"])
    #expect(throws: BenchJournalError.inUse(path: path)) { try Journal(path: path, runs: ["r"]) }
    try journal.append(item, run: "r")
    #expect(lines(try Data(contentsOf: URL(fileURLWithPath: path))) == 1)
  }

  @Test func resultsOfAnotherRunAreLeftAlone() throws {
    struct Session: JournaledResult, Equatable {
      var key: String
      var recording: String? { nil }
      func isOfSameInput(as other: Session) -> Bool { key == other.key }
    }
    do {
      let first = try BenchJournal<Session>(path: path, runs: ["live"])
      try first.append(Session(key: "s/1"), run: "live")
    }
    let before = try Data(contentsOf: URL(fileURLWithPath: path))
    #expect(throws: BenchJournalError.ofAnotherRun(path: path, run: "live")) { try Journal(path: path, runs: ["wer"]) }
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
    #expect(
      try BenchJournal<Session>(path: path, runs: ["live"]).result(of: Session(key: "s/1"), run: "live") != nil)
  }

  @Test func whatIsNoJournalIsRefused() throws {
    #expect(throws: BenchJournalError.self) { try Journal(path: scratch.path("no/folder/journal"), runs: []) }
    #expect(throws: BenchJournalError.notAJournal(path: "/dev/null")) { try Journal(path: "/dev/null", runs: []) }
    // Of the very first line a part was written.
    try Data(#"{"result":{"audio":""#.utf8).write(to: URL(fileURLWithPath: path))
    for _ in 0..<2 { _ = try Journal(path: path, runs: ["r"]) }
    // A file of somebody else's is left alone.
    let manifest = scratch.path("manifest.jsonl")
    try Data("{\"audio\": \"a.wav\"}\n".utf8).write(to: URL(fileURLWithPath: manifest))
    #expect(throws: BenchJournalError.notAJournal(path: manifest)) { try Journal(path: manifest, runs: ["r"]) }
  }
}
