import CAllocations
import Foundation
import Testing

@testable import AudioIO

@Suite struct CaptureFormatTests {
  /// Every encoding with every number of channels, at the ends of its range and in between.
  @Test(arguments: CaptureFormat.Encoding.allCases, 1...8)
  func channelsBecomeTheirMean(encoding: CaptureFormat.Encoding, channels: Int) {
    let format = CaptureFormat(sampleRate: 48_000, channelCount: channels, encoding: encoding)
    let frames = 64
    // Frame 0 is the lowest, frame 1 the highest value in all channels; then every channel differs.
    let values = (0..<frames * channels).map { index -> Double in
      switch index / channels {
      case 0: -1
      case 1: 1
      default: sin(Double(index) * 0.7) * 0.9
      }
    }
    let bytes: [UInt8]
    let step: Double
    switch encoding {
    case .int16:
      bytes = values.flatMap { little(Int16(clamping: Int($0 * 32_768)), 2) }
      step = 1 / 32_768
    case .int32:
      bytes = values.flatMap { little(Int32(clamping: Int($0 * 2_147_483_648)), 4) }
      step = 1e-7
    case .float32:
      bytes = values.flatMap { little(Float($0).bitPattern, 4) }
      step = 1e-7
    }
    #expect(bytes.count == frames * format.frameByteCount)
    var mono = [Float](repeating: 9, count: frames)
    bytes.withUnsafeBytes { format.mix($0.baseAddress!, count: frames, into: &mono) }
    for frame in 0..<frames {
      let mean = values[frame * channels..<(frame + 1) * channels].reduce(0, +) / Double(channels)
      #expect(abs(Double(mono[frame]) - mean) <= step + 3e-7, "frame \(frame): \(mono[frame]), expected \(mean)")
    }
  }

  @Test func whatIsNotANumberIsSilence() {
    let format = CaptureFormat(sampleRate: 48_000, channelCount: 2, encoding: .float32)
    var mono: [Float] = [9, 9]
    ([.nan, 0.5, .infinity, -0.25] as [Float]).withUnsafeBytes {
      format.mix($0.baseAddress!, count: 2, into: &mono)
    }
    #expect(mono == [0.25, -0.125])
  }

  @Test func formatsReadWell() {
    #expect(CaptureFormat(sampleRate: 44_100, channelCount: 1, encoding: .int16).description == "44100 Hz, mono, int16")
  }

  /// What the capture thread does with a period of sound.
  @Test func capturingAllocatesNothing() {
    let format = CaptureFormat(sampleRate: 48_000, channelCount: 2, encoding: .int16)
    let ring = SampleRing(capacity: 4_800, rate: 48_000)
    var clock = CaptureClock(rate: 48_000)
    let frames = UnsafeMutableRawPointer.allocate(byteCount: 960 * format.frameByteCount, alignment: 16)
    frames.initializeMemory(as: UInt8.self, repeating: 1, count: 960 * format.frameByteCount)
    let mono = UnsafeMutableBufferPointer<Float>.allocate(capacity: 960)
    defer {
      frames.deallocate()
      mono.deallocate()
    }
    func period(_ number: Int) -> Bool {
      let gap = clock.heard(frames: 960, waiting: 0, at: .milliseconds(20 * number))
      format.mix(frames, count: 960, into: mono.baseAddress!)
      ring.write(UnsafeBufferPointer(mono))
      return gap == nil
    }
    var isWhole = period(0)
    allocations_begin()
    for number in 1..<1_000 { isWhole = period(number) && isWhole }
    let count = allocations_end()
    #expect(isWhole)
    #expect(count == 0, "\(count) allocations in 999 periods, most of which found the ring full")
    #expect(ring.droppedFrames == 1_000 * 960 - 4_800)
  }
}
