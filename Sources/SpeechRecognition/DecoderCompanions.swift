internal import Foundation
internal import Tensors

/// Sessions that take turns and decode together: each on a thread of its own, only one of them at work at any time. When all of them
/// wait for their decoder's next step, the steps are made as one, which reads the weights once.
///
/// What a session says does not depend on its companions with int8 weights, whose products are exact. The idea is that of Yu
/// et al. 2022 (Orca, iteration-level scheduling): sequences join and leave between two steps.
public final class DecoderCompanions: @unchecked Sendable {
  private let turn = NSCondition()
  /// Sessions that take part, whether one of them is at work, and which decoders wait for a step.
  private var members = 0, isTaken = false, waiting: [TextDecoder] = []
  /// Steps that were made.
  private var steps = 0
  /// `[row, token]`, of the decoders of the last step one after the other.
  private var logits = FloatBuffer(count: 0)

  /// Nobody takes part yet.
  public init() {}

  /// Takes part for as long as `body` runs, on the calling thread; it waits for its turn before and whenever its decoder steps.
  public func takePart<Result>(_ body: () throws -> Result) rethrows -> Result {
    turn.lock()
    members += 1
    takeTurn()
    turn.unlock()
    defer {
      turn.lock()
      members -= 1
      isTaken = false
      turn.broadcast()
      turn.unlock()
    }
    return try body()
  }

  /// Waits, locked, until nobody is at work.
  private func takeTurn() {
    while isTaken { turn.wait() }
    isTaken = true
  }

  /// Steps aside until something is so; called by the session that is at work. The others do not wait for it meanwhile.
  ///
  /// - Parameter isMet: asked while nobody is at work, so that it may look at what only sessions at work change.
  public func wait(until isMet: () -> Bool) {
    turn.lock()
    defer { turn.unlock() }
    members -= 1
    isTaken = false
    turn.broadcast()
    while isTaken || !isMet() { turn.wait() }
    members += 1
    isTaken = true
  }

  /// Makes the step of a decoder with those of all others; returns when it is this session's turn again.
  func step(_ decoder: TextDecoder) {
    turn.lock()
    defer { turn.unlock() }
    waiting.append(decoder)
    let made = steps
    isTaken = false
    turn.broadcast()
    while steps == made {
      // Whoever sees that nobody is missing any more makes the step for all.
      if !isTaken, waiting.count == members {
        isTaken = true
        makeSteps()
        return turn.broadcast()
      }
      turn.wait()
    }
    takeTurn()
  }

  private func makeSteps() {
    let rows = waiting.reduce(0) { $0 + $1.lastRows }, columns = waiting[0].vocabularySize
    if logits.count < rows * columns { logits = FloatBuffer(count: rows * columns) }
    let logits = logits.matrix(rows: rows, columns: columns)
    // As many at a time as one of them has room for.
    var done = 0, first = 0
    while first < waiting.count {
      var end = first, count = 0
      while end < waiting.count, count + waiting[end].lastRows <= waiting[first].mostRows {
        count += waiting[end].lastRows
        end += 1
      }
      TextDecoder.step(waiting[first..<end], logits: logits.rows(done..<done + count))
      (done, first) = (done + count, end)
    }
    waiting.removeAll(keepingCapacity: true)
    steps += 1
  }
}
