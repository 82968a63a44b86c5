import Testing

@testable import Transcripts

/// What formats make of words with their times.
@Suite struct WordTests {
  private func transcript(
    _ words: [(Double, Double, String)]?, text: String, translation: String? = nil, duration: Int = 60
  ) -> Transcript {
    let words = words?.map {
      Word(start: .seconds($0.0), end: .seconds($0.1), text: $0.2, probability: 0.5, confidence: 0.75)
    }
    let segment = Segment(
      id: 0, start: .seconds(1), end: .seconds(30), text: text, translation: translation, words: words)
    return Transcript(
      file: "a", duration: .seconds(duration), language: "en", languageProbability: 1, model: "m", targetLanguage: "pt",
      segments: [segment])
  }

  private let spoken: [(Double, Double, String)] = [
    (1, 1.5, " There"), (1.5, 1.7, " are"), (1.7, 2, " nine"), (2, 2.5, " hundred"), (2.5, 3, " recordings"),
    (3, 3.2, " on"), (3.2, 3.3, " the"), (3.3, 4, " shelves."), (9, 9.5, " Nobody"), (9.5, 9.8, " has"),
    (9.8, 10.4, " listened"), (10.4, 10.5, " to"), (10.5, 10.8, " them"), (10.8, 11, " for"), (11, 11.4, " thirty"),
    (11.4, 12, " years."),
  ]
  private var text: String { String(spoken.map(\.2).joined().dropFirst()) }

  @Test func cuesBeginAndEndWithTheirWords() {
    let cues = Subtitles.cues(of: transcript(spoken, text: text), content: .source)
    #expect(
      cues.map(\.lines) == [
        ["There are nine hundred", "recordings on the shelves."], ["Nobody has listened to", "them for thirty years."],
      ])
    #expect(cues.map(\.start) == [1_000, 9_000] && cues.map(\.end) == [4_000, 12_000])
  }

  @Test func withoutWordsTheyAreSharedInProportion() {
    let cues = Subtitles.cues(of: transcript(nil, text: text), content: .source)
    #expect(cues.count == 2 && cues[0].start == 1_000 && cues[0].end == cues[1].start && cues[1].end == 30_000)
  }

  @Test func aTranslationFollowsTheWordsOfItsSource() {
    let translation = "Há novecentas gravações nas prateleiras todas. Ninguém as ouviu durante os últimos trinta anos."
    let target = Subtitles.cues(of: transcript(spoken, text: text, translation: translation), content: .target)
    #expect(target.count == 2 && target[0].start == 1_000 && target[1].end == 12_000)
    let both = Subtitles.cues(of: transcript(spoken, text: text, translation: translation), content: .both)
    #expect(both.map(\.start) == [1_000, 9_000] && both.map(\.end) == [4_000, 12_000])
  }

  @Test func aLongPauseDividesCues() {
    let words = [(1.0, 1.4, " Well"), (1.4, 2.0, " then"), (8.0, 8.4, " let"), (8.4, 8.6, " us"), (8.6, 9.0, " go")]
    let cues = Subtitles.cues(of: transcript(words, text: "Well then let us go"), content: .source)
    #expect(cues.map(\.lines) == [["Well then"], ["let us go"]])
    #expect(cues.map(\.start) == [1_000, 8_000] && cues.map(\.end) == [2_000, 9_000])
  }

  @Test func shortCuesStayALittleAndShortGapsAreClosed() {
    let segments = [(1.0, 1.2, " Yes."), (1.5, 1.6, " No."), (5.0, 5.1, " Oh.")].enumerated().map { index, word in
      Segment(
        id: index, start: .seconds(word.0), end: .seconds(word.1), text: String(word.2.dropFirst()),
        words: [Word(start: .seconds(word.0), end: .seconds(word.1), text: word.2, probability: 1)])
    }
    let transcript = Transcript(
      file: "a", duration: .milliseconds(5_600), language: "en", languageProbability: 1, model: "m", segments: segments)
    let cues = Subtitles.cues(of: transcript, content: .source)
    #expect(cues.map(\.start) == [1_000, 1_500, 5_000])
    #expect(cues.map(\.end) == [1_500, 2_500, 5_600])
  }

  @Test func unspacedScriptsAreCutAtTheirCharacters() {
    let text = String(repeating: "今日は図書館の録音について話します。", count: 4)
    let words = text.enumerated().filter { $0.element != "。" }.map { index, character in
      let following = Array(text)[index + 1]
      return (
        Double(index), Double(index) + (following == "。" ? 1.9 : 0.9),
        following == "。" ? "\(character)。" : "\(character)"
      )
    }
    let cues = Subtitles.cues(of: transcript(words, text: text, duration: 100), content: .source)
    #expect(cues.count == 2 && cues[0].start == 0 && cues[1].start == 36_000)
  }

  /// Whatever the words: cues in order, nothing lost.
  @Test func wordsThatDoNotFitTheTextDoNoHarm() {
    for words in [[], [(5.0, 4.0, "")], [(40.0, 41.0, " other"), (2.0, 2.0, " x")], Array(spoken.dropLast(7))] {
      let cues = Subtitles.cues(of: transcript(words, text: text), content: .source)
      #expect(cues.flatMap(\.lines).joined(separator: " ") == text)
      for cue in cues { #expect(cue.start < cue.end) }
      for (cue, next) in zip(cues, cues.dropFirst()) { #expect(cue.end <= next.start) }
    }
  }

  @Test func json() {
    let lines = TranscriptFormat.jsonl.render(transcript([(1.25, 1.5, " Yes.")], text: "Yes."))
    #expect(
      lines.hasSuffix(
        #","tokens":[],"confidence":0.75,"words":[{"start":1.25,"end":1.5,"text":" Yes.","probability":0.5,"#
          + #""confidence":0.75}]}"# + "\n"))
    #expect(
      TranscriptFormat.jsonl.render(transcript([], text: "Yes.")).hasSuffix(#","confidence":null,"words":[]}"# + "\n"))
    #expect(!TranscriptFormat.jsonl.render(transcript(nil, text: "Yes.")).contains("words"))
    #expect(Word(start: .zero, end: .zero, text: "", probability: 0.25).confidence == 0.25)
  }
}
