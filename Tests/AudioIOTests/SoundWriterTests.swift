import Foundation
import Testing

@testable import AudioIO

@Suite struct SoundWriterTests {
  let scratch = Scratch()

  private func path(_ name: String) -> String { scratch.folder.appending(path: name).path }

  /// What another program reads while the recording goes on.
  private func copy(of path: String) throws -> [Float] {
    let copy = URL(filePath: path + "-copy." + (path as NSString).pathExtension)
    try? FileManager.default.removeItem(at: copy)
    try FileManager.default.copyItem(at: URL(filePath: path), to: copy)
    return try everything(AudioFile(copy))
  }

  @Test(arguments: ["talk.wav", "talk.flac", "TALK.FLAC"]) func whatWasAppendedCanBeRead(name: String) throws {
    let signal = sine(rate: 16_000, seconds: 2)
    let path = path(name)
    let writer = try SoundWriter(path: path)
    #expect(try copy(of: path).isEmpty, "a sound file before there is sound")
    var written = 0
    // A FLAC is written by blocks: the last one may not be full.
    let late = name.lowercased().hasSuffix("flac") ? 4_608 : 0
    for count in [1, 999, 7_000, 640, 640, 16_000, 3] {
      try signal[written..<written + count].withUnsafeBufferPointer { try writer.append($0) }
      written += count
      let read = try copy(of: path)
      #expect(read.count <= written && read.count >= written - late, "\(read.count) of \(written)")
      let difference = largestDifference(read, signal)
      #expect(read.isEmpty || difference.value < 1e-4, "\(difference)")
      guard late == 0 else { continue }
      // The length that the header says, too: readers go by it.
      let header = try Data(contentsOf: URL(filePath: path)).prefix(44)
      let length = header.suffix(4).reversed().reduce(0) { $0 * 256 + Int($1) }
      #expect(length == 2 * written, "a header that says \(length) bytes")
    }
  }

  @Test(arguments: ["wav", "flac"]) func theFileIsWholeWhenItIsClosed(ending: String) throws {
    let signal = sine(rate: 16_000, seconds: 0.7)
    let path = path("closed." + ending)
    var writer: SoundWriter? = try SoundWriter(path: path)
    try signal.withUnsafeBufferPointer { try writer!.append($0) }
    try [Float]().withUnsafeBufferPointer { try writer!.append($0) }
    writer = nil
    let file = try AudioFile(URL(filePath: path))
    #expect(file.inputSampleRate == 16_000 && file.inputChannelCount == 1 && file.duration == .milliseconds(700))
    #expect(largestDifference(try everything(file), signal).value < 1e-4)
  }

  @Test func whatIsTooLoudIsClipped() throws {
    let path = path("loud.wav")
    let writer = try SoundWriter(path: path)
    try [Float](arrayLiteral: 1.5, -1.5, 1, -1, 0.25).withUnsafeBufferPointer { try writer.append($0) }
    let read = try copy(of: path)
    #expect(largestDifference(read, [1, -1, 1, -1, 0.25]).value < 1e-4, "\(read)")
  }

  @Test func nothingThatIsThereIsReplaced() throws {
    let path = path("there.flac")
    try Data("mine".utf8).write(to: URL(filePath: path))
    #expect { try SoundWriter(path: path) } throws: { error in
      guard case .openFailed(path, Int(EEXIST), _)? = error as? AudioError else { return false }
      return true
    }
    #expect(try Data(contentsOf: URL(filePath: path)) == Data("mine".utf8))
  }

  @Test(arguments: ["talk.mp3", "talk", "flac.", "wav/"]) func anUnknownEndingIsRefused(name: String) {
    let path = path(name)
    #expect(throws: AudioError.recordingFormat(name: path)) { try SoundWriter(path: path) }
    #expect(!FileManager.default.fileExists(atPath: path))
  }

  @Test func aFolderThatIsNotThereIsNamed() {
    let path = path("nowhere/talk.wav")
    #expect { try SoundWriter(path: path) } throws: { "\($0)".contains("nowhere/talk.wav") }
  }
}
