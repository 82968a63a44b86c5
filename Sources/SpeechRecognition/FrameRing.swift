internal import Tensors

/// Log-mel frames in the order in which they came, of which the first ones go, in room that is allocated once.
///
///     room      6 7 8 . . . . 3 4 5 - - - -      . is free, - was not needed yet
///     frames    3 4 5 | 6 7 8                    two runs at most
///
/// As much of the room goes round as was needed at once so far: the rest of it was never written to and takes no memory. Frames are
/// moved only where more are kept than ever before, and more room is allocated only where there is not enough.
final class FrameRing {
  /// Mel bands of a frame.
  let mels: Int
  /// `[frame, mel]`.
  private var room: FloatBuffer
  /// Frames of the room that go round.
  private(set) var extent = 0
  /// Where in the room the first frame is.
  private var first = 0
  /// Frames that are kept.
  private(set) var count = 0

  /// Frames by which what goes round becomes more at least.
  private static let step = 100

  /// - Parameters:
  ///   - mels: mel bands of a frame.
  ///   - capacity: frames that there is room for at once.
  init(mels: Int, capacity: Int) {
    self.mels = mels
    room = FloatBuffer(count: mels * max(1, capacity))
  }

  /// Frames that there is room for.
  var capacity: Int { room.count / mels }

  /// Takes whole frames, `[frame, mel]`.
  func append(_ frames: UnsafeBufferPointer<Float>) {
    let new = frames.count / mels
    precondition(frames.count == new * mels, "\(frames.count) values are no frames of \(mels)")
    if count + new > extent { widen(to: count + new) }
    var taken = 0
    for run in places(of: count..<count + new) {
      (room.base + run.lowerBound * mels).update(from: frames.baseAddress! + taken * mels, count: run.count * mels)
      taken += run.count
    }
    count += new
  }

  /// Forgets the first `number` frames, of those that there are.
  func removeFirst(_ number: Int) {
    precondition(number >= 0 && number <= count, "\(number) of \(count) frames")
    count -= number
    // What was written to before is written to again.
    first = count == 0 ? 0 : (first + number) % extent
  }

  /// Calls `body` with the values of some frames, counted from the first one that is kept, `[frame, mel]`, in at most two runs.
  func read(_ frames: Range<Int>, _ body: (UnsafeBufferPointer<Float>) -> Void) {
    precondition(frames.lowerBound >= 0 && frames.upperBound <= count, "frames \(frames) of \(count)")
    for run in places(of: frames) {
      body(UnsafeBufferPointer(start: room.base + run.lowerBound * mels, count: run.count * mels))
    }
  }

  /// Copies some frames, counted from the first one that is kept, to `target`, `[frame, mel]`.
  func copy(_ frames: Range<Int>, to target: UnsafeMutablePointer<Float>) {
    var copied = 0
    read(frames) { run in
      (target + copied).update(from: run.baseAddress!, count: run.count)
      copied += run.count
    }
  }

  /// Where in the room some frames are, those that may come included.
  private func places(of frames: Range<Int>) -> PlaceRuns {
    guard !frames.isEmpty else { return PlaceRuns(rest: 0..<0, last: 0..<0) }
    let start = (first + frames.lowerBound) % extent, ahead = min(frames.count, extent - start)
    return PlaceRuns(rest: start..<start + ahead, last: 0..<frames.count - ahead)
  }

  /// One or two runs of places that are not empty, one after the other.
  private struct PlaceRuns: Sequence, IteratorProtocol {
    var rest: Range<Int>, last: Range<Int>

    mutating func next() -> Range<Int>? {
      guard !rest.isEmpty else { return nil }
      defer { (rest, last) = (last, 0..<0) }
      return rest
    }
  }

  /// Lets at least `needed` frames go round.
  private func widen(to needed: Int) {
    if needed > capacity {
      let more = FloatBuffer(count: mels * max(needed, capacity + capacity / 4))
      copy(0..<count, to: more.base)
      (room, first, extent) = (more, 0, needed)
      return
    }
    let wider = min(capacity, max(needed, extent + Self.step))
    if first + count > extent {
      // The run that ends where the room ended ends where it ends now.
      let moved = first + wider - extent
      (room.base + moved * mels).update(from: room.base + first * mels, count: (extent - first) * mels)
      first = moved
    }
    extent = wider
  }
}
