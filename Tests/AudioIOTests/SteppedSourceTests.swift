import Foundation
import Testing

@testable import AudioIO

@Suite struct SteppedSourceTests {
  let scratch = Scratch()

  private func source(seconds: Double, step: Duration? = nil) throws -> (SteppedSource, [Float]) {
    let url = scratch.file("steps.wav", Wave(samples: sine(rate: 16_000, seconds: seconds)).bytes)
    let file = try AudioFile(url)
    return (step.map { SteppedSource(file, step: $0) } ?? SteppedSource(file), try everything(AudioFile(url)))
  }

  @Test(arguments: [(nil, 640), (Duration.milliseconds(100), 1_600), (.nanoseconds(1), 1), (.zero, 1)])
  func aStepComesAtATime(step: Duration?, count: Int) throws {
    let (source, expected) = try source(seconds: 0.105, step: step)
    #expect(source.name == "steps.wav")
    var heard: [Float] = []
    loop: while true {
      let (audio, samples) = try source.next(timeout: .zero)
      heard += samples
      switch audio {
      case .end: break loop
      case .samples(let delivered): #expect(delivered == count || heard.count == expected.count)
      default: Issue.record("\(String(describing: audio))")
      }
    }
    #expect(heard == expected)
    #expect(try source.next().0 == .end, "and no more")
  }

  @Test func aSmallBufferTakesWhatFits() throws {
    let (source, expected) = try source(seconds: 0.1)
    var heard: [Float] = []
    while case let (.samples(count)?, samples) = try source.next(100) {
      #expect(count == 100)
      heard += samples
    }
    #expect(heard == expected)
  }

  @Test func nothingIsWaitedFor() throws {
    let (source, _) = try source(seconds: 30, step: .seconds(1))
    let begin = ContinuousClock.now
    var steps = 0
    while case (.samples?, _) = try source.next(16_000, timeout: .seconds(10)) { steps += 1 }
    #expect(steps == 30 && begin.duration(to: .now) < .seconds(5))
  }
}
