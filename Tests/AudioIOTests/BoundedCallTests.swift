import Foundation
import Synchronization
import Testing

@testable import AudioIO

@Suite struct BoundedCallTests {
  private struct Refusal: Error {}

  /// Counts how many of it there are.
  private final class Made: Sendable {
    let count: Count
    init(_ count: Count) {
      self.count = count
      count.value.wrappingAdd(1, ordering: .relaxed)
    }
    deinit { count.value.wrappingSubtract(1, ordering: .relaxed) }
  }
  private final class Count: Sendable { let value = Atomic(0) }

  @Test func whatReturnsIsReturned() throws {
    #expect(BoundedCall.result(within: .seconds(60), name: "test", of: { 7 }) == 7)
    #expect(throws: Refusal.self) {
      try BoundedCall.result(within: .seconds(60), name: "test", of: { () throws(Refusal) -> Int in throw Refusal() })
    }
  }

  @Test func whatHangsIsGivenUpAndDroppedWhenItComes() {
    let gate = DispatchSemaphore(value: 0), done = DispatchSemaphore(value: 0), count = Count()
    let made = BoundedCall.result(within: .milliseconds(20), name: "test") { () -> Made in
      gate.wait()
      defer { done.signal() }
      return Made(count)
    }
    #expect(made == nil)
    gate.signal()
    done.wait()
    // The thread drops it as its last act.
    var waits = 0
    while count.value.load(ordering: .relaxed) > 0, waits < 1000 {
      usleep(10_000)
      waits += 1
    }
    #expect(count.value.load(ordering: .relaxed) == 0)
  }
}
