internal import AudioIO
internal import Dragoman
internal import Evaluation
internal import Foundation
internal import Transcripts

/// Replays recordings to live sessions, one after the other, and measures what their events say.
///
/// A recording that cannot be heard is reported, counted and passed over. After Ctrl-C the one under way is left out.
final class BenchLiveRunner {
  private let recordings: [BenchRecording]
  private let ruler: Ruler
  private let target: String?
  private let findsLanguage: Bool
  private let isRealTime: Bool
  private let logs: String?
  private let progress = ProgressLine(label: "bench")
  private let begin = ContinuousClock.now
  private let total: Int
  /// Recordings behind, of all runs.
  private(set) var done = 0
  /// Set by the first Ctrl-C.
  let cancellation = Cancellation()

  /// - Parameters:
  ///   - recordings: what each run hears.
  ///   - runs: how many there will be.
  ///   - target: language that is translated into; nil for none.
  ///   - findsLanguage: whether the set's word for the language is not looked at.
  ///   - isRealTime: whether recordings come as they sound.
  ///   - logs: folder for the events of each session; nil keeps none.
  init(
    recordings: [BenchRecording], runs: Int, ruler: Ruler, target: String?, findsLanguage: Bool, isRealTime: Bool,
    logs: String?
  ) {
    (self.recordings, self.ruler, self.target) = (recordings, ruler, target)
    (self.findsLanguage, self.isRealTime, self.logs) = (findsLanguage, isRealTime, logs)
    total = recordings.count * runs
    Interruption.onRequest { [cancellation] in cancellation.request() }
  }

  /// One way to hear over all recordings; only those that were finished before Ctrl-C.
  ///
  /// - Throws: `Failure` or `TranscriptError` where a log cannot be kept, and errors that are not about a recording.
  func run(_ empty: LiveRun, request: TranscriptionRequest, settings: LiveSettings) throws -> LiveRun {
    var run = empty
    defer { progress.finish() }
    for recording in recordings where !cancellation.isRequested {
      do {
        guard let (log, work) = try replay(recording, system: run.system, request, settings) else { break }
        var measures = LiveMeasures(
          log, reference: LiveReference(recording.utterances, target: target), ruler: ruler)
        measures.workSeconds = work
        run.add(
          LiveRecording(
            set: recording.set, id: recording.id, language: recording.language, target: target,
            audio: recording.audio, log: log, score: LiveScore(label: recording.key, measures, ruler: ruler)), measures)
        if let fault = log.faults.first {
          progress.message("dragoman: \(recording.key): the events break their contract, first at \(fault)")
        }
      } catch let failure as any CommandFailure where !(failure is Failure || failure is TranscriptError) {
        run.failures[recording.key] = failure.message ?? "failed"
        progress.message("dragoman: \(recording.key): \(failure.message ?? "failed")")
      }
      done += 1
    }
    return run
  }

  /// What a session says of a recording, as its JSON lines have it, and the seconds of its work; nil after Ctrl-C.
  private func replay(
    _ recording: BenchRecording, system: String, _ request: TranscriptionRequest, _ settings: LiveSettings
  ) throws -> (log: LiveLog, work: Double)? {
    let file = try AudioFile(recording.audio, channel: recording.channel, part: recording.excerpt)
    let length = file.duration ?? .zero
    let source: any LiveSource = isRealTime ? ReplaySource(file) : SteppedSource(file)
    let clock: any LiveClock = isRealTime ? WallClock() : AudioClock()
    let known = findsLanguage ? nil : recording.language
    let line = LiveLine.Session(
      source: source.name, model: request.interpreter.recognitionName, translationModels: nil,
      targets: settings.targets)
    var lines = ""
    let session = try LiveSession(
      request.interpreter.speaking(known.map { .language($0) } ?? .automatic), voiceActivity: request.voiceActivity!,
      settings: settings, clock: clock
    ) { event, time in lines += LiveLine.json(event, at: time, session: line) + "\n" }
    var heard = 0
    let summary = try session.run(source, cancellation: cancellation) { samples in
      heard += samples.count
      let part = length > .zero ? .seconds(heard) / AudioFile.sampleRate / length : 0
      progress.update(
        fraction: (Double(done) + min(part, 1)) / Double(max(total, 1)),
        "\(done)/\(total) \(system), \(Figures.clock(begin.duration(to: .now)))")
    }
    if cancellation.isRequested { return nil }
    try keep(lines, of: recording, system: system)
    return (try LiveLog(Data(lines.utf8)), session.realTimeFactor * (summary.duration / .seconds(1)))
  }

  /// Writes a session's events to `FOLDER/SYSTEM/SET/ID.jsonl`.
  private func keep(_ lines: String, of recording: BenchRecording, system: String) throws {
    guard let logs else { return }
    let names = [system, recording.set].map(Self.fileName)
    let folder = names.reduce(URL(fileURLWithPath: logs)) { $0.appendingPathComponent($1) }
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw Failure(.cannotCreate, "cannot make \(folder.path): \(error.localizedDescription); choose another place")
    }
    try AtomicFile.write(lines, to: folder.appendingPathComponent(Self.fileName(recording.id) + ".jsonl").path)
  }

  private static func fileName(_ text: String) -> String {
    text.replacing(", ", with: "_").replacing(" ", with: "-").replacing("/", with: "_").replacing(":", with: "-")
  }
}

extension LiveLogError: CommandFailure {
  var message: String? { description }
  var exitStatus: ExitStatus { .badData }
}
