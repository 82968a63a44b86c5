/// Keys and values of the words so far, for each row of a decoder.
///
/// A row has a slot of memory. When hypotheses change places their slots change hands and nothing moves; only a hypothesis that goes
/// on in several ways is copied, once for each way but the first.
struct KeyValueCache {
  private let heads: Int
  private let width: Int
  /// `[slot, head, word, channel]` per layer.
  private let keys: [Buffer<Float>]
  private let values: [Buffer<Float>]
  private var words = 0
  /// The slot of each living row.
  private var slots: [Int] = []
  private var nextSlots: [Int] = []
  private var states: [SlotState] = []

  private enum SlotState {
    case free
    /// A living row goes on from it.
    case wanted
    case taken
  }

  /// - Parameter width: channels of a head.
  init(layers: Int, heads: Int, width: Int) {
    (self.heads, self.width) = (heads, width)
    keys = (0..<layers).map { _ in Buffer() }
    values = (0..<layers).map { _ in Buffer() }
  }

  /// Makes room for `rows` rows of at most `words` words each, and forgets what there was.
  mutating func begin(rows: Int, words: Int) {
    self.words = words
    for buffer in keys + values { buffer.reserve(rows * heads * words * width) }
    slots = Array(0..<rows)
    states = Array(repeating: .free, count: rows)
    nextSlots.reserveCapacity(rows)
  }

  private func offset(slot: Int, head: Int) -> Int { (slot * heads + head) * words * width }

  /// The keys of a row's head, `[word, channel]`.
  func keys(layer: Int, row: Int, head: Int) -> UnsafePointer<Float> {
    UnsafePointer(keys[layer].pointer + offset(slot: slots[row], head: head))
  }

  /// The values of a row's head, `[word, channel]`.
  func values(layer: Int, row: Int, head: Int) -> UnsafePointer<Float> {
    UnsafePointer(values[layer].pointer + offset(slot: slots[row], head: head))
  }

  /// Stores the key and the value of word `position` of a row, `[head * channel]`.
  func store(layer: Int, row: Int, position: Int, key: UnsafePointer<Float>, value: UnsafePointer<Float>) {
    for head in 0..<heads {
      let place = offset(slot: slots[row], head: head) + position * width
      (keys[layer].pointer + place).update(from: key + head * width, count: width)
      (values[layer].pointer + place).update(from: value + head * width, count: width)
    }
  }

  /// Lets row `i` go on from where row `origins[i]` was after `count` words.
  mutating func reorder(_ origins: UnsafeBufferPointer<Int32>, count: Int) {
    for slot in states.indices { states[slot] = .free }
    for origin in origins { states[slots[Int(origin)]] = .wanted }
    nextSlots.removeAll(keepingCapacity: true)
    var free = 0
    for origin in origins {
      let slot = slots[Int(origin)]
      if states[slot] == .wanted {
        states[slot] = .taken
        nextSlots.append(slot)
        continue
      }
      while states[free] != .free { free += 1 }
      states[free] = .taken
      copy(slot, to: free, count: count)
      nextSlots.append(free)
    }
    swap(&slots, &nextSlots)
  }

  private func copy(_ slot: Int, to other: Int, count: Int) {
    for buffers in [keys, values] {
      for buffer in buffers {
        for head in 0..<heads {
          (buffer.pointer + offset(slot: other, head: head)).update(
            from: buffer.pointer + offset(slot: slot, head: head), count: count * width)
        }
      }
    }
  }
}
