internal import Foundation

/// One process at a time works on a model: an advisory `flock` on a hidden file beside it.
///
/// The file stays when the lock is released; removing it would let a third process lock a file that nobody else sees.
struct FolderLock {
  private let descriptor: Int32
  private let path: String

  /// Opens the lock file, making it where needed. Nothing is locked yet.
  init(at url: URL) throws(StoreError) {
    path = url.path
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw .fileSystem(operation: "create", path: path, code: errno) }
  }

  /// Takes the lock, looking again every tenth of a second as long as `tick` says so.
  ///
  /// - Returns: whether the lock was taken before the time was up and before `tick` said no.
  func wait(for limit: Duration, tick: () -> Bool) throws(StoreError) -> Bool {
    let deadline = ContinuousClock.now + limit
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      guard errno == EWOULDBLOCK || errno == EINTR else {
        throw .fileSystem(operation: "lock", path: path, code: errno)
      }
      guard tick(), ContinuousClock.now < deadline else { return false }
      usleep(100_000)
    }
    return true
  }

  /// Lets the next process in.
  func release() { close(descriptor) }
}
