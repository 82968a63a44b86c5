public import Foundation

/// The reader for the weights in an ONNX file: its initializers as named tensors. The graph itself is not read.
///
/// - Reference: onnx/onnx `onnx/onnx.proto`, the messages `ModelProto`, `GraphProto` and `TensorProto`; the encoding of
///   Protocol Buffers.
public enum ONNXFile {
  /// Maps the file and lists the initializers of its outermost graph that hold raw values.
  ///
  /// Tensors of types that no model here uses, such as int64 shapes, are left out, and so are those whose values stand
  /// in another file.
  ///
  /// - Throws: `ModelFileError` when the file is damaged, or a tensor's bytes do not fit its shape.
  public static func read(_ url: URL) throws(ModelFileError) -> NamedTensors {
    let file = try MappedFile(contentsOf: url)
    var tensors: [NamedTensor] = []
    var hasGraph = false
    var model = Message(file: file, range: 0..<file.count)
    while let field = try model.next() {
      guard field.number == 7, case .bytes(let graphRange) = field.value else { continue }
      hasGraph = true
      var graph = Message(file: file, range: graphRange)
      while let field = try graph.next() {
        guard field.number == 5, case .bytes(let range) = field.value else { continue }
        if let tensor = try tensor(Message(file: file, range: range)) { tensors.append(tensor) }
      }
    }
    guard hasGraph else { throw .malformed(path: url.path, what: "it is no ONNX model: there is no graph in it") }
    return NamedTensors(path: url.path, tensors: tensors)
  }

  private static func tensor(_ message: Message) throws(ModelFileError) -> NamedTensor? {
    var message = message
    let (file, path) = (message.file, message.file.url.path)
    var shape: [Int] = []
    var (name, type) = ("", ElementType?.none)
    var values: Range<Int>?
    while let field = try message.next() {
      switch (field.number, field.value) {
      case (1, .integer(let extent)): shape.append(Int(truncatingIfNeeded: extent))
      case (1, .bytes(let range)):
        var extents = Message(file: file, range: range)
        while !extents.isAtEnd { shape.append(Int(truncatingIfNeeded: try extents.integer())) }
      case (2, .integer(let code)): type = elementTypes[code]
      case (8, .bytes(let range)): name = String(decoding: file.bytes[range], as: UTF8.self)
      case (9, .bytes(let range)): values = range
      default: break
      }
    }
    guard let type, let values else { return nil }
    guard NamedTensor.byteCount(shape: shape, type: type) == values.count else {
      throw .malformed(path: path, what: "\(name) of shape \(shape) cannot have \(values.count) bytes")
    }
    return NamedTensor(
      name: name, shape: shape, type: type, file: file, offset: values.lowerBound, byteCount: values.count)
  }

  private static let elementTypes: [UInt64: ElementType] = [
    1: .float32, 3: .int8, 5: .int16, 6: .int32, 10: .float16,
  ]
}

/// A Protocol Buffers message in a mapped file, read field by field; every length is checked before use.
private struct Message {
  struct Field {
    var number: UInt64
    var value: Value
  }

  enum Value {
    case integer(UInt64)
    /// Text, values or a message inside this one, as a range of the file.
    case bytes(Range<Int>)
    /// Numbers of fixed size, which no field that is read here has.
    case fixed
  }

  let file: MappedFile
  private var offset: Int
  private let end: Int

  init(file: MappedFile, range: Range<Int>) {
    (self.file, offset, end) = (file, range.lowerBound, range.upperBound)
  }

  var isAtEnd: Bool { offset >= end }

  mutating func next() throws(ModelFileError) -> Field? {
    guard !isAtEnd else { return nil }
    let tag = try integer()
    switch tag & 7 {
    case 0: return Field(number: tag >> 3, value: .integer(try integer()))
    case 1: return Field(number: tag >> 3, value: try skip(8))
    case 2:
      let length = try integer()
      guard length <= UInt64(end - offset) else {
        throw .truncated(path: file.url.path, what: "a field of \(length) bytes", offset: offset)
      }
      let start = offset
      offset += Int(length)
      return Field(number: tag >> 3, value: .bytes(start..<offset))
    case 5: return Field(number: tag >> 3, value: try skip(4))
    default:
      throw .malformed(path: file.url.path, what: "at byte \(offset) stands no field of an ONNX model")
    }
  }

  /// A number of seven bits a byte, the lowest first.
  mutating func integer() throws(ModelFileError) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 64, by: 7) {
      guard offset < end else { throw .truncated(path: file.url.path, what: "a number", offset: offset) }
      let byte = file.bytes[offset]
      offset += 1
      value |= UInt64(byte & 0x7f) << shift
      if byte & 0x80 == 0 { return value }
    }
    throw .malformed(path: file.url.path, what: "the number before byte \(offset) has no end")
  }

  private mutating func skip(_ count: Int) throws(ModelFileError) -> Value {
    guard count <= end - offset else {
      throw .truncated(path: file.url.path, what: "a number", offset: offset)
    }
    offset += count
    return .fixed
  }
}
