public import Foundation

/// Takes models in one safetensors file apart, as Hugging Face's libraries do with large ones.
public enum Shards {
  /// The file of a shard, counted from 1.
  public static func name(_ number: Int, of count: Int) -> String {
    func digits(_ value: Int) -> String { String(repeating: "0", count: 5 - "\(value)".count) + "\(value)" }
    return "model-\(digits(number))-of-\(digits(count)).safetensors"
  }

  /// Puts `model.safetensors.index.json` and `count` shards, tensors dealt out by turns, in place of `model.safetensors`.
  ///
  /// - Returns: the index' map of tensors to files.
  @discardableResult public static func split(_ folder: URL, into count: Int) throws -> [String: String] {
    let whole = folder.appending(path: "model.safetensors")
    let bytes = try Data(contentsOf: whole)
    let length = Int(bytes.prefix(8).enumerated().reduce(UInt64(0)) { $0 | UInt64($1.element) << (8 * $1.offset) })
    let start = 8 + length
    let header = try JSONSerialization.jsonObject(with: bytes[8..<start]) as? [String: Any] ?? [:]
    let names = header.keys.filter { $0 != "__metadata__" }.sorted()
    var map: [String: String] = [:]
    for shard in 0..<count {
      var (entries, data): ([String: Any], Data) = ([:], Data())
      for (index, name) in names.enumerated() where index % count == shard {
        guard var entry = header[name] as? [String: Any], let offsets = entry["data_offsets"] as? [Int] else {
          continue
        }
        entry["data_offsets"] = [data.count, data.count + offsets[1] - offsets[0]]
        data += bytes[(start + offsets[0])..<(start + offsets[1])]
        entries[name] = entry
        map[name] = Self.name(shard + 1, of: count)
      }
      let text = try JSONSerialization.data(withJSONObject: entries)
      let size = withUnsafeBytes(of: UInt64(text.count).littleEndian) { Data($0) }
      try (size + text + data).write(to: folder.appending(path: Self.name(shard + 1, of: count)))
    }
    try write(map, to: folder)
    try FileManager.default.removeItem(at: whole)
    return map
  }

  /// Writes an index of shards.
  public static func write(_ map: [String: String], to folder: URL) throws {
    let index: [String: Any] = ["metadata": ["total_size": 1], "weight_map": map]
    try JSONSerialization.data(withJSONObject: index).write(to: folder.appending(path: "model.safetensors.index.json"))
  }
}
