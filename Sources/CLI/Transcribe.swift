internal import ArgumentParser
internal import AudioIO
internal import Dragoman
internal import Foundation
internal import MachineTranslation
internal import ModelStore
internal import SpeechRecognition
internal import Transcripts

/// `dragoman transcribe`, the default command.
struct TranscribeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "transcribe",
    abstract: "Turn recordings into text and, with --to, into another language.",
    discussion: """
      Results go to standard output, or with --output-dir into one file for each input and format; messages and progress
      go to standard error. Files that are there already are kept and their inputs skipped, unless --overwrite is given.
      Everything that libsndfile reads is read: WAV, FLAC, OGG, Opus, MP3, AIFF, at any rate and number of channels.

      Examples:
        dragoman interview.flac --to pt
        dragoman transcribe recordings/ --from de --format srt,json --output-dir subtitles
        arecord -f S16_LE -r 16000 -d 10 | dragoman transcribe - --to pt
      """)

  @Argument(help: ArgumentHelp("Recordings, folders of them, or - for standard input.", valueName: "file"))
  var files: [String]

  @Option(name: .customLong("to"), help: "Translate into this language, such as pt.")
  var target: String?

  @Option(
    name: .customLong("from"),
    help: "Language of the speech, several to choose among (pt,en), or auto to find it; it may change.")
  var source = "auto"

  @Option(help: "Recognition model: an id of `dragoman models list`, or the path of a folder.")
  var model = "whisper-base"

  @Option(help: "transcribe writes what was said; translate lets the recogniser write English.")
  var task = "transcribe"

  @Option(help: ArgumentHelp("Formats, comma-separated: txt, json, jsonl, srt, vtt, tsv.", valueName: "list"))
  var format = "txt"

  @Option(help: ArgumentHelp("Write files into this folder, which is made if need be.", valueName: "dir"))
  var outputDir: String?

  @Option(help: "Text of subtitles: source, target or both (target when there is a translation).")
  var subtitles: String?

  @Option(parsing: .unconditional, help: "Threads to compute with; all processors unless told.")
  var threads: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Hypotheses that the search keeps; 1 is greedy, with a beam where that is doubted, and fastest.", valueName: "n"))
  var beam = 5

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Recordings to decode together, with --no-condition-on-previous windows of one, too: faster, the same text, more memory. 4 unless told, 3 with that, 2 with a beam of 3 to 8, 1 with a wider one or in float32.",
      valueName: "n"
    ))
  var batch: Int?

  @OptionGroup(title: "Recognition")
  var recognition: RecognitionArguments

  @OptionGroup(title: "Translation")
  var translation: TranslationArguments

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Hypotheses that the search for a translation keeps; 1 is greedy.", valueName: "n"))
  var translationBeam: Int?

  @Flag(help: "Replace output files that are there already.")
  var overwrite = false

  @Flag(help: "Standard input is raw signed 16-bit little-endian mono at 16 kHz.")
  var raw = false

  func validate() throws {
    guard !files.isEmpty else {
      throw ValidationError("Name at least one recording, a folder, or - for standard input.")
    }
    guard !files.contains("") else { throw ValidationError("The name of a recording is empty.") }
    guard files.count(where: { $0 == "-" }) <= 1 else { throw ValidationError("Standard input can be read only once.") }
    try ArgumentRanges.check("--beam", beam, in: ArgumentRanges.beam)
    try ArgumentRanges.check("--batch", batch, in: ArgumentRanges.batch)
    try ArgumentRanges.check("--threads", threads, in: ArgumentRanges.threads)
    try ArgumentRanges.check("--translation-beam", translationBeam, in: ArgumentRanges.translationBeam)
    if target == nil, let option = translation.given ?? translationBeam.map({ _ in "--translation-beam" }) {
      throw ValidationError("\(option) is for translations: add --to LANGUAGE.")
    }
    if raw, !files.contains("-") { throw ValidationError("--raw describes standard input; name it with -.") }
    let formats = try requestedFormats()
    if outputDir == nil, formats.count > 1 {
      throw ValidationError("Several formats need --output-dir; standard output takes one.")
    }
    guard outputDir?.isEmpty != true else { throw ValidationError("--output-dir needs the name of a folder.") }
    _ = try requestedTask()
    _ = try requestedSubtitles()
  }

  func run() throws {
    var options = RecognitionOptions(from: try sourceLanguage(source), task: try requestedTask())
    options.beam = beam
    try recognition.apply(to: &options)
    // Times of words are given in JSON and cut subtitles where words end.
    options.wordTimes = try !Set(requestedFormats()).isDisjoint(with: [.json, .jsonl, .srt, .vtt])
    var translationOptions = try translation.options()
    translationOptions.beam = translationBeam ?? 1
    let request = try TranscriptionRequest(
      recognition: model, precision: recognition.precision, hearsVoiceOnly: !recognition.noVad, options: options,
      target: target.map(languageCode),
      translation: translationOptions,
      threads: ArgumentRanges.threadCount(threads))
    request.tellPrompt()
    let output = TranscriptOutput(
      formats: try requestedFormats(), folder: outputDir.map { ($0 as NSString).expandingTildeInPath },
      overwrites: overwrite,
      subtitles: try requestedSubtitles())
    // In Float32 a product of more rows is rounded otherwise, so that texts would depend on what is decoded beside them.
    let together = batch ?? (recognition.precision == .int8 ? Self.usualBatch(options) : 1)
    var unread: [String] = []
    let inputs = try AudioFiles.find(
      in: files
    ) { name, reason in
      switch reason {
      case .permissionDenied:
        StandardError.write("dragoman: \(name): permission denied; what is in this folder is left out\n")
      case .unreadFormat: unread.append(name)
      case .noFile:
        StandardError.write("dragoman: \(name): no file; in a folder it is passed over, name it to have it read\n")
      }
    }
    if let first = unread.first {
      StandardError.write(
        "dragoman: \(unread.count == 1 ? "1 file" : "\(unread.count) files") that cannot be read \(unread.count == 1 ? "is" : "are") "
          + "passed over, the first is \(first); convert to FLAC, for example with ffmpeg -i INPUT OUTPUT.flac\n")
    }
    try TranscriptionJob(request: request, output: output, inputs: inputs, raw: raw, batch: together).run()
  }

  /// Recordings or windows decoded together unless told: few enough that memory stays below 250 MB with the usual model. Windows
  /// are longer than most recordings of which there are many, and what is heard of them takes memory as it is touched.
  private static func usualBatch(_ options: RecognitionOptions) -> Int {
    options.beam > 8 ? 1 : options.beam > 2 ? 2 : options.conditionsOnPreviousText ? 4 : 3
  }

  private func requestedTask() throws -> RecognitionTask {
    guard let task = RecognitionTask(rawValue: task) else {
      throw ValidationError("--task is transcribe or translate, not \(task).")
    }
    return task
  }

  private func requestedFormats() throws -> [TranscriptFormat] {
    var formats: [TranscriptFormat] = []
    for name in format.split(separator: ",") {
      guard let format = TranscriptFormat(rawValue: name.trimmingCharacters(in: .whitespaces).lowercased()) else {
        let known = TranscriptFormat.allCases.map(\.rawValue).joined(separator: ", ")
        throw ValidationError("Unknown format \(name); known are \(known).")
      }
      if !formats.contains(format) { formats.append(format) }
    }
    guard !formats.isEmpty else { throw ValidationError("--format needs at least one format.") }
    return formats
  }

  private func requestedSubtitles() throws -> SubtitleContent? {
    guard let subtitles else { return nil }
    guard let content = SubtitleContent(rawValue: subtitles) else {
      throw ValidationError("--subtitles is source, target or both, not \(subtitles).")
    }
    guard target != nil || task == "translate" || content == .source else {
      throw ValidationError("--subtitles \(subtitles) needs a translation: add --to LANGUAGE.")
    }
    return content
  }
}

/// What `--from` names: a language, several, or `auto`.
func sourceLanguage(_ names: String) throws -> SourceLanguage {
  if names.lowercased() == "auto" { return .automatic }
  let codes = try names.split(separator: ",").map { try languageCode($0.trimmingCharacters(in: .whitespaces)) }
  guard !codes.isEmpty else { throw Failure(.usage, "--from takes a language, several with commas, or auto") }
  return codes.count == 1 ? .language(codes[0]) : .oneOf(codes)
}

/// A language as a user writes it, as a code; unknown ones are usage errors.
func languageCode(_ name: String) throws -> String {
  do {
    return try LanguageCode(name).code
  } catch {
    throw Failure(.usage, error.description)
  }
}
