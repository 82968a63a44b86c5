import Testing

@testable import Transcripts

@Suite struct GrowingTranscriptTests {
  static let growing = TranscriptFormat.allCases.filter { $0 != .json }

  private func transcript(_ segments: [Segment], isTranslated: Bool = true) -> Transcript {
    Transcript(
      file: "a", duration: segments.last?.end ?? .zero, language: "en", languageProbability: 1, model: "m",
      targetLanguage: isTranslated ? "pt" : nil, segments: segments)
  }

  private func segment(
    _ id: Int, _ seconds: ClosedRange<Double>, _ text: String, _ translation: String? = nil, hasWords: Bool = false
  ) -> Segment {
    let parts = text.split(separator: " ")
    let each = (seconds.upperBound - seconds.lowerBound) / Double(max(parts.count, 1))
    let words = parts.enumerated().map { index, part in
      let start = seconds.lowerBound + each * Double(index)
      return Word(start: .seconds(start), end: .seconds(start + each), text: " " + part, probability: 0.5)
    }
    return Segment(
      id: id, start: .seconds(seconds.lowerBound), end: .seconds(seconds.upperBound), text: text,
      translation: translation, language: "en", words: hasWords ? words : nil)
  }

  private let long =
    "There are nine hundred recordings on the shelves. Nobody has listened to them for thirty years, "
    + "and Maria will make the first copies next Tuesday."

  private func grown(
    _ segments: [Segment], _ format: TranscriptFormat, _ content: SubtitleContent?, isTranslated: Bool = true
  ) -> String {
    var growing = GrowingTranscript(format: format, content: content, isTranslated: isTranslated)
    return segments.reduce(into: growing.beginning) {
      $0 += growing.append(transcript([$1], isTranslated: isTranslated))
    }
  }

  /// Appended piece by piece or written at once: the same bytes.
  @Test(arguments: growing, [SubtitleContent.source, .target, .both, nil]) func theWholeIsTheSameFile(
    format: TranscriptFormat, content: SubtitleContent?
  ) {
    let segments = [
      segment(0, 0...2, "Good morning.", "Bom dia."), segment(1, 2.5...12, long, "Há <muitas> gravações & tudo."),
      segment(2, 12...13, "Yes.", long), segment(3, 20...21, "The end.", "O fim."),
    ]
    for isTranslated in [true, false] {
      for count in 0...segments.count {
        let part = Array(segments.prefix(count))
        let whole = format.render(transcript(part, isTranslated: isTranslated), content: content)
        #expect(
          grown(part, format, content, isTranslated: isTranslated) == whole,
          "\(count) segments, \(isTranslated ? "" : "not ")translated")
      }
    }
  }

  /// The numbers and times of all cues; whatever is not one fails.
  private func cues(_ file: String, _ format: TranscriptFormat) throws -> [(number: Int?, start: Int, end: Int)] {
    var blocks = file.split(separator: "\n\n", omittingEmptySubsequences: false).map {
      $0.split(separator: "\n").map(String.init)
    }
    if format == .vtt { #expect(blocks.removeFirst() == ["WEBVTT"]) }
    return try blocks.map { lines in
      let number = format == .srt ? Int(lines[0]) : nil
      let times = lines[format == .srt ? 1 : 0]
      let match = try #require(
        times.wholeMatch(of: /(\d\d):(\d\d):(\d\d)[.,](\d{3}) --> (\d\d):(\d\d):(\d\d)[.,](\d{3})/), "\(times)")
      #expect(lines.count > (format == .srt ? 2 : 1), "a cue without text")
      let values = [match.1, match.2, match.3, match.4, match.5, match.6, match.7, match.8].map { Int($0)! }
      func time(_ first: Int) -> Int {
        ((values[first] * 60 + values[first + 1]) * 60 + values[first + 2]) * 1_000 + values[first + 3]
      }
      return (number, time(0), time(4))
    }
  }

  @Test(arguments: [TranscriptFormat.srt, .vtt]) func numbersGoOnAndTimesNeverOverlap(format: TranscriptFormat) throws {
    // Short words that would linger, segments that overlap, one without length, one that begins before all others.
    let segments = [
      segment(0, 0.2...0.4, "Yes.", hasWords: true), segment(1, 0.45...0.6, "No.", hasWords: true),
      segment(2, 0.5...12, long, hasWords: true), segment(3, 11...12.5, "It overlaps.", hasWords: true),
      segment(4, 12.5...12.5, "Nothing.", hasWords: true), segment(5, 1...2, "Too late.", hasWords: true),
      segment(6, 30...31, "The end.", hasWords: true),
    ]
    let cues = try cues(grown(segments, format, .source), format)
    #expect(cues.count == 9, "the long one is three cues")
    if format == .srt { #expect(cues.map(\.number) == Array(1...cues.count)) }
    for (cue, next) in zip(cues, cues.dropFirst()) { #expect(cue.end <= next.start, "\(cue) and \(next)") }
    for cue in cues { #expect(cue.start < cue.end, "\(cue)") }
    #expect(cues.last?.start == 30_000)
  }

  @Test func whatHasNoTextLeavesNoCue() throws {
    let segments = [segment(0, 0...1, "Yes."), segment(1, 1...2, ""), segment(2, 2...3, "No.")]
    #expect(grown(segments, .srt, .source).contains("\n2\n00:00:02,000 --> 00:00:03,000\nNo.\n"))
    #expect(grown([segment(0, 0...1, "")], .vtt, .source) == "WEBVTT\n")
  }

  @Test func aTableWithoutTranslationsHasNoColumnForThem() {
    #expect(grown([segment(0, 0...1, "Yes.")], .tsv, .both, isTranslated: false) == "start\tend\ttext\n0\t1000\tYes.\n")
  }
}
