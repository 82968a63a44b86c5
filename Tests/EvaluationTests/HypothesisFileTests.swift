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
    return try HypothesisFile.read(scratch.path(name), for: set)
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
    #expect(try HypothesisFile.read(scratch.path("out"), for: set) == ["u1": "one two", "u3": "four"])
    scratch.put("none/readme.md", "")
    #expect(throws: HypothesisError.self) { try HypothesisFile.read(scratch.path("none"), for: set) }
    #expect(throws: HypothesisError.self) { try HypothesisFile.read(scratch.path("absent.txt"), for: set) }
  }
}
