internal import CKernels

/// Scaled dot-product attention. - Reference: Vaswani et al. 2017, arXiv:1706.03762.
package enum Attention {
  /// Query rows per block: those that a product takes at once; their scores over 1,500 keys, 72 KB, leave the caches to keys and values.
  static let queryBlock = 12

  /// All queries against all keys, without a mask.
  ///
  /// - Parameters:
  ///   - queries, keys, values: `[row, head * channel]`.
  ///   - output: `[row, head * channel]`.
  ///   - keyWeights: keys from `first` on stand for several each: the logarithm of how many.
  package static func full(
    queries: Matrix, keys: Matrix, values: Matrix, heads: Int, to output: Matrix, context: ComputeContext,
    keyWeights: (first: Int, logarithms: [Float])? = nil
  ) {
    let width = queries.columns / heads
    let scale = 1 / Float(width).squareRoot()
    let keyRoom = TileProduct.count(columns: keys.rows, depth: width)
    let valueRoom = TileProduct.count(columns: width, depth: keys.rows)
    let rowRoom = (context.scratchPerThread - keyRoom - valueRoom) / (keys.rows + 1)
    precondition(rowRoom > 0, "no room for \(keys.rows) keys")
    let block = min(queryBlock, rowRoom)
    // Parts of a head, where there are more threads than heads would keep busy; each brings keys and values into tiles.
    let blocks = (queries.rows + block - 1) / block
    let parts = min(blocks, (2 * context.pool.threads + heads - 1) / heads)
    let floats = context.kernels.table.pointee.floats
    context.pool.run(parts: heads * parts) { unit, thread in
      let (head, part) = unit.quotientAndRemainder(dividingBy: parts)
      let channels = head * width..<(head + 1) * width
      let keyTiles = context.scratch(thread), valueTiles = keyTiles + keyRoom
      TileProduct.pack(transposed: keys.columns(channels), to: keyTiles, kernels: context.kernels)
      TileProduct.pack(values.columns(channels), to: valueTiles)
      let sums = valueTiles + valueRoom, weights = sums + block
      for index in MatrixProduct.share(part, of: parts, count: blocks) {
        let rows = index * block..<min((index + 1) * block, queries.rows)
        let mixed = output.rows(rows).columns(channels)
        let scores = Matrix(weights, rows: rows.count, columns: keys.rows)
        TileProduct.multiply(queries.rows(rows).columns(channels), keyTiles, to: scores, kernels: context.kernels)
        for row in 0..<rows.count {
          if let keyWeights {
            let counted = scores.row(row) + keyWeights.first
            for (key, logarithm) in keyWeights.logarithms.enumerated() { counted[key] += logarithm / scale }
          }
          sums[row] = floats.exponentials(scores.row(row), scale, keys.rows)
        }
        TileProduct.multiply(scores, valueTiles, to: mixed, kernels: context.kernels)
        // A row of the output is shorter than one of the weights: it is divided by their sum, not they.
        for row in 0..<rows.count { floats.scale_by(mixed.row(row), 1 / sums[row], width) }
      }
    }
  }

  /// Query rows of one head against half-precision memory, read once for `rowsAtOnce` of them.
  ///
  /// - Parameters:
  ///   - queries: `[row, channel]`.
  ///   - keys: in tiles, `[tile, channel, position]`.
  ///   - values: `[position, channel]`.
  ///   - scores: room for `rowsAtOnce` rows of whole tiles.
  ///   - output: `[row, channel]`.
  package static func step(
    _ queries: Matrix, halfKeys keys: UnsafeRawPointer, halfValues values: UnsafeRawPointer,
    positions: Int, scores: UnsafeMutablePointer<Float>, to output: Matrix, kernels: Kernels
  ) {
    let scale = 1 / Float(queries.columns).squareRoot(), tiles = tileCount(positions)
    for first in stride(from: 0, to: queries.rows, by: rowsAtOnce) {
      let range = first..<min(first + rowsAtOnce, queries.rows)
      let weights = Matrix(scores, rows: range.count, columns: tiles * keyTile)
      products(queries.rows(range), halfKeys: keys, tiles: tiles, to: weights, kernels: kernels)
      for row in 0..<range.count {
        kernels.softmax(UnsafeMutableBufferPointer(start: weights.row(row), count: positions), scale: scale)
      }
      mix(weights, halfValues: values, positions: positions, to: output.rows(range), kernels: kernels)
    }
  }

  /// Products of a few queries with half-precision keys.
  ///
  /// - Parameters:
  ///   - queries: `[row, channel]`, at most `rowsAtOnce` rows.
  ///   - keys: `[tile, channel, position]`.
  ///   - scores: gets `[row, position]` of whole tiles.
  package static func products(
    _ queries: Matrix, halfKeys keys: UnsafeRawPointer, tiles: Int, to scores: Matrix, kernels: Kernels
  ) {
    kernels.table.pointee.floats.scores_half(
      queries.base, queries.rows, queries.stride, keys, queries.columns, tiles, scores.base, scores.stride)
  }

  /// Sums of half-precision values.
  ///
  /// - Parameters:
  ///   - weights: `[row, position]`.
  ///   - values: `[position, channel]`.
  ///   - output: `[row, channel]`, at most `rowsAtOnce` rows.
  package static func mix(
    _ weights: Matrix, halfValues values: UnsafeRawPointer, positions: Int, to output: Matrix, kernels: Kernels
  ) {
    kernels.table.pointee.floats.mix_half(
      weights.base, output.rows, weights.stride, values, positions, output.columns, output.base, output.stride)
  }

  /// Rows for which memory is read at once.
  package static let rowsAtOnce = 5
  /// Positions whose half-precision keys stand side by side.
  package static let keyTile = TileProduct.width

  /// Brings keys, `[position, channel]`, into tiles, `[tile][channel][position]`.
  package static func tileKeys(_ keys: Matrix, to tiles: UnsafeMutablePointer<Float>, kernels: Kernels) {
    TileProduct.pack(transposed: keys, to: tiles, kernels: kernels)
  }

  /// Tiles that hold so many positions.
  package static func tileCount(_ positions: Int) -> Int { (positions + keyTile - 1) / keyTile }

  /// Positions of the tiles that hold so many.
  package static func tiled(_ positions: Int) -> Int { tileCount(positions) * keyTile }

  /// One query row of one head against `rows` cached keys and values, `[row, channel]` each.
  ///
  /// - Parameter scores: room for `rows` floats; holds the attention weights afterwards.
  package static func step(
    query: UnsafePointer<Float>, keys: UnsafePointer<Float>, values: UnsafePointer<Float>, rows: Int, width: Int,
    scores: UnsafeMutablePointer<Float>, output: UnsafeMutablePointer<Float>, kernels: Kernels
  ) {
    let floats = kernels.table.pointee.floats
    floats.matrix_vector(keys, rows, width, width, query, nil, scores)
    floats.softmax(scores, 1 / Float(width).squareRoot(), rows)
    floats.weighted_rows(scores, values, rows, width, width, output)
  }
}
