/// The Levenshtein matrix of two sequences as its differences along the reference, two bits a cell.
///
/// A row belongs to a prefix of the hypothesis and says for each position of the reference whether the distance grows
/// (`rises`) or shrinks (`falls`) from the position before it: `D[row][column] - D[row][column - 1]` is +1, -1 or 0.
/// A machine word holds 64 columns, so 10,000 words against 10,000 take 1.6 million steps and 25 MB. Of longer pairs only
/// the first row of each strip of rows is kept, and a strip is made again when the path comes to it; the path is the same.
///
/// - Reference: Hyyrö 2003, "A bit-vector algorithm for computing Levenshtein and Damerau edit distances".
struct EditMatrix {
  /// One edit, or none, on the path through the matrix.
  enum Step { case diagonal, deletion, insertion }

  /// The differences along one row, `[block]`, 64 columns each.
  private struct Row {
    var rises: [UInt64]
    var falls: [UInt64]
  }

  private let columnCount: Int
  private let hypothesis: [Int32]
  /// Columns in the order of their tokens, and where those of each token begin.
  private var columns: [Int32]
  private var firstColumn: [Int]
  private let rowsPerStrip: Int

  /// - Parameters:
  ///   - reference: token identifiers in `0..<tokenCount`, `[column]`.
  ///   - hypothesis: token identifiers in the same range, `[row]`.
  ///   - memory: bytes that all rows may take before some are made twice.
  init(reference: [Int32], hypothesis: [Int32], tokenCount: Int, memory: Int = 1 << 25) {
    self.hypothesis = hypothesis
    columnCount = reference.count
    firstColumn = Array(repeating: 0, count: tokenCount + 1)
    for token in reference { firstColumn[Int(token) + 1] += 1 }
    for token in 0..<tokenCount { firstColumn[token + 1] += firstColumn[token] }
    var next = firstColumn
    columns = Array(repeating: 0, count: reference.count)
    for (column, token) in reference.enumerated() {
      columns[next[Int(token)]] = Int32(column)
      next[Int(token)] += 1
    }
    let bytes = hypothesis.count * ((reference.count + 63) / 64) * 16
    rowsPerStrip = bytes <= memory ? max(hypothesis.count, 1) : Int(Double(hypothesis.count).squareRoot().rounded(.up))
  }

  /// The path of fewest edits, from the start of both sequences.
  ///
  /// Of several it takes the one that rapidfuzz, and so jiwer, takes: seen from the ends, a deletion where one is on a
  /// shortest path, else an insertion where the row above falls, else the diagonal.
  func path() -> [Step] {
    var steps: [Step] = []
    steps.reserveCapacity(max(columnCount, hypothesis.count))
    let starts = stripStarts()
    var (row, column) = (hypothesis.count, columnCount)
    for strip in starts.indices.reversed() {
      let firstRow = strip * rowsPerStrip
      // rows[i] is the state after `firstRow + i` tokens of the hypothesis.
      let rows = rows(from: starts[strip], at: firstRow, count: min(rowsPerStrip, hypothesis.count - firstRow))
      while row > firstRow, column > 0 {
        if Self.bit(column - 1, of: rows[row - firstRow].rises) {
          steps.append(.deletion)
          column -= 1
        } else if Self.bit(column - 1, of: rows[row - 1 - firstRow].falls) {
          steps.append(.insertion)
          row -= 1
        } else {
          steps.append(.diagonal)
          (row, column) = (row - 1, column - 1)
        }
      }
      if column == 0 { break }
    }
    steps.append(contentsOf: repeatElement(.deletion, count: column))
    steps.append(contentsOf: repeatElement(.insertion, count: row))
    return steps.reversed()
  }

  private static func bit(_ index: Int, of blocks: [UInt64]) -> Bool {
    blocks[index >> 6] >> UInt64(index & 63) & 1 != 0
  }

  /// The state before the first row of each strip.
  private func stripStarts() -> [Row] {
    let blocks = (columnCount + 63) / 64
    var row = Row(rises: Array(repeating: .max, count: blocks), falls: Array(repeating: 0, count: blocks))
    var matching = [UInt64](repeating: 0, count: blocks)
    var starts = [row]
    let last = (hypothesis.count - 1) / rowsPerStrip * rowsPerStrip
    for index in 0..<max(last, 0) {
      advance(&row, by: hypothesis[index], matching: &matching)
      if (index + 1) % rowsPerStrip == 0 { starts.append(row) }
    }
    return starts
  }

  private func rows(from start: Row, at first: Int, count: Int) -> [Row] {
    var row = start
    var matching = [UInt64](repeating: 0, count: row.rises.count)
    var rows = [start]
    rows.reserveCapacity(count + 1)
    for index in first..<first + count {
      advance(&row, by: hypothesis[index], matching: &matching)
      rows.append(row)
    }
    return rows
  }

  /// The row below, for one more token of the hypothesis; `matching` is all zero before and after.
  private func advance(_ row: inout Row, by token: Int32, matching: inout [UInt64]) {
    let occurrences = columns[firstColumn[Int(token)]..<firstColumn[Int(token) + 1]]
    for column in occurrences { matching[Int(column >> 6)] |= 1 << UInt64(column & 63) }
    // The distance to an empty reference grows by one with each token of the hypothesis.
    var (growsBelow, shrinksBelow): (UInt64, UInt64) = (1, 0)
    for block in matching.indices {
      let (rises, falls) = (row.rises[block], row.falls[block])
      let free = matching[block] | shrinksBelow
      let diagonal = (((free & rises) &+ rises) ^ rises) | free | falls
      let (grows, shrinks) = (falls | ~(diagonal | rises), diagonal & rises)
      let (shiftedGrows, shiftedShrinks) = (grows << 1 | growsBelow, shrinks << 1 | shrinksBelow)
      (growsBelow, shrinksBelow) = (grows >> 63, shrinks >> 63)
      row.rises[block] = shiftedShrinks | ~(diagonal | shiftedGrows)
      row.falls[block] = shiftedGrows & diagonal
    }
    for column in occurrences { matching[Int(column >> 6)] = 0 }
  }
}
