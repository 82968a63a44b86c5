internal import Transcripts

/// Makes segments hold their words: these tell better than timestamps where speech begins and ends.
///
///     timestamps   |good morning   |everyone |
///     words        |good| |morn|ing| |every|one|
///     segments     |good morning | |everyone   |
enum SegmentEdges {
  /// - Parameters:
  ///   - segments: of a window, in order; those without words stay as they are.
  ///   - end: where the segment before them ends.
  static func settle(_ segments: inout [Segment], after end: Duration) {
    for index in segments.indices {
      guard let first = segments[index].words?.first, let last = segments[index].words?.last else { continue }
      let before = index > 0 ? segments[index - 1].words?.last?.end ?? segments[index - 1].end : end
      segments[index].start = max(min(segments[index].start, first.start), min(before, first.start))
      segments[index].end = max(segments[index].end, last.end)
      if index > 0 { segments[index - 1].end = max(before, min(segments[index - 1].end, segments[index].start)) }
    }
  }
}
