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
}
