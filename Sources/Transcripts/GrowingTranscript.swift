/// A transcript that is written segment by segment: what is there is a valid file at every moment.
///
/// Subtitles keep their own times: a cue does not linger until the next, which is not known yet.
package struct GrowingTranscript {
  private let format: TranscriptFormat
  private let content: SubtitleContent?
  private var cueCount = 0, lastEnd: Int64 = 0

  /// - Parameters:
  ///   - format: any but json, which is one object and has to be written as a whole.
  ///   - content: what is shown where something is translated.
  ///   - isTranslated: whether the transcripts have a target language.
  package init(format: TranscriptFormat, content: SubtitleContent?, isTranslated: Bool) {
    precondition(format != .json, "json is not written piece by piece")
    (self.format, self.content) = (format, isTranslated ? content : .source)
  }

  /// What stands before the first segment.
  package var beginning: String {
    switch format {
    case .vtt: "WEBVTT\n"
    case .tsv: PlainText.header(content)
    default: ""
    }
  }

  /// What is to be appended for the next segment.
  ///
  /// - Parameter transcript: all that is known of the recording, with this one segment.
  package mutating func append(_ transcript: Transcript) -> String {
    let shown = transcript.shown(content)
    if format == .tsv { return PlainText.rows(transcript, content: shown) }
    guard format == .srt || format == .vtt else { return format.render(transcript, content: content) }
    var cues = Subtitles.cues(of: transcript, content: shown)
    guard !cues.isEmpty else { return "" }
    for index in cues.indices {
      cues[index].start = max(cues[index].start, lastEnd)
      cues[index].end = max(cues[index].end, cues[index].start + 1)
      lastEnd = cues[index].end
    }
    defer { cueCount += cues.count }
    if format == .vtt { return String(Subtitles.vtt(cues).dropFirst("WEBVTT\n".count)) }
    return (cueCount > 0 ? "\n" : "") + Subtitles.srt(cues, after: cueCount)
  }
}
