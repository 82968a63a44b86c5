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

  /// A text of the passage, when it is to be shown, and the shares of it before which its segments end.
  typealias Shown = (text: String, clock: SegmentClock, segmentEnds: [Double])

  /// What is said.
  var source: Shown {
    let texts = segments.map(\.text)
    let columns = columns(of: texts, language: language)
    return (Transcript.joined(texts, language: language), SegmentClock(segments), Self.ends(of: columns))
  }

  /// Its translation, each segment's while the segment is spoken.
  var target: Shown {
    let texts = segments.map { $0.translation ?? "" }
    let columns = columns(of: texts, language: targetLanguage)
    return (
      Transcript.joined(texts, language: targetLanguage), SegmentClock(Array(zip(segments, columns))),
      Self.ends(of: columns)
    )
  }

  /// Columns of each of some texts that are joined, with the space before it.
  private func columns(of texts: [String], language: String?) -> [Int] {
    let space = DisplayWidth.of(Transcript.separator(language)), first = texts.firstIndex { !$0.isEmpty }
    return texts.indices.map { texts[$0].isEmpty ? 0 : DisplayWidth.of(texts[$0]) + ($0 == first ? 0 : space) }
  }

  private static func ends(of columns: [Int]) -> [Double] {
    let total = Double(max(1, columns.reduce(0, +)))
    var sum = 0
    return columns.dropLast().map { column in
      sum += column
      return Double(sum) / total
    } + [1]
  }

  /// Whether its times are those of words.
  var isSpoken: Bool { segments[0].hasWords }
}

extension Segment {
  fileprivate var hasWords: Bool { words?.isEmpty == false }
}
