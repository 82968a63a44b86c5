public import Foundation

/// The reader for safetensors files.
///
/// - Reference: huggingface/safetensors README, section "Format".
public enum SafetensorsFile {
  private struct Entry: Decodable {
    var dtype: String
    var shape: [Int]
    var data_offsets: [Int]
  }

  /// Every key but the one that holds free text.
  private struct Header: Decodable {
    var entries: [String: Entry] = [:]

    struct Key: CodingKey {
      var stringValue: String
      var intValue: Int? { nil }
      init(stringValue: String) { self.stringValue = stringValue }
      init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: Key.self)
      for key in container.allKeys where key.stringValue != "__metadata__" {
        entries[key.stringValue] = try container.decode(Entry.self, forKey: key)
      }
    }
  }

  /// Longest header accepted, as in the reference implementation.
  private static let longestHeader = 100_000_000

  /// Maps the file and lists its tensors.
  ///
  /// - Throws: `ModelFileError` when the header is damaged, or a tensor lies outside the file or has an element type
  ///   that no model here uses (float32, float16, bfloat16, int8, int16, int32 are read).
  public static func read(_ url: URL) throws(ModelFileError) -> NamedTensors {
    var reader = ByteReader(try MappedFile(contentsOf: url))
    let path = url.path
    let length = try reader.count(UInt64.self, "the header's length")
    guard length <= longestHeader else { throw .malformed(path: path, what: "its header has \(length) bytes") }
    let header = try reader.bytes(length, "the header")
    let start = reader.offset
    var tensors: [NamedTensor] = []
    guard let entries = try? JSONDecoder().decode(Header.self, from: Data(header)).entries else {
      throw .malformed(path: path, what: "its header is not a JSON object of tensors")
    }
    for (name, entry) in entries {
      guard entry.data_offsets.count == 2 else {
        throw .malformed(path: path, what: "\(name) lies at \(entry.data_offsets)")
      }
      guard let type = elementTypes[entry.dtype] else {
        throw .malformed(path: path, what: "\(name) has the element type \(entry.dtype), which is not read")
      }
      let (lower, upper) = (entry.data_offsets[0], entry.data_offsets[1])
      guard 0 <= lower, lower <= upper, upper <= reader.remaining,
        NamedTensor.byteCount(shape: entry.shape, type: type) == upper - lower
      else { throw .malformed(path: path, what: "\(name) of shape \(entry.shape) cannot lie at \(lower)..<\(upper)") }
      tensors.append(
        NamedTensor(
          name: name, shape: entry.shape, type: type, file: reader.file, offset: start + lower,
          byteCount: upper - lower))
    }
    return NamedTensors(path: path, tensors: tensors)
  }

  private static let elementTypes: [String: ElementType] = [
    "F32": .float32, "F16": .float16, "BF16": .bfloat16, "I8": .int8, "I16": .int16, "I32": .int32,
  ]
}
