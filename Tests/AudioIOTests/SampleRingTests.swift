import Foundation
import Testing

@testable import AudioIO

@Suite struct SampleRingTests {
  /// Numbers that tell which sample is which.
  private func count(_ range: Range<Int>) -> [Float] { range.map(Float.init) }

  private func write(_ range: Range<Int>, to ring: SampleRing) {
    count(range).withUnsafeBufferPointer { ring.write($0) }
  }

  /// Reads what is there now.
  private func take(_ room: Int, from ring: SampleRing) -> (SampleRing.Item?, [Float]) {
    var buffer = [Float](repeating: -1, count: room)
    let item = buffer.withUnsafeMutableBufferPointer { ring.next(into: $0, until: .zero) }
    if case .samples(let count) = item { return (item, Array(buffer[..<count])) }
    return (item, [])
  }

  @Test func samplesComeInOrderAroundTheEnd() {
    let ring = SampleRing(capacity: 10, rate: 1_000)
    var (next, expected) = (0, 0)
    for size in [7, 3, 9, 10, 1, 6, 8, 5] {
      write(next..<next + size, to: ring)
      next += size
      while case let (.samples?, samples) = take(4, from: ring) {
        #expect(samples == count(expected..<expected + samples.count))
        expected += samples.count
      }
      #expect(expected == next)
    }
    #expect(ring.droppedFrames == 0)
  }

  @Test func whatFindsNoRoomIsCountedAtItsPlace() {
    let ring = SampleRing(capacity: 100, rate: 8_000)
    write(0..<80, to: ring)
    write(80..<160, to: ring)  // 20 fit
    write(160..<167, to: ring)
    #expect(ring.droppedFrames == 67)
    // A little room is not enough to go on with: one gap instead of many.
    #expect(take(10, from: ring).1 == count(0..<10))
    write(167..<172, to: ring)
    #expect(ring.droppedFrames == 72)
    #expect(take(15, from: ring).1 == count(10..<25))
    write(172..<180, to: ring)
    #expect(ring.droppedFrames == 72)

    #expect(take(200, from: ring).1 == count(25..<100))
    let gap = SampleRing.Gap(frames: 72, rate: 8_000)
    #expect(take(200, from: ring).0 == .mark(.lost(gap)))
    #expect(gap.duration == .milliseconds(9))
    #expect(take(200, from: ring).1 == count(172..<180))
    #expect(take(200, from: ring).0 == nil)
  }

  @Test func gapsAtOnePlaceBecomeOne() {
    let ring = SampleRing(capacity: 10, rate: 1_000)
    write(0..<12, to: ring)
    ring.mark(.lost(SampleRing.Gap(unheard: .milliseconds(30))))
    write(12..<15, to: ring)
    #expect(take(20, from: ring).1.count == 10)
    let gap = SampleRing.Gap(frames: 5, rate: 1_000, unheard: .milliseconds(30))
    #expect(take(20, from: ring).0 == .mark(.lost(gap)))
    #expect(gap.duration == .milliseconds(35))
    #expect(take(20, from: ring).0 == nil)
    // Another mark in between keeps them apart.
    ring.mark(.lost(SampleRing.Gap(unheard: .milliseconds(1))))
    ring.mark(.deviceBack(name: "a"))
    ring.mark(.lost(SampleRing.Gap(unheard: .milliseconds(2))))
    let kinds = (0..<4).map { _ in take(1, from: ring).0 }
    #expect(
      kinds == [
        .mark(.lost(SampleRing.Gap(unheard: .milliseconds(1)))), .mark(.deviceBack(name: "a")),
        .mark(.lost(SampleRing.Gap(unheard: .milliseconds(2)))), nil,
      ])
  }

  /// A third of the samples of an hour at 44.1 kHz, dropped one by one: no rounding adds up.
  @Test func manySmallLossesAreExact() {
    let ring = SampleRing(capacity: 1, rate: 44_100)
    write(0..<1, to: ring)
    for _ in 0..<44_100 { write(0..<1, to: ring) }
    _ = take(1, from: ring)
    guard case .mark(.lost(let gap))? = take(1, from: ring).0 else {
      Issue.record("no gap")
      return
    }
    #expect(gap.duration == .seconds(1))
  }

  @Test func aReaderWaitsAndIsWoken() {
    let ring = SampleRing(capacity: 100, rate: 1_000)
    let before = MonotonicClock.now
    #expect(take(1, from: ring).0 == nil)
    var buffer: [Float] = [0, 0, 0]
    let nothing = buffer.withUnsafeMutableBufferPointer { ring.next(into: $0, until: before + .milliseconds(60)) }
    #expect(nothing == nil)
    #expect(MonotonicClock.now - before >= .milliseconds(60))
    Thread.detachNewThread {
      usleep(30_000)
      [Float](arrayLiteral: 5).withUnsafeBufferPointer { ring.write($0) }
    }
    let item = buffer.withUnsafeMutableBufferPointer { ring.next(into: $0, until: MonotonicClock.now + .seconds(20)) }
    #expect(item == .samples(1) && buffer[0] == 5)
    #expect(MonotonicClock.now - before < .seconds(10), "woken by the sample, not by the clock")
  }

  @Test func aWriterThatWaitsLosesNothing() {
    let ring = SampleRing(capacity: 64, rate: 1_000)
    let numbers = count(0..<10_000)
    Thread.detachNewThread {
      _ = numbers.withUnsafeBufferPointer { ring.writeWaiting($0) }
      ring.mark(.end(nil))
    }
    var got: [Float] = []
    var buffer = [Float](repeating: 0, count: 50)
    while let item = buffer.withUnsafeMutableBufferPointer({
      ring.next(into: $0, until: MonotonicClock.now + .seconds(5))
    }), case .samples(let count) = item {
      got += buffer[..<count]
    }
    #expect(got == numbers)
    #expect(ring.droppedFrames == 0)
    // Without a reader it gives up instead of waiting for ever.
    ring.abandon()
    #expect(!numbers.withUnsafeBufferPointer { ring.writeWaiting($0) })
  }

  @Test func aGapParts16kHzExactly() throws {
    for (rate, expected) in [(48_000, 16_000), (44_100, 16_000), (16_000, 16_000), (8_000, 16_000)] {
      let ring = SampleRing(capacity: 4 * rate, rate: rate)
      let second = sine(rate: rate, seconds: 1)
      second.withUnsafeBufferPointer { ring.write($0) }
      ring.mark(.lost(SampleRing.Gap(unheard: .seconds(3))))
      second.withUnsafeBufferPointer { ring.write($0) }
      ring.mark(.deviceLost(name: "m", reason: "gone"))
      ring.mark(.deviceBack(name: "m"))
      ring.mark(.rate(32_000))
      sine(rate: 32_000, seconds: 0.5).withUnsafeBufferPointer { ring.write($0) }
      ring.mark(.end(nil))
      let source = RingSource(ring, rate: rate)
      let heard = try source.hear(for: .seconds(20), piece: 777)
      #expect(heard.events.map(\.position) == [expected, 2 * expected, 2 * expected, 2 * expected + 8_000])
      #expect(
        heard.events.map(\.audio) == [
          .lost(.seconds(3)), .deviceLost(name: "m", reason: "gone"), .deviceBack(name: "m"), .end,
        ])
      // Each part begins with its own first sample: no part's tail is heard in the next.
      let parts = [0..<expected, expected..<2 * expected, 2 * expected..<2 * expected + 8_000]
      for part in parts where part.upperBound <= heard.samples.count {
        let (difference, index) = largestDifference(
          Array(heard.samples[part]), sine(rate: 16_000, seconds: 1), margin: 400)
        #expect(difference < 0.001, "\(rate) Hz, \(part), sample \(index)")
      }
      #expect(try source.next().0 == .end)
    }
  }

  @Test func anErrorComesOnceBehindTheSamples() throws {
    let ring = SampleRing(capacity: 10, rate: 16_000)
    write(0..<3, to: ring)
    ring.mark(.end(.noCaptureDevice))
    let source = RingSource(ring, rate: 16_000)
    #expect(try source.next().1 == [0, 1, 2])
    #expect(throws: AudioError.noCaptureDevice) { try source.next() }
    #expect(try source.next().0 == .end)
  }
}

/// A ring read as a source is.
final class RingSource: LiveSource {
  let name = "ring"
  private let reader: RingReader

  init(_ ring: SampleRing, rate: Int) { reader = RingReader(ring, rate: rate, name: "ring") }

  func read(into buffer: UnsafeMutableBufferPointer<Float>, timeout: Duration) throws(AudioError) -> LiveAudio? {
    try reader.read(into: buffer, timeout: timeout)
  }
}
