import Foundation
import Testing

@testable import ModelStore

@Suite struct StoreTests {
  let scratch: ScratchFolder
  let sample = SampleModel()

  init() throws { scratch = try ScratchFolder() }

  var store: ModelStore {
    ModelStore(
      root: scratch.url, catalogue: sample.catalogue(sample.source("a")), downloader: WheelShelf(sample.wheels))
  }

  func put(_ path: String, _ bytes: [UInt8] = [1]) throws {
    let file = scratch.url.appending(path: path)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: file)
  }

  @Test(arguments: [
    (["DRAGOMAN_MODELS": "/m", "XDG_DATA_HOME": "/x", "HOME": "/h"], "/m"),
    (["DRAGOMAN_MODELS": "", "XDG_DATA_HOME": "/x", "HOME": "/h"], "/x/dragoman/models"),
    (["XDG_DATA_HOME": "relative", "HOME": "/h"], "/h/.local/share/dragoman/models"),
    (["HOME": "/h"], "/h/.local/share/dragoman/models"),
  ])
  func theRootFollowsTheEnvironment(environment: [String: String], path: String) {
    #expect(ModelStore.defaultRoot(environment: environment).path == path)
  }

  @Test func anAbsentModelIsRefusedWithTheCommandThatHelps() {
    let error = #expect(throws: StoreError.self) { try store.directory(of: "sample") }
    #expect("\(error!)".contains("dragoman models pull sample"))
    #expect(throws: StoreError.notInstalled(id: "other", catalogued: false, root: scratch.url.path)) {
      try store.directory(of: "other")
    }
  }

  @Test(arguments: ["", ".", "..", "../up", "a/b", ".hidden", "a b", "é"])
  func namesThatLeadOutOfTheStoreAreRefused(id: String) {
    #expect(throws: StoreError.invalidIdentifier(id: id)) { try store.directory(of: id) }
    #expect(throws: StoreError.invalidIdentifier(id: id)) { try store.remove(id) }
    #expect(throws: StoreError.invalidIdentifier(id: id)) { try store.pull(id) }
  }

  @Test func anIncompleteFolderIsToldByItsMissingFiles() throws {
    try put("sample/config.json", sample.configuration)
    #expect(
      throws: StoreError.incomplete(
        id: "sample", directory: scratch.url.appending(path: "sample").path, missing: ["model.bin"])
    ) { try store.directory(of: "sample") }
    #expect(store.installed().map(\.missingFiles) == [["model.bin"]])
    #expect(try store.verify("sample").files.map(\.finding) == [.missing, .verified])
  }

  @Test func verificationSeesOneFlippedBit() throws {
    try store.pull("sample")
    var bytes = sample.first + sample.second
    bytes[400_000] ^= 0x10
    try put("sample/model.bin", bytes)
    let report = try store.verify("sample")
    #expect(!report.isVerified && report.source == "a")
    guard case .wrongChecksum(let expected, let found) = report.files[0].finding else {
      Issue.record("expected a wrong checksum, found \(report.files[0].finding)")
      return
    }
    #expect(expected != found && found.count == 64)
    #expect(report.files[1].finding == .verified)

    try put("sample/model.bin", Array(bytes.dropLast()))
    #expect(try store.verify("sample").files[0].finding == .wrongSize(expected: 500_001, found: 500_000))
  }

  @Test func verificationComparesWithTheSourceThatComesClosest() throws {
    var other = sample.source("other")
    other.files[0] = file("model.bin", noise(500_001, seed: 3), other.files[0].parts)
    var store = store
    store.catalogue = sample.catalogue(other, sample.source("mine"))
    try store.pull("sample", source: "mine")
    let report = try store.verify("sample")
    #expect(report.source == "mine" && report.isVerified)
  }

  @Test func removalTakesTheFolderAndNothingElse() throws {
    try put("sample/config.json")
    try put("firefox-de-en/model.bin")
    try store.remove("sample")
    #expect(store.installed().map(\.id) == ["firefox-de-en"])
    #expect(throws: StoreError.self) { try store.remove("sample") }
  }

  @Test func aLinkedModelIsListedAndItsTargetSurvivesRemoval() throws {
    let elsewhere = try ScratchFolder()
    try Data([1, 2]).write(to: elsewhere.url.appending(path: "model.bin"))
    try FileManager.default.createSymbolicLink(
      at: scratch.url.appending(path: "own"), withDestinationURL: elsewhere.url)
    #expect(store.installed().map(\.id) == ["own"])
    try store.remove("own")
    #expect(store.installed().isEmpty)
    #expect(try elsewhere.names() == ["model.bin"])
  }

  @Test func pairsComeFromTheCatalogueAndFromFoldersOfTheStore() throws {
    try put("firefox-de-en/model.bin")
    try put("firefox-x-en/model.bin")
    try put(".firefox-fr-en/model.bin")
    let store = ModelStore(root: scratch.url)
    #expect(
      store.translationModels() == [
        TranslationPair(id: "firefox-en-pt", from: "en", to: "pt", isInstalled: false),
        TranslationPair(id: "firefox-pt-en", from: "pt", to: "en", isInstalled: false),
        TranslationPair(id: "firefox-de-en", from: "de", to: "en", isInstalled: true),
      ])
  }

  @Test func theBuiltInCatalogueIsSound() throws {
    let catalogue = Catalogue.builtIn
    #expect(catalogue.defaultIdentifiers == ["whisper-base", "firefox-en-pt", "firefox-pt-en", "silero-vad"])
    #expect(Set(catalogue.models.map(\.id)).count == catalogue.models.count)
    for entry in catalogue.models {
      #expect(ModelStore.isIdentifier(entry.id))
      #expect(!entry.sources.isEmpty && Set(entry.sources.map(\.name)).count == entry.sources.count)
      #expect((entry.kind == .translation) == (entry.from != nil && entry.to != nil))
      for source in entry.sources {
        #expect(Set(source.files.map(\.name)).count == source.files.count)
        for file in source.files {
          #expect(file.bytes > 0 && file.sha256.wholeMatch(of: /[0-9a-f]{64}/) != nil, "\(entry.id)/\(file.name)")
          #expect(!file.name.contains("/") && !file.name.hasPrefix("."))
          switch source.kind {
          case .pip:
            let packages = Set(source.packages?.map(\.name) ?? [])
            #expect(file.parts?.isEmpty == false)
            #expect(file.parts?.allSatisfy { packages.contains($0.package) } == true)
          case .hub:
            #expect(file.path != nil && source.repository != nil)
            #expect(source.revision?.wholeMatch(of: /[0-9a-f]{40}/) != nil)
          case .url: #expect(file.url?.hasPrefix("https://") == true)
          }
        }
      }
    }
    #expect(catalogue.entry("whisper-base")?.languages.count == 99)
  }
}
