public import Foundation

/// The index of a model whose tensors stand in several safetensors files: `model.safetensors.index.json`.
///
/// - Reference: huggingface/transformers `docs/source/en/models.md`, "Sharded checkpoints".
public struct SafetensorsIndex: Sendable, Equatable {
  /// What an index is called.
  public static let name = "model.safetensors.index.json"
  /// The index itself.
  public let url: URL
  /// The file of each tensor, by the tensor's name.
  private let places: [String: String]

  private struct Content: Decodable { var weight_map: [String: String] }

  /// Reads the index, and none of the files that it names.
  ///
  /// - Throws: `ModelFileError.unreadable`, or `.malformed` when it is no index, or names files outside its folder.
  public init(contentsOf url: URL) throws(ModelFileError) {
    let file = try MappedFile(contentsOf: url)
    guard let content = try? JSONDecoder().decode(Content.self, from: Data(file.bytes)) else {
      throw .malformed(path: url.path, what: "it is not an index of shards")
    }
    places = content.weight_map
    self.url = url
    guard !places.isEmpty, places.values.allSatisfy({ !$0.isEmpty && !$0.contains("/") && !$0.hasPrefix(".") }) else {
      throw .malformed(path: url.path, what: "it names no shards of this folder")
    }
  }

  /// The files that hold the tensors, in the order of their names.
  public var shards: [URL] {
    Set(places.values).sorted().map { url.deletingLastPathComponent().appending(path: $0) }
  }

  /// Maps all files and lists the tensors, each from the file that the index names for it; what else is in the files is left out.
  ///
  /// - Throws: `ModelFileError.malformed` when a file or a tensor is not where the index says, and what `SafetensorsFile.read`
  ///   throws.
  public func read() throws(ModelFileError) -> NamedTensors {
    var tensors: [NamedTensor] = []
    for shard in shards {
      let name = shard.lastPathComponent
      guard FileManager.default.fileExists(atPath: shard.path) else {
        throw .malformed(path: url.path, what: "it names the file \(name), which is not there")
      }
      let found = try SafetensorsFile.read(shard)
      for tensor in places.filter({ $0.value == name }).keys.sorted() {
        guard let found = found.find(tensor) else {
          throw .malformed(path: shard.path, what: "it lacks the tensor \(tensor), which the index says is in it")
        }
        tensors.append(found)
      }
    }
    return NamedTensors(path: url.path, tensors: tensors)
  }
}
