import Dispatch
import Foundation
import ModelFormats
import Synchronization
import Testing

@testable import SpeechRecognition
@testable import Tensors

/// Models from prepared files are those that are prepared in memory, bit for bit, and never what the files are not.
@Suite struct PreparedModelTests {
  let folder = FileManager.default.temporaryDirectory.appending(path: "dragoman-\(UUID().uuidString)")
  var cache: PreparedModels { PreparedModels(folder: folder.appending(path: "cache/prepared"), threads: 1) }
  /// Its name has a full stop in it, as `whisper-tiny.en` has.
  var model: URL { folder.appending(path: "model.en") }

  /// Bytes of a blob begin here in the file.
  func offset(_ name: String, in file: PreparedFile) throws -> Int {
    try withExtendedLifetime(file) { try file.bytes(name).baseAddress! - file.file.bytes.baseAddress! }
  }

  init() throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try FileManager.default.copyItem(at: TinyModelTests.folder, to: model)
  }

  func clean() { try? FileManager.default.removeItem(at: folder) }

  /// All files of the cache, hidden ones too.
  var names: [String] { (try? FileManager.default.contentsOfDirectory(atPath: cache.folder.path).sorted()) ?? [] }

  var only: URL { get throws { cache.folder.appending(path: try #require(names.count == 1 ? names.first : nil)) } }

  /// Tells one file from another that has taken its place.
  func node(_ url: URL) throws -> UInt64 {
    var status = stat()
    try #require(stat(url.path, &status) == 0)
    return UInt64(status.st_ino)
  }

  /// All numbers of a model, tail included.
  static func contents(_ model: RecognitionModel, kernels: Kernels = .best) -> [String: [UInt8]] {
    let weights = model.weights
    var all: [String: [UInt8]] = [:]
    func put(_ name: String, _ bytes: UnsafeRawBufferPointer) { all[name] = Array(bytes) }
    let parts = RecognitionParts(
      weights: weights, vocabulary: model.vocabulary, alignmentHeads: model.alignmentHeads, silentTail: nil)
    for (name, content) in parts.contents {
      if case .matrix(let matrix) = content {
        guard case .integers(let quantized) = matrix.storage else { return [:] }
        put(name, quantized.bytes)
      } else {
        content.withBytes(kernels: kernels) { put(name, $0) }
      }
    }
    let tail = model.tail(context: ComputeContext(kernels: kernels, threads: 1))
    for (index, groups) in tail.groups.enumerated() { put("groups \(index)", groups.bytes) }
    put("tail", UnsafeRawBufferPointer(tail.cross.bytes))
    return all
  }

  static func tokens(_ model: RecognitionModel, kernels: Kernels = .best) throws -> [Int] {
    let workspace = RecognitionWorkspace(model: model, context: ComputeContext(kernels: kernels, threads: 1))
    let signal = (0..<30_000).map { Float(sin(Double($0) * Double($0) * 1e-6)) * 0.3 }
    return try recognize(signal, with: RecognitionSession(workspace: workspace))
  }

  @Test(arguments: TinyModelTests.isas) func theyAreTheSameBitForBit(kernels: Kernels) throws {
    defer { clean() }
    let plain = try RecognitionModel(contentsOf: model, kernels: kernels)
    let made = try RecognitionModel(contentsOf: model, prepared: cache, kernels: kernels)
    let file = try only, before = try node(file)
    let mapped = try RecognitionModel(contentsOf: model, prepared: cache, kernels: kernels)
    #expect(try node(only) == before)
    #expect(!plain.isPrepared && made.isPrepared && mapped.isPrepared)
    let expected = Self.contents(plain, kernels: kernels)
    #expect(expected.count > 20 && expected["tail"]?.contains { $0 != 0 } == true)
    #expect(Self.contents(made, kernels: kernels) == expected)
    #expect(Self.contents(mapped, kernels: kernels) == expected)
    let text = try Self.tokens(plain, kernels: kernels)
    #expect(!text.isEmpty)
    #expect(try Self.tokens(made, kernels: kernels) == text)
    #expect(try Self.tokens(mapped, kernels: kernels) == text)
    // What was given back to the file comes again.
    #expect(Self.contents(mapped, kernels: kernels) == expected)
    // Float32 weights need no preparation.
    #expect(try !RecognitionModel(contentsOf: model, precision: .float32, prepared: cache).isPrepared)
  }

  @Test func whatIsPreparedIsTheSameOnAllInstructionSets() throws {
    defer { clean() }
    func contents(_ kernels: Kernels) throws -> [String: [UInt8]] {
      Self.contents(try RecognitionModel(contentsOf: model, prepared: cache, kernels: kernels), kernels: kernels)
    }
    let all = try TinyModelTests.isas.map(contents)
    let fast = all.dropFirst()
    #expect(fast.allSatisfy { $0 == fast.first && $0.count > 20 })
    // The plain kernels compute the silence in another order, and so each has a file of its own.
    func weights(_ contents: [String: [UInt8]]) -> [String: [UInt8]] {
      contents.filter { !$0.key.hasPrefix("groups") && $0.key != "tail" }
    }
    #expect(fast.first.map { weights($0) == weights(all[0]) && $0 != all[0] } ?? true)
    #expect(names.count == TinyModelTests.isas.count)
  }

  /// Files of another revision are made anew. Where this fails, something that is prepared has changed, perhaps by rounding alone:
  /// raise the revision, and write down the new hash.
  @Test(.enabled(if: Kernels.all.contains { $0.name == "avx2" })) func whatIsPreparedIsThatOfItsRevision() throws {
    defer { clean() }
    let kernels = try #require(Kernels.all.first { $0.name == "avx2" })
    let contents = Self.contents(try RecognitionModel(contentsOf: model, kernels: kernels), kernels: kernels)
    let all = contents.sorted { $0.key < $1.key }.flatMap { Array($0.key.utf8) + $0.value }
    let hash = all.withUnsafeBytes { String(ContentHash.of($0), radix: 16) }
    #expect(ModelIdentity.revision == 3 && hash == "ec9f24d3a80bb437", "\(hash)")
  }

  @Test(arguments: LayoutTests.exact + LayoutTests.rounded) func everyLayoutIsPrepared(layout: String) throws {
    defer { clean() }
    let url = LayoutTests.folder.appending(path: layout)
    let plain = try RecognitionModel(contentsOf: url)
    for _ in 0..<2 {
      let prepared = try RecognitionModel(contentsOf: url, prepared: cache)
      #expect(prepared.isPrepared && prepared.name == plain.name && prepared.languages == plain.languages)
      #expect(prepared.alignmentHeads == plain.alignmentHeads)
      #expect(prepared.weights.dimensions == plain.weights.dimensions)
      #expect(Self.contents(prepared) == Self.contents(plain))
    }
  }

  @Test func changedModelsArePreparedAnew() throws {
    defer { clean() }
    let binary = model.appending(path: "model.bin")
    _ = try RecognitionModel(contentsOf: model, prepared: cache)
    let old = try only
    // The last value of the last tensor but the aliases: the same size, another content.
    let last = try RecognitionModel(contentsOf: model)
    var bytes = [UInt8](try Data(contentsOf: binary))
    let middle = bytes.count / 2
    bytes[middle] ^= 1
    bytes[middle + 2] ^= 1
    try Data(bytes).write(to: binary)
    let changed = try RecognitionModel(contentsOf: model, prepared: cache)
    #expect(changed.isPrepared)
    #expect(Self.contents(changed) == Self.contents(try RecognitionModel(contentsOf: model)))
    #expect(Self.contents(changed) != Self.contents(last))
    // The old one is gone.
    #expect(try only.lastPathComponent != old.lastPathComponent)
    // Another time of change alone is reason enough; a copy of the model that keeps its times shares what was made.
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSince1970: 1e9)], ofItemAtPath: binary.path)
    let second = try only
    _ = try RecognitionModel(contentsOf: model, prepared: cache)
    #expect(try only.lastPathComponent != second.lastPathComponent)
    // So is a file that was not there.
    let third = try only
    try Data(#"{"alignment_heads": [[1, 1]]}"#.utf8).write(to: model.appending(path: "config.json"))
    #expect(try RecognitionModel(contentsOf: model, prepared: cache).alignmentHeads.count == 1)
    #expect(try only.lastPathComponent != third.lastPathComponent)
    // And damage is an error as ever.
    try Data(bytes.dropLast(bytes.count / 2)).write(to: binary)
    #expect(throws: RecognitionError.self) { try RecognitionModel(contentsOf: model, prepared: cache) }
  }

  @Test func damagedFilesAreMadeAnew() throws {
    defer { clean() }
    let expected = Self.contents(try RecognitionModel(contentsOf: model))
    _ = try RecognitionModel(contentsOf: model, prepared: cache)
    let file = try only
    let whole = [UInt8](try Data(contentsOf: file))
    let prepared = try PreparedFile(contentsOf: file)
    let (tokens, sizes, matrix) = (
      try offset("tokens", in: prepared), try offset("sizes", in: prepared),
      try offset("embedding.weight", in: prepared)
    )
    let damages: [(String, (inout [UInt8]) -> Void)] = [
      ("empty", { $0 = [] }), ("cut", { $0.removeLast() }), ("version", { $0[8] = 9 }), ("head", { $0[50] ^= 1 }),
      ("tokens", { $0[tokens + 40] ^= 1 }), ("sizes", { $0[sizes] ^= 1 }),
    ]
    for (what, damage) in damages {
      var bytes = whole
      damage(&bytes)
      try Data(bytes).write(to: file, options: .atomic)
      let model = try RecognitionModel(contentsOf: model, prepared: cache)
      #expect(model.isPrepared && Self.contents(model) == expected, "\(what)")
      #expect(try Data(contentsOf: only) == Data(whole), "\(what)")
    }
    // A flipped byte among mere numbers is found when every byte is read; then the file goes.
    var bytes = whole
    bytes[matrix + 100] ^= 1
    try Data(bytes).write(to: file, options: .atomic)
    #expect(cache.verify(preparedFrom: model.appending(path: "other")).isEmpty)
    #expect(cache.verify(preparedFrom: model).map(\.isWhole) == [false])
    #expect(names.isEmpty)
    _ = try RecognitionModel(contentsOf: model, prepared: cache)
    #expect(cache.verify(preparedFrom: model).map(\.isWhole) == [true])
    #expect(names.count == 1)
  }

  @Test func severalAtOnceMakeOneFile() throws {
    defer { clean() }
    let expected = Self.contents(try RecognitionModel(contentsOf: model))
    let (model, cache) = (model, cache)
    let found = Mutex<[[String: [UInt8]]]>([])
    DispatchQueue.concurrentPerform(iterations: 4) { _ in
      guard let model = try? RecognitionModel(contentsOf: model, prepared: cache), model.isPrepared else { return }
      let contents = Self.contents(model)
      found.withLock { $0.append(contents) }
    }
    #expect(found.withLock { $0.count == 4 && $0.allSatisfy { $0 == expected } })
    #expect(cache.verify(preparedFrom: model).map(\.isWhole) == [true])
    #expect(names.count == 1)
  }

  @Test func withoutAFolderToWriteInModelsArePreparedInMemory() throws {
    defer { clean() }
    let expected = Self.contents(try RecognitionModel(contentsOf: model))
    // A file where the folder should be; permissions do not stop everybody.
    try Data().write(to: folder.appending(path: "cache"))
    let inMemory = try RecognitionModel(contentsOf: model, prepared: cache)
    #expect(!inMemory.isPrepared && Self.contents(inMemory) == expected)
    // A folder where the file should be.
    try FileManager.default.removeItem(at: folder.appending(path: "cache"))
    _ = try RecognitionModel(contentsOf: model, prepared: cache)
    let file = try only
    try FileManager.default.removeItem(at: file)
    try FileManager.default.createDirectory(at: file.appending(path: "full"), withIntermediateDirectories: true)
    let blocked = try RecognitionModel(contentsOf: model, prepared: cache)
    #expect(!blocked.isPrepared && Self.contents(blocked) == expected)
    #expect(names == [file.lastPathComponent])
  }

  @Test func whatIsLeftBehindIsClearedAway() throws {
    defer { clean() }
    let other = folder.appending(path: "elsewhere/model.en")
    try FileManager.default.createDirectory(at: folder.appending(path: "elsewhere"), withIntermediateDirectories: true)
    try FileManager.default.copyItem(at: model, to: other)
    _ = try RecognitionModel(contentsOf: model, prepared: cache)
    let first = try only
    let file = try node(first)
    // The same files at another place are the same model.
    for name in try FileManager.default.contentsOfDirectory(atPath: model.path) {
      var times = [timespec(), timespec()], status = stat()
      try #require(stat(model.appending(path: name).path, &status) == 0)
      times = [status.st_atim, status.st_mtim]
      try #require(utimensat(AT_FDCWD, other.appending(path: name).path, times, 0) == 0)
    }
    #expect(try RecognitionModel(contentsOf: other, prepared: cache).isPrepared)
    #expect(try node(only) == file)
    // Changed, it is another one, and the first stays.
    try Data(#"{"alignment_heads": [[1, 1]]}"#.utf8).write(to: other.appending(path: "config.json"))
    #expect(try RecognitionModel(contentsOf: other, prepared: cache).isPrepared)
    #expect(names.count == 2)
    cache.remove(preparedFrom: folder.appending(path: "mod"))
    #expect(names.count == 2)
    cache.remove(preparedFrom: model)
    #expect(names.count == 1 && !names.contains(first.lastPathComponent))
    // What was prepared from files that are gone goes when another model is prepared.
    try FileManager.default.removeItem(at: other)
    _ = try RecognitionModel(contentsOf: model, prepared: cache)
    #expect(names.count == 1)
    #expect(try only.lastPathComponent == first.lastPathComponent)
  }
}
