import Foundation
import Synchronization
import Testing

@testable import ModelStore

/// Hub and plain addresses, against an HTTP server on the loopback interface.
@Suite struct AddressTests {
  let scratch: ScratchFolder
  let bytes = noise(150_000, seed: 9)

  init() throws { scratch = try ScratchFolder() }

  /// Starts python's own file server on a free port; it ends with `body`.
  func withServer(_ body: (String) throws -> Void) throws {
    let port = Mutex<String?>(nil)
    let isOver = Mutex(false)
    let ended = DispatchSemaphore(value: 0)
    let path = scratch.url.path
    Thread.detachNewThread {
      var greeting = ""
      let server = ChildProcess(
        program: "python3",
        arguments: ["-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory", path])
      _ = server.run(tick: { !isOver.withLock { $0 } }) { bytes in
        greeting += String(decoding: bytes, as: UTF8.self)
        if let found = greeting.firstMatch(of: /port (\d+)\D/) { port.withLock { $0 = String(found.1) } }
        return true
      }
      ended.signal()
    }
    defer {
      isOver.withLock { $0 = true }
      ended.wait()
    }
    for _ in 0..<300 where port.withLock({ $0 }) == nil { usleep(100_000) }
    let number = try #require(port.withLock { $0 }, "the file server never said its port")
    try body("http://127.0.0.1:\(number)")
  }

  func entry(_ source: ModelSource) -> Catalogue {
    Catalogue(models: [
      CatalogueEntry(
        id: "far", kind: .recognition, summary: "", licence: "MIT", home: "", isDefault: false, languages: [],
        sources: [source])
    ])
  }

  func put(_ path: String) throws {
    let file = scratch.url.appending(path: path)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: file)
  }

  @Test func aHubRepositoryIsReadAtItsRevision() throws {
    try put("owner/name/resolve/abc123/sub/model.bin")
    var line = file("model.bin", bytes)
    line.path = "sub/model.bin"
    let source = ModelSource(name: "hub", kind: .hub, repository: "owner/name", revision: "abc123", files: [line])
    try withServer { address throws in
      let store = ModelStore(
        root: scratch.url.appending(path: "models"), catalogue: entry(source), hub: HubSettings(endpoint: address + "/")
      )
      #expect(try store.pull("far") == .installed(source: "hub"))
      #expect(try store.verify("far").isVerified)
    }
  }

  @Test func anAddressThatAnswersWithAnErrorIsNamed() throws {
    var line = file("model.bin", bytes)
    try withServer { address throws in
      line.url = "\(address)/absent.bin"
      let source = ModelSource(name: "web", kind: .url, files: [line])
      let store = ModelStore(root: scratch.url.appending(path: "models"), catalogue: entry(source))
      let error = #expect(throws: StoreError.self) { try store.pull("far") }
      #expect("\(error!)".contains("absent.bin: HTTP Error 404"))
    }
  }

  @Test func offlineForbidsTheHub() throws {
    var line = file("model.bin", bytes)
    line.path = "model.bin"
    let source = ModelSource(name: "hub", kind: .hub, repository: "owner/name", revision: "abc123", files: [line])
    let store = ModelStore(
      root: scratch.url.appending(path: "models"), catalogue: entry(source),
      hub: HubSettings(environment: ["HF_HUB_OFFLINE": "1", "HF_ENDPOINT": "http://127.0.0.1:1"]))
    let error = #expect(throws: StoreError.self) { try store.pull("far") }
    #expect(
      "\(error!)".contains("HF_HUB_OFFLINE forbids fetching http://127.0.0.1:1/owner/name/resolve/abc123/model.bin"))
  }
}
