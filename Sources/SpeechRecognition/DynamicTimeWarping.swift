internal import Tensors

/// The cheapest monotonic path through a matrix of costs. Owns its workspace; a path allocates nothing.
///
/// - Reference: openai/whisper `whisper/timing.py`, `dtw_cpu`, whose choices between equal costs it shares.
final class DynamicTimeWarping {
  /// From where the path came to a cell.
  private enum Step {
    static let diagonal: UInt8 = 0, row: UInt8 = 1, column: UInt8 = 2
  }

  private let rowLimit: Int, columnLimit: Int
  /// `[column][row]` of the cells, `rowLimit` apart.
  private let steps: UnsafeMutablePointer<UInt8>
  /// Costs of the paths to the cells of one column, with the border before the first row.
  private let before: FloatBuffer, here: FloatBuffer

  init(rowLimit: Int, columnLimit: Int) {
    (self.rowLimit, self.columnLimit) = (rowLimit, columnLimit)
    steps = .allocate(capacity: rowLimit * columnLimit)
    before = FloatBuffer(count: rowLimit + 1)
    here = FloatBuffer(count: rowLimit + 1)
  }

  deinit { steps.deallocate() }

  /// Walks from the first to the last cell of `gains`, where the sum of what is passed is greatest.
  ///
  /// - Parameters:
  ///   - gains: `[row, column]`, neither of them empty.
  ///   - firstColumns: gets, for each row, the first column that the path touches there.
  func path(_ gains: Matrix, firstColumns: UnsafeMutableBufferPointer<Int>) {
    let (rows, columns) = (gains.rows, gains.columns)
    precondition(rows > 0 && rows <= rowLimit && columns > 0 && columns <= columnLimit && firstColumns.count == rows)
    var (previous, current) = (before.base, here.base)
    previous.update(repeating: .infinity, count: rows + 1)
    previous[0] = 0
    for column in 0..<columns {
      current[0] = .infinity
      let trace = steps + column * rowLimit
      for row in 0..<rows {
        let diagonal = previous[row], above = current[row], left = previous[row + 1]
        let cost: Float
        if diagonal < above && diagonal < left {
          (cost, trace[row]) = (diagonal, Step.diagonal)
        } else if above < diagonal && above < left {
          (cost, trace[row]) = (above, Step.row)
        } else {
          (cost, trace[row]) = (left, Step.column)
        }
        current[row + 1] = cost - gains.row(row)[column]
      }
      swap(&previous, &current)
    }
    var (row, column) = (rows - 1, columns - 1)
    while true {
      firstColumns[row] = column
      if row == 0 && column == 0 { return }
      // Along the borders there is only one way back.
      let step = row == 0 ? Step.column : column == 0 ? Step.row : steps[column * rowLimit + row]
      if step != Step.column { row -= 1 }
      if step != Step.row { column -= 1 }
    }
  }
}
