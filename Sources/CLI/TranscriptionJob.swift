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
    // From the root on, so that there are folders to tell them apart, and that two ways to write a path are one.
    let paths = inputs.map { $0 == "-" ? $0 : URL(fileURLWithPath: $0).standardizedFileURL.path }
    let names = OutputNaming(inputs: paths).bases
    let progress = JobProgress(total: inputs.count > 1 ? lengthOfAll() : nil, count: inputs.count)
    let results = OrderedOutput(
      TranscriptSequence(
        format: output.formats[0], content: output.subtitles, pretty: Terminal.current.isOutputInteractive))
    var next = 0
    /// By the place of the recording.
    var failures: [Int: Failure] = [:]
    /// What ends everything, such as a reader that has gone.
    var ending: (any Error)?
    func transcribe(_ index: Int, _ session: InterpreterSession) throws {
      let recording = progress.recording(index, named: inputs[index])
      var outcome = Outcome()
      do {
        outcome = try work(on: inputs[index], name: names[index], session: session, progress: recording, cancellation)
      } catch let failure as any CommandFailure where failure.exitStatus != .brokenPipe {
        outcome.failure = failure
      }
      if let failure = outcome.failure {
        if let message = failure.message { recording.say("dragoman: \(message)") }
        failures[index] = Failure(failure.exitStatus)
        recording.end(nil)
      }
      try results.add(outcome.shown, at: index)
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

  /// What came of a recording.
  private struct Outcome {
    /// What belongs on standard output.
    var shown: Transcript?
    /// What kept all of it, or its rest, from being transcribed.
    var failure: (any CommandFailure)?
  }

  private func work(
    on input: String, name: String, session: InterpreterSession, progress: RecordingProgress,
    _ cancellation: Cancellation
  ) throws -> Outcome {
    let missing = try output.formats.filter { format in
      try path(name, format).map { try output.overwrites || !isThere($0) } ?? true
    }
    if missing.isEmpty {
      let files = output.formats.compactMap { path(name, $0) }.joined(separator: ", ")
      let (are, them) = output.formats.count == 1 ? ("is", "it") : ("are", "them")
      progress.say("\(input): \(files) \(are) there already; --overwrite makes \(them) again")
      return Outcome()
    }
    return try interpret(
      input, name: name, formats: missing, session: session, progress: progress, cancellation)
  }

  private func interpret(
    _ input: String, name: String, formats: [TranscriptFormat], session: InterpreterSession,
    progress: RecordingProgress,
    _ cancellation: Cancellation
  ) throws -> Outcome {
    guard let file = try openFile(input, cancellation) else { return Outcome() }
    progress.start(duration: file.duration)
    let transcript: Transcript
    var outcome = Outcome()
    do {
      transcript = try session.interpret(file, name: input, cancellation: cancellation) { event in
        if case .progress(let done) = event { progress.update(done) }
      }
    } catch let unfinished as UnfinishedRecording {
      (transcript, outcome.failure) = (unfinished.transcript, unfinished.failure)
    }
    if cancellation.isRequested {
      outcome.shown = try keep(unfinished: transcript, of: input, formats, name: name, progress)
      return outcome
    }
    for fault in file.faults(length: transcript.duration) { progress.say("dragoman: \(input): \(fault)") }
    if let quietness = file.quietness { progress.say("dragoman: \(input): \(quietness)") }
    if transcript.duration == .zero { progress.say("dragoman: \(input) holds no sound: zero samples") }
    outcome.shown = try write(transcript, formats, name: name)
    if outcome.failure == nil { progress.end(transcript) }
    return outcome
  }

  /// Keeps what was heard of a recording whose end was not waited for: on standard output, or in files that nobody takes for results.
  ///
  /// - Returns: what belongs on standard output.
  private func keep(
    unfinished transcript: Transcript, of input: String, _ formats: [TranscriptFormat], name: String,
    _ progress: RecordingProgress
  ) throws -> Transcript? {
    guard !transcript.segments.isEmpty else {
      progress.say("dragoman: \(input): interrupted before there was any text")
      return nil
    }
    guard output.folder != nil else {
      progress.say("dragoman: \(input): interrupted; its text so far follows")
      return try write(transcript, formats, name: name)
    }
    let name = name + ".partial"
    let files = formats.compactMap { path(name, $0) }.joined(separator: ", ")
    progress.say(
      "dragoman: \(input): interrupted; its text so far is in \(files), and the same command begins it anew")
    return try write(transcript, formats, name: name)
  }

  /// Opens a recording; nil for a pipe that was waited for until the work was to end.
  private func openFile(_ input: String, _ cancellation: Cancellation) throws -> AudioFile? {
    do {
      if input == "-" {
        return try AudioFile(standardInput: STDIN_FILENO, raw: raw, isStopped: { cancellation.isRequested })
      }
      return try AudioFile(URL(fileURLWithPath: input), isStopped: { cancellation.isRequested })
    } catch {
      if cancellation.isRequested { return nil }
      throw error
    }
  }

  /// Writes the files, if there is a folder for them.
  ///
  /// - Returns: what belongs on standard output.
  private func write(_ transcript: Transcript, _ formats: [TranscriptFormat], name: String) throws -> Transcript? {
    for format in formats {
      guard let path = path(name, format) else { return transcript }
      if name.contains("/") { try makeFolder((path as NSString).deletingLastPathComponent) }
      try AtomicFile.write(format.render(transcript, content: output.subtitles), to: path)
    }
    return nil
  }

  private func path(_ name: String, _ format: TranscriptFormat) -> String? {
    output.folder.map { "\($0)/\(name).\(format.rawValue)" }
  }

  private func isThere(_ path: String) throws(Failure) -> Bool {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { return false }
    guard !isFolder.boolValue else {
      throw Failure(.cannotCreate, "\(path) is a folder; move it away, or choose another --output-dir")
    }
    return true
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

  /// Length of all recordings as their headers tell; nil when one does not, or is a pipe, which is read but once.
  private func lengthOfAll() -> Duration? {
    var total = Duration.zero
    for input in inputs {
      var status = stat()
      if input == "-" || (stat(input, &status) == 0 && status.st_mode & S_IFMT != S_IFREG) { return nil }
      guard let file = try? AudioFile(URL(fileURLWithPath: input)), let length = file.duration else { continue }
      total += length
    }
    return total
  }
}

/// What goes to standard output, in the order of the recordings though they may end in another.
private final class OrderedOutput {
  private var sequence: TranscriptSequence
  /// By the place of the recording; nil for one that shows nothing.
  private var waiting: [Int: Transcript?] = [:]
  private var next = 0

  init(_ sequence: TranscriptSequence) { self.sequence = sequence }

  /// Writes what is next in order.
  func add(_ transcript: Transcript?, at index: Int) throws {
    waiting[index] = .some(transcript)
    while let transcript = waiting.removeValue(forKey: next) {
      next += 1
      try write(transcript)
    }
  }

  /// Writes what others kept waiting that never ended.
  func finish() throws {
    for (_, transcript) in waiting.sorted(by: { $0.key < $1.key }) { try write(transcript) }
    waiting = [:]
  }

  private func write(_ transcript: Transcript?) throws {
    guard let transcript else { return }
    let text = sequence.append(transcript)
    if !text.isEmpty { try StandardOutput.write(text) }
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
    case .recordingFailed, .spoolFailed: .inputOutput
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

extension UnfinishedRecording: CommandFailure {
  var message: String? { description }
  var exitStatus: ExitStatus { failure.exitStatus }
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
