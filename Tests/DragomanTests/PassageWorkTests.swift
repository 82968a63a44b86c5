import AudioIO
import Foundation
import SpeechRecognition
import TestSupport
import Testing
import Transcripts

@testable import Dragoman

/// Passages of recordings that several workers recognise, over a tiny model with random int8 weights.
@Suite(.serialized) struct PassageWorkTests {
  private let model: RecognitionModel
  private let folder: URL

  init() throws {
    model = try RecognitionModel(
      contentsOf: Places.reference.appending(path: "tiny-whisper"), precision: .int8)
    folder = FileManager.default.temporaryDirectory.appending(path: "passages-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  /// Where a processor is left besides its threads, it hears ahead of what it recognises.
  private func interpreter(
    threads: Int = 1, goesOn: Bool = false, route: Interpreter.Route? = nil
  ) -> Interpreter {
    var options = RecognitionOptions()
    options.conditionsOnPreviousText = goesOn
    options.lookahead = .seconds(5)
    options.temperatures = [0, 1]
    return Interpreter(
      recognition: model, options: options, threads: threads, route: route)
  }

  /// One whose threads are all that there are, or more.
  private func inPlace(goesOn: Bool = false) -> Interpreter {
    interpreter(threads: max(2, ProcessInfo.processInfo.activeProcessorCount), goesOn: goesOn)
  }

  /// Sweeps of a pitch, different for each seed, 16 bits, with a pause every 2.3 s.
  private func sound(_ seconds: Int, seed: Int) -> Data {
    var data = Data()
    for index in 0..<seconds * 16_000 {
      let time = Double(index) / 16_000
      let level = time.truncatingRemainder(dividingBy: 2.3) < 0.5 ? 0.001 : 0.4
      let value = sin(time * time * Double(40 + 17 * seed)) * level * 32_767
      withUnsafeBytes(of: Int16(value).littleEndian) { data.append(contentsOf: $0) }
    }
    return data
  }

  private func file(_ seconds: Int, seed: Int) throws -> URL {
    let url = folder.appending(path: "\(seconds)-\(seed).raw")
    try sound(seconds, seed: seed).write(to: url)
    return url
  }

  /// What is told of recordings, by their place. Used by whose turn it is.
  private final class Told: @unchecked Sendable {
    var transcripts: [Int: Transcript] = [:]
    var segments: [Int: [Segment]] = [:]
    var progress: [Int: [Duration]] = [:]
    var errors: [Int: any Error] = [:]
    var upcoming = 0
  }

  private func interpret(
    _ files: [URL], workers: Int, by interpreter: Interpreter? = nil, cancelBehind count: Int? = nil
  ) -> Told {
    let told = Told(), cancellation = Cancellation()
    InterpreterSession.together(interpreter ?? self.interpreter(), count: workers) { session in
      while told.upcoming < files.count {
        let index = told.upcoming
        told.upcoming += 1
        do {
          told.transcripts[index] = try session.interpret(
            AudioFile(files[index], raw: true), name: "\(index)", cancellation: cancellation
          ) { event in
            switch event {
            case .segment(let segment):
              told.segments[index, default: []].append(segment)
              if told.segments[index]!.count == count { cancellation.request() }
            case .progress(let done): told.progress[index, default: []].append(done)
            case .language: break
            }
          }
        } catch {
          told.errors[index] = error
        }
      }
    }
    try? FileManager.default.removeItem(at: folder)
    return told
  }

  @Test(arguments: [2, 3, 4, 8]) func theTextIsThatOfOneWorker(workers: Int) throws {
    let files = try [file(40, seed: 1), file(3, seed: 2), file(17, seed: 3), file(1, seed: 4), file(29, seed: 5)]
    let alone = try files.map { try InterpreterSession(inPlace()).interpret(AudioFile($0, raw: true), name: "") }
    let told = interpret(files, workers: workers)
    for (index, transcript) in alone.enumerated() {
      let together = try #require(told.transcripts[index])
      #expect(together.segments == transcript.segments, "recording \(index)")
      #expect(together.duration == transcript.duration && together.language == transcript.language)
      #expect(told.segments[index] ?? [] == transcript.segments)
      #expect(together.segments.map(\.id) == Array(together.segments.indices))
      let progress = told.progress[index] ?? []
      #expect(progress == progress.sorted() && progress.last == transcript.duration, "recording \(index)")
    }
    #expect(alone[0].segments.count > 10)
    let starts = alone[0].segments.map(\.start)
    #expect(starts == starts.sorted())
  }

  /// Windows that go on from each other, too.
  @Test func theTextIsThatOfHearingInPlace() throws {
    let url = try file(40, seed: 1)
    func transcript(_ interpreter: Interpreter) throws -> Transcript {
      try InterpreterSession(interpreter).interpret(AudioFile(url, raw: true), name: "")
    }
    let expected = try transcript(inPlace(goesOn: true))
    #expect(try transcript(interpreter(goesOn: true)) == expected && expected.segments.count > 10)
    try? FileManager.default.removeItem(at: folder)
  }

  @Test func aStreamGivesTheSameText() throws {
    let url = try file(40, seed: 1)
    let expected = try InterpreterSession(inPlace()).interpret(AudioFile(url, raw: true), name: "")
    let told = Told(), pipe = Pipe(), data = try Data(contentsOf: url)
    let output = pipe.fileHandleForWriting
    Thread.detachNewThread {
      for start in stride(from: 0, to: data.count, by: 5_000) {
        output.write(data[start..<min(start + 5_000, data.count)])
      }
      try? output.close()
    }
    let input = pipe.fileHandleForReading.fileDescriptor
    InterpreterSession.together(interpreter(), count: 3) { session in
      guard told.upcoming == 0 else { return }
      told.upcoming = 1
      told.transcripts[0] = try? session.interpret(AudioFile(standardInput: input, raw: true), name: "")
    }
    #expect(told.transcripts[0]?.segments == expected.segments)
    #expect(told.transcripts[0]?.duration == .seconds(40))
    try? FileManager.default.removeItem(at: folder)
  }

  @Test(arguments: [1, 3]) func cancellationKeepsWhatCameBefore(workers: Int) throws {
    let url = try file(60, seed: 1)
    let whole = try InterpreterSession(inPlace()).interpret(AudioFile(url, raw: true), name: "").segments
    let kept = try #require(interpret([url], workers: workers, cancelBehind: 5).transcripts[0]).segments
    #expect(kept.count >= 5 && kept.count < whole.count)
    #expect(kept == Array(whole.prefix(kept.count)))
  }

  private struct Refusal: Error {}

  /// The first passage in a language without a way ends its recording: all before it is told, whoever recognises it.
  @Test(arguments: [1, 2, 4]) func anErrorLosesNothingBeforeIt(workers: Int) throws {
    let url = try file(60, seed: 1)
    let whole = try InterpreterSession(inPlace()).interpret(AudioFile(url, raw: true), name: "").segments
    let first = try #require(whole.first?.language)
    let before = Array(whole.prefix { $0.language == first })
    #expect(before.count > 3 && before.count < whole.count, "the model hears one language")
    let told = interpret(
      [url, url], workers: workers,
      by: interpreter { language in
        if language != first { throw Refusal() }
        return TranslationRoute(models: [])
      })
    for index in 0..<2 {
      #expect(told.errors[index] is Refusal && told.transcripts[index] == nil)
      #expect(told.segments[index] == before)
    }
  }
}
