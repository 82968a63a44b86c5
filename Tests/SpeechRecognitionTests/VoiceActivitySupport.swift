import Foundation
import ModelFormats
import TestSupport
import Testing

@testable import SpeechRecognition

/// What the voice activity suites share: the references of `Tests/Reference/voice_activity.py`, and signals in pieces.
enum VoiceActivity {
  static let tinyFolder = Places.reference.appending(path: "tiny-voice-activity")

  /// Milliseconds, but for the thresholds.
  struct Options: Decodable {
    var threshold: Float, silence: Float
    var padding: Int, minimumSpeech: Int, minimumSilence: Int

    func regionOptions(maximumSpeech: Duration = .seconds(100_000)) -> SpeechRegionOptions {
      SpeechRegionOptions(
        threshold: threshold, silenceThreshold: silence, padding: .milliseconds(padding),
        minimumSpeech: .milliseconds(minimumSpeech), minimumSilence: .milliseconds(minimumSilence),
        maximumSpeech: maximumSpeech)
    }
  }

  /// Seeded probabilities and the package's regions for them, one list for each of the options.
  struct Walks: Decodable {
    struct Case: Decodable {
      var probabilities: [Int]
      var samples: Int
      var regions: [[[Int]]]
      var floats: [Float] { probabilities.map { Float($0) / 32_767 } }
    }
    var options: [Options]
    var cases: [Case]

    static func read() throws -> Walks {
      let url = Places.reference.appending(path: "voice-activity.walks.json")
      return try JSONDecoder().decode(Walks.self, from: Data(contentsOf: url))
    }
  }

  /// The same for recordings, whose probabilities stand in a file of tensors.
  struct Recordings: Decodable {
    struct Clip: Decodable {
      var set: String, id: String, audio: String
      var samples: Int
      var regions: [[[Int]]]
      var key: String { "\(set)/\(id)" }
      var url: URL {
        let folder = set == "fixtures" ? Places.fixtures : Places.sharedData.appending(path: set)
        return folder.appending(path: audio)
      }
    }
    var options: [Options]
    var clips: [Clip]

    static func read() throws -> Recordings {
      let url = Places.reference.appending(path: "voice-activity.recordings.json")
      return try JSONDecoder().decode(Recordings.self, from: Data(contentsOf: url))
    }
  }

  /// The pulled model, and the probabilities on recordings of the weights that it has.
  static func pulled() throws -> (model: VoiceActivityModel, probabilities: NamedTensors) {
    let folder = try Places.model("silero-vad")
    let isPackaged = FileManager.default.fileExists(atPath: folder.appending(path: "silero_vad_16k_op15.onnx").path)
    let name = isPackaged ? "packaged" : "older"
    return (
      try VoiceActivityModel(contentsOf: folder),
      try SafetensorsFile.read(Places.reference.appending(path: "voice-activity.\(name).safetensors"))
    )
  }

  /// Regions of probabilities, all at once.
  static func regions(
    _ probabilities: [Float], energies: [Float] = [], sampleCount: Int, options: SpeechRegionOptions
  ) -> [SpeechRegion] {
    var finder = SpeechRegionFinder(options: options)
    var regions: [SpeechRegion] = []
    for (index, probability) in probabilities.enumerated() {
      finder.append(probability, energy: energies.isEmpty ? 0 : energies[index], to: &regions)
    }
    finder.finish(sampleCount: sampleCount, to: &regions)
    return regions
  }

  /// Calls `body` with `samples` in runs, whose lengths `length` gives.
  static func cut(_ samples: [Float], lengths length: () -> Int, _ body: (UnsafeBufferPointer<Float>) -> Void) {
    var start = 0
    while start < samples.count {
      let end = min(start + length(), samples.count)
      samples[start..<end].withUnsafeBufferPointer(body)
      start = end
    }
  }
}

extension VoiceActivityDetector {
  /// The probabilities of a whole signal in runs.
  func probabilities(of samples: [Float], lengths length: () -> Int = { 100_000 }) -> [Float] {
    var probabilities: [Float] = []
    VoiceActivity.cut(samples, lengths: length) { append($0, to: &probabilities) }
    finish(to: &probabilities)
    return probabilities
  }
}
