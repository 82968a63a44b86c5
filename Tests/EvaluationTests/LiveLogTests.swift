import Foundation
import Testing

@testable import Evaluation

@Suite struct LiveLogTests {
  static let lines = """
    {"event":"ready","emitted_at":0,"source":"x.wav","model":"m","translation_model":null,"target":"pt"}
    {"event":"language","emitted_at":0.9,"language":"en","probability":0.98}
    {"event":"partial","emitted_at":1.5,"utterance":0,"t0":0.2,"t1":1.4,"language":"en","text":"hello","stable":0,"translation":"olá","stable_translation":3,"new":{"a":[1]}}

    {"event":"degraded","emitted_at":1.6,"level":1,"what":"a smaller beam","lag":2.5}
    {"event":"overrun","emitted_at":1.7,"t0":1.4,"t1":1.65,"lost":0.25,"reason":"too slow"}
    {"event":"device","emitted_at":1.8,"state":"lost","name":"hw:0","reason":"unplugged"}
    {"event":"final","emitted_at":2.5,"utterance":0,"t0":0.2,"t1":2,"language":"en","text":"Hello you.","words":[{"start":0.2,"end":0.6,"text":" Hello","probability":0.9},{"start":0.7,"end":1.9,"text":" you."}],"translation":"Olá você."}
    {"event":"silence","emitted_at":2.6,"t0":2}
    {"event":"end","emitted_at":3,"duration":2.75,"words":2,"lost":0.25,"latency_p50":0.5,"latency_p95":0.6}
    """

  func log(_ text: String) throws -> LiveLog { try LiveLog(Data(text.utf8)) }

  @Test func linesBecomeEvents() throws {
    let log = try log(Self.lines)
    #expect(
      log.events == [
        .other(at: 0, name: "ready"), .other(at: 0.9, name: "language"),
        .update(
          .partial(
            0, at: 1.5, from: 0.2, to: 1.4, language: "en", "hello", stable: 0, translation: "olá",
            stableTranslation: 3)),
        .degraded(at: 1.6, level: 1, what: "a smaller beam", lag: 2.5),
        .overrun(at: 1.7, lost: 0.25, reason: "too slow"), .device(at: 1.8, state: "lost", name: "hw:0"),
        .update(
          .final(
            0, at: 2.5, from: 0.2, to: 2, language: "en", "Hello you.", translation: "Olá você.",
            words: [
              LiveWord(start: 0.2, end: 0.6, text: " Hello", probability: 0.9),
              LiveWord(start: 0.7, end: 1.9, text: " you."),
            ])),
        .other(at: 2.6, name: "silence"), .end(at: 3, duration: 2.75),
      ])
    #expect(log.finals.map(\.stable) == [10] && log.finals.map(\.stableTranslation) == [9])
    #expect(log.duration == 2.75 && log.lost == 0.25 && log.faults.isEmpty)
    #expect(log.utterances.map(\.updates.count) == [2])
    #expect(log.utterances[0].speechStart == 0.2 && log.utterances[0].speechEnd == 1.9)
  }

  @Test func carriageReturnsAndLinesOfTheFuture() throws {
    let log = try log("{\"event\":\"applause\",\"emitted_at\":1,\"text\":7}\r\n")
    #expect(log.events == [.other(at: 1, name: "applause")] && log.duration == nil)
    #expect(try self.log("").events.isEmpty)
  }

  @Test func whatIsNotJSONIsNamedByItsLine() {
    for broken in ["hello", "[1]", "{\"event\":\"end\"", "\"event\"", "{} {}"] {
      #expect(throws: LiveLogError.notJSON(line: 3), "\(broken)") {
        try log("{\"event\":\"x\",\"emitted_at\":1}\n\n" + broken + "\n")
      }
    }
    #expect(LiveLogError.notJSON(line: 3).description.contains("Line 3"))
  }

  @Test func whatAnEventLacksIsNamed() {
    func incomplete(_ event: String, _ field: String, _ text: String) {
      #expect(throws: LiveLogError.incomplete(line: 1, event: event, field: field)) { try log(text) }
    }
    incomplete("?", "event", #"{"emitted_at":1}"#)
    incomplete("end", "emitted_at", #"{"event":"end","duration":1}"#)
    incomplete("partial", "stable", #"{"event":"partial","emitted_at":1,"utterance":0,"t0":0,"t1":1,"text":"a"}"#)
    incomplete("final", "utterance", #"{"event":"final","emitted_at":1,"t0":0,"t1":1,"text":"a"}"#)
    incomplete("final", "text", #"{"event":"final","emitted_at":1,"utterance":0,"t0":0,"t1":1,"text":4}"#)
    #expect(throws: LiveLogError.self) {
      try log(#"{"event":"final","emitted_at":1,"utterance":0,"t0":0,"t1":1,"text":"a","words":[{"start":1}]}"#)
    }
    incomplete("final", "utterance", #"{"event":"final","emitted_at":1,"utterance":1.5,"t0":0,"t1":1,"text":"a"}"#)
    let partial = #"{"event":"partial","emitted_at":1,"utterance":0,"t0":0,"t1":1,"text":"a","#
    incomplete("partial", "stable", partial + #""stable":-1}"#)
    incomplete("partial", "stable_translation", partial + #""stable":0,"stable_translation":-2}"#)
    for time in ["1e300", "1e15", "-1e15"] {
      incomplete("end", "emitted_at", #"{"event":"end","emitted_at":\#(time),"duration":1}"#)
      incomplete("end", "duration", #"{"event":"end","emitted_at":1,"duration":\#(time)}"#)
      incomplete("overrun", "lost", #"{"event":"overrun","emitted_at":1,"lost":\#(time)}"#)
      incomplete("partial", "t1", partial.replacing(#""t1":1"#, with: #""t1":\#(time)"#) + #""stable":0}"#)
      incomplete(
        "final", "words",
        #"{"event":"final","emitted_at":1,"utterance":0,"t0":0,"t1":1,"text":"a","words":[{"start":1,"end":\#(time),"text":"a"}]}"#
      )
    }
  }

  @Test func filesAreRead() throws {
    let scratch = ScratchFolder()
    scratch.put("log.jsonl", Self.lines)
    #expect(try LiveLog(contentsOf: scratch.path("log.jsonl")) == log(Self.lines))
    #expect(throws: LiveLogError.self) { try LiveLog(contentsOf: scratch.path("absent")) }
  }

  @Test func brokenPromisesAreFound() {
    let log = LiveLog([
      .update(.partial(0, at: 1, from: 0, to: 1, "one two", stable: 3)),
      // "one" was committed.
      .update(.partial(0, at: 2, from: 0, to: 2, "won two", stable: 3)),
      // Less is committed than before, and then more than there is.
      .update(.partial(0, at: 3, from: 0, to: 3, "won two", stable: 0)),
      .update(.partial(0, at: 4, from: 0, to: 4, "won two", stable: 8)),
      .other(at: 3.5, name: "silence"),
      .update(.final(0, at: 5, from: 0, to: 5, "won two three")),
      .update(.partial(0, at: 6, from: 0, to: 6, "again")),
    ])
    #expect(
      log.faults == [
        LiveFault(event: 2, promise: .committedText), LiveFault(event: 3, promise: .committedLength),
        LiveFault(event: 4, promise: .committedLength), LiveFault(event: 5, promise: .clock),
        LiveFault(event: 7, promise: .finality),
      ])
    #expect(log.utterances.map(\.updates.count) == [5], "what stands behind a final is no part of the sentence")
  }
}
