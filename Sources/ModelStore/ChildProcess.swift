internal import Foundation

/// A program that runs beside us and whose end is ours to see to: it never outlives the call.
package struct ChildProcess {
  /// Name looked up in `PATH`.
  package var program: String
  /// Arguments after the program's name.
  package var arguments: [String]
  /// Variables to set on top of the inherited ones.
  package var environment: [String: String] = [:]

  /// A program that is not started yet.
  package init(program: String, arguments: [String], environment: [String: String] = [:]) {
    (self.program, self.arguments, self.environment) = (program, arguments, environment)
  }

  /// How a child ended.
  package enum Ending: Equatable {
    /// It ran to its end; `status` is its exit code, or 128 + the signal that ended it.
    case exited(status: Int32, standardError: String)
    /// There is no such program, or the system has no means left to start it.
    case notFound
    /// `tick` or `consume` said stop and the child was ended.
    case stopped
  }

  /// Runs the program to its end.
  ///
  /// The child leads its own process group, so that its own children end with it.
  ///
  /// - Parameters:
  ///   - tick: called about ten times a second; false ends the child.
  ///   - consume: gets what the child writes to its standard output, in pieces of at most 64 KiB; false ends the child.
  package func run(tick: () -> Bool, consume: (UnsafeRawBufferPointer) -> Bool = { _ in true }) -> Ending {
    guard let output = Pipe() else { return .notFound }
    defer { output.closeBoth() }
    guard let errors = Pipe() else { return .notFound }
    defer { errors.closeBoth() }
    let started = spawn(output: output, errors: errors)
    output.closeWriting()
    errors.closeWriting()
    guard let child = started else { return .notFound }

    var log = [UInt8]()
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    var openEnds = [output.reading, errors.reading]
    var lastTick = ContinuousClock.now
    while !openEnds.isEmpty {
      var polled = openEnds.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
      _ = poll(&polled, nfds_t(polled.count), 100)
      for end in polled where end.revents != 0 {
        let count = buffer.withUnsafeMutableBytes { read(end.fd, $0.baseAddress, $0.count) }
        if count < 0, errno == EINTR || errno == EAGAIN { continue }
        if count <= 0 {
          openEnds.removeAll { $0 == end.fd }
        } else if end.fd == errors.reading {
          log.append(contentsOf: buffer[..<count])
          // Only the last words are ever shown.
          if log.count > 1 << 16 { log.removeFirst(log.count - 1 << 15) }
        } else if !buffer.withUnsafeBytes({ consume(UnsafeRawBufferPointer(rebasing: $0[..<count])) }) {
          return terminate(child)
        }
      }
      if lastTick.duration(to: .now) >= .milliseconds(100) {
        lastTick = .now
        if !tick() { return terminate(child) }
      }
    }
    return .exited(status: wait(for: child), standardError: String(decoding: log, as: UTF8.self))
  }

  private func terminate(_ child: pid_t) -> Ending {
    kill(-child, SIGKILL)
    _ = wait(for: child)
    return .stopped
  }

  private func wait(for child: pid_t) -> Int32 {
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0, errno == EINTR {}
    let signal = status & 0x7f
    return signal == 0 ? (status >> 8) & 0xff : 128 + signal
  }

  private func spawn(output: Pipe, errors: Pipe) -> pid_t? {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output.writing, 1)
    posix_spawn_file_actions_adddup2(&actions, errors.writing, 2)

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // We ignore the broken pipe signal and may have blocked others: the child starts with the system's defaults.
    var defaults = sigset_t()
    sigemptyset(&defaults)
    for signal in [SIGPIPE, SIGINT, SIGTERM, SIGHUP] { sigaddset(&defaults, signal) }
    posix_spawnattr_setsigdefault(&attributes, &defaults)
    var mask = sigset_t()
    sigemptyset(&mask)
    posix_spawnattr_setsigmask(&attributes, &mask)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))

    let variables = ProcessInfo.processInfo.environment.merging(environment) { _, ours in ours }
    var arguments: [UnsafeMutablePointer<CChar>?] = ([program] + self.arguments).map { strdup($0) } + [nil]
    var settings: [UnsafeMutablePointer<CChar>?] = variables.map { strdup("\($0)=\($1)") } + [nil]
    defer { (arguments + settings).forEach { free($0) } }
    var child: pid_t = 0
    return posix_spawnp(&child, program, &actions, &attributes, &arguments, &settings) == 0 ? child : nil
  }

  /// Two ends of a pipe that no other child inherits, whoever starts one at the same moment: a child that kept the
  /// writing end would keep the pipe from ever ending. A socket can be made that way in one step; `pipe2` would do too,
  /// but Swift's view of the C library does not show it.
  private final class Pipe {
    private(set) var reading: Int32
    private(set) var writing: Int32

    init?() {
      var ends: [Int32] = [-1, -1]
      let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
      guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else { return nil }
      (reading, writing) = (ends[0], ends[1])
    }

    func closeWriting() {
      if writing >= 0 { close(writing) }
      writing = -1
    }

    func closeBoth() {
      closeWriting()
      if reading >= 0 { close(reading) }
      reading = -1
    }
  }
}
