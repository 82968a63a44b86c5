/// Segments that are shown as one text: a sentence that the recogniser cut where its window or its timestamps ended.
///
///     segments   |…more respectable than|he was.|              he was. would be a cue of its own
///     passage    |…more respectable than he was.|
struct SubtitlePassage {
  let segments: [Segment]
  /// Languages of the text and of the translation, by which they are joined.
  private let language: String?, targetLanguage: String?

  /// From here on a pause divides, whatever the text says; longer passages are not needed for a sentence.
  private static let longestPause = Duration.seconds(1), longest = Duration.seconds(30)

  /// The passages of a transcript, in order. Only segments with words are joined: others do not say when their parts are spoken.
  static func all(of transcript: Transcript) -> [SubtitlePassage] {
    var passages: [[Segment]] = []
    for segment in transcript.segments {
      if let last = passages.last, goesOn(last, with: segment) {
        passages[passages.count - 1].append(segment)
      } else {
        passages.append([segment])
      }
    }
    return passages.map {
      SubtitlePassage(
        segments: $0, language: $0[0].language ?? transcript.language, targetLanguage: transcript.targetLanguage)
    }
  }

  private static func goesOn(_ segments: [Segment], with next: Segment) -> Bool {
    guard let first = segments.first, let last = segments.last, last.hasWords, next.hasWords,
      last.language == next.language, (last.translation == nil) == (next.translation == nil),
      next.start - last.end < longestPause, next.end - first.start <= longest,
      let word = last.text.split(whereSeparator: \.isWhitespace).last
    else { return false }
    return !SentenceScale.sentenceEnds(behind: word, before: next.text)
  }

  /// A text of the passage.
  struct Shown {
    var layout: SubtitleLayout
    /// When its parts are to be shown.
    var clock: SegmentClock
    /// Shares of it before which its segments end.
    var segmentEnds: [Double]
  }

  /// What is said; it breaks sooner where the speaker pauses.
  var source: Shown {
    let texts = segments.map(\.text), clock = SegmentClock(segments)
    return Shown(
      layout: SubtitleLayout(Transcript.joined(texts, language: language), clock: clock), clock: clock,
      segmentEnds: Self.ends(of: texts, language: language))
  }

  /// Its translation, each segment's while the segment is spoken.
  var target: Shown {
    let texts = segments.map { $0.translation ?? "" }
    let ends = Self.ends(of: texts, language: targetLanguage)
    return Shown(
      layout: SubtitleLayout(Transcript.joined(texts, language: targetLanguage)),
      clock: SegmentClock(segments, ending: ends), segmentEnds: ends)
  }

  /// Where each of some texts that are joined ends, as a share of all columns; the space between two belongs to the later one.
  private static func ends(of texts: [String], language: String?) -> [Double] {
    let space = DisplayWidth.of(Transcript.separator(language))
    let columns = texts.reduce(into: [Int]()) { columns, text in
      let before = columns.last ?? 0
      columns.append(before + (text.isEmpty ? 0 : DisplayWidth.of(text) + (before > 0 ? space : 0)))
    }
    let all = Double(max(1, columns.last ?? 0))
    return columns.dropLast().map { Double($0) / all } + [1]
  }

  /// Whether its times are those of words.
  var isSpoken: Bool { segments[0].hasWords }
}

extension Segment {
  fileprivate var hasWords: Bool { words?.isEmpty == false }
}
