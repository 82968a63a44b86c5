import Foundation
import MachineTranslation
import SpeechRecognition
import Tensors

// Times the stages of the engine by themselves, one line of JSON each; no part of the product. Benchmarks/run calls it.
//
// usage: Stages WHISPER_FOLDER VOICE_FOLDER TRANSLATION_FOLDER CACHE_FOLDER THREADS [BEGINNING]
//
// With the beginning of a name: only the stages that are called so.
// On one thread seconds are those the process has had, so that others on the machine do not count; on more, the clock's.

func seconds(_ clock: clockid_t) -> Double {
  var time = timespec()
  clock_gettime(clock, &time)
  return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
}

func measure(_ stage: MeasuredStage, threads: Int) -> [Double] {
  let clock = threads == 1 ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC
  stage.run()
  var single = seconds(clock)
  stage.run()
  single = max(seconds(clock) - single, 1e-7)
  // Runs of some milliseconds, for half a second at least.
  let times = max(1, Int(0.003 / single)), runs = min(max(Int(0.5 / (single * Double(times))), 7), 60)
  return (0..<runs).map { _ in
    let begin = seconds(clock)
    for _ in 0..<times { stage.run() }
    return (seconds(clock) - begin) / Double(times)
  }.sorted()
}

func report(_ stage: MeasuredStage, threads: Int) {
  guard stage.name.hasPrefix(beginning) else { return }
  let times = measure(stage, threads: threads)
  let line: [String: Any] = [
    "stage": stage.name, "threads": threads, "least_s": times[0], "median_s": times[times.count / 2],
    "int8": stage.integer, "float32": stage.float, "bytes": stage.bytes,
  ]
  let data = try! JSONSerialization.data(withJSONObject: line, options: .sortedKeys)
  print(String(decoding: data, as: UTF8.self))
}

let arguments = CommandLine.arguments
let beginning = arguments.count == 7 ? arguments[6] : ""
guard (6...7).contains(arguments.count), let threads = Int(arguments[5]), threads > 0 else {
  FileHandle.standardError.write(Data("usage: Stages WHISPER VOICE TRANSLATION CACHE THREADS [BEGINNING]\n".utf8))
  exit(64)
}
func folder(_ index: Int) -> URL { URL(filePath: arguments[index], directoryHint: .isDirectory) }
let prepared = PreparedModels(folder: folder(4), threads: threads)
let context = ComputeContext(threads: threads)
func load() throws -> RecognitionModel { try RecognitionModel(contentsOf: folder(1), prepared: prepared) }
let model = try load()
report(MeasuredStage("load of whisper, prepared") { _ = try! load() }, threads: threads)
let voice = try VoiceActivityModel(contentsOf: folder(2))
for stage in RecognitionStages(model: model, voiceActivity: voice, context: context).all {
  report(stage, threads: threads)
}
report(
  MeasuredStage("load of the translation model") { _ = try! TranslationModel(contentsOf: folder(3)) }, threads: threads)
guard threads == 1 else { exit(0) }
// A sentence is translated by one thread.
let translation = try TranslationModel(contentsOf: folder(3))
let text = "The interpreter of the old courts carried every word across, and nobody saw him do it."
for stage in try TranslationStages(model: translation, text: text).all { report(stage, threads: threads) }
