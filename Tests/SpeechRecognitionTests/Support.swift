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

extension SpeechTimeline {
  /// A timeline of stretches: the first sample of each in the original audio, and how many there are.
  init(_ stretches: (original: Int, count: Int)...) {
    self.init()
    for stretch in stretches { append(original: stretch.original, count: stretch.count) }
  }
}
