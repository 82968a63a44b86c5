import Testing
import Transcripts

@testable import SpeechRecognition

@Suite struct SpeechCoverageTests {
  /// A word of a window, in its frames.
  private func word(_ start: Int, _ end: Int, _ text: String = " a", looksAt: Int? = nil) -> AlignedWord {
    AlignedWord(
      word: Word(
        start: .milliseconds(10 * start), end: .milliseconds(10 * end), text: text, probability: 1, confidence: 1),
      tokens: 0..<1, bareEnd: 1, bareText: " a", lastAttended: looksAt ?? start)
  }

  private func gap(_ words: AlignedWord..., until end: Int) -> Range<Int>? {
    SpeechCoverage.gap(between: words, until: end)
  }

  @Test func wordsWithoutLongGapsCoverAWindow() {
    #expect(gap(word(0, 40), word(300, 350), word(600, 640), until: 900) == nil)
    #expect(gap(until: 200) == nil)
  }

  @Test func speechBeforeBetweenAndBehindWordsIsFound() {
    #expect(gap(word(900, 940), until: 1000) == 0..<900)
    #expect(gap(word(0, 40), word(500, 540), word(1500, 1540), until: 1600) == 40..<500)
    #expect(gap(word(0, 40), word(100, 150), until: 2900) == 150..<2900)
  }

  /// The end of a sentence that stands for all that follows it.
  @Test func aWordOfManySecondsHidesWhatIsSaidInIt() {
    #expect(gap(word(0, 40), word(50, 1800, looksAt: 80), until: 1800) == 180..<1800)
    #expect(gap(word(0, 40), word(50, 1800, looksAt: 1750), until: 1800) == 40..<1650)
    #expect(gap(word(0, 40), word(50, 600, " 716-244-6714", looksAt: 80), until: 600) == nil)
  }

  /// One word stands for a sentence that lies between two long silences.
  @Test func aPartBetweenLongSilencesHasWordsOfItsOwn() {
    let words = [
      word(0, 40), word(60, 100), word(120, 160), word(310, 590), word(620, 640), word(700, 720), word(740, 760),
      word(800, 900),
    ]
    func poor(_ silences: [Int], until end: Int = 900) -> Range<Int>? {
      SpeechCoverage.poorPart(of: words, at: silences, until: end)
    }
    #expect(poor([300, 600]) == 300..<600)
    #expect(poor([]) == nil, "words behind each other are looked for in gaps alone")
    #expect(poor([300]) == nil, "five words of 6 s, as somebody who pauses has")
    #expect(poor([420, 600]) == nil, "too short to say")
    #expect(poor([300, 600], until: 450) == nil, "what the next window hears again")
    #expect(poor([180, 300, 600], until: 3000) == 300..<600)
    #expect(poor([300], until: 3000) == 300..<3000)
  }
}
