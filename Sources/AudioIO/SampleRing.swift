internal import Foundation

/// Mono samples on their way from the thread that hears to the thread that reads, bounded, with marks between them.
///
///     read                                   written
///      |  sample sample [lost] sample [back]  |
///      '--------- at most `capacity` ---------'
///
/// A mark stands before the sample at its position. One thread writes, one reads.
final class SampleRing: @unchecked Sendable {
  /// Audio that is missing at one place.
  struct Gap: Equatable {
    /// Frames that found no room, at `rate`.
    var frames = 0
    var rate = 1
    /// What the device did not deliver.
    var unheard: Duration = .zero

    var duration: Duration { Duration(frames: frames, rate: rate) + unheard }
  }

  enum Mark: Equatable {
    /// Samples per second from here on.
    case rate(Int)
    case lost(Gap)
    case deviceLost(name: String, reason: String)
    case deviceBack(name: String)
    /// The end, and why it is an error.
    case end(AudioError?)
  }

  enum Item: Equatable {
    case samples(Int)
    case mark(Mark)
  }

  let capacity: Int
  private let monitor = ThreadMonitor()
  private let storage: UnsafeMutablePointer<Float>
  /// Samples written and read since the beginning; their places in `storage` are the remainders.
  private var written = 0
  private var read = 0
  private var marks: [(position: Int, mark: Mark)] = []
  private var rate: Int
  private var isOverflowing = false
  private var isAbandoned = false
  private var dropped = 0

  /// - Parameter rate: samples per second until a mark says otherwise.
  init(capacity: Int, rate: Int) {
    precondition(capacity > 0, "a ring has room")
    (self.capacity, self.rate) = (capacity, rate)
    storage = .allocate(capacity: capacity)
    storage.initialize(repeating: 0, count: capacity)
    marks.reserveCapacity(256)
  }

  deinit { storage.deallocate() }

  /// Frames that found no room so far.
  var droppedFrames: Int { monitor.withLock { dropped } }

  // MARK: The writer's side

  /// Keeps what has room. The rest is dropped and counted, and so is all that follows until a quarter of the ring is free:
  /// one gap is better than many.
  func write(_ samples: UnsafeBufferPointer<Float>) {
    monitor.withLock {
      let free = capacity - (written - read)
      if isOverflowing, free >= max(1, capacity / 4) { isOverflowing = false }
      let kept = isOverflowing ? 0 : min(free, samples.count)
      copyIn(samples, count: kept)
      if kept < samples.count {
        isOverflowing = true
        dropped += samples.count - kept
        addGap(Gap(frames: samples.count - kept, rate: rate))
      }
      monitor.notify()
    }
  }

  /// Waits for room until all is written, so that nothing is ever lost; false when the reader has gone.
  func writeWaiting(_ samples: UnsafeBufferPointer<Float>) -> Bool {
    monitor.withLock {
      var rest = samples
      while !rest.isEmpty, !isAbandoned {
        let count = min(capacity - (written - read), rest.count)
        copyIn(rest, count: count)
        rest = UnsafeBufferPointer(rebasing: rest[count...])
        monitor.notify()
        if !rest.isEmpty { _ = monitor.wait(until: MonotonicClock.now + .seconds(1)) }
      }
      return !isAbandoned
    }
  }

  /// Says something about the place between the last sample and the next.
  func mark(_ mark: Mark) {
    monitor.withLock {
      switch mark {
      case .lost(let gap): addGap(gap)
      case .rate(let new):
        rate = new
        marks.append((written, mark))
      default: marks.append((written, mark))
      }
      monitor.notify()
    }
  }

  private func copyIn(_ samples: UnsafeBufferPointer<Float>, count: Int) {
    guard count > 0 else { return }
    let start = written % capacity
    let first = min(count, capacity - start)
    (storage + start).update(from: samples.baseAddress!, count: first)
    if count > first { storage.update(from: samples.baseAddress! + first, count: count - first) }
    written += count
  }

  /// A gap grows as long as no sample and no other mark comes after it.
  private func addGap(_ gap: Gap) {
    if let last = marks.last, last.position == written, case .lost(var wider) = last.mark,
      wider.frames == 0 || gap.frames == 0 || wider.rate == gap.rate
    {
      if gap.frames > 0 { wider.rate = gap.rate }
      wider.frames += gap.frames
      wider.unheard += gap.unheard
      marks[marks.count - 1].mark = .lost(wider)
    } else {
      marks.append((written, .lost(gap)))
    }
  }

  // MARK: The reader's side

  /// The next samples or the next mark; nil when neither came until `deadline`.
  ///
  /// Samples come as many as are there, fit, and stand before the next mark.
  func next(into buffer: UnsafeMutableBufferPointer<Float>, until deadline: Duration) -> Item? {
    monitor.withLock {
      while true {
        let limit = marks.first?.position ?? written
        if read < limit {
          let count = min(limit - read, buffer.count)
          copyOut(into: buffer, count: count)
          monitor.notify()
          return .samples(count)
        }
        if !marks.isEmpty { return .mark(marks.removeFirst().mark) }
        if MonotonicClock.now >= deadline { return nil }
        _ = monitor.wait(until: deadline)
      }
    }
  }

  /// The reader goes; who waits for room gives up.
  func abandon() {
    monitor.withLock {
      isAbandoned = true
      monitor.notify()
    }
  }

  private func copyOut(into buffer: UnsafeMutableBufferPointer<Float>, count: Int) {
    let start = read % capacity
    let first = min(count, capacity - start)
    buffer.baseAddress!.update(from: storage + start, count: first)
    if count > first { (buffer.baseAddress! + first).update(from: storage, count: count - first) }
    read += count
  }
}
