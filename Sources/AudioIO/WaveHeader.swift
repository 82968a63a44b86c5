internal import CSndFile

/// The part of a RIFF/WAVE header that says how to read the samples and how many were announced.
///
/// libsndfile reads WAV files itself; this header is for what it does not do: streams on a pipe, whose length fields were
/// written before the length was known, and telling a truncated file from a whole one.
struct WaveHeader: Equatable {
  enum Problem: Error, Equatable {
    /// Not a RIFF/WAVE file.
    case notWave
    /// The bytes end before the samples begin.
    case truncated(byteCount: Int)
    /// The format chunk contradicts itself, or there is none before the samples.
    case malformed
  }

  /// `wFormatTag`, or the first field of the sub-format of an extensible header.
  var formatTag: Int
  var channelCount: Int
  var sampleRate: Int
  /// Bytes of one sample in all channels.
  var blockAlign: Int
  /// Where the samples begin, in bytes from the start.
  var dataOffset: Int64
  /// Bytes of samples; nil when the writer did not know.
  var dataLength: Int64?

  /// libsndfile's code for the samples; nil for codecs that are more than a row of samples.
  var sampleFormat: Int32? {
    let bytes = channelCount > 0 && blockAlign % channelCount == 0 ? blockAlign / channelCount : 0
    return switch (formatTag, bytes) {
    case (1, 1): Int32(SF_FORMAT_PCM_U8)
    case (1, 2): Int32(SF_FORMAT_PCM_16)
    case (1, 3): Int32(SF_FORMAT_PCM_24)
    case (1, 4): Int32(SF_FORMAT_PCM_32)
    case (3, 4): Int32(SF_FORMAT_FLOAT)
    case (3, 8): Int32(SF_FORMAT_DOUBLE)
    case (6, 1): Int32(SF_FORMAT_ALAW)
    case (7, 1): Int32(SF_FORMAT_ULAW)
    default: nil
    }
  }

  /// True when `bytes`, the first of an input, are those of a WAV, whole or cut off.
  static func begins(_ bytes: some Collection<UInt8>) -> Bool {
    let riff = Array("RIFF".utf8)
    let wave = Array("WAVE".utf8)
    return !bytes.isEmpty && zip(bytes, riff).allSatisfy { $0 == $1 }
      && zip(bytes.dropFirst(8), wave).allSatisfy { $0 == $1 }
  }

  /// Consumes `stream` up to the first sample.
  ///
  /// - Reference: Microsoft and IBM, *Multimedia Programming Interface and Data Specifications 1.0*, 1991, and
  ///   `WAVEFORMATEXTENSIBLE`.
  init(reading stream: ByteStream) throws(Problem) {
    let start = try Self.take(12, from: stream)
    guard start[0..<4].elementsEqual("RIFF".utf8), start[8..<12].elementsEqual("WAVE".utf8) else { throw .notWave }
    let riffLength = Self.number(start, at: 4, bytes: 4)
    var format: [UInt8]?
    while true {
      let chunk = try Self.take(8, from: stream)
      let length = Self.number(chunk, at: 4, bytes: 4)
      if chunk[0..<4].elementsEqual("data".utf8) {
        guard let format, format.count >= 16 else { throw .malformed }
        let tag = Self.number(format, at: 0, bytes: 2)
        let isExtensible = tag == 0xFFFE && format.count >= 26
        formatTag = isExtensible ? Self.number(format, at: 24, bytes: 2) : tag
        channelCount = Self.number(format, at: 2, bytes: 2)
        sampleRate = Self.number(format, at: 4, bytes: 4)
        blockAlign = Self.number(format, at: 12, bytes: 2)
        dataOffset = stream.position
        dataLength =
          Self.isUnknown(dataLength: length, riffLength: riffLength, dataOffset: Int(stream.position))
          ? nil : Int64(length)
        guard channelCount > 0, sampleRate > 0, blockAlign > 0 else { throw .malformed }
        return
      }
      let padded = length + length % 2
      if chunk[0..<4].elementsEqual("fmt ".utf8) {
        guard (16...4096).contains(length) else { throw .malformed }
        format = Array(try Self.take(padded, from: stream).prefix(length))
      } else if !stream.skip(padded) {
        throw .truncated(byteCount: Int(stream.position))
      }
    }
  }

  /// Lengths that writers put on a pipe: 0 (and then a RIFF length that leaves no room for samples or anything after
  /// them), all ones, or the largest they dare, just below or at 2 GiB or 4 GiB (sox, arecord).
  static func isUnknown(dataLength: Int, riffLength: Int, dataOffset: Int) -> Bool {
    switch dataLength {
    case 0: riffLength <= dataOffset - 8 || riffLength >= 0x7FFF_F000
    case 0x7FFF_F000...0x8000_0000, 0xFFFF_F000...0xFFFF_FFFF: true
    default: false
    }
  }

  private static func take(_ count: Int, from stream: ByteStream) throws(Problem) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    guard bytes.withUnsafeMutableBytes({ stream.read(into: $0) }) == count else {
      throw .truncated(byteCount: Int(stream.position))
    }
    return bytes
  }

  private static func number(_ bytes: [UInt8], at offset: Int, bytes count: Int) -> Int {
    (0..<count).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) }
  }
}
