internal import AudioIO
internal import Evaluation
internal import Foundation

/// The sound of utterances for a report: small files as they are, parts of recordings cut out, as long as the page stays one
/// that opens.
final class BenchAudio {
  /// A longer recording stays where it is.
  private static let mostBytes = 2_000_000
  /// Bytes that the page may still take.
  private var room = 24_000_000

  private static let types = [
    "flac": "audio/flac", "wav": "audio/wav", "mp3": "audio/mpeg", "ogg": "audio/ogg", "oga": "audio/ogg",
    "opus": "audio/ogg", "m4a": "audio/mp4",
  ]

  /// Bytes that a browser plays, and their type.
  func audio(of utterance: UtteranceResult) -> (mimeType: String, data: Data)? {
    guard let sound = Self.sound(of: utterance), sound.data.count <= room else { return nil }
    room -= sound.data.count
    return sound
  }

  private static func sound(of utterance: UtteranceResult) -> (mimeType: String, data: Data)? {
    guard let path = utterance.audio else { return nil }
    let url = URL(fileURLWithPath: path)
    // A browser would play all channels at once.
    if utterance.excerpt == nil, utterance.channel == nil, let type = types[url.pathExtension.lowercased()],
      let size = try? url.resourceValues(forKeys: [.fileSizeKey]).fileSize, size <= mostBytes,
      let data = try? Data(contentsOf: url)
    {
      return (type, data)
    }
    return cut(url, utterance.channel, utterance.excerpt).map { ("audio/wav", $0) }
  }

  /// A part or a channel as a WAV of 16 bits; nil where it cannot be read or is too long.
  private static func cut(_ url: URL, _ channel: Int?, _ excerpt: Utterance.Excerpt?) -> Data? {
    guard let file = try? AudioFile(url.path, channel: channel, part: excerpt),
      let samples = try? file.read(mostBytes / 2 + 1), samples.count <= mostBytes / 2
    else { return nil }
    var wave = Data()
    func put(_ value: some FixedWidthInteger) {
      withUnsafeBytes(of: value.littleEndian) { wave.append(contentsOf: $0) }
    }
    let rate = UInt32(AudioFile.sampleRate), size = UInt32(2 * samples.count)
    wave.append(contentsOf: "RIFF".utf8)
    put(36 + size)
    wave.append(contentsOf: "WAVEfmt ".utf8)
    put(UInt32(16))
    for value: UInt16 in [1, 1] { put(value) }
    for value in [rate, 2 * rate] { put(value) }
    for value: UInt16 in [2, 16] { put(value) }
    wave.append(contentsOf: "data".utf8)
    put(size)
    for sample in samples { put(Int16(max(-1, min(1, sample)) * 32_767)) }
    return wave
  }
}

extension AudioFile {
  /// Opens a recording, or the part of it that an utterance is.
  convenience init(_ path: String, channel: Int? = nil, part: Utterance.Excerpt?) throws(AudioError) {
    try self.init(URL(fileURLWithPath: path), channel: channel)
    if let part { try restrict(toPartFrom: .seconds(part.start), length: part.duration.map { .seconds($0) }) }
  }
}
