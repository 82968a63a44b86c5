internal import ArgumentParser
internal import AudioIO
internal import Dragoman
internal import Foundation
internal import MachineTranslation
internal import SpeechRecognition
internal import Transcripts

/// `dragoman live`.
struct LiveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "live",
    abstract: "Caption and translate what a microphone hears, while it is said.",
    discussion: """
      On a terminal, finished sentences stand solid and the one under way dim, each with its translation. Elsewhere each
      finished sentence is a line, or with --format jsonl every event is one JSON object a line (docs/live-events.md).
      Ctrl-C finishes the last sentence and ends with a summary.

      Examples:
        dragoman live --to pt
        dragoman live --device "Blue Yeti" --from en --to pt --save talk.srt --save talk.json --record talk.flac
        dragoman live --from en,pt --to pt,en
        arecord -q -f S16_LE -r 16000 -t raw | dragoman live - --raw --to pt
        dragoman live meeting.flac --replay --to pt
      """)

  @Argument(
    help: ArgumentHelp("- for standard input, or a recording to be replayed; else a microphone.", valueName: "file"))
  var input: String?

  @Option(help: ArgumentHelp("Microphone: a name of `dragoman devices` or a part of a description.", valueName: "name"))
  var device: String?

  @Option(
    parsing: .unconditional, help: ArgumentHelp("Replay a recording at this speed; 1 unless told.", valueName: "speed"))
  var replay: Double?

  @Flag(help: "Replay as fast as the machine can, on a clock of audio time: the same events on every machine.")
  var simulate = false

  @Option(
    name: .customLong("to"),
    help: "Translate into this language; with several (pt,en) into the first that is not spoken.")
  var target: String?

  @Option(
    name: .customLong("from"),
    help:
      "Language of the speech, several to choose among (pt,en), or auto; it may change from turn to turn, and what cannot be translated is shown as it is."
  )
  var source = "auto"

  @Option(help: "Recognition model: an id of `dragoman models list`, or the path of a folder.")
  var model = "whisper-base"

  @Option(help: ArgumentHelp("text: each finished sentence; jsonl: every event.", valueName: "name"))
  var format: String?

  @Option(
    help: ArgumentHelp(
      "When words are certain: attention, agreement or both, or attention:S, agreement:N, both:S.", valueName: "name"))
  var policy = "attention"

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Audio between two looks at it while somebody speaks, in seconds.", valueName: "s"))
  var step = 0.3

  @OptionGroup var live: LiveArguments

  @Option(
    help: ArgumentHelp("Keep the sentences in this file: .srt, .vtt, .txt, .tsv, .json or .jsonl.", valueName: "file"))
  var save: [String] = []

  @Option(help: ArgumentHelp("Keep the audio in this file: .flac or .wav.", valueName: "file"))
  var record: String?

  @Flag(help: "Replace files that are there already.")
  var overwrite = false

  @Option(help: "Text of subtitles: source, target or both (both when there is a translation).")
  var subtitles: String?

  @Option(parsing: .unconditional, help: "Threads to compute with; all processors unless told.")
  var threads: Int?

  @Option(
    parsing: .unconditional, help: ArgumentHelp("Hypotheses that the search at a turn's end keeps.", valueName: "n"))
  var beam = 5

  @Flag(help: "Standard input is raw signed 16-bit little-endian mono at 16 kHz.")
  var raw = false

  func validate() throws {
    try ArgumentRanges.check("--beam", beam, in: ArgumentRanges.beam)
    try ArgumentRanges.check("--threads", threads, in: ArgumentRanges.threads)
    guard LiveArguments.steps.contains(step) else { throw ValidationError("--step takes 0.1 to 5 seconds.") }
    if let replay, !(replay > 0 && replay <= 100) { throw ValidationError("--replay takes a speed above 0, to 100.") }
    if device != nil, input != nil { throw ValidationError("--device names a microphone, \(input!) is none: say one.") }
    if raw, input != "-" { throw ValidationError("--raw describes standard input; name it with -.") }
    if replay != nil || simulate, input == nil || input == "-" {
      throw ValidationError("--replay and --simulate are for a recording: name its file.")
    }
    try live.checkTranslation(hasTarget: target != nil)
    guard [nil, "text", "jsonl"].contains(format) else {
      throw ValidationError("--format is text or jsonl, not \(format!).")
    }
    if let subtitles, SubtitleContent(rawValue: subtitles) == nil {
      throw ValidationError("--subtitles is source, target or both, not \(subtitles).")
    }
    _ = try CommitPolicy(argument: policy)
  }

  func run() throws {
    try LiveFiles.check(save, recording: record, overwrites: overwrite, input: input == "-" ? nil : input)
    var options = RecognitionOptions(from: try sourceLanguage(source))
    try live.recognition.apply(to: &options)
    let targets = try target.map { try $0.split(separator: ",").map { try languageCode(String($0)) } } ?? []
    let request = try TranscriptionRequest(
      recognition: model, precision: live.recognition.precision, hearsVoiceOnly: true, options: options,
      target: targets.first, translation: try live.translation.options(),
      threads: ArgumentRanges.threadCount(threads))
    request.tellPrompt()

    var settings = try live.settings(
      policy: CommitPolicy(argument: policy), step: step, beam: beam, targets: targets, request: request)
    // A pipe waits, and so does a recording that is to be heard faster than it was spoken.
    settings.maySkip = input != "-" && (replay ?? 1) <= 1
    try LiveJob(
      request: request, settings: settings, command: self, targets: targets,
      translationModels: try translationModels(from: options, to: targets, request),
      content: subtitles.flatMap(SubtitleContent.init(rawValue:)) ?? .both
    ).run()
  }

  /// The translation models for the languages that may be spoken, nil where those are not named.
  ///
  /// - Throws: what refuses a language that has no way into its target.
  private func translationModels(
    from options: RecognitionOptions, to targets: [String], _ request: TranscriptionRequest
  ) throws -> String? {
    let spoken = options.task == .translate ? ["en"] : options.language.map { [$0] } ?? options.candidateLanguages
    let names = try spoken.flatMap { language in
      guard let target = targets.first(where: { $0 != language }) else { return [String]() }
      return [try request.route(from: language, to: target).models.map(\.name).joined(separator: "+")]
    }
    let known = names.filter { !$0.isEmpty }
    return known.isEmpty ? nil : known.joined(separator: ",")
  }

  /// The recording that is replayed; nil for none.
  func openRecording() throws(AudioError) -> AudioFile? {
    guard let input, input != "-" else { return nil }
    return try AudioFile(URL(fileURLWithPath: input))
  }

  /// Where the sound comes from.
  func openSource(_ recording: AudioFile?) throws(AudioError) -> any LiveSource {
    if let recording {
      return simulate ? SteppedSource(recording) : ReplaySource(recording, speed: replay ?? 1)
    }
    if input == "-" { return try PipeSource(raw: raw) }
    let device = CaptureDeviceList.device(device)
    return try Microphone(device: device.name, name: device.description)
  }
}
