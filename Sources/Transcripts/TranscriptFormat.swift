/// Which text a reader is shown.
public enum SubtitleContent: String, CaseIterable, Sendable {
  /// What was said.
  case source
  /// Its translation.
  case target
  /// What was said, then its translation.
  case both
}

/// The formats of a result; the raw value is the ending of its files. docs/formats.md describes each.
public enum TranscriptFormat: String, CaseIterable, Sendable {
  /// One segment a line.
  case txt
  /// SubRip subtitles.
  case srt
  /// WebVTT subtitles.
  case vtt
  /// Start and end in milliseconds and text, as openai/whisper writes it.
  case tsv
  /// Everything, in one object.
  case json
  /// One object a line for each segment.
  case jsonl

  /// `transcript` as a file of this format; every line ends in a newline, and nothing gives an empty file (`vtt` and `tsv`
  /// keep their first line).
  ///
  /// - Parameters:
  ///   - content: what txt, srt, vtt and tsv show; nil for the translation where there is one. Without a translation it is
  ///     always the source. json and jsonl hold both.
  ///   - pretty: json over several lines instead of one.
  public func render(_ transcript: Transcript, content: SubtitleContent? = nil, pretty: Bool = true) -> String {
    let content = transcript.shown(content)
    return switch self {
    case .txt: PlainText.lines(transcript, content: content)
    case .tsv: PlainText.table(transcript, content: content)
    case .srt: Subtitles.srt(Subtitles.cues(of: transcript, content: content))
    case .vtt: Subtitles.vtt(Subtitles.cues(of: transcript, content: content))
    case .json: JSONTranscript.object(transcript, pretty: pretty)
    case .jsonl: JSONTranscript.lines(transcript)
    }
  }
}

extension Transcript {
  /// What is shown of it: the translation unless told, without one the source.
  func shown(_ content: SubtitleContent?) -> SubtitleContent { targetLanguage == nil ? .source : content ?? .target }
}

/// The formats without layout.
enum PlainText {
  static func lines(_ transcript: Transcript, content: SubtitleContent) -> String {
    transcript.segments.map { segment in
      let shown = texts(of: segment, content)
      // Of two, an empty one has its line, so that they stay pairs.
      return shown.allSatisfy(\.isEmpty) ? "" : shown.map { $0 + "\n" }.joined()
    }.joined()
  }

  /// - Reference: openai/whisper `whisper/utils.py`, `WriteTSV`; `both` adds a column.
  static func table(_ transcript: Transcript, content: SubtitleContent) -> String {
    header(content) + rows(transcript, content: content)
  }

  static func header(_ content: SubtitleContent?) -> String {
    content == .both ? "start\tend\ttext\ttranslation\n" : "start\tend\ttext\n"
  }

  static func rows(_ transcript: Transcript, content: SubtitleContent) -> String {
    transcript.segments.reduce(into: "") { table, segment in
      let shown = texts(of: segment, content)
      if shown.allSatisfy(\.isEmpty) { return }
      let times = [segment.start, segment.end].map { String($0.milliseconds) }
      table += (times + shown).joined(separator: "\t") + "\n"
    }
  }

  /// One text, or source and translation, each in one line without tabs.
  private static func texts(of segment: Segment, _ content: SubtitleContent) -> [String] {
    let (source, target) = (oneLine(segment.text), oneLine(segment.translation ?? ""))
    return switch content {
    case .source: [source]
    case .target: [target]
    case .both: [source, target]
    }
  }

  private static func oneLine(_ text: String) -> String {
    text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }
}

extension Duration {
  /// Rounded to whole milliseconds.
  var milliseconds: Int64 {
    let (seconds, attoseconds) = components
    return seconds * 1_000 + (attoseconds + 500_000_000_000_000) / 1_000_000_000_000_000
  }
}
