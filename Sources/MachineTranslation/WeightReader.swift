internal import CKernels
internal import Foundation
internal import ModelFormats

/// Takes the tensors of a Marian file apart into the layers that the engine computes with.
struct WeightReader {
  let file: MarianFile
  let channels: Int

  func floats(_ name: String, count: Int) throws(TranslationError) -> Constants<Float> {
    let tensor: NamedTensor
    do { tensor = try file.tensors.tensor(name, shape: [1, count]) } catch { throw .file(error) }
    guard tensor.type == .float32 else {
      throw .file(.malformed(path: file.tensors.path, what: "\(name) is not float32"))
    }
    return Constants(tensor.floats)
  }

  /// The multiplier that an int8 tensor was quantised with.
  func multiplier(_ name: String) throws(TranslationError) -> Float {
    guard let multiplier = file.multipliers[name] else {
      throw .unsupported(path: file.tensors.path, setting: "the element type of \(name)", value: "not intgemm8")
    }
    return try positive(multiplier, "the multiplier of \(name)")
  }

  private func positive(_ value: Float, _ what: String) throws(TranslationError) -> Float {
    guard value.isFinite, value > 0 else {
      throw .file(.malformed(path: file.tensors.path, what: "\(what) is \(value)"))
    }
    return value
  }

  /// The fixed activation multiplier of the matrix `name`.
  func inputMultiplier(_ name: String) throws(TranslationError) -> Float {
    guard let tensor = file.tensors.find(name + "_QuantMultA"), tensor.type == .float32, tensor.count == 1 else {
      throw .unsupported(path: file.tensors.path, setting: name + "_QuantMultA", value: "(absent)")
    }
    return try positive(tensor.floats[0], name + "_QuantMultA")
  }

  func linear(
    _ name: String, bias: String?, inputs: Int, outputs: Int
  ) throws(TranslationError) -> QuantizedLinear {
    let tensor: NamedTensor
    do { tensor = try file.tensors.tensor(name, shape: [inputs, outputs]) } catch { throw .file(error) }
    let multiplier = try multiplier(name)
    let packed = Constants<UInt8>(count: dragoman_packed_size(outputs, inputs)) { memory in
      withExtendedLifetime(tensor) {
        dragoman_pack(
          tensor.bytes.baseAddress!.assumingMemoryBound(to: Int8.self), outputs, inputs, UnsafeMutableRawPointer(memory)
        )
      }
    }
    return QuantizedLinear(
      packed: packed, inputs: inputs, outputs: outputs, inputMultiplier: try inputMultiplier(name),
      weightMultiplier: multiplier,
      bias: try bias.map { name throws(TranslationError) in try floats(name, count: outputs) })
  }

  func square(_ prefix: String, _ letter: String) throws(TranslationError) -> QuantizedLinear {
    try linear(prefix + "_W" + letter, bias: prefix + "_b" + letter, inputs: channels, outputs: channels)
  }

  func norm(_ prefix: String) throws(TranslationError) -> LayerNorm {
    LayerNorm(
      scale: try floats(prefix + "_ln_scale", count: channels), bias: try floats(prefix + "_ln_bias", count: channels))
  }

  func attention(_ prefix: String) throws(TranslationError) -> AttentionLayer {
    AttentionLayer(
      query: try square(prefix, "q"), key: try square(prefix, "k"), value: try square(prefix, "v"),
      output: try square(prefix, "o"), norm: try norm(prefix + "_Wo"))
  }

  func feedForward(_ prefix: String) throws(TranslationError) -> FeedForwardLayer {
    guard let inner = file.tensors.find(prefix + "_W1")?.shape.last else {
      throw .file(.missingTensor(path: file.tensors.path, name: prefix + "_W1"))
    }
    return FeedForwardLayer(
      first: try linear(prefix + "_W1", bias: prefix + "_b1", inputs: channels, outputs: inner),
      second: try linear(prefix + "_W2", bias: prefix + "_b2", inputs: inner, outputs: channels),
      norm: try norm(prefix + "_ffn"))
  }

  func recurrence(_ prefix: String) throws(TranslationError) -> RecurrentLayer {
    RecurrentLayer(
      input: try linear(prefix + "_W", bias: nil, inputs: channels, outputs: channels),
      forget: try linear(prefix + "_Wf", bias: prefix + "_bf", inputs: channels, outputs: channels),
      norm: try norm(prefix + "_ffn"))
  }

  /// Word vectors, one word after another as the shape says, unlike every other matrix.
  func embedding(_ name: String, words: Int) throws(TranslationError) -> Embedding {
    let tensor: NamedTensor
    do { tensor = try file.tensors.tensor(name, shape: [words, channels]) } catch { throw .file(error) }
    let multiplier = try multiplier(name)
    let words = Constants<Int8>(count: tensor.count) { memory in
      withExtendedLifetime(tensor) {
        UnsafeMutableRawPointer(memory).copyMemory(from: tensor.bytes.baseAddress!, byteCount: tensor.count)
      }
    }
    return Embedding(words: words, count: words.count / channels, multiplier: multiplier)
  }
}
