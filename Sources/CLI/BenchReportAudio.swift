internal import Foundation

/// The recordings that a report carries: files that browsers play, as long as the page stays one that opens.
final class BenchReportAudio {
  /// Bytes of the largest recording, and of all together.
  let largest: Int, most: Int
  /// Bytes that are taken so far.
  private(set) var taken = 0
  /// Recordings that were there and were too large, or one too many.
  private(set) var leftOut = 0

  init(largest: Int = 2 << 20, most: Int = 24 << 20) { (self.largest, self.most) = (largest, most) }

  /// The file and its type; nil when it is no such file, or too large.
  func callAsFunction(_ path: String) -> (mimeType: String, data: Data)? {
    let types = [
      "flac": "audio/flac", "wav": "audio/wav", "mp3": "audio/mpeg", "ogg": "audio/ogg", "opus": "audio/ogg",
      "m4a": "audio/mp4",
    ]
    guard let type = types[URL(fileURLWithPath: path).pathExtension.lowercased()],
      let attributes = try? FileManager.default.attributesOfItem(
        atPath: URL(fileURLWithPath: path).resolvingSymlinksInPath().path),
      attributes[.type] as? FileAttributeType == .typeRegular, let size = attributes[.size] as? Int
    else { return nil }
    guard size <= largest, taken + size <= most else {
      leftOut += 1
      return nil
    }
    guard let data = FileManager.default.contents(atPath: path) else { return nil }
    taken += data.count
    return (type, data)
  }
}
