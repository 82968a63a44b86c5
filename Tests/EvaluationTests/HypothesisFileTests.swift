import Foundation
import Testing

@testable import Evaluation

@Suite struct HypothesisFileTests {
  let scratch = ScratchFolder()
  let set = DataSet(
    name: "set", path: "set", format: .manifest,
    utterances: [
      Utterance(id: "u1", audio: "/data/talk.wav", excerpt: .init(start: 0, duration: 2), text: "one two"),
      Utterance(id: "u2", audio: "/data/talk.wav", excerpt: .init(start: 2, duration: nil), text: "three"),
      Utterance(id: "u3", audio: "/data/other.flac", text: "four"),
    ])

  private func read(_ name: String, _ text: String) throws -> [String: String] {
    scratch.put(name, text)
    return try HypothesisFile.read(scratch.path(name), for: set).texts
  }

  @Test func linesInOrderOrWithIds() throws {
    let expected = ["u1": "one two", "u2": "tree", "u3": ""]
    #expect(try read("plain.txt", "one two\ntree\n\n") == expected)
    #expect(try read("kaldi.txt", "u3\nu1 one two\nu2 tree\n") == expected)
    let trn = try read("x.trn", "one two (u1)\ntree (u2)\n")
    #expect(trn.mapValues { $0.trimmingCharacters(in: .whitespaces) } == ["u1": "one two", "u2": "tree"])
    #expect(throws: HypothesisError.lineCount(path: scratch.path("two.txt"), expected: 3, found: 2)) {
      try read("two.txt", "a\nb\n")
    }
  }

  @Test func aCTMGoesToThePartsOfItsRecordings() throws {
    let ctm = ";; words\ntalk 1 1.8 0.3 two 0.9\ntalk 1 0.2 0.3 one\ntalk 1 2.0 0.4 three\nother A 0 1 four\n"
    #expect(try read("x.ctm", ctm) == ["u1": "one two", "u2": "three", "u3": "four"].merging([:]) { $1 })
    #expect(throws: HypothesisError.self) { try read("bad.ctm", "talk 1 zero 0.3 two\n") }
    #expect(throws: HypothesisError.self) { try read("foreign.ctm", "nobody 1 0 0.3 two\n") }
  }

  /// As Kaldi has it before segments are put in their places.
  @Test func timesInACTMOfUtterancesCountFromTheirBeginnings() throws {
    #expect(try read("x.ctm", "u1 1 0.2 0.3 one\nu2 1 0.2 0.3 three\n")["u2"] == "three")
  }

  @Test func jsonOfManyKinds() throws {
    let expected = ["u1": "one", "u3": "four"]
    #expect(
      try read("a.jsonl", #"{"id":"u1","ref":"x","hyp":"one"}"# + "\n" + #"{"id":"u3","hyp":"four"}"#) == expected)
    #expect(
      try read("b.json", #"[{"audio_filepath":"/x/other.flac","pred_text":"four"},{"id":"u1","text":"one"}]"#)
        == expected)
    #expect(try read("c.json", #"{"u1":"one","u3":"four"}"#) == expected)
    #expect(
      try read("d.json", #"{"u1":{"segments":[{"text":"one"}]},"u3":{"text":"four"}}"#) == expected)
    #expect(throws: HypothesisError.self) { try read("e.json", #"{"id":"elsewhere","text":"one"}"#) }
    #expect(throws: HypothesisError.self) { try read("f.json", #"{"numbers":[1,2]}"#) }
  }

  @Test func aFolderOfFiles() throws {
    scratch.put("out/u1.txt", "one\ntwo\n")
    scratch.put("out/other.json", #"{"text":"four"}"#)
    scratch.put("out/talk.json", #"{"text":"of two utterances"}"#)
    #expect(try HypothesisFile.read(scratch.path("out"), for: set).texts == ["u1": "one two", "u3": "four"])
    scratch.put("none/readme.md", "")
    #expect(throws: HypothesisError.self) { try HypothesisFile.read(scratch.path("none"), for: set) }
    #expect(throws: HypothesisError.self) { try HypothesisFile.read(scratch.path("absent.txt"), for: set) }
  }

  private func all(_ name: String, _ text: String, for set: DataSet? = nil, into: String? = nil) throws -> Hypotheses {
    scratch.put(name, text)
    return try HypothesisFile.read(scratch.path(name), for: set ?? self.set, translationInto: into)
  }

  @Test func linesThatAreOfNoUtteranceAreTold() throws {
    let most = try all("most.txt", "u1 one\nu2 two\nu9 nobody\n")
    #expect(most.texts == ["u1": "one", "u2": "two"] && most.faults.map(\.line) == [3])
    let twice = try all("twice.txt", "u1 one\nu2 two\nu1 again\n")
    #expect(twice.faults.map(\.line) == [3] && twice.texts["u1"] == "one")
    let objects = try all(
      "twice.jsonl",
      #"{"id":"u1","text":"one"}"# + "\n" + #"{"id":"u1","text":"again"}"# + "\n" + #"{"id":"u2","text":null}"#)
    #expect(objects.texts == ["u1": "one"])
    #expect(objects.faults.map(\.reason) == ["u1 stands here again", "u2 has no text"])
  }

  @Test func segmentsOfOneRecordingAreOneText() throws {
    let lines = (0..<2).map { #"{"id":"u1","start":\#($0),"end":\#($0 + 1),"text":"part \#($0)"}"# }
    #expect(try all("parts.jsonl", lines.joined(separator: "\n")).texts["u1"] == "part 0 part 1")
  }

  @Test func anOwnResultIsReadWhereItIsOfOneSystem() throws {
    func result(_ systems: Int) throws -> String {
      let utterance = UtteranceResult(set: "s", id: "u1", language: "en", reference: "a", hypothesis: "one")
      let run = BenchRun(system: "s", settings: [:], utterances: [utterance])
      let result = BenchResult(
        environment: [:], ruler: BenchSamples.ruler, runs: Array(repeating: run, count: systems))
      return String(decoding: try JSONEncoder().encode(result), as: UTF8.self)
    }
    let one = try all("own.json", try result(1))
    #expect(one.texts == ["u1": "one"] && one.faults.isEmpty)
    #expect(throws: HypothesisError.self) { try all("own2.json", try result(2)) }
  }

  /// What begins with a number is no id where ids are the numbers of lines.
  @Test func numbersAreNoIds() throws {
    scratch.put("ref.txt", "two\nthree apples\n")
    let lines = try DataSet(scratch.path("ref.txt"))
    #expect(try all("digits.txt", "2\n1 apples\n", for: lines).texts == ["1": "2", "2": "1 apples"])
  }

  /// A blank line on both sides, and one that is no UTF-8, are lines of the output all the same.
  @Test func linesOfAPairKeepTheirNumbers() throws {
    scratch.put("news.en.txt", "One.\n\nThree.\nFour.\n")
    try Data("Um.\n\nTr\u{E9}s.\nQuatro.\n".unicodeScalars.map { UInt8($0.value) })
      .write(to: URL(filePath: scratch.path("news.pt.txt")))
    let pair = try DataSet(scratch.path("news.en.txt"))
    #expect(pair.utterances.map(\.id) == ["1", "4"])
    let whole = try all("whole.txt", "um\n\ntres\nquatro\n", for: pair, into: "pt")
    #expect(whole.texts == ["1": "um", "4": "quatro"])
    // Only what was to be translated.
    #expect(try all("two.txt", "um\nquatro\n", for: pair, into: "pt").texts == whole.texts)
    let objects = ["um", "", "tres", "quatro"].map { #"{"translation": "\#($0)"}"# }.joined(separator: "\n")
    #expect(try all("whole.jsonl", objects, for: pair, into: "pt").texts == whole.texts)
    #expect(throws: HypothesisError.lineCount(path: scratch.path("three.txt"), expected: 2, found: 3)) {
      try all("three.txt", "um\ntres\nquatro\n", for: pair, into: "pt")
    }
  }

  @Test func referencesWithIds() throws {
    scratch.put("ref.trn", "one two (a-1)\nthree (a-2)\nno id\n")
    let trn = try DataSet(scratch.path("ref.trn"))
    #expect(trn.utterances.map(\.id) == ["a-1", "a-2"] && trn.utterances.map(\.text) == ["one two", "three"])
    #expect(trn.faults.map(\.line) == [3])
    scratch.put("text", "a-1 one two\na-2\n")
    #expect(try DataSet(scratch.path("text")).utterances.map(\.text) == ["one two", ""])
    scratch.put("ids.txt", "a-1 one two\na-2 three\n")
    let plain = try DataSet(scratch.path("ids.txt"))
    #expect(plain.named(like: [["one", "three"]]) == nil)
    let named = try #require(plain.named(like: [[], ["a-1", "a-2"]]))
    #expect(named.utterances.map(\.id) == ["a-1", "a-2"] && named.utterances.map(\.text) == ["one two", "three"])
    #expect(try all("hyp.txt", "a-2 three\na-1 one\n", for: named).texts == ["a-1": "one", "a-2": "three"])
  }

  @Test func channelsAlternativesAndSilentRecordingsOfACTM() throws {
    let call = DataSet(
      name: "set", path: "set", format: .stm,
      utterances: [
        Utterance(id: "a", audio: "/d/call.v2.wav", excerpt: .init(start: 0, duration: 5), channel: 0, text: "x"),
        Utterance(id: "b", audio: "/d/call.v2.wav", excerpt: .init(start: 0, duration: 5), channel: 1, text: "x"),
        Utterance(id: "c", audio: "/d/mute.wav", text: "x"),
      ])
    let both = "call.v2 A 0 1 left\ncall.v2 2 0 1 right\n"
    let read = try all("both.ctm", both, for: call)
    #expect(read.texts == ["a": "left", "b": "right", "c": ""])
    #expect(read.faults.map(\.reason) == ["no word of mute, which counts as deleted"])
    // Nobody speaks on the second channel; a channel without a name is the recogniser's way to say mono.
    let first = try all("one.ctm", "call.v2.wav 1 0 1 word\ncall.v2.wav 1 7 1 late\n", for: call)
    #expect(first.texts["a"] == "word" && first.texts["b"] == "")
    #expect(first.faults.map(\.reason).contains("1 word of call.v2 is in no part that is scored"), "\(first.faults)")
    #expect(try all("mono.ctm", "call.v2.wav - 0 1 word\n", for: call).texts["b"] == "word")
    var mono = call
    mono.utterances[1].channel = 0
    #expect(try all("other.ctm", "call.v2.wav 2 0 1 word\n", for: mono).texts["b"] == "word")
    let alternatives = """
      call.v2 1 * * <ALT_BEGIN>
      call.v2 1 0 1 first
      call.v2 1 * * <ALT>
      call.v2 1 0 1 second
      call.v2 1 * * <ALT_END>
      call.v2 1 1 1 @
      call.v2 1 1 1 last
      """
    #expect(try all("alt.ctm", alternatives, for: call).texts["a"] == "first last")
  }

  /// As Python's `json` writes numbers that are none.
  @Test func numbersThatAreNone() throws {
    let line = #"{"id":"u1","text":"a, NaN, b","avg_logprob":NaN,"p":[NaN, NaN,-Infinity]}"#
    let lines = try all("nan.jsonl", line + "\n" + #"{"id":"u2","text":"two"}"#)
    #expect(lines.texts == ["u1": "a, NaN, b", "u2": "two"] && lines.faults.isEmpty)
    let one = DataSet(name: "set", path: "set", format: .manifest, utterances: [Utterance(id: "u", text: "x")])
    let whisper = #"{"segments":[{"id":0,"start":0,"end":1,"text":" one","no_speech_prob":NaN}]}"#
    #expect(try all("whisper.json", whisper, for: one).texts == ["u": "one"])
    let several = "{\n\"text\": \"a\",\n\"p\": NaN}\n{\"text\": \"b\"}"
    #expect(try all("several.json", several, for: one).texts == ["u": "a b"])
    scratch.put("nan/u1.json", whisper)
    #expect(try HypothesisFile.read(scratch.path("nan"), for: set).texts == ["u1": "one"])
  }

  @Test func foldersTellRecordingsApart() throws {
    let twins = DataSet(
      name: "set", path: "set", format: .folder,
      utterances: ["a/x", "b/x"].map { Utterance(id: $0, audio: "/data/\($0).wav", text: "t") })
    scratch.put("twins/a/x.txt", "one")
    scratch.put("twins/b/x.TXT", "two")
    let expected = ["a/x": "one", "b/x": "two"]
    #expect(try HypothesisFile.read(scratch.path("twins"), for: twins).texts == expected)
    let paths = #"{"audio": "b/x.wav", "text": "two"}"# + "\n" + #"{"audio": "/data/a/x.wav", "text": "one"}"#
    #expect(try all("twins.jsonl", paths, for: twins).texts == expected)
  }

  @Test func whatJSONSaysOfBothLanguages() throws {
    let both = #"{"id":"u1","text":"one","translation":"um"}"#
    #expect(try all("both.json", both).texts == ["u1": "one"])
    #expect(try all("both.json", both, into: "pt").texts == ["u1": "um"])
    let broken = try all("broken.jsonl", both + "\nnothing\n" + #"{"id":"u2","transcription":"two"}"#)
    #expect(broken.texts == ["u1": "one", "u2": "two"] && broken.faults.map(\.line) == [2])
    #expect(try all("more.jsonl", both + "\n" + #"{"id":"else","text":"x"}"#).faults.count == 1)
  }

  @Test(arguments: [("ja", "はいそうです"), ("en", "はい そうです")]) func partsOfOneRecording(language: String, text: String)
    throws
  {
    let one = DataSet(
      name: "set", path: "set", format: .manifest, utterances: [Utterance(id: "u", text: "x", language: language)])
    let segments = #"[{"id":0,"start":0,"end":1,"text":"はい"},{"id":1,"start":1,"end":2,"text":" そうです"}]"#
    #expect(try all("segments.json", segments, for: one).texts == ["u": text])
    #expect(try all("whole.json", "{\"segments\":\(segments)}", for: one).texts == ["u": text])
    // One object after the other, each on several lines.
    #expect(
      try all("vosk.json", "{\n \"text\" : \"はい\"\n}\n{\n \"text\" : \"そうです\"\n}\n", for: one).texts == ["u": text])
  }

  @Test func wideTexts() throws {
    for (name, text) in [
      ("wide.txt", "one two\ntree\nfour\n"), ("wide.jsonl", #"{"id": "u1", "hyp": "one two"}"# + "\r\n"),
    ] {
      try #require(text.data(using: .utf16)).write(to: URL(filePath: scratch.path(name)))
      let read = try HypothesisFile.read(scratch.path(name), for: set)
      #expect(read.texts["u1"] == "one two" && read.faults.isEmpty)
    }
  }
}
