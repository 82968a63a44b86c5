internal import CKernels

/// Float32 products with a right side that was brought into tiles of 32 columns, `[tile][depth][column]`.
///
/// Each value is summed in the order of the depth, so it does not depend on how rows and tiles are shared out.
enum TileProduct {
  /// Columns of one tile.
  static let width = Int(dragoman_tile)

  /// Floats that a right side of this size takes.
  static func count(columns: Int, depth: Int) -> Int { (columns + width - 1) / width * width * depth }

  /// Brings `right`, `[depth, column]`, into tiles.
  static func pack(_ right: Matrix, to tiles: UnsafeMutablePointer<Float>) {
    dragoman_pack_tiles(right.base, right.columns, right.rows, right.stride, nil, tiles)
  }

  /// Brings `right`, `[column, depth]`, into tiles.
  static func pack(transposed right: Matrix, to tiles: UnsafeMutablePointer<Float>, kernels: Kernels) {
    dragoman_pack_tiles(right.base, right.rows, right.columns, right.stride, kernels.table.pointee.floats.turn, tiles)
  }

  /// `output = left * tiles` on the calling thread; `left` is `[row, depth]`.
  static func multiply(_ left: Matrix, _ tiles: UnsafePointer<Float>, to output: Matrix, kernels: Kernels) {
    kernels.table.pointee.floats.multiply_tiles(
      left.base, left.rows, left.stride, tiles, left.columns, output.columns, output.base, output.stride)
  }
}
