import Foundation
import Testing

@testable import CLI

@Suite struct BenchReportAudioTests {
  @Test func onlyWhatBrowsersPlayIsTakenAndOnlyAsMuchAsIsWanted() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    func file(_ name: String, bytes: Int) throws -> String {
      let url = folder.appendingPathComponent(name)
      try Data(repeating: 7, count: bytes).write(to: url)
      return url.path
    }
    let audio = BenchReportAudio(largest: 100, most: 150)
    let clip = try #require(audio(try file("a.FLAC", bytes: 90)))
    #expect(clip.mimeType == "audio/flac" && clip.data.count == 90)
    #expect(try audio(file("b.wav", bytes: 101)) == nil)
    #expect(try audio(file("c.mp3", bytes: 61)) == nil)
    #expect(audio.leftOut == 2)
    #expect(try audio(file("d.opus", bytes: 60))?.mimeType == "audio/ogg")
    #expect(try audio(file("e.sph", bytes: 1)) == nil)
    #expect(audio(folder.path) == nil && audio("missing.wav") == nil)
    #expect(audio.taken == 150 && audio.leftOut == 2)
  }
}
