import AudioIO
import Foundation
import Testing

@Suite struct PipeSourceTests {
  /// A pipe and the source that reads it; one thread writes, one reads.
  final class Line: @unchecked Sendable {
    let source: PipeSource
    private var writing: Int32

    init(raw: Bool = false, buffer: Duration = .seconds(10)) throws {
      signal(SIGPIPE, SIG_IGN)
      var ends: [Int32] = [0, 0]
      try #require(pipe(&ends) == 0)
      writing = ends[1]
      source = try PipeSource(standardInput: ends[0], raw: raw, buffer: buffer)
      close(ends[0])
    }

    deinit { end() }

    func write(_ bytes: some Collection<UInt8>) {
      let bytes = Array(bytes)
      #expect(Foundation.write(writing, bytes, bytes.count) == bytes.count)
    }

    func end() {
      if writing >= 0 { close(writing) }
      writing = -1
    }

    /// Waits for `count` samples.
    func hear(_ count: Int) throws -> [Float] {
      try source.hear(for: .seconds(10)) { $0.samples.count >= count }.samples
    }
  }

  private func samples(_ bytes: [UInt8]) -> [Float] {
    stride(from: 0, to: bytes.count - 1, by: 2).map {
      Float(Int16(bitPattern: UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8)) / 32_768
    }
  }

  @Test func whatIsWrittenIsHeardAtOnce() throws {
    let line = try Line(raw: true)
    let bytes = Wave(samples: sine(rate: 16_000, seconds: 0.2)).data
    #expect(try line.source.next(timeout: .milliseconds(20)).0 == nil)
    var (heard, sent): ([Float], Int) = ([], 0)
    // Two milliseconds at a time, far less than any buffer; every piece is there before the next is written.
    while sent < bytes.count {
      line.write(bytes[sent..<sent + 64])
      sent += 64
      heard += try line.hear(32)
      try #require(heard.count == sent / 2)
    }
    #expect(heard == samples(bytes))
    line.end()
    #expect(try line.source.next(timeout: .seconds(5)).0 == .end)
    #expect(try line.source.next().0 == .end)
  }

  @Test func halfSamplesWaitForTheirOtherHalf() throws {
    let line = try Line(raw: true)
    let bytes = Wave(samples: sine(rate: 16_000, seconds: 0.1)).data
    line.write(bytes[..<13])
    #expect(try line.hear(6).count == 6)
    #expect(try line.source.next(timeout: .milliseconds(30)).0 == nil)
    line.write(bytes[13..<14])
    #expect(try line.hear(1) == [samples(bytes)[6]])
    line.write(bytes[14..<101])
    // A last half sample is no sound.
    line.end()
    let rest = try line.source.hear(for: .seconds(10))
    #expect(rest.samples == Array(samples(bytes)[7..<50]))
    #expect(rest.events.map(\.audio) == [.end])
  }

  /// Header and samples in pieces that are aligned to nothing; 48 kHz stereo as arecord writes it.
  @Test func aWaveInPieces() throws {
    let mono = sine(rate: 48_000, seconds: 1)
    var wave = Wave(samples: mono.flatMap { [$0, $0 * 0.5] }, channels: 2, rate: 48_000)
    (wave.riffLength, wave.dataLength) = (0xFFFF_FFFF, 0xFFFF_FFFF)
    let bytes = wave.bytes
    let line = try Line()
    for start in stride(from: 0, to: 46, by: 5) { line.write(bytes[start..<min(46, start + 5)]) }
    line.write(bytes[46..<96_001])
    // Half of it, less what the resampler holds back.
    // Of 7,996 samples, the resampler holds back 41 ms.
    let head = try line.hear(7_300)
    #expect(head.count >= 7_300, "the first half comes before the second is written")
    line.write(bytes[96_001...])
    line.end()
    let rest = try line.source.hear(for: .seconds(10))
    #expect(rest.events.map(\.audio) == [.end])
    let whole = head + rest.samples
    #expect(whole.count == 16_000)
    let expected = sine(rate: 16_000, seconds: 1).map { $0 * 0.75 }
    #expect(largestDifference(whole, expected, margin: 200).value < 0.001)
  }

  /// The pipe is left full instead: what is read late is whole.
  @Test func aLateReaderLosesNothing() throws {
    let line = try Line(raw: true, buffer: .milliseconds(10))
    let bytes = Wave(samples: sine(rate: 16_000, seconds: 8)).data
    let writer = Thread {
      line.write(bytes)
      line.end()
    }
    writer.start()
    usleep(100_000)
    #expect(writer.isExecuting, "256 kB do not fit into a pipe and 10 ms")
    let heard = try line.source.hear(for: .seconds(20), piece: 999)
    #expect(heard.samples == samples(bytes))
    #expect(heard.events.map(\.audio) == [.end])
  }

  @Test func whatIsNotSoundIsSaid() throws {
    let line = try Line()
    line.write(Array("only words, and no sound at all\n".utf8))
    line.end()
    let error = #expect(throws: AudioError.self) { try line.source.hear(for: .seconds(10)) }
    #expect(error?.description.contains("--raw") == true, "\(String(describing: error))")
    #expect(try line.source.next().0 == .end)
    let empty = try Line()
    empty.end()
    #expect(throws: AudioError.emptyFile(name: "standard input")) { try empty.source.hear(for: .seconds(10)) }
    #expect(throws: AudioError.self) { try PipeSource(standardInput: -1) }
  }

  @Test func otherContainersAreReadToTheirEndFirst() throws {
    let scratch = Scratch()
    let url = scratch.encoded(
      "a.flac", format: 0x170000 | 0x0002, rate: 16_000, sine(rate: 16_000, seconds: 0.5))
    let line = try Line()
    line.write(try Data(contentsOf: url))
    line.end()
    #expect(try line.source.hear(for: .seconds(10)).samples.count == 8_000)
  }
}
