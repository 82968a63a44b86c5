internal import ArgumentParser
internal import Dragoman
internal import Foundation
internal import MachineTranslation
internal import SpeechRecognition

/// How a live session goes: what `live` and `bench live` both ask, but for what a benchmark has several of.
struct LiveArguments: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Longest time from what is said to what is shown, such as 3s; a machine that is too slow does less, with a smaller model if one is pulled, and leaves audio out last of all.",
      valueName: "time"))
  var maxLatency = "4s"

  @Option(parsing: .unconditional, help: ArgumentHelp("Silence that ends a turn, in seconds.", valueName: "s"))
  var pause = LiveOptions().pause / .seconds(1)

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Shown words of translations that may be taken back, for each final word; what three translations in a row contradict goes anyway, but with 0.",
      valueName: "x"))
  var maxFlicker = LiveSettings().flicker

  @OptionGroup(title: "Recognition")
  var recognition: RecognitionArguments

  @OptionGroup(title: "Translation")
  var translation: TranslationArguments

  /// Seconds of audio that `--step` takes.
  static let steps = 0.1...5.0

  func validate() throws {
    guard (0.1...5).contains(pause) else { throw ValidationError("--pause takes 0.1 to 5 seconds.") }
    guard (0...10).contains(maxFlicker) else { throw ValidationError("--max-flicker takes 0 to 10.") }
    if let option = recognition.givenForRecordings {
      throw ValidationError(
        "\(option) is for recordings: live turns are found by voice activity, and heard as they are.")
    }
    _ = try contract()
  }

  /// Refuses what is said of translations where there are none.
  func checkTranslation(hasTarget: Bool) throws {
    if !hasTarget, let option = translation.given {
      throw ValidationError("\(option) is for translations: add --to LANGUAGE.")
    }
  }

  /// The wishes as settings.
  ///
  /// - Parameters:
  ///   - step: seconds of audio between two recognitions.
  ///   - beam: of the search at a turn's end.
  ///   - targets: language codes to translate into.
  ///   - request: the models, which know the ways between languages.
  func settings(
    policy: CommitPolicy, step: Double, beam: Int, targets: [String], request: TranscriptionRequest
  ) throws -> LiveSettings {
    var settings = LiveSettings()
    settings.recognition.policy = policy
    settings.recognition.pause = .seconds(pause)
    settings.recognition.finalBeam = beam
    settings.recognition.voiceThreshold = Float(recognition.vadThreshold)
    settings.pace = LivePace(contract: try contract(), shortestStep: .seconds(step))
    (settings.targets, settings.flicker) = (targets, maxFlicker)
    settings.route = { try request.route(from: $0, to: $1) }
    settings.smallerModel = { request.smaller.best(for: $0) }
    return settings
  }

  /// What is not as usual, by the option's name, for the record.
  var settings: [String: String] {
    var settings = recognition.settings
    // Values can only be read after parsing.
    guard let usual = try? LiveArguments.parse([]) else { return settings }
    if pause != usual.pause { settings["pause"] = String(pause) }
    if maxLatency != usual.maxLatency { settings["max latency"] = maxLatency }
    if maxFlicker != usual.maxFlicker { settings["max flicker"] = String(maxFlicker) }
    return settings.merging(translation.settings) { $1 }
  }

  private func contract() throws -> Duration {
    let text = maxLatency.hasSuffix("s") ? String(maxLatency.dropLast()) : maxLatency
    guard let seconds = Double(text), (1...60).contains(seconds) else {
      throw ValidationError("--max-latency takes 1s to 60s, not \(maxLatency).")
    }
    return .seconds(seconds)
  }
}

extension CommitPolicy {
  /// The policy that `--policy` names.
  init(argument: String) throws {
    let parts = argument.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let isUsual = parts.count == 1
    let count = isUsual ? 2 : Int(parts[1]), seconds = isUsual ? nil : Double(parts[1])
    let isDelay = isUsual || (seconds.map { (0...5).contains($0) } ?? false)
    switch parts[0] {
    case "agreement" where count.map { (2...5).contains($0) } ?? false: self = .localAgreement(count!)
    case "attention" where isDelay: self = .alignAtt(.seconds(seconds ?? 0.8))
    case "both" where isDelay: self = .both(2, .seconds(seconds ?? 0.6))
    default:
      throw ValidationError(
        "--policy is attention or attention:S (seconds), agreement or agreement:N (2 to 5 texts), both or both:S, not \(argument)."
      )
    }
  }
}
