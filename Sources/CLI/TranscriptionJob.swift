internal import AudioIO
internal import Dragoman
internal import Foundation
internal import MachineTranslation
internal import SpeechRecognition
internal import Transcripts

/// Where transcripts go.
struct TranscriptOutput {
  var formats: [TranscriptFormat]
  /// nil for standard output.
  var folder: String?
  var overwrites: Bool
  /// What readable formats show; nil for the translation where there is one.
  var subtitles: SubtitleContent?
}

/// Recordings one after the other: a bad one is reported and does not stop the others; what is finished stays.
struct TranscriptionJob {
  let request: TranscriptionRequest
  let output: TranscriptOutput
  let inputs: [String]
  let raw: Bool

  /// - Throws: `Failure` with the exit code of the first recording that failed, or of the signal that ended the work.
  func run() throws {
    if let folder = output.folder { try makeFolder(folder) }
    let cancellation = Cancellation()
    Interruption.onRequest { cancellation.request() }
    let names = OutputNaming(inputs: inputs).bases
    let session = InterpreterSession(request.interpreter)
    let progress = JobProgress(total: inputs.count > 1 ? lengthOfAll() : nil, count: inputs.count)
    var firstFailure: Failure?
    for (input, name) in zip(inputs, names) where !cancellation.isRequested {
      let missing = output.formats.filter { format in
        path(name, format).map { output.overwrites || !FileManager.default.fileExists(atPath: $0) } ?? true
      }
      if missing.isEmpty {
        progress.say("\(input): already done; --overwrite does it again")
        continue
      }
      do {
        try interpret(input, name: name, formats: missing, session: session, progress: progress, cancellation)
      } catch let failure as any CommandFailure {
        // A reader that has gone ends everything.
        if failure.exitStatus == .brokenPipe { throw failure }
        if let message = failure.message { progress.say("dragoman: \(message)") }
        firstFailure = firstFailure ?? Failure(failure.exitStatus)
      }
    }
    progress.finish()
    if cancellation.isRequested { throw Failure(Interruption.exitStatus) }
    if let firstFailure { throw firstFailure }
  }

  private func interpret(
    _ input: String, name: String, formats: [TranscriptFormat], session: InterpreterSession, progress: JobProgress,
    _ cancellation: Cancellation
  ) throws {
    let file =
      input == "-"
      ? try AudioFile(standardInput: STDIN_FILENO, raw: raw) : try AudioFile(URL(fileURLWithPath: input))
    progress.start(input, duration: file.duration)
    let transcript = try session.interpret(file, name: input, cancellation: cancellation) { event in
      if case .progress(let done) = event { progress.update(done) }
    }
    if cancellation.isRequested {
      // Half a recording is no result on disk; on standard output what was heard is better than nothing.
      if output.folder == nil, !transcript.segments.isEmpty { try write(transcript, formats, name: name) }
      return
    }
    if file.invalidSampleCount > 0 {
      progress.say("dragoman: \(input): \(file.invalidSampleCount) samples were not numbers and were taken as silence")
    }
    if file.isTruncated {
      progress.say(
        "dragoman: \(input) ends before its header says; what there is (\(Figures.clock(transcript.duration))) was used"
      )
    }
    if transcript.duration == .zero { progress.say("dragoman: \(input) holds no sound: zero samples") }
    try write(transcript, formats, name: name)
    progress.end(input, transcript)
  }

  private func write(_ transcript: Transcript, _ formats: [TranscriptFormat], name: String) throws {
    for format in formats {
      let isPretty = output.folder != nil || Terminal.current.isOutputInteractive
      let text = format.render(transcript, content: output.subtitles, pretty: isPretty)
      if let path = path(name, format) {
        try AtomicFile.write(text, to: path)
      } else {
        try StandardOutput.write(text)
      }
    }
  }

  private func path(_ name: String, _ format: TranscriptFormat) -> String? {
    output.folder.map { URL(fileURLWithPath: $0).appending(path: "\(name).\(format.rawValue)").path }
  }

  private func makeFolder(_ folder: String) throws(Failure) {
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw Failure(.cannotCreate, "cannot make the folder \(folder): \(error.localizedDescription)")
    }
    guard access(folder, W_OK | X_OK) == 0 else {
      throw Failure(
        .cannotCreate,
        "cannot write into \(folder): \(String(cString: strerror(errno))); choose another --output-dir or change its permissions"
      )
    }
  }

  /// Length of all recordings as their headers tell; nil when one does not.
  private func lengthOfAll() -> Duration? {
    var total = Duration.zero
    for input in inputs where input != "-" {
      guard let file = try? AudioFile(URL(fileURLWithPath: input)), let length = file.duration else { continue }
      total += length
    }
    return inputs.contains("-") ? nil : total
  }
}

/// The progress of a job over all its recordings.
final class JobProgress {
  private let line = ProgressLine(label: "transcribe")
  private let begin = ContinuousClock.now
  private let totalOfAll: Duration?
  private let count: Int
  private var done = Duration.zero, total: Duration?

  init(total: Duration?, count: Int) { (totalOfAll, self.count, self.total) = (total, count, total) }

  func start(_ input: String, duration: Duration?) {
    if totalOfAll == nil { (total, done) = (duration, .zero) }
  }

  func update(_ processed: Duration) {
    let now = done + processed
    let elapsed = begin.duration(to: .now)
    if let total, total > .zero {
      line.update(
        fraction: now / total, Figures.audioProgress(done: min(now, total), total: total, elapsed: elapsed))
    } else {
      line.update(fraction: 0, "\(Figures.clock(now)) heard")
    }
  }

  func end(_ input: String, _ transcript: Transcript) {
    done += transcript.duration
    guard count > 1 else { return }
    say(
      "\(input): \(Figures.clock(transcript.duration)), language \(transcript.language), "
        + "\(transcript.segments.count) segments")
  }

  func say(_ text: String) { line.message(text) }

  func finish() { line.finish() }
}

extension AudioError: CommandFailure {
  var message: String? { description }
  var exitStatus: ExitStatus {
    switch self {
    case .noSuchFile, .isFolder, .noAudio, .permissionDenied: .noInput
    case .noSuchDevice, .noCaptureDevice, .deviceBusy, .devicePermission, .soundServerAway, .deviceHangs,
      .noWayToSoundServer,
      .deviceFormat, .deviceFailed:
      .unavailable
    case .recordingFormat: .usage
    case .recordingFailed: .inputOutput
    default: .badData
    }
  }
}

extension RecognitionError: CommandFailure {
  var message: String? { description }
  var exitStatus: ExitStatus {
    switch self {
    case .modelMissing: .unavailable
    case .notARecognitionModel, .notAVoiceActivityModel, .file, .vocabularyMismatch, .tokenMissing: .badData
    case .englishOnly, .unknownLanguage, .cannotTranslate, .notTrainedToTranslate: .configuration
    }
  }
}

extension TranslationError: CommandFailure {
  var message: String? { description }
  var exitStatus: ExitStatus { if case .glossaryUnreadable = self { .noInput } else { .badData } }
}

extension InterpreterError: CommandFailure {
  var message: String? { description }
  var exitStatus: ExitStatus { .unavailable }
}

extension TranscriptError: CommandFailure {
  var message: String? { description }
  var exitStatus: ExitStatus {
    switch self {
    case .unknownLanguage: .usage
    case .unwritable: .cannotCreate
    default: .inputOutput
    }
  }
}
