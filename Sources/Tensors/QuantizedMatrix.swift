internal import CKernels
internal import Foundation

/// An int8 weight matrix `[output, input]` with a scale for each output: weight = scale * integer.
///
/// Outputs stand in blocks of 64, each packed as `dragoman_pack` does; the scales stand behind the blocks. Products are exact in
/// int32 and agree bit for bit on all instruction sets.
public final class QuantizedMatrix: @unchecked Sendable {
  /// Rows and columns of the matrix.
  public let outputs: Int, inputs: Int
  /// Packed blocks, then scales; `byteCount` bytes, aligned to 64.
  private let base: UnsafeRawPointer
  private let scales: UnsafePointer<Float>
  private let blockBytes: Int
  /// What keeps `base` valid.
  private let owner: AnyObject

  /// Outputs of one block; a block of weights stays in the first-level cache while rows pass by.
  package static let blockOutputs = 64
  /// Input rows that pass by one block at a time, so that their sums stay in the cache, too.
  private static let blockRows = 64
  /// Values of scratch that products need.
  static let sumCount = blockRows * blockOutputs

  /// Bytes of a matrix of this size.
  public static func byteCount(outputs: Int, inputs: Int) -> Int {
    scalesOffset(outputs: outputs, inputs: inputs) + (outputs * 4 + 63) / 64 * 64
  }

  private static func scalesOffset(outputs: Int, inputs: Int) -> Int {
    let (whole, rest) = outputs.quotientAndRemainder(dividingBy: blockOutputs)
    let bytes = whole * dragoman_packed_size(blockOutputs, inputs) + (rest > 0 ? dragoman_packed_size(rest, inputs) : 0)
    return (bytes + 63) / 64 * 64
  }

  /// Reads a matrix where it lies.
  ///
  /// - Parameters:
  ///   - bytes: `byteCount` bytes as `bytes` gives them, aligned to 64.
  ///   - owner: keeps them valid and unchanged.
  public init(bytes: UnsafeRawBufferPointer, owner: AnyObject, outputs: Int, inputs: Int) {
    precondition(bytes.count == Self.byteCount(outputs: outputs, inputs: inputs), "\(bytes.count) bytes")
    precondition(UInt(bitPattern: bytes.baseAddress) % 64 == 0, "packed weights are aligned to 64 bytes")
    (self.outputs, self.inputs, self.owner, base) = (outputs, inputs, owner, bytes.baseAddress!)
    blockBytes = dragoman_packed_size(Self.blockOutputs, inputs)
    scales = (base + Self.scalesOffset(outputs: outputs, inputs: inputs)).assumingMemoryBound(to: Float.self)
  }

  /// Quantises a matrix: the largest magnitude of each row becomes 127.
  public convenience init(quantizing weight: WeightMatrix, kernels: Kernels) {
    let memory = FloatBuffer(count: Self.byteCount(outputs: weight.outputs, inputs: weight.inputs) / 4)
    let bytes = UnsafeMutableRawBufferPointer(start: memory.base, count: memory.count * 4)
    Self.quantize(weight, to: bytes, kernels: kernels)
    self.init(bytes: UnsafeRawBufferPointer(bytes), owner: memory, outputs: weight.outputs, inputs: weight.inputs)
  }

  private static func quantize(_ weight: WeightMatrix, to bytes: UnsafeMutableRawBufferPointer, kernels: Kernels) {
    let (outputs, inputs) = (weight.outputs, weight.inputs)
    let integers = kernels.table.pointee.integers
    let scales = (bytes.baseAddress! + scalesOffset(outputs: outputs, inputs: inputs))
      .bindMemory(to: Float.self, capacity: outputs)
    let row = FloatBuffer(count: inputs)
    var block = [Int8](repeating: 0, count: blockOutputs * inputs)
    for start in stride(from: 0, to: outputs, by: blockOutputs) {
      let count = min(blockOutputs, outputs - start)
      block.withUnsafeMutableBufferPointer { block in
        for output in 0..<count {
          weight.copyRow(start + output, to: row.base, kernels: kernels)
          let magnitude = integers.magnitude(row.base, inputs)
          scales[start + output] = magnitude / 127
          integers.quantize(row.base, magnitude > 0 ? 127 / magnitude : 0, block.baseAddress! + output * inputs, inputs)
        }
        dragoman_pack(
          block.baseAddress!, count, inputs,
          bytes.baseAddress! + start / blockOutputs * dragoman_packed_size(blockOutputs, inputs))
      }
    }
  }

  /// All bytes, as `init(bytes:)` takes them.
  public var bytes: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: base, count: Self.byteCount(outputs: outputs, inputs: inputs))
  }

  /// Row `row` as numbers, `[input]`.
  func copyRow(_ row: Int, to output: UnsafeMutablePointer<Float>) {
    let (block, column) = row.quotientAndRemainder(dividingBy: Self.blockOutputs)
    let groups = dragoman_padded_depth(inputs) / 4
    let bytes =
      (base + block * blockBytes).assumingMemoryBound(to: Int8.self) + column / 16 * groups * 64 + column % 16 * 4
    for input in 0..<inputs { output[input] = Float(bytes[input / 4 * 64 + input % 4]) * scales[row] }
  }

  /// `output[row] = W input[row] + bias`, split over the pool.
  func multiply(
    _ input: Matrix, bias: FloatBuffer?, to output: Matrix, context: ComputeContext, adding: Bool, gelu: Bool
  ) {
    let blocks = (outputs + Self.blockOutputs - 1) / Self.blockOutputs
    // Runs of blocks: more of them than threads, but each worth the handing out.
    let parts = context.parts(max: min(blocks, outputs * inputs * input.rows / 131_072))
    var job = Job(
      matrix: self, input: context.quantize(input), bias: bias?.base, output: output, kernels: context.kernels,
      context: Unmanaged.passUnretained(context), adding: adding, gelu: gelu, blocks: blocks, parts: parts)
    context.pool.run(parts: parts, job: &job) { job, part, thread in
      job!.assumingMemoryBound(to: Job.self).pointee.run(Int(part), thread: Int(thread))
    }
  }

  /// Some outputs without a bias, on the calling thread; they begin with a block.
  func multiply(
    _ input: QuantizedRows, outputs: Range<Int>, to output: Matrix, scratch: UnsafeMutablePointer<Float>,
    kernels: Kernels
  ) {
    precondition(outputs.lowerBound % Self.blockOutputs == 0 && outputs.upperBound <= self.outputs)
    for start in stride(from: outputs.lowerBound, to: outputs.upperBound, by: Self.blockOutputs) {
      multiplyBlock(
        start / Self.blockOutputs, input, bias: nil,
        to: output.columns(
          start - outputs.lowerBound..<min(start + Self.blockOutputs, outputs.upperBound) - outputs.lowerBound),
        scratch: scratch, kernels: kernels, adding: false, gelu: false)
    }
  }

  /// All outputs, on the calling thread.
  func multiply(
    _ input: QuantizedRows, bias: UnsafePointer<Float>?, to output: Matrix, scratch: UnsafeMutablePointer<Float>,
    kernels: Kernels, adding: Bool
  ) {
    precondition(output.columns == outputs)
    for start in stride(from: 0, to: outputs, by: Self.blockOutputs) {
      multiplyBlock(
        start / Self.blockOutputs, input, bias: bias,
        to: output.columns(start..<min(start + Self.blockOutputs, outputs)), scratch: scratch, kernels: kernels,
        adding: adding, gelu: false)
    }
  }

  /// One block against all rows; `output` may have fewer columns than the block.
  private func multiplyBlock(
    _ block: Int, _ input: QuantizedRows, bias: UnsafePointer<Float>?, to output: Matrix,
    scratch: UnsafeMutablePointer<Float>, kernels: Kernels, adding: Bool, gelu: Bool
  ) {
    let first = block * Self.blockOutputs
    let columns = min(Self.blockOutputs, outputs - first)
    let integers = kernels.table.pointee.integers, floats = kernels.table.pointee.floats
    let sums = UnsafeMutableRawPointer(scratch).assumingMemoryBound(to: Int32.self)
    for start in stride(from: 0, to: output.rows, by: Self.blockRows) {
      let rows = min(Self.blockRows, output.rows - start)
      integers.multiply(input.row(start), rows, base + block * blockBytes, columns, inputs, sums)
      let target = output.rows(start..<start + rows), bias = bias.map { $0 + first }
      // Rows of sums stand one behind the other: they are made numbers of together where all of them are wanted.
      let together = columns == output.columns ? rows : 1
      for row in stride(from: 0, to: rows, by: together) {
        integers.dequantize_rows(
          sums + row * columns, together, input.steps + start + row, scales + first, bias, adding ? 1 : 0,
          target.row(row), target.stride, output.columns)
      }
      guard gelu else { continue }
      for row in 0..<rows { floats.gelu(target.row(row), output.columns) }
    }
  }

  private struct Job {
    let matrix: QuantizedMatrix, input: QuantizedRows
    let bias: UnsafeMutablePointer<Float>?
    let output: Matrix, kernels: Kernels, context: Unmanaged<ComputeContext>
    let adding: Bool, gelu: Bool
    let blocks: Int, parts: Int

    func run(_ part: Int, thread: Int) {
      let scratch = context._withUnsafeGuaranteedRef { $0.scratch(thread) }
      for block in MatrixProduct.share(part, of: parts, count: blocks) {
        let first = block * QuantizedMatrix.blockOutputs
        matrix.multiplyBlock(
          block, input, bias: bias.map { UnsafePointer($0) },
          to: output.columns(first..<min(first + QuantizedMatrix.blockOutputs, output.columns)), scratch: scratch,
          kernels: kernels, adding: adding, gelu: gelu)
      }
    }
  }
}
