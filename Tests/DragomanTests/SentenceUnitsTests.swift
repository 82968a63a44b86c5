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

  /// A title at the end of a segment belongs to the name that follows.
  @Test func anAbbreviationEndsNoUnit() {
    let segments = ["It was Mr.", "John Dashwood.", "He met J.", "Smith.", "All said no.", "Then they left."]
    #expect(units(segments.enumerated().map { Self.segment($0, $1, at: $0) }) == [[0, 1], [2, 3], [4, 5]])
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
      let shares = share(translation, among: lengths.map { String(repeating: "x", count: $0) })
      #expect(shares.count == lengths.count)
      #expect(shares.filter { !$0.isEmpty }.joined(separator: " ") == translation)
    }
    #expect(share("um dois três quatro", among: ["one two", "ten six"]) == ["um dois", "três quatro"])
    #expect(share("", among: ["a", "bc"]) == ["", ""])
  }

  @Test func noShareIsEmptyWhereThereAreWords() {
    #expect(
      share("Este é um teste muito longo, apenas.", among: ["This is a test that is rather long and", "only."])
        == ["Este é um teste muito longo,", "apenas."])
    #expect(share("só um", among: ["only", "a single one of these"]) == ["só", "um"])
    #expect(share("só um", among: ["one very long segment with many words", "two"]) == ["só", "um"])
    for lengths in [[1, 100, 1], [100, 1, 1], [1, 1, 100], [0, 5, 0]] {
      let texts = lengths.map { String(repeating: "x", count: $0) }
      #expect(share("um dois três", among: texts) == ["um", "dois", "três"])
      #expect(share("um dois", among: texts).joined(separator: " ").split(separator: " ") == ["um", "dois"])
    }
  }

  /// A text without spaces is divided between its characters, but not within a foreign word, and not before a full stop.
  @Test func sharesOfATextWithoutSpaces() {
    #expect(
      share("こんにちは。今日はいい天気です。", among: ["Hello.", "The weather is fine today."])
        == ["こんにちは。", "今日はいい天気です。"])
    let translation = "我们今天谈谈iPhone的录音。"
    let shares = share(translation, among: ["Today we will", "talk about the recordings", "of the iPhone."])
    #expect(shares.allSatisfy { !$0.isEmpty } && shares.joined() == translation, "\(shares)")
    #expect(shares.contains { $0.contains("iPhone") }, "\(shares)")
    #expect(
      share("é https://example.org/" + String(repeating: "long", count: 20), among: ["it", "is"]).last?.count == 100)
  }

  /// The same number of sentences, of other lengths.
  @Test func sharesEndWhereSentencesDo() {
    let texts = [
      "It takes heat to bring out the odor. A cold dip restores health", "and zest. Salt is good. Yes, Mr. Hill.",
    ]
    #expect(
      share(
        "É preciso calor. Um mergulho frio restaura a saúde e o gosto de viver outra vez. O sal é bom. Sim, Sr. Hill.",
        among: texts) == [
          "É preciso calor. Um mergulho frio restaura a saúde e o gosto de",
          "viver outra vez. O sal é bom. Sim, Sr. Hill.",
        ])
    #expect(
      share(
        "Um. Dois dois dois dois dois dois. Três.",
        among: ["One one one one one one.", "Two. Three three three three."])
        == ["Um.", "Dois dois dois dois dois dois. Três."])
  }
}
