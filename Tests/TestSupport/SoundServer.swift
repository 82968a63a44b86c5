public import Foundation

/// A PulseAudio daemon of the tests' own, with one sink that plays into nothing at real speed, and its monitor.
///
/// Nothing of the user's is touched: home, runtime folder and socket lie in a folder that goes away with the value.
public final class SoundServer {
  /// The sink; what is played to it can be captured from `test.monitor`.
  public static let sink = "test"

  /// What keeps the tests from having a sound server; the test fails.
  public struct Failure: Error, CustomStringConvertible {
    /// What happened and what to do about it.
    public let description: String
  }

  private let folder: URL
  private var daemon: pid_t?
  private var players: [pid_t] = []

  /// Starts the daemon and waits until it answers.
  public init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "dragoman-sound-\(UUID().uuidString.prefix(8))")
    for part in ["home", "run"] {
      try FileManager.default.createDirectory(
        at: folder.appending(path: part), withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }
    try "autospawn = no\n".write(to: folder.appending(path: "client.conf"), atomically: true, encoding: .utf8)
    try start()
  }

  deinit {
    stopPlaying()
    kill()
    try? FileManager.default.removeItem(at: folder)
  }

  /// What lets a program find this server and no other.
  public var environment: [String: String] {
    [
      "PULSE_SERVER": "unix:\(socketPath)", "PULSE_COOKIE": folder.appending(path: "cookie").path,
      "PULSE_CLIENTCONFIG": folder.appending(path: "client.conf").path,
    ]
  }

  /// Makes this process a client of this server.
  public func becomeClient() {
    for (name, value) in environment { setenv(name, value, 1) }
  }

  /// Starts the daemon again after `kill`. It ends by itself when the tests were killed and nobody is left.
  public func start() throws {
    try? FileManager.default.removeItem(at: folder.appending(path: "run/pulse"))
    daemon = try spawn(
      [
        "pulseaudio", "--daemonize=no", "--exit-idle-time=60", "--disable-shm=yes", "--use-pid-file=no", "-n",
        "-F", "/dev/null", "-L", "module-null-sink sink_name=\(Self.sink) rate=48000 channels=2",
        "-L", "module-native-protocol-unix auth-anonymous=1 socket=\(socketPath)",
      ], isClient: false)
    for _ in 0..<200 {
      if isAnswering { return }
      usleep(50_000)
    }
    kill()
    throw Failure(description: "pulseaudio does not answer within 10 s: run it by hand to see why")
  }

  /// Ends the daemon as a crash would.
  public func kill() {
    if let daemon { Self.end(daemon) }
    daemon = nil
  }

  /// Lets the daemon stand still: it takes no more calls and moves no more sound, but is there.
  public func pause() { if let daemon { Foundation.kill(daemon, SIGSTOP) } }

  /// Lets it go on.
  public func resume() { if let daemon { Foundation.kill(daemon, SIGCONT) } }

  /// Plays a recording into the sink, in the background.
  public func play(_ file: URL) throws {
    players.append(try spawn(["paplay", "--device=\(Self.sink)", file.path], isClient: true))
  }

  /// Ends what plays.
  public func stopPlaying() {
    players.forEach(Self.end)
    players = []
  }

  private var socketPath: String { folder.appending(path: "run/native").path }

  private var isAnswering: Bool {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: socketPath.utf8.prefix($0.count - 1)) }
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
      }
    }
  }

  private static func end(_ child: pid_t) {
    Foundation.kill(child, SIGKILL)
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0, errno == EINTR {}
  }

  /// Not by Foundation's `Process`: its children keep each other's sockets.
  private func spawn(_ command: [String], isClient: Bool) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for descriptor: Int32 in 0...2 {
      posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
    }
    // Pipes of other tests end although this child lives on; glibc does not mind what is closed already.
    for descriptor: Int32 in 3..<256 { posix_spawn_file_actions_addclose(&actions, descriptor) }
    var variables = [
      "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin",
      "HOME": folder.appending(path: "home").path, "XDG_RUNTIME_DIR": folder.appending(path: "run").path,
    ]
    if isClient { variables.merge(environment) { _, new in new } }
    var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
    var settings: [UnsafeMutablePointer<CChar>?] = variables.map { strdup("\($0)=\($1)") } + [nil]
    defer { (arguments + settings).forEach { free($0) } }
    var child: pid_t = 0
    let code = posix_spawnp(&child, command[0], &actions, nil, &arguments, &settings)
    guard code == 0 else {
      throw Failure(
        description: "\(command[0]) cannot be started (\(String(cString: strerror(code)))): "
          + "`make test` installs what the tests need, or .ci/setup --test")
    }
    return child
  }
}
