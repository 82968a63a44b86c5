import AudioIO
import Foundation
import Tensors
import Testing
import Transcripts

@testable import SpeechRecognition

/// The root of the checkout.
let projectRoot = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent()

/// Speech that the project's comparisons use in place, beside the checkout.
let sharedData = projectRoot.deletingLastPathComponent().appending(path: "shared/data")

/// A pulled model; a missing one fails the test that needs it.
func pulledModel(_ id: String) throws -> URL {
  let environment = ProcessInfo.processInfo.environment
  let root =
    environment["DRAGOMAN_MODELS"].map { URL(filePath: $0) }
    ?? environment["XDG_DATA_HOME"].map { URL(filePath: $0).appending(path: "dragoman/models") }
    ?? FileManager.default.homeDirectoryForCurrentUser.appending(path: ".local/share/dragoman/models")
  let folder = root.appending(path: id)
  try #require(
    FileManager.default.fileExists(atPath: folder.path),
    "no model at \(folder.path): run `make test`, which pulls it, or `dragoman models pull \(id)`")
  return folder
}

/// All samples of a recording, 16 kHz mono.
func samples(of url: URL) throws -> [Float] {
  let file = try AudioFile(url)
  var all: [Float] = []
  while case let chunk = try file.read(16_000), !chunk.isEmpty { all += chunk }
  return all
}

/// Everything that a session makes of some samples.
func recognize(_ samples: [Float], with session: RecognitionSession) throws -> [Int] {
  let segments = try samples.withUnsafeBufferPointer { try session.append($0) } + session.finish()
  return segments.flatMap(\.tokens)
}
