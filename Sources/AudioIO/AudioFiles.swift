internal import Foundation

/// Finding recordings among what a user named.
public enum AudioFiles {
  /// Endings, in lower case, that make a file in a folder count as audio.
  public static let extensions: Set<String> = [
    "wav", "wave", "flac", "ogg", "oga", "opus", "mp3", "aif", "aiff", "aifc", "au", "snd", "caf", "w64", "rf64",
  ]

  /// The files to read, in the order of `paths`.
  ///
  /// A path that is not a folder is taken as it is, whatever its ending, and even when it does not exist: opening it tells.
  /// A folder gives the audio files in it and below, sorted by path; hidden files and folders are skipped, and a folder that
  /// symbolic links reach twice is searched once. `-`, standard input, is kept.
  ///
  /// - Parameter leaveOut: told of folders further down that cannot be read.
  /// - Throws: `AudioError.noAudio` for a folder without an audio file, `.permissionDenied` for one that cannot be read.
  public static func find(in paths: [String], leaveOut: (String) -> Void = { _ in }) throws(AudioError) -> [String] {
    var found: [String] = []
    for path in paths {
      if path != "-", isFolder(path) {
        let files = try search(path, leaveOut)
        if files.isEmpty { throw .noAudio(folder: path) }
        found += files
      } else {
        found.append(path)
      }
    }
    return found
  }

  private static func search(_ root: String, _ leaveOut: (String) -> Void) throws(AudioError) -> [String] {
    guard access(root, R_OK | X_OK) == 0 else { throw .permissionDenied(name: root) }
    var visited: Set<String> = []
    var files: [String] = []
    collect(root, into: &files, visited: &visited, leaveOut)
    return files.sorted()
  }

  private static func collect(
    _ folder: String, into files: inout [String], visited: inout Set<String>, _ leaveOut: (String) -> Void
  ) {
    guard access(folder, R_OK | X_OK) == 0 else { return leaveOut(folder) }
    let identity = URL(fileURLWithPath: folder).resolvingSymlinksInPath().path
    guard visited.insert(identity).inserted else { return }
    // Sorted here too, so that which of two links to a folder is followed does not depend on the file system.
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
    for name in names where !name.hasPrefix(".") {
      let path = folder.hasSuffix("/") ? folder + name : folder + "/" + name
      if isFolder(path) {
        collect(path, into: &files, visited: &visited, leaveOut)
      } else if extensions.contains(URL(fileURLWithPath: path).pathExtension.lowercased()) {
        files.append(path)
      }
    }
  }

  private static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }
}
