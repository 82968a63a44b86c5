/// When a share of a text is spoken: by its words where they are known, otherwise in proportion.
///
///     text   |Good| morning,| everyone.|          words side by side, as wide as they are shown
///     time   |Good|    | morning,|| everyone.|    the same words with the pauses between them
struct SegmentClock {
  private struct Span {
    /// Share of the text before the word and after it.
    var lower: Double, upper: Double
    /// Milliseconds.
    var start: Int64, end: Int64

    func time(at fraction: Double) -> Int64 {
      let share = upper > lower ? (fraction - lower) / (upper - lower) : 0
      return start + Int64((Double(end - start) * min(max(share, 0), 1)).rounded())
    }
  }

  private let spans: [Span]
  /// Shares that differ less are the same place: sums of columns over a width are exact to far less than this.
  private static let tolerance = 1e-6

  /// The clock of a text that segments which follow each other say together.
  init(_ segments: [Segment]) {
    let words = segments.flatMap { $0.words ?? [] }.map { (word: $0, width: Self.width($0.text)) }
    var total = words.reduce(0) { $0 + $1.width }
    guard total > 0 else {
      spans = [Span(lower: 0, upper: 1, start: segments[0].start.milliseconds, end: segments.last!.end.milliseconds)]
      return
    }
    // The space before the first word is not shown.
    let leading = words[0].word.text.first?.isWhitespace == true ? 1 : 0
    total -= leading
    var column = -leading
    spans = words.map { word, width in
      defer { column += width }
      return Span(
        lower: max(0, Double(column) / Double(max(1, total))), upper: Double(column + width) / Double(max(1, total)),
        start: word.start.milliseconds, end: word.end.milliseconds)
    }
  }

  /// The clock of a text of which each segment has a part, as of a translation.
  ///
  /// - Parameter ends: shares of the text before which the segments' parts end.
  init(_ segments: [Segment], ending ends: [Double]) {
    spans = zip(segments, zip([0] + ends, ends)).flatMap { segment, part in
      let (first, share) = (part.0, part.1 - part.0)
      return SegmentClock([segment]).spans.map {
        Span(lower: first + share * $0.lower, upper: first + share * $0.upper, start: $0.start, end: $0.end)
      }
    }
  }

  /// When the text after this share of it begins, in milliseconds.
  func start(at fraction: Double) -> Int64 {
    (spans.last { $0.lower <= fraction + Self.tolerance } ?? spans[0]).time(at: fraction)
  }

  /// When the text before this share of it has been spoken, in milliseconds.
  func end(at fraction: Double) -> Int64 {
    (spans.first { $0.upper >= fraction - Self.tolerance } ?? spans[spans.count - 1]).time(at: fraction)
  }

  /// Columns of a word with one space where it has any.
  private static func width(_ text: String) -> Int {
    text.split(whereSeparator: \.isWhitespace).reduce(0) { $0 + DisplayWidth.of($1) }
      + (text.first?.isWhitespace == true ? 1 : 0)
  }
}
