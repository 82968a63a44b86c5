public import Foundation

/// The reader for CTranslate2 `model.bin`, file version 6 (and 5, which differs only in what a spec may hold).
///
/// - Reference: OpenNMT/CTranslate2 `python/ctranslate2/specs/model_spec.py`, `_serialize`; `docs/formats.md`.
public enum CTranslate2File {
  /// Maps the file and lists its tensors; aliases become further names of the same tensor.
  ///
  /// - Parameters:
  ///   - url: the `model.bin`.
  ///   - specification: the spec that the caller can use, such as `WhisperSpec`.
  /// - Throws: `ModelFileError` when the file is no such model; every count is checked against its size first.
  public static func read(_ url: URL, specification: String) throws(ModelFileError) -> NamedTensors {
    var reader = ByteReader(try MappedFile(contentsOf: url))
    let path = url.path
    let version = try reader.integer(UInt32.self, "the version")
    guard (5...6).contains(version) else {
      throw .unsupportedVersion(path: path, found: "\(version)", supported: "CTranslate2 binary version 5 and 6")
    }
    let found = try reader.shortString("the specification's name")
    guard found == specification else {
      throw .malformed(path: path, what: "it holds a \(found), not a \(specification)")
    }
    _ = try reader.integer(UInt32.self, "the specification's revision")

    var tensors: [NamedTensor] = []
    let variables = try reader.count(UInt32.self, "the number of tensors")
    for index in 0..<variables { tensors.append(try variable(&reader, index: index)) }

    let known = Dictionary(tensors.map { ($0.name, $0) }) { first, _ in first }
    for index in 0..<(try reader.count(UInt32.self, "the number of aliases")) {
      let alias = try reader.shortString("alias \(index)")
      let target = try reader.shortString("the target of alias \(alias)")
      guard let tensor = known[target] else {
        throw .malformed(path: path, what: "\(alias) stands for \(target), which is not in the file")
      }
      tensors.append(tensor.renamed(alias))
    }
    return NamedTensors(path: path, tensors: tensors)
  }

  private static func variable(_ reader: inout ByteReader, index: Int) throws(ModelFileError) -> NamedTensor {
    let path = reader.file.url.path
    let name = try reader.shortString("the name of tensor \(index)")
    let rank = Int(try reader.integer(UInt8.self, "the rank of \(name)"))
    var shape: [Int] = []
    for _ in 0..<rank { shape.append(Int(try reader.integer(UInt32.self, "the shape of \(name)"))) }
    let code = try reader.integer(UInt8.self, "the element type of \(name)")
    guard let type = elementTypes[code] else {
      throw .malformed(path: path, what: "\(name) has the unknown element type \(code)")
    }
    let byteCount = Int(try reader.integer(UInt32.self, "the size of \(name)"))
    guard let expected = NamedTensor.byteCount(shape: shape, type: type), expected == byteCount else {
      throw .malformed(path: path, what: "\(name) of shape \(shape) cannot have \(byteCount) bytes")
    }
    let offset = reader.offset
    _ = try reader.bytes(byteCount, "the data of \(name)")
    return NamedTensor(name: name, shape: shape, type: type, file: reader.file, offset: offset, byteCount: byteCount)
  }

  private static let elementTypes: [UInt8: ElementType] = [0: .float32, 1: .int8, 2: .int16, 3: .int32, 4: .float16]
}

extension ByteReader {
  /// A string with a 16-bit length in front that counts the NUL at its end.
  fileprivate mutating func shortString(_ what: @autoclosure () -> String) throws(ModelFileError) -> String {
    try string(length: Int(try integer(UInt16.self, what())), what())
  }
}
