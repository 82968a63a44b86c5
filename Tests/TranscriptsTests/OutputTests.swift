import Foundation
import Testing
import Transcripts

@Suite struct OutputTests {
  @Test func names() {
    let inputs = [
      "a/talk.flac", "b/talk.wav", "c/talk.wav", "-", "speech", "d/talk.wav", "stdin", ".hidden", "x/archive.tar.ogg",
      "talk.wav.mp3", "./c/talk.wav", "c/talk.wav",
    ]
    #expect(
      OutputNaming(inputs: inputs).bases == [
        "talk.flac", "b/talk", "c/talk.wav", "stdin", "speech", "d/talk", "stdin-2", ".hidden", "archive.tar",
        "talk.wav.mp3", "c/talk.wav-2", "c/talk.wav-3",
      ])
  }

  /// What an earlier run wrote is of the same input when the folder has grown: no name goes over to another one.
  @Test func namesStayWithTheirInputs() {
    let all = [
      "2018/side1.wav", "2018/side1.flac", "2019/side1.wav", "2019/side2.wav", "2020/side1.wav", "side1.wav", "x/side1",
    ]
    var owners: [String: String] = [:]
    for count in 1...all.count {
      // Older ones come later, as in a folder that is sorted.
      let inputs = all.suffix(count)
      for (input, base) in zip(inputs, OutputNaming(inputs: Array(inputs)).bases) {
        #expect(owners[base, default: input] == input, "\(base) was \(owners[base] ?? ""), is \(input)")
        owners[base] = input
      }
    }
    #expect(OutputNaming(inputs: ["2019/side1.wav", "2020/side1.wav"]).bases == ["2019/side1", "2020/side1"])
    #expect(OutputNaming(inputs: ["a/talk.flac", "a/talk.wav"]).bases == ["talk.flac", "talk.wav"])
    #expect(
      OutputNaming(inputs: ["x/talk.wav", "x/talk.wav", "a/talk.wav"]).bases == ["x/talk", "x/talk-2", "a/talk"])
  }

  private func withFolder(_ body: (String) throws -> Void) rethrows {
    let folder = FileManager.default.temporaryDirectory.path + "/dragoman-output-\(UUID().uuidString)"
    try! FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
  }

  @Test func filesAppearWholeAndReplaceOldOnes() throws {
    try withFolder { folder in
      let path = folder + "/a.txt"
      try AtomicFile.write("first, long text\n", to: path)
      try AtomicFile.write("olá\n", to: path)
      #expect(try String(contentsOfFile: path, encoding: .utf8) == "olá\n")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["a.txt"])
      let longName = folder + "/" + String(repeating: "n", count: 251) + ".txt"
      try AtomicFile.write("", to: longName)
      #expect(FileManager.default.fileExists(atPath: longName))
    }
  }

  @Test func linksAreFollowedAndPipesWrittenInto() throws {
    try withFolder { folder in
      try AtomicFile.write("old", to: folder + "/file.txt")
      symlink("file.txt", folder + "/link.txt")
      try AtomicFile.write("new", to: folder + "/link.txt")
      #expect(try String(contentsOfFile: folder + "/file.txt", encoding: .utf8) == "new")
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder + "/link.txt") == "file.txt")
      // Also one that leads to what is not there yet.
      symlink("later.txt", folder + "/early.txt")
      try AtomicFile.write("now", to: folder + "/early.txt")
      #expect(try String(contentsOfFile: folder + "/later.txt", encoding: .utf8) == "now")
      #expect(mkfifo(folder + "/pipe", 0o600) == 0)
      let reader = open(folder + "/pipe", O_RDONLY | O_NONBLOCK)
      defer { close(reader) }
      try AtomicFile.write("through", to: folder + "/pipe")
      var bytes = [UInt8](repeating: 0, count: 16)
      #expect(read(reader, &bytes, 16) == 7 && String(decoding: bytes.prefix(7), as: UTF8.self) == "through")
    }
  }

  @Test func whoMayReadTheOldFileMayReadTheNewOne() throws {
    try withFolder { folder in
      let path = folder + "/private.txt"
      try AtomicFile.write("old", to: path)
      for mode: mode_t in [0o600, 0o640, 0o664] {
        chmod(path, mode)
        try AtomicFile.write("new", to: path)
        var status = stat()
        #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == mode)
      }
    }
  }

  @Test func failuresLeaveNothingBehind() throws {
    try withFolder { folder in
      let missing = folder + "/none/a.txt"
      #expect(throws: TranscriptError.unwritable(path: missing, code: ENOENT)) {
        try AtomicFile.write("text", to: missing)
      }
      // A folder stands under the name: everything works until the renaming.
      let blocked = folder + "/blocked"
      try FileManager.default.createDirectory(atPath: blocked, withIntermediateDirectories: true)
      #expect(throws: TranscriptError.unwritable(path: blocked, code: EISDIR)) {
        try AtomicFile.write("text", to: blocked)
      }
      let tooLong = folder + "/" + String(repeating: "n", count: 300)
      #expect(throws: TranscriptError.writeFailed(path: tooLong, code: ENAMETOOLONG)) {
        try AtomicFile.write("text", to: tooLong)
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["blocked"])
    }
  }

  @Test func everyErrorSaysWhatToDo() {
    let errors: [TranscriptError] = [
      .unknownLanguage(name: "a", suggestion: "b"), .diskFull(path: "a", code: ENOSPC),
      .unwritable(path: "a", code: EACCES), .writeFailed(path: "a", code: EIO),
    ]
    for error in errors { #expect(error.description.hasPrefix("a: ") && error.description.hasSuffix(".")) }
    #expect(errors[0].description.contains("Did you mean b?"))
    #expect(errors[1].description.contains("No space left on device"))
  }

  /// A file system of 64 kB, filled to its end.
  @Test func aFullDiskIsTold() throws {
    // /dev/full cannot be renamed over; a file size limit is no full disk: only a real one will do.
    let folder = FileManager.default.temporaryDirectory.path + "/dragoman-full-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    guard mount("tmpfs", folder, "tmpfs", 0, "size=64k") == 0 else {
      withKnownIssue("this machine does not let the test mount a small file system: errno \(errno)") {
        Issue.record("not run")
      }
      return
    }
    defer { umount(folder) }
    let path = folder + "/a.json"
    try AtomicFile.write("old", to: path)
    #expect(throws: TranscriptError.diskFull(path: path, code: ENOSPC)) {
      try AtomicFile.write(String(repeating: "x", count: 200_000), to: path)
    }
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "old")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["a.json"])
  }
}
