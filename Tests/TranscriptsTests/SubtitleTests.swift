import Testing

@testable import Transcripts

@Suite struct SubtitleTests {
  private func cues(
    _ text: String, _ translation: String? = nil, seconds: ClosedRange<Double> = 0...10,
    _ content: SubtitleContent = .source
  ) -> [Cue] {
    let segment = Segment(
      id: 0, start: .seconds(seconds.lowerBound), end: .seconds(seconds.upperBound), text: text,
      translation: translation)
    let transcript = Transcript(
      file: "a", duration: .seconds(10), language: "en", languageProbability: 1, model: "m", targetLanguage: "pt",
      segments: [segment])
    return Subtitles.cues(of: transcript, content: content)
  }

  private let long =
    "There are nine hundred recordings on the shelves. Nobody has listened to them for thirty years, "
    + "and Maria will make the first copies next Tuesday."

  @Test func aLineIsNotBroken() {
    #expect(cues("Good morning, everyone.").map(\.lines) == [["Good morning, everyone."]])
  }

  @Test func twoLinesBreakAtPunctuationWhenItIsNear() {
    #expect(
      cues("Maria will make the copies next Tuesday, and Peter will write.").map(\.lines)
        == [["Maria will make the copies next Tuesday,", "and Peter will write."]])
  }

  @Test func aLongTextIsCutAfterItsSentences() {
    #expect(
      cues(long).map(\.lines) == [
        ["There are nine hundred", "recordings on the shelves."],
        ["Nobody has listened to", "them for thirty years,"],
        ["and Maria will make the", "first copies next Tuesday."],
      ])
  }

  @Test func timeFollowsTheTextAndNoCueOverlaps() {
    let cues = cues(long)
    #expect(cues.first?.start == 0)
    #expect(cues.last?.end == 10_000)
    for (cue, next) in zip(cues, cues.dropFirst()) { #expect(cue.end == next.start && cue.start < cue.end) }
    // 49 of 146 columns come before the second cue.
    #expect(abs(cues[1].start - 10_000 * 49 / 146) < 60)
  }

  @Test func bothLanguagesAreCutInStep() {
    let translated =
      "Há novecentas gravações nas prateleiras. Ninguém as ouve há trinta anos, "
      + "e a Maria vai fazer as primeiras cópias na próxima terça-feira."
    #expect(
      cues(long, translated, .both).map(\.lines) == [
        ["There are nine hundred", "recordings on the shelves.", "Há novecentas gravações nas prateleiras."],
        ["Nobody has listened to", "them for thirty years,", "Ninguém as ouve há trinta anos,"],
        [
          "and Maria will make the", "first copies next Tuesday.", "e a Maria vai fazer as primeiras",
          "cópias na próxima terça-feira.",
        ],
      ])
  }

  /// As many sentences in both, of other lengths: a cue has the translation of its own.
  @Test func bothLanguagesAreCutAtTheSameSentences() {
    let both = cues(
      "It takes heat to bring out the odor of it. A cold dip restores health and zest. A salt pickle tastes fine with ham. "
        + "Tacos al pastor are my favorite.",
      "É preciso calor. Um mergulho frio restaura a saúde e o zest. Um sabor de salt pickle é bom com presunto. "
        + "Tacos al pastor são meus favoritos.", .both)
    for cue in both {
      let text = cue.lines.joined(separator: " ")
      for (source, target) in [
        ("odor", "calor"), ("health", "saúde"), ("pickle", "presunto"), ("Tacos al", "favoritos"),
      ] {
        #expect(text.contains(source) == text.contains(target), "\(text)")
      }
    }
    #expect(both.count > 1)
  }

  @Test func placesAreCarriedOverBySentences() {
    let scale = SentenceScale(source: [0.2, 1], target: [0.5, 1])
    #expect([0, 0.1, 0.2, 0.6, 1].map(scale.place) == [0, 0.25, 0.5, 0.75, 1])
    #expect(SentenceScale(source: [0.2, 1], target: [1]).place(for: 0.3) == 0.3)
    #expect(SubtitleLayout("One. Two, e.g. three. “Four!” Five").sentenceEnds.count == 4)
    #expect(SubtitleLayout("").sentenceEnds == [1])
  }

  @Test func aLongTranslationOfAShortTextKeepsAll() {
    let both = cues("Yes.", long, .both)
    #expect(both.count == cues(long).count)
    #expect(both[0].lines.first == "Yes.")
    #expect(both.flatMap(\.lines).joined(separator: " ") == "Yes. " + long)
  }

  /// Whatever the text: at most two lines of 42 columns, nothing lost, times in order.
  @Test(arguments: [
    "word", String(repeating: "word ", count: 500), String(repeating: "x", count: 1_000),
    String(repeating: "今日は図書館の録音について話します。", count: 30), String(repeating: "한국어 문장은 띄어쓰기가 있습니다. ", count: 20),
    "a " + String(repeating: "y", count: 43) + " b, c.", "… — ! ? \" ' ( ) [ ]",
    "👩‍👩‍👧‍👦🇵🇹 flags and families " + String(repeating: "é", count: 90),
  ]) func limitsHold(_ text: String) {
    for (content, blockCount) in [(SubtitleContent.source, 1), (.target, 1), (.both, 2)] {
      let cues = cues(text, String(text.reversed()), seconds: 0...0.01, content)
      #expect(!cues.isEmpty)
      for cue in cues {
        #expect(cue.lines.count <= 2 * blockCount && !cue.lines.isEmpty)
        for line in cue.lines { #expect(DisplayWidth.of(line) <= 42, "\(line)") }
        #expect(cue.start < cue.end)
      }
      for (cue, next) in zip(cues, cues.dropFirst()) { #expect(cue.end <= next.start) }
      let shown = cues.flatMap(\.lines).joined().filter { !$0.isWhitespace }
      let given = (content == .both ? text + text : text).filter { !$0.isWhitespace }
      #expect(shown.count == given.count)
    }
  }

  @Test func japaneseBreaksBetweenCharactersButNotBeforePunctuation() {
    let cues = cues(String(repeating: "今日は図書館の録音について話します。", count: 4))
    for line in cues.flatMap(\.lines) { #expect(!line.hasPrefix("。") && !line.isEmpty) }
    #expect(cues.count == 2)
  }

  @Test func emptySegmentsGiveNoCue() {
    #expect(cues("  ").isEmpty)
    #expect(cues("Yes.", nil, .target).isEmpty)
    #expect(cues("Yes.", "", .both).map(\.lines) == [["Yes."]])
  }

  @Test func segmentsThatOverlapOrHaveNoLengthAreSetRight() {
    let segments = [(0.0, 4.0), (3.0, 5.0), (5.0, 5.0), (4.0, 4.5), (6.0, 7.0)].enumerated().map { index, times in
      Segment(id: index, start: .seconds(times.0), end: .seconds(times.1), text: "Number \(index).")
    }
    let transcript = Transcript(
      file: "a", duration: .seconds(7), language: "en", languageProbability: 1, model: "m", segments: segments)
    let cues = Subtitles.cues(of: transcript, content: .source)
    #expect(cues.map(\.start) == [0, 4_000, 5_000, 5_001, 6_000])
    #expect(cues.map(\.end) == [4_000, 5_000, 5_001, 5_002, 7_000])
  }

  /// Segments of 2 s, one behind the other, each of its words as long as the others.
  private func spoken(_ texts: [(String, String?)], pause: Double = 0) -> Transcript {
    let segments = texts.enumerated().map { index, text in
      let start = Double(index) * (2 + pause)
      let words = text.0.split(separator: " "), length = 2 / Double(words.count)
      return Segment(
        id: index, start: .seconds(start), end: .seconds(start + 2), text: text.0, translation: text.1,
        words: words.enumerated().map { number, word in
          Word(
            start: .seconds(start + Double(number) * length), end: .seconds(start + Double(number + 1) * length),
            text: " " + word, probability: 1)
        })
    }
    return Transcript(
      file: "a", duration: .seconds(60), language: "en", languageProbability: 1, model: "m", targetLanguage: "pt",
      segments: segments)
  }

  /// What the recogniser cut within a sentence stands in one cue, in its time; a sentence's end and a pause divide.
  @Test func aSentenceOfSeveralSegmentsIsShownAsOne() {
    let texts = [
      ("He might have been made still more", "Ele poderia ter sido ainda mais"),
      ("respectable than", "respeitável do que"),
      ("he was.", "era."), ("He was not.", "Não era."),
    ]
    let source = Subtitles.cues(of: spoken(texts), content: .source)
    #expect(
      source.map(\.lines) == [["He might have been made still", "more respectable than he was."], ["He was not."]])
    #expect(source.map(\.start) == [0, 6_000] && source[0].end == 6_000)
    let both = Subtitles.cues(of: spoken(texts), content: .both)
    #expect(both.map { $0.lines.last } == ["mais respeitável do que era.", "Não era."])
    #expect(Subtitles.cues(of: spoken(texts, pause: 1), content: .source).count == 4)
    let short = [("Yes, and", nil), ("no", nil)] as [(String, String?)]
    #expect(Subtitles.cues(of: spoken(short), content: .source).map(\.lines) == [["Yes, and no"]])
    #expect(Subtitles.cues(of: spoken(short, pause: 0.9), content: .source).map(\.lines) == [["Yes, and no"]])
  }

  /// Cues of a translation alone begin when its segments do, however long the others are.
  @Test func aTranslationIsShownWhileItsSegmentIsSpoken() {
    let texts = [
      ("One, two, three, four, five, six and seven", "Um"),
      ("eight", String(repeating: "oito, ", count: 12) + "oito e"),
      ("nine.", "nove."),
    ]
    let cues = Subtitles.cues(of: spoken(texts), content: .target)
    #expect(
      cues.count == 2 && cues.flatMap(\.lines).joined(separator: " ") == texts.map { $0.1 }.joined(separator: " "))
    #expect(cues[1].start > 2_000 && cues[1].start < 4_000, "\(cues)")
  }

  @Test func longRecordings() {
    let cue = Cue(start: 3_599_999, end: 363_599_007, lines: ["x"])
    #expect(Subtitles.srt([cue]) == "1\n00:59:59,999 --> 100:59:59,007\nx\n")
    #expect(Subtitles.vtt([cue]) == "WEBVTT\n\n00:59:59.999 --> 100:59:59.007\nx\n")
  }

  @Test func widths() {
    #expect(DisplayWidth.of("abc") == 3)
    #expect(DisplayWidth.of("日本語。") == 8)
    #expect(DisplayWidth.of("한국") == 4)
    #expect(DisplayWidth.of("e\u{301}ã") == 2)
    #expect(DisplayWidth.of("👩‍👩‍👧‍👦") == 2)
  }
}
