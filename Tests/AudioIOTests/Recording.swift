import AudioIO
import CSndFile
import Foundation

/// Sound files that tests make for themselves, in a folder that goes away with the value.
final class Scratch {
  let folder: URL

  init() {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("dragoman-audio-\(UUID().uuidString)")
    try! FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  func file(_ name: String, _ bytes: [UInt8]) -> URL {
    let url = folder.appendingPathComponent(name)
    try! Data(bytes).write(to: url)
    return url
  }

  /// Writes interleaved `samples` through libsndfile.
  func encoded(_ name: String, format: Int, rate: Int, channels: Int = 1, _ samples: [Float]) -> URL {
    let url = folder.appendingPathComponent(name)
    var info = SF_INFO()
    (info.samplerate, info.channels, info.format) = (Int32(rate), Int32(channels), Int32(format))
    guard let handle = sf_open(url.path, Int32(SFM_WRITE), &info) else {
      fatalError("libsndfile cannot write \(name): \(String(cString: sf_strerror(nil)))")
    }
    // In pieces: the Vorbis encoder keeps what it is given on the stack.
    for start in stride(from: 0, to: samples.count, by: 4096 * channels) {
      let piece = Array(samples[start..<min(samples.count, start + 4096 * channels)])
      precondition(sf_writef_float(handle, piece, sf_count_t(piece.count / channels)) == piece.count / channels)
    }
    sf_close(handle)
    return url
  }
}

/// A WAV by hand, byte for byte.
struct Wave {
  var tag = 1, channels = 1, rate = 16_000, bits = 16
  /// Length fields; nil for the true ones.
  var riffLength: UInt32?, dataLength: UInt32?
  var data: [UInt8] = []

  init(samples: [Float] = [], channels: Int = 1, rate: Int = 16_000) {
    (self.channels, self.rate) = (channels, rate)
    data = samples.flatMap { little(UInt16(bitPattern: Int16($0 * 32_767)), 2) }
  }

  init(floats: [Float], rate: Int = 16_000) {
    (tag, bits, self.rate) = (3, 32, rate)
    data = floats.flatMap { little($0.bitPattern, 4) }
  }

  var bytes: [UInt8] {
    let align = channels * bits / 8
    let riff = riffLength ?? UInt32(36 + data.count)
    let format = little(16, 4) + little(tag, 2) + little(channels, 2) + little(rate, 4) + little(rate * align, 4)
    return Array("RIFF".utf8) + little(riff, 4) + Array("WAVEfmt ".utf8) + format + little(align, 2) + little(bits, 2)
      + Array("data".utf8) + little(dataLength ?? UInt32(data.count), 4) + data
  }
}

func little(_ value: some BinaryInteger, _ count: Int) -> [UInt8] {
  (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
}

/// `frequency` Hz at `rate`, half of full scale.
func sine(_ frequency: Double = 440, rate: Int, seconds: Double) -> [Float] {
  (0..<Int(Double(rate) * seconds)).map { Float(0.5 * sin(2 * .pi * frequency * Double($0) / Double(rate))) }
}

/// All that a file delivers, in pieces of `piece` samples.
func everything(_ audio: AudioFile, piece: Int = 4_096) throws -> [Float] {
  var samples: [Float] = []
  while case let next = try audio.read(piece), !next.isEmpty { samples += next }
  return samples
}

/// An `AudioFile` on a pipe that a thread of its own fills with `bytes`.
func piped(_ bytes: [UInt8], raw: Bool = false) throws -> AudioFile {
  var ends: [Int32] = [0, 0]
  precondition(pipe(&ends) == 0)
  let (reading, writing) = (ends[0], ends[1])
  signal(SIGPIPE, SIG_IGN)
  Thread.detachNewThread {
    var written = 0
    while written < bytes.count {
      // Odd pieces, so that no read is aligned by luck.
      let piece = min(bytes.count - written, 4_099)
      let count = bytes.withUnsafeBytes { write(writing, $0.baseAddress! + written, piece) }
      if count <= 0 { break }
      written += count
    }
    close(writing)
  }
  defer { close(reading) }
  return try AudioFile(standardInput: reading, raw: raw)
}

/// Largest difference and where; both sides up to the shorter one, without `margin` samples at either end.
func largestDifference(_ observed: [Float], _ expected: [Float], margin: Int = 0) -> (value: Float, index: Int) {
  let count = min(observed.count, expected.count)
  guard count > 2 * margin else { return (.infinity, -1) }
  return (margin..<count - margin).map { (abs(observed[$0] - expected[$0]), $0) }.max { $0.0 < $1.0 } ?? (0, 0)
}
