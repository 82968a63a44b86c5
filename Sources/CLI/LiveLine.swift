internal import Dragoman
internal import Transcripts

/// Live events as JSON lines; `docs/live-events.md` is the contract.
enum LiveLine {
  /// What does not change while a session lasts.
  struct Session {
    var source: String, model: String, translationModels: String?, targets: [String]
  }

  static func json(_ event: LiveEvent, at time: Duration, session: Session) -> String {
    let (name, fields) = fields(of: event, session)
    return JSONValue.object([("event", .text(name)), ("emitted_at", .seconds(time))] + fields).rendered(pretty: false)
  }

  private static func fields(of event: LiveEvent, _ session: Session) -> (String, [(String, JSONValue)]) {
    switch event {
    case .ready:
      (
        "ready",
        [
          ("source", .text(session.source)), ("model", .text(session.model)),
          ("translation_model", .optional(session.translationModels)),
          ("target", .optional(session.targets.isEmpty ? nil : session.targets.joined(separator: ","))),
        ]
      )
    case .language(let code, let probability):
      ("language", [("language", .text(code)), ("probability", .number(probability))])
    case .partial(let partial):
      (
        "partial",
        [
          ("utterance", .integer(partial.utterance)), ("t0", .seconds(partial.start)), ("t1", .seconds(partial.end)),
          ("language", .optional(partial.language)), ("text", .text(partial.text)),
          ("stable", .integer(partial.stable)), ("translation", .optional(partial.translation)),
          ("stable_translation", .integer(partial.translation?.unicodeScalars.count ?? 0)),
        ]
      )
    case .final(let segment):
      (
        "final",
        [
          ("utterance", .integer(segment.id)), ("t0", .seconds(segment.start)), ("t1", .seconds(segment.end)),
          ("language", .optional(segment.language)), ("text", .text(segment.text)),
          (
            "words",
            .array(
              (segment.words ?? []).map {
                .object([
                  ("start", .seconds($0.start)), ("end", .seconds($0.end)), ("text", .text($0.text)),
                  ("probability", .number($0.probability)),
                ])
              })
          ), ("translation", .optional(segment.translation)),
        ]
      )
    case .silence(let since): ("silence", [("t0", .seconds(since))])
    case .overrun(let lost):
      (
        "overrun",
        [
          ("t0", .seconds(lost.start)), ("t1", .seconds(lost.end)), ("lost", .seconds(lost.lost)),
          ("reason", .text(lost.reason.rawValue)),
        ]
      )
    case .degraded(let level, let lag, let model):
      (
        "degraded",
        [
          ("level", .integer(level.rawValue)), ("what", .text(level.description)), ("lag", .seconds(lag)),
          ("model", .text(model)),
        ]
      )
    case .untranslated(let language, let target, let reason):
      ("untranslated", [("language", .text(language)), ("target", .text(target)), ("reason", .text(reason))])
    case .deviceLost(let name, let reason):
      ("device", [("state", .text("lost")), ("name", .text(name)), ("reason", .text(reason))])
    case .deviceBack(let name):
      ("device", [("state", .text("back")), ("name", .text(name)), ("reason", .null)])
    case .end(let summary):
      (
        "end",
        [
          ("duration", .seconds(summary.duration)), ("words", .integer(summary.words)),
          ("lost", .seconds(summary.lost)),
          ("latency_p50", summary.latencyMedian.map(JSONValue.seconds) ?? .null),
          ("latency_p95", summary.latencyHigh.map(JSONValue.seconds) ?? .null),
        ]
      )
    }
  }
}
