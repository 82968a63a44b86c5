internal import Foundation

/// Frames of MPEG audio, as far as it takes to find them.
enum MPEGFrames {
  /// The next frame of MPEG audio with some more behind it, past tags that tell their length. What fills up the end of an encoder's last block
  /// is fewer.
  static func next(in descriptor: Int32, from position: Int64) -> Int64? {
    var place = position
    let head = JoinedRecordings.bytes(descriptor, at: place, count: 10)
    if head.count == 10, head[0..<3].elementsEqual("ID3".utf8) {
      place += 10 + head[6..<10].reduce(0) { $0 << 7 | Int64($1 & 127) }
    }
    let ahead = JoinedRecordings.bytes(descriptor, at: place, count: JoinedRecordings.reach)
    return ahead.indices.first { start in
      var next = start
      for _ in 0..<6 {
        guard let length = frameLength(ahead, at: next) else { return false }
        next += length
      }
      return true
    }.map { place + Int64($0) }
  }

  /// Bytes of the frame of MPEG audio, layer II or III, whose header stands at `index`; nil where none does.
  ///
  /// - Reference: ISO/IEC 11172-3, 2.4.2.3, and 13818-3; version 2.5 is Fraunhofer's.
  private static func frameLength(_ bytes: [UInt8], at index: Int) -> Int? {
    guard index + 4 <= bytes.count, bytes[index] == 0xFF, bytes[index + 1] & 0xE0 == 0xE0 else { return nil }
    let version = Int(bytes[index + 1] >> 3 & 3), layer = Int(bytes[index + 1] >> 1 & 3)
    let rate = Int(bytes[index + 2] >> 4), frequency = Int(bytes[index + 2] >> 2 & 3)
    let padding = Int(bytes[index + 2] >> 1 & 1)
    guard version != 1, layer == 1 || layer == 2, (1...14).contains(rate), frequency < 3 else { return nil }
    let isFirst = version == 3
    let rates =
      isFirst
      ? layer == 1
        ? [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320]
        : [32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384]
      : [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160]
    let hertz = [44_100, 48_000, 32_000][frequency] / (isFirst ? 1 : version == 2 ? 2 : 4)
    return (layer == 1 && !isFirst ? 72 : 144) * rates[rate - 1] * 1_000 / hertz + padding
  }

  /// Whether the frames from `begin` on tell how many they are; else libsndfile guesses, and is wrong where their size changes.
  static func tellLength(_ descriptor: Int32, from begin: Int64) -> Bool {
    guard let first = next(in: descriptor, from: begin) else { return false }
    let frame = JoinedRecordings.bytes(descriptor, at: first, count: 64)
    return ["Xing", "Info", "VBRI"].contains { JoinedRecordings.index(of: Array($0.utf8), in: frame) != nil }
  }
}
