public import Foundation

/// A Marian binary model, version 1, as written by `marian-conv`: named tensors, the scales of the int8 ones, and the
/// training configuration that travels inside.
///
/// Layout, all little-endian: `u64 version`, `u64 n`, n × (`u64` name length with its NUL, type, rank, byte count), the names,
/// the `i32` extents, `u64` padding count and padding, then the data blocks one after another.
///
/// An `intgemm8` matrix is a plain int8 matrix (type `.int8` here) followed by the multiplier it was quantised with. Its shape
/// is (input, output) but the bytes stand *transposed*, one output channel after another; only `Wemb` is one word after another
/// as its shape says.
///
/// - Reference: marian-dev `src/common/binary.cpp`, `src/tensors/cpu/integer_common.h` (`prepareAndTransposeB`).
public struct MarianFile: Sendable {
  /// The tensors by name; `special:model.yml` is not among them.
  public let tensors: NamedTensors
  /// `quantised = real * multiplier`, for each intgemm8 tensor.
  public let multipliers: [String: Float]
  /// The scalar `key: value` lines of `special:model.yml`; lists and nested maps are skipped.
  public let configuration: [String: String]

  private struct Header {
    let nameLength: Int
    let type: UInt64
    let rank, byteCount: Int
  }

  /// Reads the directory of the file and maps the rest.
  ///
  /// - Throws: `ModelFileError` when the file cannot be read, is truncated, or is not a model of this format.
  public init(contentsOf url: URL) throws(ModelFileError) {
    let file = try MappedFile(contentsOf: url)
    let path = url.path
    var reader = ByteReader(file)
    let version = try reader.integer(UInt64.self, "the format version")
    guard version == 1 else { throw .unsupportedVersion(path: path, found: "\(version)", supported: "Marian binary 1") }
    let count = try reader.count(UInt64.self, "the number of tensors")
    guard count <= reader.remaining / 32 else {
      throw .truncated(path: path, what: "the directory of \(count) tensors", offset: reader.offset)
    }
    var headers: [Header] = []
    for index in 0..<count {
      headers.append(
        Header(
          nameLength: try reader.count(UInt64.self, "the name length of tensor \(index)"),
          type: try reader.integer(UInt64.self, "the type of tensor \(index)"),
          rank: try reader.count(UInt64.self, "the rank of tensor \(index)"),
          byteCount: try reader.count(UInt64.self, "the byte count of tensor \(index)")))
    }
    var names: [String] = []
    for header in headers { names.append(try reader.string(length: header.nameLength, "the name of a tensor")) }
    var shapes: [[Int]] = []
    for (header, name) in zip(headers, names) {
      guard header.rank <= 8 else { throw .malformed(path: path, what: "tensor \(name) has rank \(header.rank)") }
      var shape: [Int] = []
      for _ in 0..<header.rank { shape.append(Int(try reader.integer(Int32.self, "the shape of \(name)"))) }
      shapes.append(shape)
    }
    let padding = try reader.count(UInt64.self, "the padding count")
    _ = try reader.bytes(padding, "the padding")

    var tensors: [NamedTensor] = []
    var multipliers: [String: Float] = [:]
    var configuration: [String: String] = [:]
    for (header, (name, shape)) in zip(headers, zip(names, shapes)) {
      let offset = reader.offset
      let block = try reader.bytes(header.byteCount, "tensor \(name)")
      if name == "special:model.yml" {
        guard header.type == 0x101 else {
          throw .malformed(path: path, what: "\(name) is not text")
        }
        configuration = Self.scalars(String(decoding: block.prefix { $0 != 0 }, as: UTF8.self))
        continue
      }
      let elements = try Self.elements(shape, name: name, path: path)
      let type: ElementType
      switch header.type {
      case 0x404: type = .float32
      case 0x101: type = .int8
      case 0x4101:
        type = .int8
        guard header.byteCount >= 4, elements <= header.byteCount - 4 else {
          throw .malformed(path: path, what: "tensor \(name) has no room for its multiplier")
        }
        let bits = block.loadUnaligned(fromByteOffset: elements, as: UInt32.self)
        multipliers[name] = Float(bitPattern: UInt32(littleEndian: bits))
      default:
        throw .malformed(
          path: path,
          what: "tensor \(name) has element type 0x\(String(header.type, radix: 16)), not float32 or intgemm8")
      }
      guard elements <= header.byteCount / type.size else {
        throw .malformed(path: path, what: "tensor \(name) of shape \(shape) has only \(header.byteCount) bytes")
      }
      tensors.append(
        NamedTensor(name: name, shape: shape, type: type, file: file, offset: offset, byteCount: elements * type.size))
    }
    self.tensors = NamedTensors(path: path, tensors: tensors)
    (self.multipliers, self.configuration) = (multipliers, configuration)
  }

  /// Reads a model as Marian trains it, `*.npz`: float32 arrays and the configuration among them.
  ///
  /// - Throws: `ModelFileError` when the file cannot be read, is damaged, or is an archive of something else.
  public init(archive url: URL) throws(ModelFileError) {
    tensors = try NpzFile.read(url)
    multipliers = [:]
    let text = try tensors.tensor("special:model.yml")
    configuration = withExtendedLifetime(text) {
      Self.scalars(String(decoding: text.bytes.prefix { $0 != 0 }, as: UTF8.self))
    }
  }

  /// The number of elements of a shape whose extents are positive and whose product does not overflow.
  private static func elements(_ shape: [Int], name: String, path: String) throws(ModelFileError) -> Int {
    var elements = 1
    for extent in shape {
      let (product, overflow) = elements.multipliedReportingOverflow(by: extent)
      guard extent > 0, !overflow else { throw .malformed(path: path, what: "tensor \(name) has shape \(shape)") }
      elements = product
    }
    return elements
  }

  /// The top-level `key: value` lines of a YAML text, quotes removed.
  static func scalars(_ text: String) -> [String: String] {
    var scalars: [String: String] = [:]
    for line in text.split(whereSeparator: \.isNewline) where line.first?.isWhitespace == false && line.first != "-" {
      guard let colon = line.firstIndex(of: ":") else { continue }
      var value = line[line.index(after: colon)...].drop { $0 == " " }
      while value.last == " " { value.removeLast() }
      if value.count >= 2, let quote = value.first, quote == "\"" || quote == "'", value.last == quote {
        value = value.dropFirst().dropLast()
      }
      scalars[String(line[..<colon])] = String(value)
    }
    return scalars
  }
}
