import Testing
import Transcripts

@testable import Dragoman

/// Segments become sentences, and a sentence's translation goes back to its segments.
@Suite struct SentenceUnitsTests {
  static func segment(_ id: Int, _ text: String, at seconds: Int, language: String = "en") -> Segment {
    Segment(id: id, start: .seconds(seconds), end: .seconds(seconds + 1), text: text, language: language)
  }

  func units(_ segments: [Segment]) -> [[Int]] {
    var units = SentenceUnits()
    return (segments.flatMap { units.append($0) } + units.finish()).map { $0.map(\.id) }
  }

  @Test func sentencesEndUnits() {
    let segments = ["One,", "two.", "Three!", "\"Four?\"", "five"].enumerated().map {
      Self.segment($0, $1, at: $0)
    }
    #expect(units(segments) == [[0, 1], [2], [3], [4]])
  }

  @Test func pausesLanguagesAndLengthEndUnits() {
    #expect(units([Self.segment(0, "and", at: 0), Self.segment(1, "then", at: 5)]) == [[0], [1]])
    #expect(units([Self.segment(0, "a", at: 0), Self.segment(1, "b", at: 1, language: "pt")]) == [[0], [1]])
    let long = (0..<20).map { Self.segment($0, "word", at: $0) }
    #expect(units(long).map(\.count) == [8, 8, 4])
    #expect(units([]) == [])
  }

  @Test(arguments: [
    "これは終わりです。", "خلاص؟", "यह अंत है।", "He said \"no.\"", "Well…", "(done.)",
  ])
  func endsOfSentences(text: String) { #expect(Transcript.endsSentence(text)) }

  @Test(arguments: ["", "and so,", "3", "..a", "Mr"]) func middlesOfSentences(text: String) {
    #expect(!Transcript.endsSentence(text))
  }

  @Test func sharesAreTheTranslationAgain() {
    let translation = "Hoje vamos falar, meus amigos, sobre o arquivo da velha biblioteca."
    for lengths in [[10, 10], [1, 100], [100, 1], [5, 5, 5, 5], [3], [0, 0]] {
      let shares = share(translation, among: lengths)
      #expect(shares.count == lengths.count)
      #expect(shares.filter { !$0.isEmpty }.joined(separator: " ") == translation)
    }
    #expect(share("um dois três quatro", among: [7, 7]) == ["um dois", "três quatro"])
    #expect(share("", among: [1, 2]) == ["", ""])
  }
}
