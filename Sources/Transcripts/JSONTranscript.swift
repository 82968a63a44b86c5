/// The json and jsonl formats, keys in the order that docs/formats.md fixes.
enum JSONTranscript {
  static func object(_ transcript: Transcript, pretty: Bool) -> String {
    let value = JSONValue.object([
      ("file", .text(transcript.file)),
      ("duration", .seconds(transcript.duration)),
      ("language", .text(transcript.language)),
      ("language_probability", .number(transcript.languageProbability)),
      ("model", .text(transcript.model)),
      ("translation_model", .optional(transcript.translationModel)),
      ("target_language", .optional(transcript.targetLanguage)),
      ("text", .text(transcript.text)),
      ("translation", .optional(transcript.translation)),
      ("segments", .array(transcript.segments.map { .object(fields(of: $0)) })),
    ])
    return value.rendered(pretty: pretty) + "\n"
  }

  static func lines(_ transcript: Transcript) -> String {
    transcript.segments.map { segment in
      JSONValue.object([("file", .text(transcript.file))] + fields(of: segment)).rendered(pretty: false) + "\n"
    }.joined()
  }

  private static func fields(of segment: Segment) -> [(String, JSONValue)] {
    [
      ("id", .integer(segment.id)),
      ("start", .seconds(segment.start)),
      ("end", .seconds(segment.end)),
      ("text", .text(segment.text)),
      ("language", .optional(segment.language)),
      ("translation", .optional(segment.translation)),
      ("average_log_probability", .number(segment.averageLogProbability)),
      ("no_speech_probability", .number(segment.noSpeechProbability)),
      ("compression_ratio", .number(segment.compressionRatio)),
      ("tokens", .array(segment.tokens.map(JSONValue.integer))),
    ] + fields(ofWords: segment)
  }

  /// Nothing where words were not asked for, so that files without them stay as they were.
  private static func fields(ofWords segment: Segment) -> [(String, JSONValue)] {
    guard let words = segment.words else { return [] }
    return [
      ("confidence", segment.confidence.map(JSONValue.number) ?? .null),
      (
        "words",
        .array(
          words.map { word in
            .object([
              ("start", .seconds(word.start)), ("end", .seconds(word.end)), ("text", .text(word.text)),
              ("probability", .number(word.probability)), ("confidence", .number(word.confidence)),
            ])
          })
      ),
    ]
  }
}
