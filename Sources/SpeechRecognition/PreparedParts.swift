internal import Foundation
internal import ModelFormats
internal import Tensors

/// One blob of a prepared model that is made from the model's own files; the others are those of the silent tail.
enum PreparedContent {
  /// To be quantised.
  case matrix(WeightMatrix)
  case floats(FloatBuffer)
  case tokens(TokenTable)
  /// Sizes and the like.
  case numbers([Int])

  var plan: (count: Int, isChecked: Bool) {
    switch self {
    case .matrix(let weight): (QuantizedMatrix.byteCount(outputs: weight.outputs, inputs: weight.inputs), false)
    case .floats(let buffer): (4 * buffer.count, false)
    // What is used as an index must be right.
    case .tokens(let table): (table.bytes.count, true)
    case .numbers(let numbers): (4 * numbers.count, true)
    }
  }

  /// The bytes as they are stored.
  func withBytes<Failure: Error>(
    kernels: Kernels, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) {
    switch self {
    case .matrix(let weight):
      let quantized = QuantizedMatrix(quantizing: weight, kernels: kernels)
      try withExtendedLifetime(quantized) { (matrix) throws(Failure) in try body(matrix.bytes) }
    case .floats(let buffer): try withExtendedLifetime(buffer) { (buffer) throws(Failure) in try body(buffer.bytes) }
    case .tokens(let table): try withExtendedLifetime(table) { (table) throws(Failure) in try body(table.bytes) }
    case .numbers(let numbers):
      let buffer = FloatBuffer(numbers.map { Float(bitPattern: UInt32($0).littleEndian) })
      try withExtendedLifetime(buffer) { (buffer) throws(Failure) in try body(buffer.bytes) }
    }
  }
}

extension RecognitionParts {
  /// All blobs but those of the silent tail, in the order in which recognition comes by them.
  var contents: [(name: String, content: PreparedContent)] {
    let size = weights.dimensions
    var list: [(name: String, content: PreparedContent)] = []
    func put(_ name: String, _ linear: Linear) {
      list.append((name + ".weight", .matrix(linear.weight)))
      if let bias = linear.bias { list.append((name + ".bias", .floats(bias))) }
    }
    func put(_ name: String, _ norm: LayerNorm) {
      list += [(name + ".gamma", .floats(norm.gamma)), (name + ".beta", .floats(norm.beta))]
    }
    func put(_ name: String, _ convolution: Convolution) {
      list.append((name + ".weight", .floats(convolution.weight)))
      if let bias = convolution.bias { list.append((name + ".bias", .floats(bias))) }
    }
    list.append(
      (
        "sizes",
        .numbers([
          size.mels, size.audioContext, size.textContext, size.state, size.encoderHeads, size.decoderHeads,
          size.encoderLayers, size.decoderLayers, size.vocabulary,
        ])
      ))
    list.append(("alignment heads", .numbers(alignmentHeads.flatMap { [$0.layer, $0.head] })))
    list.append(("tokens", .tokens(vocabulary.tokens)))
    put("convolution 1", weights.convolution1)
    put("convolution 2", weights.convolution2)
    list.append(("encoder positions", .floats(weights.encoderPositions)))
    for (index, layer) in weights.encoderLayers.enumerated() {
      let name = "encoder \(index)"
      put("\(name) attention norm", layer.attentionNorm)
      put("\(name) attention", layer.queryKeyValue)
      put("\(name) attention output", layer.attentionOutput)
      put("\(name) norm", layer.feedForwardNorm)
      put("\(name) expand", layer.expand)
      put("\(name) contract", layer.contract)
    }
    put("encoder norm", weights.encoderNorm)
    list.append(("decoder positions", .floats(weights.decoderPositions)))
    for (index, layer) in weights.decoderLayers.enumerated() {
      let name = "decoder \(index)"
      put("\(name) attention norm", layer.attentionNorm)
      put("\(name) attention", layer.queryKeyValue)
      put("\(name) attention output", layer.attentionOutput)
      put("\(name) cross norm", layer.crossNorm)
      put("\(name) cross query", layer.crossQuery)
      put("\(name) cross keys and values", layer.crossKeyValue)
      put("\(name) cross output", layer.crossOutput)
      put("\(name) norm", layer.feedForwardNorm)
      put("\(name) expand", layer.expand)
      put("\(name) contract", layer.contract)
    }
    put("decoder norm", weights.decoderNorm)
    put("embedding", weights.embedding)
    return list
  }

  /// The blobs of the silent tail.
  static func tailPlans(_ size: WhisperDimensions) -> [PreparedFile.Plan] {
    (0..<size.encoderLayers).map {
      PreparedFile.Plan(name: "tail groups \($0)", count: groupBytes(size), isChecked: false)
    } + [PreparedFile.Plan(name: "tail", count: CrossCache.byteCount(size, isHalf: true), isChecked: false)]
  }

  private static func groupBytes(_ size: WhisperDimensions) -> Int {
    4 * SilentTail.groupCount(size.audioContext) * 2 * size.state
  }

  /// Writes the silent tail.
  static func write(_ tail: SilentTail, to writer: PreparedFileWriter) throws(ModelFileError) {
    for (index, groups) in tail.groups.enumerated() { try writer.write("tail groups \(index)", groups.bytes) }
    try writer.write("tail", UnsafeRawBufferPointer(tail.cross.bytes))
  }

  /// Reads a prepared model where it lies.
  ///
  /// - Parameter hasTail: whether its silent tail is written.
  /// - Throws: `ModelFileError` when it is not one.
  init(prepared file: PreparedFile, hasTail: Bool = true) throws {
    let reader = PreparedReader(file: file)
    let sizes = try reader.numbers("sizes")
    guard sizes.count == 9, sizes.allSatisfy({ $0 > 0 }) else { throw reader.malformed("sizes") }
    let size = WhisperDimensions(
      mels: sizes[0], audioContext: sizes[1], textContext: sizes[2], state: sizes[3], encoderHeads: sizes[4],
      decoderHeads: sizes[5], encoderLayers: sizes[6], decoderLayers: sizes[7], vocabulary: sizes[8])
    let heads = try reader.numbers("alignment heads")
    alignmentHeads = stride(from: 0, to: heads.count - 1, by: 2).map {
      AlignmentHead(layer: heads[$0], head: heads[$0 + 1])
    }
    guard let tokens = TokenTable(bytes: try file.bytes("tokens"), owner: file.file), tokens.count == size.vocabulary,
      let vocabulary = try? Vocabulary(tokens, path: file.file.url.path)
    else { throw reader.malformed("tokens") }
    self.vocabulary = vocabulary
    let state = size.state
    weights = WhisperWeights(
      dimensions: size,
      convolution1: try reader.convolution("convolution 1", outputs: state, inputs: size.mels),
      convolution2: try reader.convolution("convolution 2", outputs: state, inputs: state),
      encoderPositions: try reader.floats("encoder positions", size.audioContext * state),
      decoderPositions: try reader.floats("decoder positions", size.textContext * state),
      encoderLayers: try (0..<size.encoderLayers).map { try reader.layer("encoder \($0)", state) },
      decoderLayers: try (0..<size.decoderLayers).map { try reader.decoderLayer("decoder \($0)", state) },
      encoderNorm: try reader.norm("encoder norm", state), decoderNorm: try reader.norm("decoder norm", state),
      embedding: try reader.linear("embedding", size.vocabulary, state), isQuantized: true)
    guard hasTail else { return }
    silentTail = SilentTail(
      groups: try (0..<size.encoderLayers).map { try reader.floats("tail groups \($0)", Self.groupBytes(size) / 4) },
      cross: CrossCache(
        reading: try reader.floats("tail", CrossCache.byteCount(size, isHalf: true) / 4), dimensions: size,
        isHalf: true),
      positions: size.audioContext)
  }
}

/// Parts of the weights in a prepared file.
private struct PreparedReader {
  let file: PreparedFile

  func malformed(_ name: String) -> ModelFileError {
    .malformed(path: file.file.url.path, what: "\(name) is not what it should be")
  }

  func numbers(_ name: String) throws -> [Int] {
    try file.bytes(name).withMemoryRebound(to: UInt32.self) { $0.map { Int(UInt32(littleEndian: $0)) } }
  }

  func floats(_ name: String, _ count: Int) throws -> FloatBuffer {
    FloatBuffer(mapped: try file.bytes(name, count: 4 * count), owner: file.file)
  }

  private func bias(_ name: String, _ outputs: Int) throws -> FloatBuffer? {
    file.contains(name + ".bias") ? try floats(name + ".bias", outputs) : nil
  }

  func linear(_ name: String, _ outputs: Int, _ inputs: Int) throws -> Linear {
    let bytes = try file.bytes(
      name + ".weight", count: QuantizedMatrix.byteCount(outputs: outputs, inputs: inputs))
    return Linear(
      weight: WeightMatrix(QuantizedMatrix(bytes: bytes, owner: file.file, outputs: outputs, inputs: inputs)),
      bias: try bias(name, outputs))
  }

  func norm(_ name: String, _ state: Int) throws -> LayerNorm {
    LayerNorm(gamma: try floats(name + ".gamma", state), beta: try floats(name + ".beta", state))
  }

  func convolution(_ name: String, outputs: Int, inputs: Int) throws -> Convolution {
    Convolution(
      turned: try floats(name + ".weight", outputs * inputs * 3), bias: try bias(name, outputs), outputs: outputs,
      inputs: inputs, taps: 3)
  }

  func layer(_ name: String, _ state: Int) throws -> EncoderLayer {
    EncoderLayer(
      attentionNorm: try norm("\(name) attention norm", state),
      queryKeyValue: try linear("\(name) attention", 3 * state, state),
      attentionOutput: try linear("\(name) attention output", state, state),
      feedForwardNorm: try norm("\(name) norm", state), expand: try linear("\(name) expand", 4 * state, state),
      contract: try linear("\(name) contract", state, 4 * state))
  }

  func decoderLayer(_ name: String, _ state: Int) throws -> DecoderLayer {
    DecoderLayer(
      try layer(name, state), crossNorm: try norm("\(name) cross norm", state),
      crossQuery: try linear("\(name) cross query", state, state),
      crossKeyValue: try linear("\(name) cross keys and values", 2 * state, state),
      crossOutput: try linear("\(name) cross output", state, state))
  }
}
