import Foundation
import Tensors
import TestSupport
import Testing

@testable import SpeechRecognition

/// Greedy tokens of openai/whisper on the same weights, over the clips of `../shared/data` that the reference names.
@Suite(
  .serialized,
  .enabled(if: ProcessInfo.processInfo.environment["DRAGOMAN_VERIFY"] == "1", "needs ../shared/data: `make verify`"))
struct VerifyGreedyTokens {
  struct Reference: Decodable {
    struct Clip: Decodable {
      var set: String, id: String, language: String, audio: String
      var tokens: [Int]
      var smallest_margin: Double
    }
    var source: String
    var clips: [Clip]
  }

  @Test func tokensAreIdentical() throws {
    let url = Places.reference.appending(path: "whisper-base.greedy-tokens.json")
    let reference = try JSONDecoder().decode(Reference.self, from: Data(contentsOf: url))
    #expect(reference.clips.count >= 30 && Set(reference.clips.map(\.language)).count >= 4)
    let model = try RecognitionModel(contentsOf: Places.model("whisper-base"), precision: .float32)
    let workspace = RecognitionWorkspace(
      model: model, context: ComputeContext(threads: ProcessInfo.processInfo.activeProcessorCount))
    // A margin under this is within the rounding of a different order of summation.
    let tie = 0.005
    var differing: [String] = [], unclear: [String] = []
    for clip in reference.clips {
      var options = RecognitionOptions(language: clip.language)
      options.temperatures = [0]
      options.encodesWholeWindows = true
      options.keepsToScript = false
      // The reference has one threshold of silence; what is stricter here would leave a text out.
      options.doubtfulNoSpeechThreshold = options.noSpeechThreshold
      let session = try RecognitionSession(workspace: workspace, options: options)
      let tokens = try recognize(samples(of: Places.sharedData.appending(path: clip.audio)), with: session)
      guard tokens != clip.tokens else { continue }
      let first = zip(tokens, clip.tokens).enumerated().first { $0.element.0 != $0.element.1 }
      let line =
        "\(clip.set)/\(clip.id): at token \(first?.offset ?? min(tokens.count, clip.tokens.count)), "
        + "ours \(tokens.count), theirs \(clip.tokens.count) tokens; the reference's smallest margin is "
        + "\(clip.smallest_margin)"
      if clip.smallest_margin < tie { unclear.append(line) } else { differing.append(line) }
    }
    print(
      "greedy tokens identical on \(reference.clips.count - differing.count - unclear.count) of \(reference.clips.count) clips"
    )
    for line in unclear { print("  tie: \(line)") }
    #expect(differing.isEmpty, "\(differing.joined(separator: "\n"))")
    #expect(unclear.count <= 2, "\(unclear.joined(separator: "\n"))")
  }
}
