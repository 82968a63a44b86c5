internal import CSndFile
internal import Foundation

/// Finds what stands behind the end of a recording in the same file: what a radio stream was cut into (a chained OGG), or what was
/// joined with `cat`. libsndfile reads the first recording of such a file and says nothing of the others, and of an MP3 that does not
/// tell its length only as much as it guesses from the first frames.
///
///     | tags | recording | tags | recording | tags |
///     begin              ^ position              size
enum JoinedRecordings {
  /// Bytes that a decoder may have read ahead of what it delivered.
  private static let readAhead: Int64 = 1 << 18
  /// Bytes between two recordings in which the next one is looked for, tags that tell their length apart.
  static let reach = 1 << 16

  /// Where the recording behind the one that begins at `begin` stands.
  ///
  /// - Parameters:
  ///   - descriptor: of a file that can seek; its position is left anywhere.
  ///   - begin: the first byte of the recording that has ended.
  ///   - position: where its decoder stopped reading.
  ///   - format: libsndfile's code of the container.
  /// - Returns: nil where nothing follows; the end of the range is that of the file, or of what belongs together.
  static func next(in descriptor: Int32, begin: Int64, position: Int64, format: Int32) -> Range<Int64>? {
    let size = SoundDecoder.byteCount(of: descriptor)
    let container = Int(format & Int32(SF_FORMAT_TYPEMASK))
    let start: Int64? =
      switch container {
      case SF_FORMAT_OGG: endOfOgg(descriptor, from: begin)
      case SF_FORMAT_MPEG: MPEGFrames.next(in: descriptor, from: position)
      case SF_FORMAT_FLAC: beginOfFLAC(descriptor, from: max(begin + 8, position - readAhead))
      default: nil
      }
    guard let start, start > begin, start < size else { return nil }
    return start..<(container == SF_FORMAT_OGG ? endOfOgg(descriptor, from: start) ?? size : size)
  }

  /// The first page behind those of `begin` that begins a stream: all streams of a recording begin before their data.
  ///
  /// - Reference: RFC 3533, section 6.
  private static func endOfOgg(_ descriptor: Int32, from begin: Int64) -> Int64? {
    var place = begin, hasData = false
    while true {
      let head = bytes(descriptor, at: place, count: 27 + 255)
      guard head.count >= 27, head[0..<4].elementsEqual("OggS".utf8) else {
        // A damaged page: on with the next that begins.
        let more = bytes(descriptor, at: place + 1, count: reach)
        guard let skipped = index(of: Array("OggS".utf8), in: more) else { return nil }
        place += 1 + Int64(skipped)
        continue
      }
      if head[5] & 2 == 0 { hasData = true } else if hasData { return place }
      let segments = Int(head[26])
      guard head.count >= 27 + segments else { return nil }
      place += Int64(27 + segments) + head[27..<27 + segments].reduce(0) { $0 + Int64($1) }
    }
  }

  /// The next marker of FLAC with its first block, which always has the same length.
  private static func beginOfFLAC(_ descriptor: Int32, from place: Int64) -> Int64? {
    let ahead = bytes(descriptor, at: place, count: Int(readAhead) + reach)
    return index(of: Array("fLaC".utf8) + [0, 0, 0, 34], in: ahead).map { place + Int64($0) }
  }

  static func bytes(_ descriptor: Int32, at place: Int64, count: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { buffer, written in
      written = max(0, pread(descriptor, buffer.baseAddress!, count, off_t(place)))
    }
  }

  static func index(of pattern: [UInt8], in bytes: [UInt8]) -> Int? {
    guard bytes.count >= pattern.count else { return nil }
    return bytes.withUnsafeBufferPointer { bytes in
      for start in 0...bytes.count - pattern.count where bytes[start] == pattern[0] {
        if bytes[start..<start + pattern.count].elementsEqual(pattern) { return start }
      }
      return nil
    }
  }
}
