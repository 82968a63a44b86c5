/// How the elements of a stored tensor are encoded.
public enum ElementType: String, Sendable {
  /// IEEE binary32.
  case float32
  /// IEEE binary16.
  case float16
  /// Signed 8-bit integer.
  case int8
  /// Signed 16-bit integer.
  case int16
  /// Signed 32-bit integer.
  case int32

  /// Bytes of one element.
  public var size: Int {
    switch self {
    case .float32, .int32: 4
    case .float16, .int16: 2
    case .int8: 1
    }
  }
}

/// A tensor as it stands in a mapped file: no architecture, no copy.
public struct NamedTensor: Sendable {
  /// The name in the file.
  public let name: String
  /// Row-major extents; empty for a scalar.
  public let shape: [Int]
  /// The encoding of the elements.
  public let type: ElementType
  /// Keeps the mapping alive.
  private let file: MappedFile
  private let offset: Int
  private let byteCount: Int

  /// A tensor over `byteCount` bytes at `offset`; the caller has checked that they lie inside the file.
  init(name: String, shape: [Int], type: ElementType, file: MappedFile, offset: Int, byteCount: Int) {
    (self.name, self.shape, self.type) = (name, shape, type)
    (self.file, self.offset, self.byteCount) = (file, offset, byteCount)
  }

  /// Number of elements.
  public var count: Int { shape.reduce(1, *) }

  /// The stored bytes, which may be unaligned; valid while this tensor lives.
  public var bytes: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: file.bytes[offset..<offset + byteCount])
  }

  /// All elements as Float32, widened or converted.
  public var floats: [Float] {
    let bytes = bytes
    let size = type.size
    return withExtendedLifetime(file) {
      (0..<count).map { index in
        switch type {
        case .float32: bytes.loadUnaligned(fromByteOffset: index * size, as: Float.self)
        case .float16: Float(halfBits: bytes.loadUnaligned(fromByteOffset: index * size, as: UInt16.self))
        case .int8: Float(bytes.loadUnaligned(fromByteOffset: index * size, as: Int8.self))
        case .int16: Float(bytes.loadUnaligned(fromByteOffset: index * size, as: Int16.self))
        case .int32: Float(bytes.loadUnaligned(fromByteOffset: index * size, as: Int32.self))
        }
      }
    }
  }
}

extension Float {
  /// Widens IEEE binary16 bits exactly (`Float16` is not available on every platform this builds for).
  init(halfBits half: UInt16) {
    let sign = UInt32(half & 0x8000) << 16
    let exponent = UInt32(half >> 10) & 31
    let mantissa = UInt32(half & 0x3ff)
    switch exponent {
    case 31: self.init(bitPattern: sign | 0x7f80_0000 | mantissa << 13)
    case 0: self.init(bitPattern: sign | (Float(mantissa) * 0x1p-24).bitPattern)
    default: self.init(bitPattern: sign | (exponent + 112) << 23 | mantissa << 13)
    }
  }
}

/// The tensors of one model file by name.
public struct NamedTensors: Sendable {
  /// The file that they come from.
  public let path: String
  private let tensors: [String: NamedTensor]

  init(path: String, tensors: [NamedTensor]) {
    self.path = path
    self.tensors = Dictionary(tensors.map { ($0.name, $0) }) { first, _ in first }
  }

  /// All names, sorted.
  public var names: [String] { tensors.keys.sorted() }

  /// The tensor of this name, if there is one.
  public func find(_ name: String) -> NamedTensor? { tensors[name] }

  /// The tensor of this name, in the shape that the architecture wants (`nil` accepts any).
  ///
  /// - Throws: `ModelFileError.missingTensor` or `.shapeMismatch`.
  public func tensor(_ name: String, shape: [Int]? = nil) throws(ModelFileError) -> NamedTensor {
    guard let tensor = tensors[name] else { throw .missingTensor(path: path, name: name) }
    if let shape, shape != tensor.shape {
      throw .shapeMismatch(path: path, tensor: name, expected: shape, found: tensor.shape)
    }
    return tensor
  }
}

extension NamedTensor {
  /// The same tensor under another name.
  func renamed(_ name: String) -> NamedTensor {
    NamedTensor(name: name, shape: shape, type: type, file: file, offset: offset, byteCount: byteCount)
  }

  /// Bytes that a tensor of this shape takes; nil for a negative extent or when the product overflows.
  static func byteCount(shape: [Int], type: ElementType) -> Int? {
    var total = type.size
    for extent in shape {
      let (product, overflow) = total.multipliedReportingOverflow(by: extent)
      if overflow || extent < 0 { return nil }
      total = product
    }
    return total
  }
}
