/// Transcripts one behind the other in one output, such as standard output: what begins a file stands once, and cues are parted and
/// numbered on. The times of each recording begin at its own beginning.
package struct TranscriptSequence {
  private let format: TranscriptFormat
  private let content: SubtitleContent?
  private let pretty: Bool
  private var isEmpty = true, cueCount = 0

  /// - Parameters:
  ///   - content: what is shown, the same for all.
  ///   - pretty: json over several lines instead of one.
  package init(format: TranscriptFormat, content: SubtitleContent?, pretty: Bool) {
    (self.format, self.content, self.pretty) = (format, content, pretty)
  }

  /// What is to be written for the next transcript.
  package mutating func append(_ transcript: Transcript) -> String {
    defer { isEmpty = false }
    let shown = transcript.shown(content)
    switch format {
    case .txt, .json, .jsonl: return format.render(transcript, content: content, pretty: pretty)
    case .tsv:
      return isEmpty ? PlainText.table(transcript, content: shown) : PlainText.rows(transcript, content: shown)
    case .vtt:
      let text = Subtitles.vtt(Subtitles.cues(of: transcript, content: shown))
      return isEmpty ? text : String(text.dropFirst(Subtitles.vtt([]).count))
    case .srt:
      let cues = Subtitles.cues(of: transcript, content: shown)
      defer { cueCount += cues.count }
      return (cueCount > 0 && !cues.isEmpty ? "\n" : "") + Subtitles.srt(cues, after: cueCount)
    }
  }
}
