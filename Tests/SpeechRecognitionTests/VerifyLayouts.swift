import Foundation
import Tensors
import TestSupport
import Testing

@testable import SpeechRecognition

/// whisper-base in other layouts, made by `Tests/Reference/whisper_layouts.py MODEL FOLDER`, on clips of `../shared/data`.
@Suite(
  .serialized,
  .enabled(
    if: ProcessInfo.processInfo.environment["DRAGOMAN_VERIFY"] == "1"
      && ProcessInfo.processInfo.environment["DRAGOMAN_LAYOUTS"] != nil,
    "needs ../shared/data and DRAGOMAN_LAYOUTS, the folder that Tests/Reference/whisper_layouts.py wrote"))
struct VerifyLayouts {
  static func clips() throws -> [VerifyGreedyTokens.Reference.Clip] {
    let url = Places.reference.appending(path: "whisper-base.greedy-tokens.json")
    let reference = try JSONDecoder().decode(VerifyGreedyTokens.Reference.self, from: Data(contentsOf: url))
    return Array(reference.clips.prefix(20))
  }

  static func tokens(_ folder: URL) throws -> [[Int]] {
    let workspace = RecognitionWorkspace(
      model: try RecognitionModel(contentsOf: folder, precision: .float32),
      context: ComputeContext(threads: ProcessInfo.processInfo.activeProcessorCount))
    return try clips().map { clip in
      let session = try RecognitionSession(
        workspace: workspace, options: RecognitionOptions(language: clip.language))
      return try recognize(samples(of: Places.sharedData.appending(path: clip.audio)), with: session)
    }
  }

  /// Tokens of the CTranslate2 folder, for all tests.
  static let expected = Result { try tokens(Places.model("whisper-base")) }

  /// The same half-precision or wider weights give the same tokens, all of them.
  @Test func tokensAreThoseOfCTranslate2() throws {
    let layouts = URL(filePath: try #require(ProcessInfo.processInfo.environment["DRAGOMAN_LAYOUTS"]))
    let expected = try Self.expected.get()
    for layout in ["ggml-f16.bin", "hugging-face", "openai"] {
      let found = try Self.tokens(layouts.appending(path: layout))
      for (clip, pair) in zip(try Self.clips(), zip(found, expected)) {
        #expect(pair.0 == pair.1, "\(layout) on \(clip.set)/\(clip.id)")
      }
    }
  }

  /// Rounded weights give nearly the same tokens.
  @Test(arguments: [("ggml-q8_0.bin", 0.02), ("ggml-q5_1.bin", 0.15), ("hugging-face-shards", 0.05)])
  func roundedTokensAreNear(layout: String, share: Double) throws {
    let layouts = URL(filePath: try #require(ProcessInfo.processInfo.environment["DRAGOMAN_LAYOUTS"]))
    let expected = try Self.expected.get()
    let found = try Self.tokens(layouts.appending(path: layout))
    var changed = 0, total = 0
    for (found, expected) in zip(found, expected) {
      // Tokens of the expected text that an edit script takes away.
      changed += found.difference(from: expected).removals.count
      total += expected.count
    }
    print("\(layout): \(changed) of \(total) tokens changed")
    #expect(Double(changed) <= share * Double(total), "\(layout): \(changed) of \(total) tokens changed")
  }
}
