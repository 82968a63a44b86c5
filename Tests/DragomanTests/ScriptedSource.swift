import AudioIO
import Dragoman
import Foundation
import Synchronization
import TestSupport

/// A source that does what a test says, in tenths of a second.
final class ScriptedSource: LiveSource {
  /// One thing that happens.
  enum Step {
    case sound([Float])
    case event(LiveAudio)
    /// Nothing comes for a while.
    case wait(Duration)
    case failure(AudioError)
  }

  let name = "script"
  private var steps: [Step]
  private let clock: TestClock?
  static let piece = 1_600

  /// - Parameter clock: goes on while nothing comes and while sound does; nil under a clock of audio.
  init(_ steps: [Step], clock: TestClock? = nil) {
    (self.clock, self.steps) = (clock, [])
    for step in steps {
      switch step {
      case .sound(let samples):
        for start in stride(from: 0, to: samples.count, by: Self.piece) {
          self.steps.append(.sound(Array(samples[start..<min(start + Self.piece, samples.count)])))
        }
      case .wait(let duration):
        self.steps += [Step](repeating: .wait(.milliseconds(100)), count: Int(duration / .milliseconds(100)))
      default: self.steps.append(step)
      }
    }
    self.steps.reverse()
  }

  func read(into buffer: UnsafeMutableBufferPointer<Float>, timeout: Duration) throws(AudioError) -> LiveAudio? {
    // As much as time has passed, and no more at once.
    if timeout == .zero, clock != nil { return nil }
    switch steps.popLast() {
    case nil: return .end
    case .sound(let samples):
      clock?.pass(.seconds(samples.count) / AudioFile.sampleRate)
      _ = buffer.update(fromContentsOf: samples)
      return .samples(samples.count)
    case .event(let audio): return audio
    case .wait(let duration):
      clock?.pass(duration)
      return nil
    case .failure(let error): throw error
    }
  }
}

/// A clock that goes on when a test says so, whatever work costs.
final class TestClock: LiveClock {
  private let time = Mutex(Duration.zero)
  var now: Duration { time.withLock { $0 } }
  func pass(_ duration: Duration) { time.withLock { $0 += duration } }
  func heard(_ duration: Duration) {}
  var waits: Bool { false }
}

/// Recordings of the project as samples.
enum Recorded {
  static func samples(_ name: String, _ seconds: Range<Double>? = nil) throws -> [Float] {
    let file = try AudioFile(Places.fixtures.appending(path: name))
    var all: [Float] = []
    while case let chunk = try file.read(16_000), !chunk.isEmpty { all += chunk }
    guard let seconds else { return all }
    return Array(all[Int(seconds.lowerBound * 16_000)..<min(Int(seconds.upperBound * 16_000), all.count)])
  }

  static func silence(_ seconds: Double) -> [Float] { [Float](repeating: 0, count: Int(seconds * 16_000)) }
}
