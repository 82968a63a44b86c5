/// How the elements of a stored tensor are encoded.
public enum ElementType: String, Sendable {
  /// IEEE binary32.
  case float32
  /// IEEE binary16.
  case float16
  /// The upper half of IEEE binary32.
  case bfloat16
  /// Signed 8-bit integer.
  case int8
  /// Signed 16-bit integer.
  case int16
  /// Signed 32-bit integer.
  case int32
  /// ggml's blocks of 32 values of 4 bits, with a scale or a scale and a minimum.
  case ggmlQ4_0, ggmlQ4_1
  /// ggml's blocks of 32 values of 5 bits, likewise.
  case ggmlQ5_0, ggmlQ5_1
  /// ggml's blocks of 32 values of 8 bits with a scale.
  case ggmlQ8_0

  /// Elements that are stored together; a row of a tensor is a whole number of such blocks.
  public var blockCount: Int {
    switch self {
    case .float32, .int32, .float16, .bfloat16, .int16, .int8: 1
    case .ggmlQ4_0, .ggmlQ4_1, .ggmlQ5_0, .ggmlQ5_1, .ggmlQ8_0: GGMLBlock.count
    }
  }

  /// Bytes of one block: of one element, where elements stand alone.
  public var size: Int {
    switch self {
    case .float32, .int32: 4
    case .float16, .bfloat16, .int16: 2
    case .int8: 1
    case .ggmlQ4_0: 2 + 16
    case .ggmlQ4_1: 4 + 16
    case .ggmlQ5_0: 2 + 4 + 16
    case .ggmlQ5_1: 4 + 4 + 16
    case .ggmlQ8_0: 2 + 32
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
    [Float](unsafeUninitializedCapacity: count) { buffer, filled in
      copyFloats(to: buffer)
      filled = count
    }
  }

  /// Writes all elements as Float32 into the first `count` places of `output`.
  public func copyFloats(to output: UnsafeMutableBufferPointer<Float>) {
    precondition(output.count >= count, "\(count) values do not fit into \(output.count) places")
    let bytes = bytes
    withExtendedLifetime(file) {
      switch type {
      case .float32: convert(bytes, UInt32.self, output) { Float(bitPattern: $0) }
      case .float16: convert(bytes, UInt16.self, output) { Float(halfBits: $0) }
      case .bfloat16: convert(bytes, UInt16.self, output) { Float(bitPattern: UInt32($0) << 16) }
      case .int8: convert(bytes, Int8.self, output) { Float($0) }
      case .int16: convert(bytes, Int16.self, output) { Float($0) }
      case .int32: convert(bytes, Int32.self, output) { Float($0) }
      case .ggmlQ4_0, .ggmlQ4_1, .ggmlQ5_0, .ggmlQ5_1, .ggmlQ8_0:
        for block in 0..<count / type.blockCount {
          GGMLBlock.decode(
            UnsafeRawBufferPointer(rebasing: bytes[block * type.size..<(block + 1) * type.size]), as: type,
            to: UnsafeMutableBufferPointer(rebasing: output[block * type.blockCount..<(block + 1) * type.blockCount]))
        }
      }
    }
  }

  private func convert<Value: FixedWidthInteger>(
    _ bytes: UnsafeRawBufferPointer, _: Value.Type, _ output: UnsafeMutableBufferPointer<Float>,
    _ float: (Value) -> Float
  ) {
    for index in 0..<count {
      let value = bytes.loadUnaligned(fromByteOffset: index * MemoryLayout<Value>.size, as: Value.self)
      output[index] = float(Value(littleEndian: value))
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

  /// Bytes that a tensor of this shape takes; nil for a negative extent, rows that are not whole blocks, or when the
  /// product overflows.
  static func byteCount(shape: [Int], type: ElementType) -> Int? {
    var total = type.size
    for (axis, extent) in shape.enumerated() {
      let isRow = axis == shape.count - 1
      guard extent >= 0, !isRow || extent.isMultiple(of: type.blockCount) else { return nil }
      let (product, overflow) = total.multipliedReportingOverflow(by: isRow ? extent / type.blockCount : extent)
      if overflow { return nil }
      total = product
    }
    return shape.isEmpty && type.blockCount > 1 ? nil : total
  }
}
