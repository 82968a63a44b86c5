import Foundation
import Testing

@testable import Evaluation

@Suite struct LiveScoreTests {
  /// Two sentences of 2 s and 4 words, at 0 and 4 s.
  static let reference = LiveReference(
    segments: [
      .init(start: 0, end: 2, text: "One red, two green.", translation: "um vermelho dois verdes"),
      .init(start: 4, end: 6, text: "Three blue four grey.", translation: "três azuis quatro cinzas"),
    ], language: "en", target: "pt", audioSeconds: 8)

  /// Each word comes with the second in which it ends; the second sentence has one word wrong, and its translation too.
  static let log = LiveLog([
    .other(at: 0, name: "ready"),
    .update(.partial(0, at: 1, from: 0, to: 1, "One red", stable: 0, translation: "um verde", stableTranslation: 2)),
    .update(
      .final(
        0, at: 2.5, from: 0, to: 2, "One red two green.", translation: "um vermelho dois verdes",
        words: words(["One", "red", "two", "green."], from: 0))),
    .degraded(at: 4, level: 1, what: "x", lag: 1), .degraded(at: 4.5, level: 0, what: "x", lag: 0),
    .overrun(at: 4.6, lost: 0.5, reason: "device"), .device(at: 4.7, state: "lost", name: "y"),
    .device(at: 4.8, state: "back", name: "y"),
    .update(.partial(1, at: 5, from: 4, to: 5, "Three blue", stable: 10, translation: "três azuis")),
    .update(
      .final(
        1, at: 7, from: 4, to: 6, "Three blue four great.", translation: "três azuis quatro pretos",
        words: words(["Three", "blue", "four", "great."], from: 4))),
    .update(.partial(2, at: 7.5, from: 6, to: 7, "um")),
  ])

  static func words(_ texts: [String], from start: Double) -> [LiveWord] {
    texts.enumerated().map { LiveWord(start: start + Double($0) / 2, end: start + Double($0 + 1) / 2, text: $1) }
  }

  @Test func everyFigureOfASession() throws {
    let score = LiveScore(label: "talk", log: Self.log, reference: Self.reference)
    #expect(score.audioSeconds == 8 && score.lostSeconds == 0.5)
    #expect(score.utterances == 2 && score.unfinished == 1 && score.partials == 3)
    #expect(score.degradations == 1 && score.deviceLosses == 1 && score.faults == 0)
    // One of eight words is wrong; after normalisation grey is gray.
    #expect(score.words == EditCounts(hits: 7, substitutions: 1) && score.wordErrorRate == 0.125)
    #expect(score.characters == nil)
    // Pace 500 ms. First sentence, shown at 1, 1, 2.5, 2.5: the third has all, (1000 + 500 + 1500) / 3 = 1000. Second,
    // shown at 1, 1, 3, 3: (1000 + 500 + 2000) / 3. Committed: first all at 2.5, which is after the end: 2500; second
    // "Three blue" at 1: the same as shown.
    let second = 3500.0 / 3
    #expect(abs(try #require(score.text.shown?.streamLAAL) - (1000 + second) / 2) < 1e-9)
    #expect(abs(try #require(score.text.committed?.streamLAAL) - (2500 + second) / 2) < 1e-9)
    #expect(score.text.shown?.sentences == 2 && score.text.shown?.unanswered == 0)
    #expect(score.text.words == 8 && score.text.normalizedErasure == 0 && score.text.revoked == 0)
    // Of the translation "verde" is erased. Shown: "um" at 1, the rest at 2.5, (1000 + 2000) / 2; then as the text.
    let translation = try #require(score.translation)
    #expect(translation.normalizedErasure == 0.125 && translation.words == 8 && translation.revoked == 0)
    #expect(abs(try #require(translation.shown?.streamLAAL) - (1500 + second) / 2) < 1e-9)
    // "um" committed at 1 and the rest at 2.5: 1500; second all at 3: 3000.
    #expect(abs(try #require(translation.committed?.streamLAAL) - 2250) < 1e-9)
    // First texts at 1 and 5, of sentences that begin at 0 and 4.
    #expect(score.firstText?.p50 == 1 && score.firstText?.count == 2 && score.firstTranslation?.max == 1)
    // Ends 0.5, 1, 1.5, 2 shown at 1, 1, 2.5, 2.5: 0.5, 0, 1, 0.5; ends 4.5, 5, 5.5, 6 at 5, 5, 7, 7: 0.5, 0, 1.5, 1.
    #expect(score.wordShown?.p50 == 0.5 && score.wordShown?.p95 == 1.5)
    // Committed: 2, 1.5, 1, 0.5; 0.5, 0, 1.5, 1.
    #expect(score.wordCommitted?.p50 == 1 && score.wordCommitted?.p95 == 2)
    #expect(score.sentenceFinal?.p50 == 0.5 && score.sentenceFinal?.p95 == 1)
    #expect(score.maximumLagByMinute == [2] && score.maximumLag == 2)
    // 7 of 8 words, 5 of 6 pairs, 3 of 4 triples, 1 of 2 quadruples, no penalty.
    let bleu = 100 * pow(7.0 / 8 * 5 / 6 * 3 / 4 * 1 / 2, 0.25)
    #expect(abs(try #require(score.bleu) - bleu) < 1e-9)
  }

  @Test func withoutTimesTheRecordingIsOneSentence() throws {
    let reference = LiveReference(
      text: "One red two green three blue four grey", translation: "um", language: "en", audioSeconds: 8)
    let score = LiveScore(label: "talk", log: Self.log, reference: reference)
    #expect(score.wordErrorRate == 0.125 && score.text.shown?.sentences == 1)
    // Pace 1000: delays 1, 1, 2.5, 2.5, 5, 5, 7, 7 less 0...7: 1, 0, 0.5, -0.5, 1, 0, 1, 0.
    #expect(score.text.shown?.streamLAAL == 375)
    // Speech begins where the log has it, and not only in sentences that have a translation.
    #expect(score.firstText?.count == 2)
  }

  @Test func withoutAReferenceOnlyTheLogSpeaks() throws {
    let score = LiveScore(label: "talk", log: Self.log, reference: LiveReference())
    #expect(
      score.wordErrorRate == nil && score.bleu == nil && score.text.shown == nil && score.translation?.shown == nil)
    #expect(score.audioSeconds == 7 && score.sentenceFinal?.count == 2 && score.text.normalizedErasure == 0)
  }

  @Test func emptyLogsAndLogsWithoutFinals() {
    for log in [LiveLog(), LiveLog([.update(.partial(0, at: 1, from: 0, to: 1, "a b", stable: 1))])] {
      let score = LiveScore(label: "x", log: log, reference: Self.reference)
      #expect(score.utterances == 0 && score.unfinished == log.events.count && score.text.words == 0)
      #expect(score.wordErrorRate == 1, "all words are missing")
      // All of it is missing, and counts as that.
      #expect(score.text.shown?.unanswered == 2 && score.text.shown?.sentences == 0 && score.bleu == 0)
      #expect(score.translation?.shown?.unanswered == 2 && score.translation?.words == 0)
      #expect(score.firstText == nil && score.sentenceFinal == nil && score.maximumLag == nil)
      #expect(score.text.normalizedErasure == nil)
      #expect(LiveTable.text(of: [score]).hasPrefix("session  audio s  sent.   WER %  LAAL of  BLEU\nx"))
      #expect(LiveTable.minutes(of: [score]).isEmpty)
    }
  }

  /// As in a cascade, a recording of which nothing was translated takes its share of the score.
  @Test func whatIsNotTranslatedCountsAsMissing() throws {
    let half = LiveReference(
      segments: [Self.reference.segments[0]], language: "en", target: "pt", audioSeconds: 4)
    let said = LiveLog([.update(Self.log.finals[0])])
    var silent = said
    guard case .update(var update) = silent.events[0] else { return }
    update.translation = nil
    silent.events = [.update(update)]
    var both = LiveMeasures(said, reference: half)
    #expect(LiveScore(label: "said", both).bleu == 100)
    both += LiveMeasures(silent, reference: half)
    // Half of the words: the brevity penalty.
    #expect(abs(try #require(LiveScore(label: "both", both).bleu) - 100 * exp(-1)) < 1e-9)
    let score = LiveScore(label: "both", both)
    #expect(score.translation?.shown?.sentences == 1 && score.translation?.shown?.unanswered == 1)
    #expect(LiveScore(label: "x", log: silent, reference: LiveReference()).translation == nil)
  }

  /// What stands between ideographs stays as it is written.
  @Test func translationsWithoutSpacesAreCutAsTheyAreWritten() {
    let texts = ["我们 用 deep learning 训练。", "GPU memory 很 贵。"]
    let reference = LiveReference(
      segments: texts.enumerated().map { index, text in
        .init(start: Double(3 * index), end: Double(3 * index + 2), text: "x", translation: text)
      }, language: "en", target: "zh", audioSeconds: 6)
    // The sentences of the session end elsewhere.
    let log = LiveLog([
      .update(.final(0, at: 3, from: 0, to: 2, "x", translation: "我们 用 deep learning")),
      .update(.final(1, at: 6, from: 3, to: 5, "x", translation: "训练。GPU memory 很 贵。")),
    ])
    let score = LiveScore(label: "x", log: log, reference: reference, ruler: Ruler(bleu: BLEU(tokenizer: .zh)))
    #expect(score.bleu.map { abs($0 - 100) < 1e-9 } == true, "\(score.bleu ?? -1)")
  }

  @Test func scriptsWithoutSpacesAreCountedInCharacters() {
    let log = LiveLog([
      .update(.final(0, at: 3, from: 0, to: 2, language: "zh", "今天很冷。")),
      .update(.final(1, at: 6, from: 3, to: 5, language: "zh", "明天不热")),
    ])
    let reference = LiveReference(
      segments: [.init(start: 0, end: 2, text: "今天很冷"), .init(start: 3, end: 5, text: "明天很热")], language: "zh")
    let score = LiveScore(label: "x", log: log, reference: reference)
    // The full stop becomes a space: 不 for 很 and the space.
    #expect(score.characters == EditCounts(hits: 7, substitutions: 1, insertions: 1) && score.wordErrorRate == nil)
    #expect(score.text.words == 9)
    // Both sentences come after their end, at 3000 ms.
    #expect(score.text.shown?.streamLAAL == 3000)
  }

  @Test func aTextInOneLanguageIsCountedInItsWords() {
    // For a moment the recogniser took English for Japanese; the reference knows better.
    let log = LiveLog([.update(.final(0, at: 3, from: 0, to: 2, language: "ja", "hello you"))])
    let told = LiveScore(label: "x", log: log, reference: LiveReference(text: "hello you", language: "en"))
    #expect(told.text.words == 2 && told.wordErrorRate == 0)
    #expect(LiveScore(label: "x", log: log, reference: LiveReference()).text.words == 8)
  }

  @Test func referencesComeFromDataSets() {
    let utterances = [
      Utterance(
        id: "b", audio: "x.wav", excerpt: .init(start: 4, duration: 2), text: "Three", translations: ["pt": "três"]),
      Utterance(
        id: "a", audio: "x.wav", excerpt: .init(start: 0.5, duration: 1.5), text: "One", language: "en",
        translations: ["pt": "um", "de": "eins"]),
    ]
    let reference = LiveReference(utterances, target: "pt", audioSeconds: 8)
    #expect(
      reference
        == LiveReference(
          segments: [
            .init(start: 0.5, end: 2, text: "One", translation: "um"),
            .init(start: 4, end: 6, text: "Three", translation: "três"),
          ], language: "en", target: "pt", audioSeconds: 8))
    #expect(LiveReference(utterances).segments.allSatisfy { $0.translation == nil })
    // Without times the sentences are one.
    let untimed = LiveReference(utterances.map { Utterance(id: $0.id, text: $0.text) })
    #expect(untimed.speech == nil && untimed.segments.map(\.start) == [nil, nil])
  }

  @Test func runsAddUpBySet() throws {
    var run = LiveRun(system: "s", settings: ["step": "0.4"])
    for (set, work) in [("a", 1.0), ("b", 3), ("a", 2)] {
      var measures = LiveMeasures(Self.log, reference: Self.reference)
      measures.workSeconds = work
      let score = LiveScore(label: set, measures)
      #expect(score.realTimeFactor == work / 8)
      run.add(LiveRecording(set: set, id: "x", language: "en", audio: "x.wav", log: Self.log, score: score), measures)
    }
    run.summarize(ruler: Ruler()) { "\($0), all" }
    #expect(run.summaries.map(\.label) == ["a, all", "b, all", "all, all"])
    #expect(run.summaries.map(\.realTimeFactor) == [0.1875, 0.375, 0.25])
    #expect(run.summaries.map(\.utterances) == [4, 2, 6])
    #expect(run.recordings[0].text == "One red two green. Three blue four great.")
    #expect(run.recordings[0].translation == "um vermelho dois verdes três azuis quatro pretos")
    let result = LiveBenchResult(environment: [:], ruler: Ruler(), runs: [run])
    #expect(try JSONDecoder().decode(LiveBenchResult.self, from: JSONEncoder().encode(result)) == result)
  }

  @Test func sessionsAddUp() {
    let one = LiveMeasures(Self.log, reference: Self.reference)
    var both = one
    both += LiveMeasures(
      LiveLog([.update(.final(0, at: 9, from: 0, to: 2, "One red two green."))]),
      reference: LiveReference(segments: [Self.reference.segments[0]], language: "en", audioSeconds: 2))
    let score = LiveScore(label: "all", both)
    #expect(score.audioSeconds == 10 && score.utterances == 3 && score.words?.referenceCount == 12)
    #expect(score.text.shown?.sentences == 3 && score.translation?.shown?.sentences == 2)
    #expect(score.sentenceFinal?.max == 7 && score.maximumLagByMinute == [7])
    #expect(score.bleu == LiveScore(label: "one", one).bleu)
  }

  @Test func figuresStandInColumns() throws {
    let score = LiveScore(label: "talk", log: Self.log, reference: Self.reference)
    let wide = LiveTable.text(of: [score])
    #expect(
      wide == """
        session  audio s  sent.  WER %  first p50  word p50   p95  commit p50   p95  final p50   p95   max  LAAL  committed    NE   BLEU  to first  to LAAL  committed  to NE  lost s  slow
        talk         8.0      2  12.50       1.00      0.50  1.50        1.00  2.00       0.50  1.00  2.00  1083       1833  0.00  72.31      1.00     1333       2250   0.12    0.50     1

        """)
    let narrow = LiveTable.text(of: [score], width: 60).split(separator: "\n")
    #expect(narrow.count > 3 && narrow.allSatisfy { $0.count <= 60 })
    #expect(narrow.filter { $0.hasPrefix("session") }.allSatisfy { !$0.contains("session      p95") })
    let legend = LiveTable.text(of: [score], hasLegend: true)
    #expect(legend.hasPrefix(wide + "\n") && legend.contains("NE          words of the text taken back"))
    #expect(LiveTable.minutes(of: [score]) == "minute     1\ntalk    2.00\n")
    #expect(LiveTable.text(of: []).isEmpty)
  }

  @Test func scoresAreKeptAsJSON() throws {
    let score = LiveScore(label: "talk", log: Self.log, reference: Self.reference)
    #expect(try JSONDecoder().decode(LiveScore.self, from: JSONEncoder().encode(score)) == score)
  }
}
