internal import AudioIO
internal import Dragoman
internal import Foundation
internal import SpeechRecognition
internal import Transcripts

/// A live session from its source to its end.
struct LiveJob {
  let request: TranscriptionRequest
  let settings: LiveSettings
  let command: LiveCommand
  let targets: [String], translationModels: String?
  let content: SubtitleContent

  /// - Throws: `Failure` and the errors of the parts; what is final has been shown and kept before.
  func run() throws {
    let cancellation = Cancellation()
    Interruption.onRequest { cancellation.request() }
    let recording = try command.openRecording()
    let source = try command.openSource(recording)
    if let microphone = source as? Microphone { Interruption.onRequest { microphone.stop() } }
    let clock: any LiveClock = command.simulate ? AudioClock() : WallClock()
    let files = try LiveFiles(
      command.save, recording: command.record, overwrites: command.overwrite, content: content,
      transcript: Transcript(
        file: source.name, duration: .zero, language: "en", languageProbability: 0,
        model: request.interpreter.recognitionName, translationModel: translationModels,
        targetLanguage: targets.first, segments: []))
    let view = try makeView(source)
    defer { view.close() }
    let session = try LiveSession(
      request.interpreter, voiceActivity: request.voiceActivity!, settings: settings, clock: clock
    ) { event, time in
      if case .final(let segment) = event { try files.append(segment, duration: segment.end) }
      try view.show(event, at: time)
    }
    (view as? LiveScreen)?.realTimeFactor = { session.realTimeFactor }
    let summary = try session.run(source, cancellation: cancellation) { samples in
      try files.record(samples)
      try view.hear(samples)
    }
    view.close()
    if let recording, !cancellation.isRequested {
      for fault in recording.faults(length: summary.duration) + [recording.quietness].compactMap(\.self) {
        StandardError.write("dragoman: \(command.input!): \(fault)\n")
      }
    }
    StandardError.write(Self.text(summary) + "\n")
    if cancellation.isRequested { throw Failure(Interruption.exitStatus) }
  }

  private func makeView(_ source: any LiveSource) throws -> any LiveView {
    let session = LiveLine.Session(
      source: source.name, model: request.interpreter.recognitionName, translationModels: translationModels,
      targets: targets)
    switch command.format {
    case "jsonl": return LiveJSONView(session: session)
    case nil where Terminal.current.canRedrawOutput: return LiveScreen(source: source.name, session: session)
    default: return LiveTextView()
    }
  }

  static func text(_ summary: LiveSummary) -> String {
    var parts = ["\(Figures.clock(summary.duration)) heard", "\(summary.words) words"]
    if let median = summary.latencyMedian, let high = summary.latencyHigh {
      parts.append("words certain \(Figures.seconds(median)) after they were said (95 %: \(Figures.seconds(high)))")
    }
    parts.append(
      summary.dropouts == 0
        ? "no audio lost" : "audio lost \(summary.dropouts) times, \(Figures.seconds(summary.lost)) in all")
    return "live: " + parts.joined(separator: ", ")
  }
}

/// What a person or a program sees of a session. `show` and `hear` come from one thread.
protocol LiveView: AnyObject {
  func show(_ event: LiveEvent, at time: Duration) throws
  /// Audio that was heard, for a level.
  func hear(_ samples: UnsafeBufferPointer<Float>) throws
  /// Leaves the terminal as it was; may be called again.
  func close()
}

/// Every event as a JSON line.
final class LiveJSONView: LiveView {
  private let session: LiveLine.Session
  init(session: LiveLine.Session) { self.session = session }
  func show(_ event: LiveEvent, at time: Duration) throws {
    try StandardOutput.writeLine(LiveLine.json(event, at: time, session: session))
  }
  func hear(_ samples: UnsafeBufferPointer<Float>) {}
  func close() {}
}

/// Finished sentences as lines, source and translation; what else happens on stderr.
final class LiveTextView: LiveView {
  func show(_ event: LiveEvent, at time: Duration) throws {
    switch event {
    case .final(let segment):
      try StandardOutput.writeLine(segment.text)
      if let translation = segment.translation { try StandardOutput.writeLine("  " + translation) }
    default:
      if let message = Self.message(event) { StandardError.write("live: \(message)\n") }
    }
  }
  func hear(_ samples: UnsafeBufferPointer<Float>) {}
  func close() {}

  /// What a person is told of an event; nil where there is nothing to tell.
  static func message(_ event: LiveEvent) -> String? {
    switch event {
    case .overrun(let lost):
      let seconds = Figures.seconds(lost.lost)
      return lost.reason == .device
        ? "\(seconds) of audio were lost by the device" : "too slow: \(seconds) of audio were left out"
    case .degraded(let level, _, let model):
      let what = level == .smallerModel ? "\(level.description), \(model)" : level.description
      return level == .full ? "keeping up again" : "too slow, less is done: \(what)"
    case .untranslated(let language, _, let reason): return "speech in \(language) is not translated: \(reason)"
    case .deviceLost(let name, let reason): return "\(name) is gone (\(reason)); waiting for it"
    case .deviceBack(let name): return "\(name) is back"
    default: return nil
    }
  }
}
