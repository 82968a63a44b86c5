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
  private let journal: BenchJournal<BenchLiveSession>
  private let ruler: Ruler
  private let target: String?
  private let findsLanguage: Bool
  private let isRealTime: Bool
  private let logs: String?
  private let progress = ProgressLine(label: "bench")
  private let begin = ContinuousClock.now
  private let total: Int
  /// Recordings behind, of all runs.
  private var done = 0
  /// Set by the first Ctrl-C.
  let cancellation = Cancellation()

  /// - Parameters:
  ///   - recordings: what each run hears.
  ///   - runs: what the journal calls the runs that there will be.
  ///   - target: language that is translated into; nil for none.
  ///   - findsLanguage: whether the set's word for the language is not looked at.
  ///   - isRealTime: whether recordings come as they sound.
  ///   - logs: folder for the events of each session; nil keeps none.
  init(
    recordings: [BenchRecording], runs: [String], journal: BenchJournal<BenchLiveSession>, ruler: Ruler,
    target: String?, findsLanguage: Bool, isRealTime: Bool, logs: String?
  ) {
    (self.recordings, self.journal, self.ruler, self.target) = (recordings, journal, ruler, target)
    (self.findsLanguage, self.isRealTime, self.logs) = (findsLanguage, isRealTime, logs)
    total = recordings.count * runs.count
    Interruption.onRequest { [cancellation] in cancellation.request() }
    let resumed = runs.reduce(0) { sum, run in
      sum + recordings.count { journal.result(of: session(of: $0), run: run) != nil }
    }
    if resumed > 0 { progress.message("bench: goes on with \(resumed) recordings that are done already") }
  }

  /// A session of a recording before it begins.
  private func session(of recording: BenchRecording) -> BenchLiveSession {
    BenchLiveSession(of: recording, language: findsLanguage ? nil : recording.language)
  }

  /// One way to hear over all recordings; only those that were finished before Ctrl-C.
  ///
  /// - Parameter key: what the journal calls the run.
  /// - Throws: `Failure`, `TranscriptError` or `BenchJournalError` where a session cannot be kept, and errors that are not
  ///   about a recording.
  func run(
    _ empty: LiveRun, as key: String, request: TranscriptionRequest, settings: LiveSettings
  ) throws -> LiveRun {
    var run = empty
    defer { progress.finish() }
    for recording in recordings where !cancellation.isRequested {
      do {
        let session: BenchLiveSession
        if let kept = journal.result(of: self.session(of: recording), run: key) {
          session = kept
        } else {
          guard let new = try replay(recording, system: run.system, request, settings) else { break }
          try journal.append(new, run: key)
          session = new
          if let warning = new.warning { progress.message("dragoman: \(recording.key): \(warning)") }
        }
        try keep(session.events, of: recording, system: run.system)
        let log = try LiveLog(Data(session.events.utf8))
        var measures = LiveMeasures(
          log, reference: LiveReference(recording.utterances, target: target), ruler: ruler)
        measures.workSeconds = session.workSeconds
        var result = LiveRecording(
          set: recording.set, id: recording.id,
          language: recording.language ?? log.finals.lazy.compactMap(\.language).first, target: target,
          audio: recording.audio, log: log, score: LiveScore(label: recording.key, measures, ruler: ruler))
        result.warning = session.warning
        run.add(result, measures)
        if let fault = log.faults.first {
          progress.message("dragoman: \(recording.key): the events break their contract, first at \(fault)")
        }
      } catch let failure as any CommandFailure where !Self.endsTheWork(failure) {
        run.failures[recording.key] = failure.message ?? "failed"
        progress.message("dragoman: \(recording.key): \(failure.message ?? "failed")")
      }
      done += 1
    }
    return run
  }

  private static func endsTheWork(_ failure: any CommandFailure) -> Bool {
    failure is Failure || failure is TranscriptError || failure is BenchJournalError
  }

  /// Takes the journal away once the results are written.
  ///
  /// - Throws: `Failure` after Ctrl-C: the journal stays.
  func end() throws(Failure) {
    guard cancellation.isRequested else { return journal.remove() }
    throw Failure(
      Interruption.exitStatus,
      "\(done) of \(total) recordings are done and kept in \(journal.path); the same command goes on from there")
  }

  /// A session of a recording, with what it says as its JSON lines have it; nil after Ctrl-C.
  private func replay(
    _ recording: BenchRecording, system: String, _ request: TranscriptionRequest, _ settings: LiveSettings
  ) throws -> BenchLiveSession? {
    var result = session(of: recording)
    let file = try AudioFile(recording.audio, channel: recording.channel, part: recording.excerpt)
    let length = file.duration ?? .zero
    let source: any LiveSource = isRealTime ? ReplaySource(file) : SteppedSource(file)
    let clock: any LiveClock = isRealTime ? WallClock() : AudioClock()
    let line = LiveLine.Session(
      source: source.name, model: request.interpreter.recognitionName, translationModels: nil,
      targets: settings.targets)
    let session = try LiveSession(
      request.interpreter.speaking(result.language.map { .language($0) } ?? .automatic),
      voiceActivity: request.voiceActivity!,
      settings: settings, clock: clock
    ) { event, time in result.events += LiveLine.json(event, at: time, session: line) + "\n" }
    var heard = 0
    let summary = try session.run(source, cancellation: cancellation) { samples in
      heard += samples.count
      let part = length > .zero ? .seconds(heard) / AudioFile.sampleRate / length : 0
      progress.update(
        fraction: (Double(done) + min(part, 1)) / Double(max(total, 1)),
        "\(done)/\(total) \(system), \(Figures.clock(begin.duration(to: .now)))")
    }
    if cancellation.isRequested { return nil }
    result.workSeconds = session.realTimeFactor * (summary.duration / .seconds(1))
    result.warning = file.warning(length: summary.duration, of: recording.excerpt)
    return result
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
