internal import ArgumentParser
internal import Foundation
internal import SpeechRecognition

/// How speech is recognised: what every command that recognises asks, but for the beam, of which a benchmark has several.
struct RecognitionArguments: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Texts drawn at temperatures above 0, of which the best is taken, and hypotheses of a beam where a greedy text is doubted.",
      valueName: "n"))
  var bestOf = 5

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Temperatures tried in order until a text can be trusted; one number turns off the fallback and what looks again for a doubted text.",
      valueName: "list"))
  var temperature = "0,0.2,0.4,0.6,0.8,1"

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The search ends when this many times --beam texts are finished.", valueName: "x"))
  var patience = 1.0

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Favour long texts (above 0, to 1) over short ones; the mean unless told.", valueName: "alpha"))
  var lengthPenalty: Double?

  @Option(help: ArgumentHelp("Text that sets names, spelling and style, in every window.", valueName: "text"))
  var initialPrompt: String?

  @Option(help: ArgumentHelp("Words that are likely to be said, in every window.", valueName: "words"))
  var hotwords: String?

  @Flag(
    help:
      "Recognise each window without the text before it: a recording is divided at pauses, and its windows may be decoded together."
  )
  var noConditionOnPrevious = false

  @Flag(
    help:
      "Leave text in whatever script it comes in: Hindi in Arabic letters, say, is otherwise decoded again in its own.")
  var anyScript = false

  @Option(
    help: "Weights in int8, or float32 arithmetic as the reference computes: int8 or float32.",
    transform: { text in
      guard let precision = RecognitionPrecision(rawValue: text) else {
        throw ValidationError("--precision takes int8 or float32, not \(text).")
      }
      return precision
    })
  var precision = RecognitionPrecision.int8

  @Flag(
    help:
      "Encode the silence behind the audio of every window, as the reference does: several times slower on short audio."
  )
  var wholeWindows = false

  @Flag(help: "Recognise silence too, instead of only where voice is heard.")
  var noVad = false

  @Option(
    parsing: .unconditional, help: ArgumentHelp("Probability at which voice begins, 0.01 to 0.99.", valueName: "p"))
  var vadThreshold = 0.5

  @Option(parsing: .unconditional, help: ArgumentHelp("Audio kept before and after voice, in seconds.", valueName: "s"))
  var vadPadding = 0.4

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Silence between words that is left out, in seconds; shorter ones stay.", valueName: "s"))
  var vadSilence = 2.0

  func validate() throws {
    guard (0.01...0.99).contains(vadThreshold) else { throw ValidationError("--vad-threshold takes 0.01 to 0.99.") }
    guard (0...10).contains(vadPadding) else { throw ValidationError("--vad-padding takes 0 to 10 seconds.") }
    guard (0...60).contains(vadSilence) else { throw ValidationError("--vad-silence takes 0 to 60 seconds.") }
    guard (1...32).contains(bestOf) else { throw ValidationError("--best-of takes 1 to 32.") }
    guard patience > 0, patience <= 10 else { throw ValidationError("--patience takes a number above 0, to 10.") }
    if let lengthPenalty, !(0...1).contains(lengthPenalty) {
      throw ValidationError("--length-penalty takes 0 to 1.")
    }
    _ = try temperatures()
  }

  /// Writes the wishes into options.
  func apply(to options: inout RecognitionOptions) throws {
    (options.bestOf, options.patience) = (bestOf, patience)
    (options.lengthPenalty, options.temperatures) = (lengthPenalty, try temperatures())
    (options.initialPrompt, options.hotwords) = (initialPrompt, hotwords)
    options.conditionsOnPreviousText = !noConditionOnPrevious
    options.keepsToScript = !anyScript
    options.encodesWholeWindows = wholeWindows
    options.speechRegions = SpeechRegionOptions(
      threshold: Float(vadThreshold), padding: .seconds(vadPadding), minimumSilence: .seconds(vadSilence))
  }

  /// An option that says how whole recordings are heard, if there is one.
  var givenForRecordings: String? {
    guard let usual = try? RecognitionArguments.parse([]) else { return nil }
    if noVad { return "--no-vad" }
    if wholeWindows { return "--whole-windows" }
    if vadPadding != usual.vadPadding { return "--vad-padding" }
    return vadSilence != usual.vadSilence ? "--vad-silence" : nil
  }

  /// What is not as usual, by the option's name, for the record.
  var settings: [String: String] {
    var settings: [String: String] = [:]
    // Values can only be read after parsing.
    guard let usual = try? RecognitionArguments.parse([]) else { return [:] }
    if bestOf != usual.bestOf { settings["best of"] = String(bestOf) }
    if temperature != usual.temperature { settings["temperature"] = temperature }
    if patience != usual.patience { settings["patience"] = String(patience) }
    if let lengthPenalty { settings["length penalty"] = String(lengthPenalty) }
    if let initialPrompt { settings["prompt"] = initialPrompt }
    if let hotwords { settings["hotwords"] = hotwords }
    if noConditionOnPrevious { settings["no condition on previous"] = "" }
    if anyScript { settings["any script"] = "" }
    if precision != usual.precision { settings["precision"] = precision.rawValue }
    if wholeWindows { settings["whole windows"] = "" }
    if noVad { settings["no VAD"] = "" }
    if vadThreshold != usual.vadThreshold { settings["VAD threshold"] = String(vadThreshold) }
    if vadPadding != usual.vadPadding { settings["VAD padding"] = String(vadPadding) }
    if vadSilence != usual.vadSilence { settings["VAD silence"] = String(vadSilence) }
    return settings
  }

  private func temperatures() throws -> [Double] {
    let values = temperature.split(separator: ",").map { Double($0.trimmingCharacters(in: .whitespaces)) }
    guard !values.isEmpty, values.allSatisfy({ $0.map { (0...2).contains($0) } ?? false }) else {
      throw ValidationError("--temperature takes numbers from 0 to 2, comma-separated, not \(temperature).")
    }
    return values.map { $0! }
  }
}
