internal import AudioIO
internal import Dragoman
internal import Foundation
internal import Transcripts

/// Files that a live session keeps: each is valid at every moment, and what is in it stays when the process is killed.
final class LiveFiles {
  private enum File {
    case growing(FileHandle, GrowingTranscript, path: String)
    case whole(path: String)
  }

  private var files: [File] = []
  private let recording: SoundWriter?

  /// Refuses what is known not to be kept, before anything is made or replaced.
  ///
  /// - Parameter input: the recording that is replayed; nil for none.
  static func check(_ paths: [String], recording: String?, overwrites: Bool, input: String?) throws(Failure) {
    for path in paths where TranscriptFormat(rawValue: ending(of: path)) == nil {
      let known = TranscriptFormat.allCases.map { "." + $0.rawValue }.joined(separator: ", ")
      throw Failure(.usage, "--save \(path): its ending tells no format; known are \(known)")
    }
    if let recording, !["flac", "wav"].contains(ending(of: recording)) {
      throw Failure(.usage, "--record \(recording): audio is kept as .flac or .wav")
    }
    var seen: Set<String> = []
    for path in paths + (recording.map { [$0] } ?? []) {
      let place = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
      guard seen.insert(place).inserted else { throw Failure(.usage, "\(path) is named twice; choose another name") }
      if let input, URL(fileURLWithPath: input).resolvingSymlinksInPath().path == place {
        throw Failure(.usage, "\(path) is what is replayed; choose another name")
      }
      let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
      guard access(folder, W_OK | X_OK) == 0 else {
        throw Failure(.cannotCreate, "cannot make \(path): \(String(cString: strerror(errno))); choose another place")
      }
      var status = stat()
      guard stat(path, &status) != 0 || status.st_mode & S_IFMT == S_IFREG else {
        throw Failure(.cannotCreate, "\(path) is no file that can be replaced; choose another name")
      }
      guard overwrites || !FileManager.default.fileExists(atPath: path) else {
        throw Failure(.cannotCreate, "\(path) is there already; choose another name, or say --overwrite")
      }
    }
  }

  private static func ending(of path: String) -> String { (path as NSString).pathExtension.lowercased() }
  private var transcript: Transcript

  /// Makes the files, after `check`.
  ///
  /// - Parameters:
  ///   - paths: transcripts, whose endings tell their formats.
  ///   - recording: of the audio; nil for none.
  ///   - overwrites: whether files that are there may go.
  ///   - content: what subtitles show.
  ///   - transcript: what is known of the session, without segments.
  /// - Throws: `Failure` where a file exists or cannot be made.
  init(
    _ paths: [String], recording: String?, overwrites: Bool, content: SubtitleContent?, transcript: Transcript
  ) throws {
    self.transcript = transcript
    // One that cannot be made costs none of those behind it.
    func makeRoom(_ path: String) { if overwrites { unlink(path) } }
    for path in paths {
      let format = TranscriptFormat(rawValue: Self.ending(of: path))!
      if format == .json {
        try AtomicFile.write(format.render(transcript, content: content), to: path)
        files.append(.whole(path: path))
        continue
      }
      makeRoom(path)
      let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0o666)
      guard descriptor >= 0 else {
        throw Failure(.cannotCreate, "cannot make \(path): \(String(cString: strerror(errno)))")
      }
      let growing = GrowingTranscript(
        format: format, content: content, isTranslated: transcript.targetLanguage != nil)
      let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
      try Self.append(growing.beginning, to: handle, path: path)
      files.append(.growing(handle, growing, path: path))
    }
    do throws(AudioError) {
      self.recording = try recording.map { path throws(AudioError) in
        makeRoom(path)
        return try SoundWriter(path: path)
      }
    } catch {
      throw Failure(.cannotCreate, error.description)
    }
  }

  /// Keeps a final.
  ///
  /// - Throws: `Failure` where the disk is full; what was kept stays.
  func append(_ segment: Segment, duration: Duration) throws {
    transcript.segments.append(segment)
    transcript.duration = duration
    if let language = segment.language { transcript.language = language }
    for index in files.indices {
      switch files[index] {
      case .growing(let handle, var growing, let path):
        var one = transcript
        one.segments = [segment]
        try Self.append(growing.append(one), to: handle, path: path)
        files[index] = .growing(handle, growing, path: path)
      case .whole(let path): try AtomicFile.write(TranscriptFormat.json.render(transcript), to: path)
      }
    }
  }

  /// Keeps audio.
  func record(_ samples: UnsafeBufferPointer<Float>) throws { try recording?.append(samples) }

  private static func append(_ text: String, to handle: FileHandle, path: String) throws {
    guard !text.isEmpty else { return }
    let length = lseek(handle.fileDescriptor, 0, SEEK_END)
    do {
      try handle.write(contentsOf: Data(text.utf8))
      fsync(handle.fileDescriptor)
    } catch {
      // Half a cue would spoil the file.
      ftruncate(handle.fileDescriptor, length)
      throw Failure(
        .inputOutput, "cannot write to \(path): \(error.localizedDescription); what was written before is kept")
    }
  }
}
