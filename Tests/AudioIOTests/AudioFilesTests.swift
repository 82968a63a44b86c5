import AudioIO
import Foundation
import Testing

@Suite struct AudioFilesTests {
  let scratch = Scratch()

  private func make(_ path: String) {
    let url = scratch.folder.appendingPathComponent(path)
    try! FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try! Data([0]).write(to: url)
  }

  private func found(_ path: String) throws -> [String] {
    let root = scratch.folder.appendingPathComponent(path).path
    return try AudioFiles.find(in: [root]).map { String($0.dropFirst(root.count + 1)) }
  }

  @Test func foldersAreSearchedToTheirLeavesInOrder() throws {
    for path in ["f/b.WAV", "f/a.mp3", "f/notes.txt", "f/deep/er/c.flac", "f/.hidden.wav", "f/.git/d.wav"] {
      make(path)
    }
    #expect(try found("f") == ["a.mp3", "b.WAV", "deep/er/c.flac"])
  }

  @Test func loopsOfLinksEnd() throws {
    make("f/inner/a.wav")
    let manager = FileManager.default
    let inner = scratch.folder.appendingPathComponent("f/inner")
    try manager.createSymbolicLink(
      at: inner.appendingPathComponent("up"), withDestinationURL: scratch.folder.appendingPathComponent("f"))
    try manager.createSymbolicLink(at: scratch.folder.appendingPathComponent("f/again"), withDestinationURL: inner)
    #expect(try found("f") == ["again/a.wav"])
  }

  @Test(.enabled(if: getuid() != 0, "root may read everything")) func foldersThatCannotBeReadAreTold() throws {
    for path in ["f/a.wav", "f/lost/b.wav"] { make(path) }
    let folder = scratch.folder.appendingPathComponent("f").path
    chmod(folder + "/lost", 0)
    defer { chmod(folder + "/lost", 0o700) }
    var leftOut: [String] = []
    let found = try AudioFiles.find(in: [folder]) { name, reason in
      #expect(reason == .permissionDenied)
      leftOut.append(name)
    }
    #expect(found == [folder + "/a.wav"] && leftOut == [folder + "/lost"])
  }

  @Test func explicitFilesAreTakenWhateverTheirName() throws {
    #expect(try AudioFiles.find(in: ["missing.xyz", "-", "b.wav"]) == ["missing.xyz", "-", "b.wav"])
  }

  @Test func aFolderWithoutAudioIsAnError() throws {
    make("f/notes.txt")
    let folder = scratch.folder.appendingPathComponent("f").path
    #expect(throws: AudioError.noAudio(folder: folder)) { try AudioFiles.find(in: [folder]) }
  }

  @Test func recordingsThatAreNotReadAreTold() throws {
    for path in ["m/a.wav", "m/b.M4A", "m/deep/c.wma", "m/notes.txt", "m/cover.jpg", "m/.d.m4a"] { make(path) }
    let root = scratch.folder.appendingPathComponent("m").path
    var passed: [String] = []
    let found = try AudioFiles.find(in: [root]) { name, reason in
      #expect(reason == .unreadFormat)
      passed.append(name)
    }
    #expect(found == [root + "/a.wav"] && passed == [root + "/b.M4A", root + "/deep/c.wma"])
    #expect(AudioFiles.extensions.isDisjoint(with: AudioFiles.unreadExtensions))
  }

  /// Nobody may ever write into a pipe.
  @Test func pipesInFoldersArePassedOver() throws {
    for path in ["p/a.wav", "p/deep/b.flac"] { make(path) }
    let root = scratch.folder.appendingPathComponent("p").path
    for name in ["/pipe.wav", "/deep/pipe.flac", "/pipe.txt"] { #expect(mkfifo(root + name, 0o600) == 0) }
    symlink("/dev/zero", root + "/zero.wav")
    symlink("nowhere", root + "/lost.wav")
    var passed: [String] = []
    let found = try AudioFiles.find(in: [root, root + "/pipe.wav"]) { name, reason in
      #expect(reason == .noFile)
      passed.append(name)
    }
    #expect(found == ["/a.wav", "/deep/b.flac", "/lost.wav", "/pipe.wav"].map { root + $0 })
    #expect(passed == ["/deep/pipe.flac", "/pipe.wav", "/zero.wav"].map { root + $0 })
  }

  /// A pipe that is named is waited for as long as somebody wants it: until it is opened, and until something comes.
  @Test func aPipeThatIsNoLongerWantedEnds() throws {
    let path = scratch.folder.appendingPathComponent("pipe.wav").path
    try #require(mkfifo(path, 0o600) == 0)
    let url = URL(fileURLWithPath: path)
    var asked = 0
    let stopping = {
      asked += 1
      return asked > 3
    }
    #expect(throws: AudioError.emptyFile(name: path)) { try AudioFile(url, isStopped: stopping) }
    #expect(asked == 4)
    // Both ends open, a second of sound written, and nothing more.
    let writer = open(path, O_RDWR)
    defer { close(writer) }
    let bytes = Wave(samples: sine(rate: 16_000, seconds: 1)).bytes
    #expect(bytes.withUnsafeBytes { write(writer, $0.baseAddress, $0.count - 2) } == bytes.count - 2)
    asked = -1_000
    let file = try AudioFile(url, isStopped: stopping)
    #expect(try file.read(8_000).count == 8_000)
    // It is asked before each look into the pipe, too.
    asked = -20
    #expect(try file.read(16_000).count == 7_999)
    #expect(try file.read(16_000).isEmpty)
  }

  /// Who writes may come late.
  @Test func aPipeIsWaitedFor() throws {
    let bytes = Wave(samples: sine(rate: 16_000, seconds: 0.1)).bytes
    for isWatched in [true, false] {
      let path = scratch.folder.appendingPathComponent("\(isWatched).wav").path
      try #require(mkfifo(path, 0o600) == 0)
      Thread.detachNewThread {
        usleep(250_000)
        let writer = open(path, O_WRONLY)
        usleep(150_000)
        _ = bytes.withUnsafeBytes { write(writer, $0.baseAddress, $0.count) }
        close(writer)
      }
      #expect(
        try everything(AudioFile(URL(fileURLWithPath: path), isStopped: isWatched ? { false } : nil)).count == 1_600)
    }
  }

  /// Old archives have names in Latin-1: bytes that no string holds.
  @Test func namesThatAreNotUTF8AreFoundAndOpened() throws {
    let wave = Wave(samples: sine(rate: 16_000, seconds: 0.1)).bytes
    let root = scratch.folder.path
    let folder = Array((root + "/old/Jos").utf8) + [0xE9]
    make("old/x.txt")
    func put(_ path: [UInt8]) throws {
      let descriptor = open(path.map { CChar(bitPattern: $0) } + [0], O_CREAT | O_WRONLY, 0o644)
      try #require(descriptor >= 0)
      #expect(wave.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) } == wave.count)
      close(descriptor)
    }
    mkdir(folder.map { CChar(bitPattern: $0) } + [0], 0o755)
    try put(folder + Array("/fa".utf8) + [0xE7] + Array("ade.wav".utf8))
    let files = try AudioFiles.find(in: [root + "/old"])
    #expect(files == [root + "/old/Jos\u{FFFD}/fa\u{FFFD}ade.wav"])
    #expect(try everything(AudioFile(URL(fileURLWithPath: files[0]))).count == 1_600)
    // Two that are shown alike.
    try put(folder + Array("/fa".utf8) + [0xE8] + Array("ade.wav".utf8))
    #expect(throws: AudioError.ambiguousName(name: files[0])) { try AudioFile(URL(fileURLWithPath: files[0])) }
  }
}
