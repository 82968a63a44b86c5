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
    #expect(try AudioFiles.find(in: [folder]) { leftOut.append($0) } == [folder + "/a.wav"])
    #expect(leftOut == [folder + "/lost"])
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
    #expect(try AudioFiles.find(in: [root], passOver: { passed.append($0) }) == [root + "/a.wav"])
    #expect(passed == [root + "/b.M4A", root + "/deep/c.wma"])
    #expect(AudioFiles.extensions.isDisjoint(with: AudioFiles.unreadExtensions))
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
