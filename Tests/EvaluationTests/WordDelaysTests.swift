import Testing

@testable import Evaluation

@Suite struct WordDelaysTests {
  func sentence(_ updates: LoggedUpdate...) -> LiveUtterance { LiveUtterance(index: 0, updates: updates) }

  /// "the cat" changes to "that cat" and the cat stays in its place; "sat" goes and comes back.
  let changing = LiveUtterance(
    index: 0,
    updates: [
      .partial(0, at: 1, from: 0, to: 1, "the cat", stable: 0),
      .partial(0, at: 2, from: 0, to: 2, "that cat sat", stable: 4),
      .partial(0, at: 3, from: 0, to: 3, "that cat", stable: 7),
      .partial(0, at: 4, from: 0, to: 4, "that cat sat down", stable: 8),
      .final(0, at: 5, from: 0, to: 5, "that cat sat there"),
    ])

  @Test func aWordIsThereWhenNothingUpToItChangesAnyMore() {
    let delays = WordDelays(changing, side: .text, unit: .word)
    #expect(delays.words.map(\.text) == ["that", "cat", "sat", "there"])
    // "cat" stands from 1 on, but behind another first word; "sat" is gone at 3.
    #expect(delays.words.map(\.shownAt) == [2, 2, 4, 5])
    // "that" ends at scalar 4, "cat" at 8 (7 at time 3 is within it), "sat" only with the final.
    #expect(delays.words.map(\.committedAt) == [2, 4, 5, 5])
    #expect(delays.revoked == 0)
  }

  @Test func erasedWords() {
    // the cat -> that cat sat: 2; -> that cat: 1; -> that cat sat down: 0; -> that cat sat there: 1. Of 4 words.
    let erasure = Erasure(changing, side: .text, unit: .word)
    #expect(erasure == Erasure(erased: 4, words: 4) && erasure.normalized == 1)
    #expect(Erasure.zero.normalized == nil)
    #expect((erasure + Erasure(erased: 0, words: 4)).normalized == 0.5)
  }

  @Test func punctuationCountsUnlessOnlySpeechDoes() {
    let utterance = sentence(
      .partial(0, at: 1, from: 0, to: 1, "i went.", stable: 7), .final(0, at: 2, from: 0, to: 2, "I went, then ran."))
    let displayed = WordDelays(utterance, side: .text, unit: .word)
    #expect(displayed.words.map(\.shownAt) == [2, 2, 2, 2] && displayed.revoked == 2)
    #expect(Erasure(utterance, side: .text, unit: .word) == Erasure(erased: 2, words: 4))
    let spoken = WordDelays(utterance, side: .text, unit: .word, form: .spoken)
    #expect(spoken.words.map(\.text) == ["i", "went", "then", "ran"])
    #expect(spoken.words.map(\.shownAt) == [1, 1, 2, 2] && spoken.words.map(\.committedAt) == [1, 1, 2, 2])
    #expect(spoken.revoked == 0)
    #expect(Erasure(utterance, side: .text, unit: .word, form: .spoken) == Erasure(erased: 0, words: 4))
  }

  @Test func charactersAreWordsWhereThereAreNoSpaces() {
    let log = LiveLog([
      .update(.partial(0, at: 1, from: 0, to: 1, language: "ja", "今日わ", stable: 2)),
      .update(.final(0, at: 2, from: 0, to: 2, language: "ja", "今日は 雨")),
    ])
    let delays = WordDelays(log, side: .text)
    #expect(delays.words.map(\.text) == ["今", "日", "は", "雨"])
    #expect(delays.words.map(\.shownAt) == [1, 1, 2, 2] && delays.words.map(\.committedAt) == [1, 1, 2, 2])
    #expect(Erasure(log.utterances[0], side: .text, unit: .character) == Erasure(erased: 1, words: 4))
    // The same in words would be two, one of them changed.
    #expect(WordDelays(log.utterances[0], side: .text, unit: .word).words.map(\.shownAt) == [2, 2])
  }

  @Test func translationsMayBreakTheirWord() {
    let utterance = sentence(
      .partial(0, at: 1, from: 0, to: 1, "a", translation: nil),
      .partial(0, at: 2, from: 0, to: 2, "a b", translation: "um dois três", stableTranslation: 8),
      .final(0, at: 3, from: 0, to: 3, "a b c", translation: "um par de três"))
    let delays = WordDelays(utterance, side: .translation, unit: .word)
    #expect(delays.words.map(\.shownAt) == [2, 3, 3, 3] && delays.words.map(\.committedAt) == [2, 3, 3, 3])
    #expect(delays.revoked == 1, "dois was meant to stay")
    #expect(Erasure(utterance, side: .translation, unit: .word) == Erasure(erased: 2, words: 4))
    #expect(WordDelays(utterance, side: .text, unit: .word).revoked == 0)
  }

  @Test func whatIsNotCommittedAnyMoreWasNot() {
    let utterance = sentence(
      .partial(0, at: 1, from: 0, to: 1, "a b", stable: 3), .partial(0, at: 2, from: 0, to: 2, "a b", stable: 1),
      .final(0, at: 3, from: 0, to: 3, "a b"))
    let delays = WordDelays(utterance, side: .text, unit: .word)
    #expect(delays.words.map(\.shownAt) == [1, 1] && delays.words.map(\.committedAt) == [1, 3])
  }

  @Test func whatHasNoEndHasNoDelays() {
    let open = LiveLog([.update(.partial(0, at: 1, from: 0, to: 1, "a b", stable: 1))])
    #expect(WordDelays(open, side: .text) == WordDelays() && WordDelays(LiveLog(), side: .text) == WordDelays())
    #expect(Erasure(open.utterances[0], side: .text, unit: .word) == .zero)
    let untranslated = sentence(.final(0, at: 1, from: 0, to: 1, "a b"))
    #expect(WordDelays(untranslated, side: .translation, unit: .word) == WordDelays())
    // A sentence that is taken back as a whole has no words, and all that it had is erased.
    let withdrawn = sentence(.partial(0, at: 1, from: 0, to: 1, "thank you"), .final(0, at: 2, from: 0, to: 1, ""))
    #expect(Erasure(withdrawn, side: .text, unit: .word) == Erasure(erased: 2, words: 0))
  }
}

@Suite struct LiveLagsTests {
  let words = [LiveWord(start: 0.5, end: 0.9, text: " Yes,"), LiveWord(start: 59, end: 60.5, text: " now.")]

  func log(_ updates: LoggedUpdate...) -> LiveLog { LiveLog(updates.map { .update($0) }) }

  @Test func waitsAreMeasuredFromWhatWasHeard() {
    let log = log(
      .partial(0, at: 1, from: 0.25, to: 1, " ", stable: 0, translation: ""),
      .partial(0, at: 1.5, from: 0.25, to: 1.25, "Yes,", stable: 0),
      .partial(0, at: 2, from: 0.25, to: 2, "Yes, no", stable: 4, translation: "Sim"),
      .final(0, at: 62, from: 0.25, to: 61, "Yes, now.", translation: "Sim, agora.", words: words))
    let lags = LiveLags(log)
    // The first word begins at 0.5 and the first text comes at 1.5, the first translation at 2.
    #expect(lags.firstText == [1] && lags.firstTranslation == [1.5])
    // "Yes," ends at 0.9, is there at 1.5 and committed at 2; "now." ends at 60.5 and comes with the final at 62.
    #expect(close(lags.wordShown, [0.6, 1.5]) && close(lags.wordCommitted, [1.1, 1.5]))
    #expect(lags.sentenceFinal == [1.5])
    // The words end in the first and the second minute.
    #expect(close(lags.maximumByMinute.compactMap { $0 }, [1.1, 1.5]) && lags.maximumByMinute.count == 2)
  }

  @Test func withoutWordTimesTheSentenceCounts() {
    let log = log(
      .partial(0, at: 1, from: 0.5, to: 1, "a"), .final(0, at: 3, from: 0.5, to: 2, "a b"),
      .partial(1, at: 190, from: 180, to: 189, "c"), .final(1, at: 200, from: 180, to: 190, "c"))
    let lags = LiveLags(log)
    #expect(lags.firstText == [0.5, 10] && lags.sentenceFinal == [1, 10] && lags.wordShown.isEmpty)
    #expect(lags.maximumByMinute == [1, nil, nil, 10])
  }

  @Test func realSpeechBeginsWhereTheReferenceSaysSo() {
    func final(_ index: Int, _ start: Double, _ end: Double) -> LoggedUpdate {
      .final(
        index, at: end + 1, from: start, to: end, "a b",
        words: [
          LiveWord(start: start, end: start + 0.4, text: "a"), LiveWord(start: end - 0.4, end: end, text: "b"),
        ])
    }
    // The second sentence is one of two in the second part; the fourth begins in the third part and reaches into the next,
    // where a fifth begins that is not its first.
    let log = log(
      final(0, 0.5, 2.1), final(1, 2.5, 3), final(2, 3.1, 3.9), final(3, 4.2, 7), final(4, 7.2, 7.8))
    let lags = LiveLags(log, speech: [0..<2, 2..<4, 4..<5, 6..<8, 8..<9])
    // 3.1 - 0, 4 - 2 and 8 - 4; nobody begins in the last.
    #expect(close(lags.firstText, [3.1, 2, 4]))
  }

  @Test func wordsAreFoundInTheirText() {
    func places(_ text: String, _ words: String...) -> [Int?] {
      LoggedUpdate.final(0, at: 0, from: 0, to: 0, text, words: words.map { LiveWord(start: 0, end: 0, text: $0) })
        .placesOfWords()
    }
    #expect(places("the the cat", "the", " the", " cat ") == [3, 7, 11])
    #expect(places("今日は雨", "今日", "は", "雨") == [2, 3, 4])
    #expect(places("a b", "a", "x", "", "b", "b") == [1, nil, nil, 3, nil])
  }

  @Test func nothingIsNothing() {
    #expect(LiveLags(LiveLog()) == LiveLags())
    #expect(LiveLags(log(.partial(0, at: 1, from: 0, to: 1, "a"))) == LiveLags())
    var sum = LiveLags(log(.final(0, at: 3, from: 0, to: 2, "a")))
    sum += LiveLags(log(.final(0, at: 70, from: 60, to: 65, "a")))
    sum += LiveLags(log(.final(0, at: 4, from: 0, to: 2, "a")))
    #expect(sum.maximumByMinute == [2, 5] && sum.sentenceFinal == [1, 5, 2])
  }

  private func close(_ found: [Double], _ expected: [Double]) -> Bool {
    found.count == expected.count && zip(found, expected).allSatisfy { abs($0 - $1) < 1e-9 }
  }
}
