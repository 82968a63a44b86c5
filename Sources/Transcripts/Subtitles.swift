/// One subtitle on the screen.
struct Cue: Equatable {
  /// Milliseconds from the start of the audio; `end` is after `start` and never after the next cue's `start`.
  var start: Int64, end: Int64
  /// Up to two lines, for `both` up to two of the source and two of the translation.
  var lines: [String]
}

/// What is said as subtitles of at most two lines of 42 columns, and the two formats that hold them.
enum Subtitles {
  static func cues(of transcript: Transcript, content: SubtitleContent) -> [Cue] {
    var cues: [Cue] = []
    // Cues whose ends are those of words.
    var spoken: [Int] = []
    for passage in SubtitlePassage.all(of: transcript) {
      for cue in self.cues(of: passage, content: content) {
        if passage.isSpoken { spoken.append(cues.count) }
        // Recognisers do give segments that overlap or have no length.
        let start = max(cue.start, cues.last?.end ?? 0, 0)
        cues.append(Cue(start: start, end: max(cue.end, start + 1), lines: cue.lines))
      }
    }
    for index in spoken {
      let next = index + 1 < cues.count ? cues[index + 1].start : max(cues[index].end, transcript.duration.milliseconds)
      cues[index].end = lingering(cues[index], next: next)
    }
    return cues
  }

  /// Where a cue ends whose last word is spoken: a short one stays a little, and a short gap is closed, for it would flicker.
  private static func lingering(_ cue: Cue, next: Int64) -> Int64 {
    let (shortest, gap): (Int64, Int64) = (1_000, 500)
    let end = min(max(cue.end, cue.start + shortest), next)
    return next - end < gap ? next : end
  }

  private static func cues(of passage: SubtitlePassage, content: SubtitleContent) -> [Cue] {
    let texts =
      switch content {
      case .source: [passage.source]
      case .target: [passage.target]
      case .both: [passage.source, passage.target]
      }
    let shown = texts.filter { !$0.layout.isEmpty }, blocks = shown.map(\.layout)
    guard !shown.isEmpty else { return [] }
    let parts = blocks.count == 1 ? [blocks[0].cues()] : inStep(shown)
    // The text that was cut freely, the one with the most cues of its own, sets the times.
    let timing = blocks.indices.max { parts[$0].count { !$0.isEmpty } < parts[$1].count { !$0.isEmpty } }!
    let clock = shown[timing].clock
    return parts[timing].indices.map { index in
      let range = parts[timing][index]
      let (first, last) = (
        blocks[timing].fraction(before: range.lowerBound), blocks[timing].fraction(before: range.upperBound)
      )
      return Cue(
        start: clock.start(at: first), end: clock.end(at: last),
        lines: blocks.indices.flatMap { blocks[$0].lines(parts[$0][index]) })
    }
  }

  /// Both texts in as many cues, cut at about the same shares of their sentences where these are as many, of their segments otherwise.
  private static func inStep(_ shown: [SubtitlePassage.Shown]) -> [[Range<Int>]] {
    let layouts = shown.map(\.layout), free = layouts.map { $0.cues() }
    let leader = free[0].count >= free[1].count ? 0 : 1
    let sentenceEnds = layouts.map(\.sentenceEnds)
    let ends = sentenceEnds[0].count == sentenceEnds[1].count ? sentenceEnds : shown.map(\.segmentEnds)
    let scale = SentenceScale(source: ends[leader], target: ends[1 - leader])
    let fractions = free[leader].dropLast().map { scale.place(for: layouts[leader].fraction(before: $0.upperBound)) }
    var parts = free
    let follower = layouts[1 - leader]
    parts[1 - leader] =
      follower.cues(near: fractions)
      ?? free[1 - leader]
      + [Range<Int>](
        repeating: follower.whole.upperBound..<follower.whole.upperBound,
        count: free[leader].count - free[1 - leader].count)
    return parts
  }

  /// SubRip: numbered from 1, a comma before the milliseconds.
  ///
  /// - Parameter count: cues that stand before.
  static func srt(_ cues: [Cue], after count: Int = 0) -> String {
    cues.enumerated().map { index, cue in
      "\(count + index + 1)\n\(clock(cue.start, ",")) --> \(clock(cue.end, ","))\n"
        + cue.lines.map { $0 + "\n" }.joined()
    }.joined(separator: "\n")
  }

  /// - Reference: W3C WebVTT, section 4.1: `&`, `<` and `>` are escaped in cue text.
  static func vtt(_ cues: [Cue]) -> String {
    cues.reduce(into: "WEBVTT\n") { text, cue in
      text += "\n\(clock(cue.start, ".")) --> \(clock(cue.end, "."))\n"
      text += cue.lines.map { escaped($0) + "\n" }.joined()
    }
  }

  /// Hours have two digits or as many as they need.
  private static func clock(_ milliseconds: Int64, _ separator: String) -> String {
    func padded(_ value: Int64, _ width: Int) -> String {
      let digits = String(value)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    let seconds = milliseconds / 1_000
    return [padded(seconds / 3_600, 2), padded(seconds / 60 % 60, 2), padded(seconds % 60, 2)].joined(separator: ":")
      + separator + padded(milliseconds % 1_000, 3)
  }

  private static func escaped(_ line: String) -> String {
    // By scalars: a sign with a combining mark is a sign to whoever reads the file.
    line.unicodeScalars.reduce(into: "") { text, scalar in
      switch scalar {
      case "&": text += "&amp;"
      case "<": text += "&lt;"
      case ">": text += "&gt;"
      default: text.unicodeScalars.append(scalar)
      }
    }
  }
}
