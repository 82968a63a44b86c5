import AudioIO
import Foundation
import MachineTranslation
import SpeechRecognition
import TestSupport
import Testing
import Transcripts

@testable import Dragoman

/// Live sessions with the pulled models, on clocks that do not depend on the machine.
@Suite(.serialized) struct LiveSessionTests {
  struct Told {
    var events: [(event: LiveEvent, at: Duration)] = []
    var tapped: [Float] = []
    var summary: LiveSummary?
    var error: (any Error)?

    var finals: [Segment] { events.compactMap { if case .final(let segment) = $0.event { segment } else { nil } } }
    var partials: [LivePartial] {
      events.compactMap { if case .partial(let partial) = $0.event { partial } else { nil } }
    }
    var untranslated: [String] {
      events.compactMap { if case .untranslated(let code, _, _) = $0.event { code } else { nil } }
    }
    var text: String { finals.map(\.text).joined(separator: " ") }
    /// What happened, without texts.
    var kinds: [String] {
      events.map { String("\($0.event)".prefix { $0.isLetter }) }
    }
    func index(of kind: String) -> Int { kinds.firstIndex(of: kind) ?? -1 }
  }

  /// The models, loaded once.
  private static let models = Result {
    (
      recognition: try RecognitionModel(contentsOf: Places.model("whisper-base")),
      voice: try VoiceActivityModel(contentsOf: Places.model("silero-vad")),
      english: try RecognitionModel(contentsOf: Places.model("whisper-tiny.en")),
      enPT: try TranslationModel(contentsOf: Places.model("firefox-en-pt")),
      ptEN: try TranslationModel(contentsOf: Places.model("firefox-pt-en"))
    )
  }

  /// Runs a session to its end, and checks what every session promises.
  private func listen(
    _ steps: [ScriptedSource.Step], from: String? = "en", to targets: [String] = [], clock: TestClock? = nil,
    tap: @escaping (Int) throws -> Void = { _ in }, change: (inout LiveSettings) -> Void = { _ in },
    told hear: @escaping (LiveEvent) -> Void = { _ in }
  ) throws -> Told {
    let models = try Self.models.get()
    var options = RecognitionOptions(language: from)
    if from == nil { options.candidateLanguages = ["en", "pt"] }
    let interpreter = Interpreter(recognition: models.recognition, options: options, threads: 2)
    var settings = LiveSettings()
    settings.targets = targets
    settings.recognition.finalBeam = 1
    settings.route = { from, _ in
      TranslationRoute(models: [from == "en" ? models.enPT : models.ptEN], sourceLanguages: [from])
    }
    change(&settings)
    var told = Told()
    let session = try LiveSession(
      interpreter, voiceActivity: models.voice, settings: settings, clock: clock ?? AudioClock()
    ) {
      told.events.append(($0, $1))
      hear($0)
    }
    do {
      told.summary = try session.run(ScriptedSource(steps, clock: clock)) { samples in
        told.tapped += samples
        try tap(told.tapped.count)
      }
    } catch { told.error = error }
    // Without a way from the one language that there is, nothing begins.
    if !(told.error is InterpreterError) { expectPromises(told, isTranslated: !targets.isEmpty) }
    return told
  }

  /// The contract of docs/live-events.md.
  private func expectPromises(_ told: Told, isTranslated: Bool) {
    #expect(told.events.first?.event == .ready)
    if case .end? = told.events.last?.event {} else { Issue.record("no end: \(told.kinds)") }
    for (one, next) in zip(told.events, told.events.dropFirst()) { #expect(one.at <= next.at, "time goes back") }
    #expect(told.finals.map(\.id) == Array(told.finals.indices), "ids count up")
    var finished = -1
    var stable: (utterance: Int, text: String) = (0, "")
    let untranslated = told.untranslated
    func translates(_ language: String?) -> Bool { isTranslated && !untranslated.contains(language ?? "en") }
    for event in told.events.map(\.event) {
      switch event {
      case .partial(let partial):
        #expect(partial.utterance == finished + 1, "a partial of \(partial.utterance) after the final of \(finished)")
        #expect(partial.text.unicodeScalars.count >= partial.stable)
        let scalars = Array(partial.text.unicodeScalars)
        if partial.utterance == stable.utterance {
          #expect(
            scalars.starts(with: stable.text.unicodeScalars) && partial.stable >= stable.text.unicodeScalars.count,
            "\(partial.text) after \(stable.text)")
        }
        stable = (partial.utterance, String(String.UnicodeScalarView(scalars.prefix(partial.stable))))
        #expect((partial.translation != nil) == translates(partial.language))
        if partial.text.isEmpty { #expect((partial.translation ?? "").isEmpty) }
      case .final(let segment):
        if segment.id == stable.utterance { #expect(segment.text.hasPrefix(stable.text), "\(segment.text)") }
        finished = segment.id
        #expect(!segment.text.isEmpty && segment.start <= segment.end && segment.words?.isEmpty == false)
        #expect((segment.translation != nil) == translates(segment.language))
      default: break
      }
    }
    for (one, next) in zip(told.finals, told.finals.dropFirst()) { #expect(one.start <= next.start) }
  }

  /// Words that differ, for each word that was said; numbers may stand as figures.
  private func errorRate(_ heard: String, _ said: String) -> Double {
    let figures = ["nine hundred": "900", "thirty": "30", "eight": "8"]
    func words(_ text: String) -> [String] {
      var text = text.lowercased()
      for (word, figure) in figures { text = text.replacingOccurrences(of: word, with: figure) }
      return InterpreterTests.words(text)
    }
    let (heard, said) = (words(heard), words(said))
    var row = Array(0...said.count)
    for word in heard {
      var diagonal = row[0]
      row[0] += 1
      for index in said.indices {
        let cost = min(diagonal + (said[index] == word ? 0 : 1), row[index] + 1, row[index + 1] + 1)
        (diagonal, row[index + 1]) = (row[index + 1], cost)
      }
    }
    return Double(row.last!) / Double(said.count)
  }

  @Test func whatWasSaidIsTold() throws {
    let samples = try Recorded.samples("meeting-en.flac")
    let told = try listen([.sound(samples)], to: ["pt"])
    let said = try String(contentsOf: Places.fixtures.appending(path: "meeting-en.txt"), encoding: .utf8)
    #expect(errorRate(told.text, said) < 0.08, "\(told.text)")
    let translated = InterpreterTests.words(told.finals.compactMap(\.translation).joined(separator: " "))
    #expect(["biblioteca", "arquivo", "bom", "dia", "gravações"].allSatisfy(translated.contains), "\(translated)")
    #expect(told.finals.count >= 5 && told.partials.count > 15, "\(told.finals.count), \(told.partials.count)")
    #expect(told.partials.contains { $0.stable > 0 && $0.translation?.isEmpty == false })
    #expect(told.tapped == samples)
    let summary = try #require(told.summary)
    #expect(abs(summary.duration / .seconds(1) - Double(samples.count) / 16_000) < 0.01)
    #expect(summary.words == told.finals.reduce(0) { $0 + ($1.words?.count ?? 0) } && summary.lost == .zero)
    #expect(try #require(summary.latencyMedian) < .seconds(3), "\(summary)")
    // Words stand where they were spoken.
    let end = Duration.seconds(samples.count) / 16_000
    #expect(told.finals.flatMap { $0.words ?? [] }.allSatisfy { $0.start <= $0.end && $0.end <= end })
  }

  @Test func silenceAndNoiseShowNothing() throws {
    let silent = try listen([.sound(Recorded.silence(60))])
    #expect(silent.kinds == ["ready", "end"], "\(silent.kinds)")
    #expect(
      silent.summary?.words == 0 && silent.summary?.duration == .seconds(60) && silent.summary?.latencyMedian == nil)
    var random = SeededNumbers(state: 1)
    let noise = (0..<60 * 16_000).map { _ in Float.random(in: -0.2...0.2, using: &random) }
    let noisy = try listen([.sound(noise)])
    #expect(noisy.finals.isEmpty && noisy.partials.allSatisfy(\.text.isEmpty), "\(noisy.kinds), \(noisy.text)")
  }

  @Test func anErrorOfTheSourceComesAfterWhatWasCertain() throws {
    let failure = AudioError.readFailed(name: "script", seconds: 5, code: 5, message: "unplugged")
    let told = try listen([.sound(try Recorded.samples("meeting-en.flac", 0..<5)), .failure(failure)])
    #expect(told.error as? AudioError == failure)
    #expect(told.text.hasPrefix("Good morning"), "\(told.text)")
    #expect(told.text.contains("archive"), "what had begun is finished: \(told.text)")
  }

  private struct Full: Error {}

  @Test func audioThatCannotBeKeptEndsTheSessionLikewise() throws {
    let told = try listen([.sound(try Recorded.samples("meeting-en.flac", 0..<8))]) {
      if $0 > 3 * 16_000 { throw Full() }
    }
    #expect(told.error is Full)
    #expect(told.text.hasPrefix("Good morning"), "\(told.text)")
    #expect(told.tapped.count < 4 * 16_000)
  }

  @Test func whatADeviceLosesIsSilenceInItsPlace() throws {
    let told = try listen([
      .sound(try Recorded.samples("meeting-en.flac", 0..<4)),
      .event(.deviceLost(name: "Blue Yeti", reason: "no such device")), .event(.deviceBack(name: "Blue Yeti")),
      .event(.lost(.seconds(7))), .sound(try Recorded.samples("meeting-en.flac", 5..<10.6)),
    ])
    let events = told.events.map(\.event)
    #expect(events.contains(.deviceLost(name: "Blue Yeti", reason: "no such device")))
    #expect(events.contains(.deviceBack(name: "Blue Yeti")))
    let lost = LostAudio(start: .seconds(4), end: .seconds(11), lost: .seconds(7), reason: .device)
    #expect(events.contains(.overrun(lost)))
    #expect(told.summary?.lost == .seconds(7) && told.summary?.dropouts == 1)
    #expect(told.summary.map { abs($0.duration / .seconds(1) - 16.6) < 0.01 } == true)
    #expect(told.tapped[4 * 16_000..<11 * 16_000].allSatisfy { $0 == 0 }, "a recording stays as long as its time")
    // What was said before the loss is over with it, and what comes after stands after it.
    let after = told.finals.filter { $0.text.contains("recordings") }
    #expect(after.count == 1 && after[0].start > .seconds(11), "\(told.finals.map { ($0.start, $0.text) })")
    #expect(told.finals.first?.text.hasPrefix("Good morning") == true)
    #expect(told.finals.allSatisfy { $0.end < .seconds(4.5) || $0.start > .seconds(10.5) })
  }

  @Test func whileADeviceIsAwayTimeGoesOn() throws {
    let clock = TestClock()
    let told = try listen(
      [
        .sound(try Recorded.samples("meeting-en.flac", 0..<3.6)),
        .event(.deviceLost(name: "Blue Yeti", reason: "no such device")), .wait(.seconds(9)),
        .event(.deviceBack(name: "Blue Yeti")), .event(.lost(.seconds(9))),
        .sound(try Recorded.samples("meeting-en.flac", 5..<10.6)),
      ], clock: clock)
    let back = told.index(of: "deviceBack")
    #expect(told.finals.count >= 2 && back > 0)
    let before = told.events[..<back].compactMap {
      if case .final(let segment) = $0.event { segment.text } else { nil }
    }
    #expect(before.joined().hasPrefix("Good morning"), "a sentence ends although no sound comes: \(told.kinds)")
    #expect(told.events[..<back].last { $0.at < .seconds(7.5) } != nil)
    // Nothing is late for the outage: no level of doing less.
    #expect(!told.kinds.contains("degraded"), "\(told.kinds)")
    #expect(
      told.summary?.lost == .seconds(9) && told.summary.map { abs($0.duration / .seconds(1) - 18.2) < 0.1 } == true)
    #expect(told.finals.contains { $0.text.contains("recordings") && $0.start > .seconds(12) })
  }

  @Test func twoLanguagesAreToldAndTranslatedEachIntoTheOther() throws {
    let told = try listen(
      [
        .sound(try Recorded.samples("meeting-en.flac", 0..<5.2)), .sound(Recorded.silence(1)),
        .sound(try Recorded.samples("meeting-pt.flac", 0..<6.5)),
      ], from: nil, to: ["pt", "en"])
    let languages = told.events.compactMap { if case .language(let code, _) = $0.event { code } else { nil } }
    #expect(languages == ["en", "pt"])
    let spoken = Dictionary(grouping: told.finals) { $0.language ?? "" }
    #expect(Set(spoken.keys) == ["en", "pt"], "\(told.finals.map(\.text))")
    func words(_ code: String, _ text: (Segment) -> String?) -> [String] {
      InterpreterTests.words((spoken[code] ?? []).compactMap(text).joined(separator: " "))
    }
    #expect(words("en", \.text).contains("library") && words("en", \.translation).contains("biblioteca"))
    #expect(words("pt", \.text).contains("arquivo") && words("pt", \.translation).contains("archive"))
    #expect(told.finals.compactMap(\.language) == told.finals.compactMap(\.language).sorted(), "en first, then pt")
  }

  @Test func aLanguageWithoutAWayIsShownAsItIs() throws {
    let enPT = try Self.models.get().enPT
    let told = try listen(
      [
        .sound(try Recorded.samples("meeting-pt.flac", 0..<6.5)), .sound(Recorded.silence(1)),
        .sound(try Recorded.samples("meeting-en.flac", 0..<5.2)), .sound(Recorded.silence(1)),
        .sound(try Recorded.samples("meeting-pt.flac", 0..<6.5)),
      ], from: nil, to: ["de"],
      change: {
        $0.route = { from, to in
          guard from == "en" else { throw InterpreterError.noRoute(from: from, to: to) }
          return TranslationRoute(models: [enPT])
        }
      })
    #expect(told.error == nil && told.untranslated == ["pt"], "once: \(told.kinds)")
    let reason = InterpreterError.noRoute(from: "pt", to: "de").description
    #expect(told.events.contains { $0.event == .untranslated(language: "pt", target: "de", reason: reason) })
    let first = try #require(
      told.events.firstIndex { if case .final(let final) = $0.event { final.language == "pt" } else { false } })
    #expect(told.index(of: "untranslated") < first, "\(told.kinds)")
    let spoken = Dictionary(grouping: told.finals) { $0.language ?? "" }
    #expect(spoken["pt"]?.contains { $0.text.contains("arquivo") && $0.translation == nil } == true)
    #expect(spoken["en"]?.contains { $0.translation?.contains("biblioteca") == true } == true, "\(told.finals)")
    // Of a language that was named it is an error, before anything is shown.
    let known = try listen(
      [.sound(try Recorded.samples("meeting-en.flac", 0..<3))], to: ["de"],
      change: { $0.route = { throw InterpreterError.noRoute(from: $0, to: $1) } })
    #expect(known.error is InterpreterError && known.finals.isEmpty)
  }

  /// The chosen model gives way in the middle of a turn and comes back: nothing is said twice, and nothing is missing.
  @Test func anotherModelGoesOnWithTheSameWords() throws {
    let english = try Self.models.get().english
    let clock = TestClock()
    var slow = 0, names: [String] = []
    let told = try listen(
      [.sound(try Recorded.samples("meeting-en.flac"))], clock: clock,
      change: {
        $0.smallerModel = { _ in english }
        $0.maySkip = false
      },
      told: { event in
        // Some recognitions take long, each but once.
        if case .partial = event, slow < 8 {
          slow += 1
          clock.pass(.seconds(2.5))
        }
        if case .degraded(_, _, let model) = event { names.append(model) }
      })
    #expect(told.kinds.filter { $0 == "degraded" }.count >= 4, "\(told.kinds)")
    #expect(names.contains("whisper-tiny.en") && names.first == "whisper-base", "\(names)")
    let said = try String(contentsOf: Places.fixtures.appending(path: "meeting-en.txt"), encoding: .utf8)
    #expect(errorRate(told.text, said) < 0.12, "\(told.text)")
    #expect(told.summary?.lost == .zero)
  }
}
