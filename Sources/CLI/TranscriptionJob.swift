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

/// Recordings one after the other, or some at a time: a bad one is reported and does not stop the others; what is finished stays.
struct TranscriptionJob {
  let request: TranscriptionRequest
  let output: TranscriptOutput
  let inputs: [String]
  let raw: Bool
  /// Recordings that are decoded together, or windows where these do not go on from each other.
  let batch: Int

  /// - Throws: `Failure` with the exit code of the first recording that failed, or of the signal that ended the work.
  func run() throws {
    if let folder = output.folder { try makeFolder(folder) }
    let cancellation = Cancellation()
    Interruption.onRequest { cancellation.request() }
    let names = OutputNaming(inputs: inputs).bases
    let progress = JobProgress(total: inputs.count > 1 ? lengthOfAll() : nil, count: inputs.count)
    let results = OrderedOutput()
    var next = 0
    /// By the place of the recording.
    var failures: [Int: Failure] = [:]
    /// What ends everything, such as a reader that has gone.
    var ending: (any Error)?
    func transcribe(_ index: Int, _ session: InterpreterSession) throws {
      let recording = progress.recording(index, named: inputs[index])
      do {
        let text = try work(on: inputs[index], name: names[index], session: session, progress: recording, cancellation)
        try results.add(text, at: index)
      } catch let failure as any CommandFailure where failure.exitStatus != .brokenPipe {
        if let message = failure.message { recording.say("dragoman: \(message)") }
        failures[index] = Failure(failure.exitStatus)
        recording.end(nil)
        try results.add("", at: index)
      }
    }
    // The sessions take turns, so that nothing here is done by two of them at once.
    let most = request.interpreter.options.conditionsOnPreviousText ? inputs.count : batch
    InterpreterSession.together(request.interpreter, count: min(batch, most)) { session in
      while next < inputs.count, !cancellation.isRequested, ending == nil {
        let index = next
        next += 1
        do { try transcribe(index, session) } catch { ending = error }
      }
    }
    progress.finish()
    if let ending { throw ending }
    try results.finish()
    if cancellation.isRequested { throw Failure(Interruption.exitStatus) }
    if let first = failures.min(by: { $0.key < $1.key }) { throw first.value }
  }

  /// - Returns: what belongs on standard output.
  private func work(
    on input: String, name: String, session: InterpreterSession, progress: RecordingProgress,
    _ cancellation: Cancellation
  ) throws -> String {
    let missing = output.formats.filter { format in
      path(name, format).map { output.overwrites || !FileManager.default.fileExists(atPath: $0) } ?? true
    }
    if missing.isEmpty {
      progress.say("\(input): already done; --overwrite does it again")
      return ""
    }
    return try interpret(
      input, name: name, formats: missing, session: session, progress: progress, cancellation)
  }

  private func interpret(
    _ input: String, name: String, formats: [TranscriptFormat], session: InterpreterSession,
    progress: RecordingProgress,
    _ cancellation: Cancellation
  ) throws -> String {
    let file =
      input == "-"
      ? try AudioFile(standardInput: STDIN_FILENO, raw: raw) : try AudioFile(URL(fileURLWithPath: input))
    progress.start(duration: file.duration)
    let transcript = try session.interpret(file, name: input, cancellation: cancellation) { event in
      if case .progress(let done) = event { progress.update(done) }
    }
    if cancellation.isRequested {
      // Half a recording is no result on disk; on standard output what was heard is better than nothing.
      return output.folder == nil && !transcript.segments.isEmpty ? try write(transcript, formats, name: name) : ""
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
    let text = try write(transcript, formats, name: name)
    progress.end(transcript)
    return text
  }

  /// - Returns: what belongs on standard output.
  private func write(_ transcript: Transcript, _ formats: [TranscriptFormat], name: String) throws -> String {
    var shown = ""
    for format in formats {
      let isPretty = output.folder != nil || Terminal.current.isOutputInteractive
      let text = format.render(transcript, content: output.subtitles, pretty: isPretty)
      if let path = path(name, format) {
        try AtomicFile.write(text, to: path)
      } else {
        shown += text
      }
    }
    return shown
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

/// What goes to standard output, in the order of the recordings though they may end in another.
private final class OrderedOutput {
  private var waiting: [Int: String] = [:]
  private var next = 0

  /// Writes what is next in order.
  func add(_ text: String, at index: Int) throws {
    waiting[index] = text
    while let text = waiting.removeValue(forKey: next) {
      next += 1
      if !text.isEmpty { try StandardOutput.write(text) }
    }
  }

  /// Writes what others kept waiting that never ended.
  func finish() throws {
    for (_, text) in waiting.sorted(by: { $0.key < $1.key }) where !text.isEmpty { try StandardOutput.write(text) }
    waiting = [:]
  }
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
