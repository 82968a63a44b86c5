import AudioIO
import Foundation

/// What a live source delivered.
struct Heard {
  var samples: [Float] = []
  /// What was said between the samples, and after how many of them.
  var events: [(position: Int, audio: LiveAudio)] = []

  /// Sum of what was lost.
  var lost: Duration {
    events.reduce(.zero) { sum, event in if case .lost(let gap) = event.audio { sum + gap } else { sum } }
  }
}

extension LiveSource {
  /// One read of at most `count` samples: what was said, and the samples.
  func next(_ count: Int = 4_096, timeout: Duration = .milliseconds(100)) throws -> (LiveAudio?, [Float]) {
    var samples = [Float](repeating: 0, count: count)
    let audio = try samples.withUnsafeMutableBufferPointer { try read(into: $0, timeout: timeout) }
    if case .samples(let filled) = audio { return (audio, Array(samples[..<filled])) }
    return (audio, [])
  }

  /// Reads until the end, until `isEnough`, or until the time is over.
  func hear(for time: Duration, piece: Int = 4_096, until isEnough: (Heard) -> Bool = { _ in false }) throws -> Heard {
    var heard = Heard()
    let deadline = ContinuousClock.now + time
    while ContinuousClock.now < deadline, !isEnough(heard) {
      let (audio, samples) = try next(piece, timeout: .milliseconds(50))
      heard.samples += samples
      guard let audio else { continue }
      if case .samples = audio { continue }
      heard.events.append((heard.samples.count, audio))
      if audio == .end { break }
    }
    return heard
  }
}
