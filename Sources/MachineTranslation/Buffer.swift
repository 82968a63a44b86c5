/// Memory that a session owns and reuses: it grows between batches and never within one.
final class Buffer<Element: BitwiseCopyable> {
  private(set) var pointer: UnsafeMutablePointer<Element>
  private var capacity = 0

  init(count: Int = 0) {
    pointer = Buffer.allocate(max(1, count))
    capacity = count
  }

  deinit { UnsafeMutableRawPointer(pointer).deallocate() }

  /// Makes room for `count` elements; what was stored is lost when it has to grow. Returns the memory.
  @discardableResult
  func reserve(_ count: Int) -> UnsafeMutablePointer<Element> {
    if count > capacity {
      UnsafeMutableRawPointer(pointer).deallocate()
      capacity = count + count / 4
      pointer = Buffer.allocate(capacity)
    }
    return pointer
  }

  private static func allocate(_ count: Int) -> UnsafeMutablePointer<Element> {
    UnsafeMutableRawPointer.allocate(byteCount: count * MemoryLayout<Element>.stride, alignment: 64)
      .bindMemory(to: Element.self, capacity: count)
  }
}

/// Numbers of a model: written once while loading, then shared by all sessions.
final class Constants<Element: BitwiseCopyable>: @unchecked Sendable {
  let pointer: UnsafePointer<Element>
  let count: Int

  /// Allocates `count` elements, aligned to 64 bytes, and lets `fill` write them all.
  init(count: Int, fill: (UnsafeMutablePointer<Element>) -> Void) {
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: max(1, count) * MemoryLayout<Element>.stride, alignment: 64
    ).bindMemory(to: Element.self, capacity: max(1, count))
    fill(memory)
    (pointer, self.count) = (UnsafePointer(memory), count)
  }

  convenience init(_ values: [Element]) {
    self.init(count: values.count) { memory in
      values.withUnsafeBufferPointer { memory.initialize(from: $0.baseAddress!, count: $0.count) }
    }
  }

  deinit { UnsafeRawPointer(pointer).deallocate() }
}
