import Foundation
import Synchronization
import Testing

@testable import Tensors

/// Every part once, on no more threads than there are, whatever the counts.
@Suite struct ThreadPoolTests {
  @Test(arguments: [1, 2, 3, 5]) func everyPartRunsOnce(threads: Int) {
    let pool = ThreadPool(threads: threads)
    #expect(pool.threads == threads)
    for parts in [0, 1, 2, 7, 64] {
      for _ in 0..<50 {
        let counts = Mutex([Int](repeating: 0, count: parts))
        let busy = Mutex([Bool](repeating: false, count: threads))
        pool.run(parts: parts) { part, thread in
          let wasBusy = busy.withLock { busy in
            defer { busy[thread] = true }
            return busy[thread]
          }
          if wasBusy { Issue.record("thread \(thread) runs two parts at once") }
          counts.withLock { $0[part] += 1 }
          busy.withLock { $0[thread] = false }
        }
        #expect(counts.withLock { $0 } == [Int](repeating: 1, count: parts))
      }
    }
  }

  @Test func workersThatHaveGoneToSleepWakeUp() {
    let pool = ThreadPool(threads: 3)
    for _ in 0..<5 {
      usleep(20_000)
      let sum = Atomic(0)
      pool.run(parts: 10) { part in sum.add(part, ordering: .relaxed) }
      #expect(sum.load(ordering: .relaxed) == 45)
    }
  }

  @Test func manyPoolsComeAndGo() {
    for threads in 1...20 { ThreadPool(threads: threads).run(parts: 1) { _ in } }
  }
}
