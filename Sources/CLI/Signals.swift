internal import Dispatch
internal import Foundation
internal import Synchronization

/// Ctrl-C, `kill` and a closed terminal as a wish to stop that work can look at.
///
/// The first signal is a wish: a command that watches ends what it can end cleanly. The second ends the process at once.
enum Interruption {
  /// Keeps a source alive; nothing touches it after it has been resumed.
  private struct Watch: @unchecked Sendable {
    let source: any DispatchSourceSignal
  }

  private struct State: Sendable {
    var signal: Int32 = 0
    var watches: [Watch] = []
    var handlers: [@Sendable () -> Void] = [], lastHandlers: [@Sendable () -> Void] = []
  }

  private static let state = Mutex(State())

  /// Starts watching; without it the signals keep their usual effect. Calling it again does nothing.
  static func watch() {
    state.withLock { state in
      guard state.watches.isEmpty else { return }
      let queue = DispatchQueue(label: "dragoman.signals")
      for number in [SIGINT, SIGTERM, SIGHUP] where number != SIGHUP || !isIgnored(number) {
        signal(number, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
        source.setEventHandler { receive(number) }
        source.resume()
        state.watches.append(Watch(source: source))
      }
    }
  }

  /// Whether whoever started this program wants it to go on after a signal, as `nohup` does.
  private static func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    sigaction(number, nil, &action)
    return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }

  /// Runs `handler` on a background queue when the first signal arrives, or at once when one has arrived already.
  static func onRequest(_ handler: @escaping @Sendable () -> Void) {
    watch()
    let isLate = state.withLock { state in
      if state.signal == 0 { state.handlers.append(handler) }
      return state.signal != 0
    }
    if isLate { handler() }
  }

  /// Runs `handler` before a second signal ends the process; it must not wait.
  static func onForcedEnd(_ handler: @escaping @Sendable () -> Void) {
    state.withLock { $0.lastHandlers.append(handler) }
  }

  /// Whether a signal has arrived.
  static var isRequested: Bool { state.withLock { $0.signal != 0 } }

  /// How the process ends after the signal that has arrived.
  static var exitStatus: ExitStatus { state.withLock { $0.signal } == SIGTERM ? .terminated : .interrupted }

  private static func receive(_ number: Int32) {
    let (isFirst, handlers) = state.withLock { state in
      let isFirst = state.signal == 0
      if isFirst { state.signal = number }
      return (isFirst, isFirst ? state.handlers : state.lastHandlers)
    }
    handlers.forEach { $0() }
    if !isFirst { _exit(128 + number) }
  }
}
