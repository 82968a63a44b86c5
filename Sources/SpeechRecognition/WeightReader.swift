internal import ModelFormats
internal import Tensors

/// Turns stored tensors into prepared weights, checking every shape.
///
/// Half-precision matrices are used where they lie; other types are widened or dequantised once, here.
struct WeightReader {
  let tensors: NamedTensors

  /// The sizes of a matrix whose rows have `columns` values.
  func rows(_ name: String, columns: Int) throws(ModelFileError) -> Int {
    let shape = try tensors.tensor(name).shape
    guard shape.count == 2, shape[1] == columns, shape[0] > 0 else {
      throw .malformed(path: tensors.path, what: "\(name) has shape \(shape) beside a state of \(columns)")
    }
    return shape[0]
  }

  /// Channels and mel bands, by the first convolution.
  func stateAndMels(_ name: String) throws(ModelFileError) -> (state: Int, mels: Int) {
    let shape = try tensors.tensor(name).shape
    guard shape.count == 3, shape[2] == 3, shape[0] > 0, shape[1] > 0 else {
      throw .malformed(path: tensors.path, what: "\(name) has shape \(shape)")
    }
    return (shape[0], shape[1])
  }

  /// Refuses a number of heads that does not part the channels.
  func check(heads: Int, state: Int) throws(ModelFileError) -> Int {
    guard heads > 0, state % heads == 0 else {
      throw .malformed(path: tensors.path, what: "\(heads) heads for a state of \(state)")
    }
    return heads
  }

  /// `[row, column]`, as numbers.
  func table(_ name: String) throws(ModelFileError) -> FloatBuffer { buffer(of: try tensors.tensor(name)) }

  /// `[count]`; ggml has vectors of shape `[count, 1]` too.
  func vector(_ name: String, _ count: Int) throws(ModelFileError) -> FloatBuffer {
    buffer(of: try stored(vector: name, count))
  }

  func norm(_ gamma: String, _ beta: String, _ state: Int) throws(ModelFileError) -> LayerNorm {
    LayerNorm(gamma: try vector(gamma, state), beta: try vector(beta, state))
  }

  /// `[output, input]`.
  func matrix(_ name: String, _ outputs: Int, _ inputs: Int) throws(ModelFileError) -> WeightMatrix {
    let tensor = try tensors.tensor(name, shape: [outputs, inputs])
    return tensor.type == .float16
      ? WeightMatrix(half: tensor.bytes, owner: tensor, outputs: outputs, inputs: inputs)
      : WeightMatrix(try values(tensor), outputs: outputs, inputs: inputs)
  }

  /// Several matrices `[outputs, inputs]` one below the other; copied, as they lie apart.
  func matrix(
    joining names: [String], _ outputs: Int, _ inputs: Int
  ) throws(ModelFileError) -> WeightMatrix {
    var parts: [NamedTensor] = []
    for name in names { parts.append(try tensors.tensor(name, shape: [outputs, inputs])) }
    if parts.allSatisfy({ $0.type == .float16 }) {
      let joined = JoinedBytes(parts.map(\.bytes))
      return WeightMatrix(half: joined.bytes, owner: joined, outputs: names.count * outputs, inputs: inputs)
    }
    let joined = FloatBuffer(count: names.count * outputs * inputs)
    for (index, part) in parts.enumerated() { copy(part, to: joined, at: index * outputs * inputs) }
    return WeightMatrix(joined, outputs: names.count * outputs, inputs: inputs)
  }

  /// Several vectors one after the other; nil stands for `count` zeros.
  func vector(joining names: [String?], _ count: Int) throws(ModelFileError) -> FloatBuffer {
    let joined = FloatBuffer(count: names.count * count)
    for (index, name) in names.enumerated() {
      guard let name else { continue }
      copy(try stored(vector: name, count), to: joined, at: index * count)
    }
    return joined
  }

  func convolution(
    weight: String, bias: String, outputs: Int, inputs: Int
  ) throws(ModelFileError) -> Convolution {
    let tensor = try tensors.tensor(weight, shape: [outputs, inputs, 3])
    return Convolution(
      weight: try values(tensor).values, bias: try vector(bias, outputs), outputs: outputs, inputs: inputs, taps: 3)
  }

  /// Float values of a weight; CTranslate2's integers are divided by their row's scale (or the one scale of the tensor).
  private func values(_ tensor: NamedTensor) throws(ModelFileError) -> FloatBuffer {
    let values = buffer(of: tensor)
    guard tensor.type == .int8 || tensor.type == .int16 else { return values }
    let scales = try tensors.tensor("\(tensor.name)_scale").floats
    let rows = tensor.shape[0]
    guard scales.count == 1 || scales.count == rows else {
      throw .shapeMismatch(path: tensors.path, tensor: "\(tensor.name)_scale", expected: [rows], found: [scales.count])
    }
    let columns = values.count / rows
    for index in 0..<values.count { values.base[index] /= scales.count == 1 ? scales[0] : scales[index / columns] }
    return values
  }

  private func stored(vector name: String, _ count: Int) throws(ModelFileError) -> NamedTensor {
    let tensor = try tensors.tensor(name)
    guard tensor.shape == [count] || tensor.shape == [count, 1] else {
      throw .shapeMismatch(path: tensors.path, tensor: name, expected: [count], found: tensor.shape)
    }
    return tensor
  }

  private func buffer(of tensor: NamedTensor) -> FloatBuffer {
    let buffer = FloatBuffer(count: tensor.count)
    copy(tensor, to: buffer, at: 0)
    return buffer
  }

  private func copy(_ tensor: NamedTensor, to buffer: FloatBuffer, at offset: Int) {
    tensor.copyFloats(to: UnsafeMutableBufferPointer(start: buffer.base + offset, count: tensor.count))
  }
}

/// Bytes of several places, one after the other; immutable once made.
private final class JoinedBytes: @unchecked Sendable {
  private let memory: UnsafeMutableRawBufferPointer

  init(_ parts: [UnsafeRawBufferPointer]) {
    memory = .allocate(byteCount: parts.reduce(0) { $0 + $1.count }, alignment: 64)
    var offset = 0
    for part in parts {
      UnsafeMutableRawBufferPointer(rebasing: memory[offset..<offset + part.count]).copyMemory(from: part)
      offset += part.count
    }
  }

  deinit { memory.deallocate() }

  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(memory) }
}
