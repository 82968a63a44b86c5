import Testing

@testable import Tensors

@Suite struct BLASCoreTests {
  @Test func aProcessorThatOpenBLASDoesNotKnowIsTakenForOneWithItsInstructions() {
    let wide = ["generic", "avx2", "avx512vnni"]
    #expect(BLASCore.substitute(for: "Prescott", having: wide) == "SkylakeX")
    #expect(BLASCore.substitute(for: "Prescott", having: ["generic", "avx2"]) == "Haswell")
    #expect(BLASCore.substitute(for: "Prescott", having: ["generic"]) == nil)
    #expect(BLASCore.substitute(for: "Zen", having: wide) == nil)
  }

  @Test func productsUseTheRegistersThatThereAre() {
    let left = FloatBuffer(count: 6), right = FloatBuffer(count: 6), output = FloatBuffer(count: 4)
    for index in 0..<6 { (left.base[index], right.base[index]) = (Float(index), Float(index - 2)) }
    MatrixProduct.multiply(
      left.matrix(rows: 2, columns: 3), transposed: right.matrix(rows: 2, columns: 3),
      to: output.matrix(rows: 2, columns: 2))
    #expect((0..<4).map { output.base[$0] } == [-1, 8, -10, 26])
    #expect(BLASCore.substitute(for: BLASCore.name, having: Kernels.all.map(\.name)) == nil)
  }
}
