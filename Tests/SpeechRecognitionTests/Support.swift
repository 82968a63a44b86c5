import AudioIO
import Foundation
import Testing
import Transcripts

@testable import SpeechRecognition

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
