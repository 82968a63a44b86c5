import AcousticFeatures
import TestSupport
import Testing

@testable import SpeechRecognition

/// Frames that come and go in a ring, against an array that does the same.
@Suite struct FrameRingTests {
  private func frames(_ numbers: Range<Int>) -> [Float] { numbers.flatMap { [Float($0), -Float($0)] } }

  private func values(of ring: FrameRing, _ frames: Range<Int>) -> [Float] {
    var values: [Float] = []
    ring.read(frames) { values += $0 }
    return values
  }

  /// Room for 300: enough for all that is kept at once, or not.
  @Test(arguments: [250, 1_000]) func holdsWhatAnArrayHolds(most: Int) {
    var numbers = SeededNumbers(state: 3)
    let ring = FrameRing(mels: 2, capacity: 300)
    var (first, end, mostKept, widened) = (0, 0, 0, 0)
    for round in 0..<5_000 {
      let extent = ring.extent
      let new = end..<end + .random(in: 0...min(120, most - (end - first)), using: &numbers)
      frames(new).withUnsafeBufferPointer { ring.append($0) }
      (end, mostKept) = (new.upperBound, max(mostKept, new.upperBound - first))
      if ring.extent > extent { widened += 1 }
      #expect(ring.count == end - first && values(of: ring, 0..<ring.count) == frames(first..<end), "round \(round)")
      let low = Int.random(in: 0...ring.count, using: &numbers)
      let some = low..<Int.random(in: low...ring.count, using: &numbers)
      var copy = [Float](repeating: .nan, count: 2 * some.count)
      copy.withUnsafeMutableBufferPointer { if let base = $0.baseAddress { ring.copy(some, to: base) } }
      #expect(copy == frames(first + some.lowerBound..<first + some.upperBound), "round \(round)")
      let gone = round % 97 == 0 ? ring.count : Int.random(in: 0...min(140, ring.count), using: &numbers)
      ring.removeFirst(gone)
      first += gone
    }
    #expect(mostKept > 200)
    #expect(most > 300 ? ring.capacity > 300 : ring.capacity == 300)
    // What goes round becomes more with what is kept, not with what comes.
    #expect(ring.extent <= mostKept + 100 && widened <= 20, "\(ring.extent) of \(mostKept), \(widened) times")
  }

  /// A recording of three seconds touches no more of the room than it needs.
  @Test func littleTouchesLittle() {
    let ring = FrameRing(mels: 80, capacity: 36_000)
    [Float](repeating: 1, count: 300 * 80).withUnsafeBufferPointer { ring.append($0) }
    #expect(ring.extent == 300 && ring.capacity == 36_000)
    ring.removeFirst(300)
    [Float](repeating: 1, count: 300 * 80).withUnsafeBufferPointer { ring.append($0) }
    #expect(ring.extent == 300)
  }
}

/// What a listener hands over, and in which parts.
@Suite struct SpeechListenerTests {
  let model: VoiceActivityModel
  /// All is speech, so that from 3 to 6 s nothing is certain, and 3 s are at once.
  static let unbroken = SpeechRegionOptions(
    threshold: 0, silenceThreshold: 0, padding: .milliseconds(20), maximumSpeech: .seconds(6))

  init() throws { model = try VoiceActivityModel(contentsOf: VoiceActivity.tinyFolder) }

  private func regions(_ name: String) -> SpeechRegionOptions {
    name == "unbroken"
      ? Self.unbroken
      : SpeechRegionOptions(
        threshold: 0.92, silenceThreshold: 0.9, padding: .milliseconds(20), minimumSilence: .milliseconds(64))
  }

  @Test(arguments: ["unbroken", "broken", "all"], [1_000, 16_000, 200_000])
  func handsOverTheFramesOfWhatTheGateLetsPass(kind: String, length: Int) {
    let samples = VoiceActivityGateTests.signal
    let gate = { SpeechGate(model: model, options: regions(kind)) }
    let listener = SpeechListener(mels: 80, gate: kind == "all" ? nil : gate())
    var (frames, stretches, sampleCount) = ([Float](), [(start: Int, count: Int)](), 0)
    var mostFrames = 0
    func take(_ part: inout SpeechFrames) {
      mostFrames = max(mostFrames, part.frames.count / 80)
      frames += part.frames
      stretches += part.stretches
      sampleCount += part.sampleCount
    }
    VoiceActivity.cut(samples, lengths: { length }) { samples in
      var isLast = false
      listener.append(samples) { part in
        #expect(!isLast && (part.sampleCount == 0 || part.sampleCount == samples.count))
        isLast = part.sampleCount > 0
        take(&part)
      }
      #expect(isLast)
    }
    listener.finish { take(&$0) }

    var pieces: [SpeechPiece] = []
    if kind == "all" {
      pieces = [SpeechPiece(start: 0, samples: samples, endsRegion: true)]
    } else {
      let gate = gate()
      samples.withUnsafeBufferPointer { gate.append($0, to: &pieces) }
      gate.finish(to: &pieces)
    }
    let stream = LogMelStream(mels: 80)
    var expected: [Float] = []
    for piece in pieces { piece.samples.withUnsafeBufferPointer { stream.append($0, to: &expected) } }
    stream.finish(to: &expected)
    #expect(frames == expected && sampleCount == samples.count)
    #expect(
      stretches.flatMap { $0.start..<$0.start + $0.count } == pieces.flatMap { $0.start..<$0.start + $0.samples.count })
    #expect(mostFrames > 0 && mostFrames <= SpeechListener.framesAtOnce, "\(mostFrames) frames at once")
  }
}
