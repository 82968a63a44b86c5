internal import CKernels

/// How finely the inputs of a product are quantised. The weights are int8 in any case, and sums are exact integers.
public enum ActivationPrecision: Sendable {
  /// 15 bits with a factor for each row, in two passes of int8: as good as float inputs.
  case wide
  /// 8 bits with the model's own fixed multipliers, what Marian calls `int8shiftAlphaAll`: one pass, a little worse.
  case narrow
}

/// Products of float rows with int8 matrices: quantise, multiply exactly, scale back. Owns the memory between these steps.
final class Products {
  private let integers: dragoman_integer_kernels
  private let precision: ActivationPrecision
  /// Quantised rows; in wide precision the high halves of all rows and then the low halves.
  private let quantized = Buffer<Int8>()
  /// `[row, output]`, likewise.
  private let sums = Buffer<Int32>()
  /// Per row, the multiplier it was quantised with; infinite for a row of zeros.
  private let multipliers = Buffer<Float>()
  private var rows = 0
  private var depth = 0

  /// The largest value of the wide quantisation, 127 * 128.
  private static let widest: Float = 16256

  /// Rows on the left side of an integer product for one row of floats.
  private var passes: Int { precision == .wide ? 2 : 1 }

  init(integers: dragoman_integer_kernels, precision: ActivationPrecision) {
    self.integers = integers
    self.precision = precision
  }

  /// Makes room for products of at most `rows` rows, `depth` inputs and `outputs` outputs.
  func reserve(rows: Int, depth: Int, outputs: Int) {
    quantized.reserve(passes * rows * dragoman_padded_depth(depth))
    sums.reserve(passes * rows * outputs)
    multipliers.reserve(rows)
  }

  /// Whether rows quantised with one multiplier serve a product that wants another.
  func serves(_ multiplier: Float, preparedWith prepared: Float) -> Bool {
    precision == .wide || multiplier == prepared
  }

  /// Quantises the left side of the products that follow: `[row, input]`.
  func prepare(_ input: UnsafePointer<Float>, rows: Int, depth: Int, multiplier: Float) {
    (self.rows, self.depth) = (rows, depth)
    let stride = dragoman_padded_depth(depth)
    let low = quantized.pointer + rows * stride
    for row in 0..<rows {
      let values = input + row * depth
      switch precision {
      case .wide:
        let magnitude = integers.magnitude(values, depth)
        let multiplier = Self.widest / magnitude
        multipliers.pointer[row] = multiplier
        integers.quantize_wide(
          values, multiplier.isFinite ? multiplier : 0, quantized.pointer + row * stride, low + row * stride, depth)
      case .narrow:
        multipliers.pointer[row] = multiplier
        integers.quantize(values, multiplier, quantized.pointer + row * stride, depth)
      }
    }
  }

  /// `output = prepared rows * weight + bias`, `[row, output]`.
  func multiply(_ layer: QuantizedLinear, into output: UnsafeMutablePointer<Float>) {
    integers.multiply(quantized.pointer, passes * rows, layer.packed.pointer, layer.outputs, layer.inputs, sums.pointer)
    dequantize(
      weightMultiplier: layer.weightMultiplier, bias: layer.bias?.pointer, outputs: layer.outputs, into: output)
  }

  /// The same with only some output channels of a matrix that is not packed.
  func multiply(
    _ weights: UnsafePointer<Int8>, weightMultiplier: Float, selected: UnsafeBufferPointer<UInt32>,
    bias: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>
  ) {
    integers.multiply_selected(
      quantized.pointer, passes * rows, weights, selected.baseAddress, selected.count, depth, sums.pointer)
    dequantize(weightMultiplier: weightMultiplier, bias: bias, outputs: selected.count, into: output)
  }

  private func dequantize(
    weightMultiplier: Float, bias: UnsafePointer<Float>?, outputs: Int, into output: UnsafeMutablePointer<Float>
  ) {
    let low = sums.pointer + rows * outputs
    for row in 0..<rows {
      let start = row * outputs
      let factor = 1 / (multipliers.pointer[row] * weightMultiplier)
      switch precision {
      case .wide:
        integers.dequantize_wide(sums.pointer + start, low + start, factor, bias, output + start, outputs)
      case .narrow:
        integers.dequantize(sums.pointer + start, factor, bias, output + start, outputs)
      }
    }
  }
}
