internal import Foundation

/// Finding recordings among what a user named.
public enum AudioFiles {
  /// Endings, in lower case, that make a file in a folder count as audio.
  public static let extensions: Set<String> = [
    "wav", "wave", "bwf", "flac", "ogg", "oga", "opus", "mp3", "mp2", "aif", "aiff", "aifc", "au", "snd", "caf", "w64",
    "rf64", "sph",
  ]
  /// Endings, in lower case, of recordings in a folder that are not read.
  public static let unreadExtensions: Set<String> = [
    "m4a", "m4b", "mp4", "m4v", "mov", "aac", "ac3", "wma", "wmv", "asf", "amr", "3gp", "3g2", "3ga", "mka", "mkv",
    "webm", "weba",
    "avi", "flv", "mpg", "mpeg", "mts", "m2ts", "vob", "ape", "wv", "tta", "mpc", "spx", "dss", "ds2", "ra", "rm",
    "rmvb", "dsf",
  ]

  /// Why something in a folder is not read.
  public enum PassedOver: Sendable {
    /// A folder that may not be read.
    case permissionDenied
    /// A file that seems to be a recording, in a format that is not read.
    case unreadFormat
    /// A pipe, a device or a socket that is called like a recording.
    case noFile
  }

  /// The files to read, in the order of `paths`.
  ///
  /// A path that is not a folder is taken as it is, whatever its ending, and even when it does not exist: opening it tells.
  /// A folder gives the audio files in it and below, sorted by path; hidden files and folders are skipped, and a folder that
  /// symbolic links reach twice is searched once. Pipes, devices and sockets in a folder are passed over, for nobody may ever write
  /// into them. `-`, standard input, is kept.
  ///
  /// - Parameters:
  ///   - passOver: told of what in a folder is not read, and why.
  /// - Throws: `AudioError.noAudio` for a folder without an audio file, `.permissionDenied` for one that cannot be read.
  public static func find(
    in paths: [String], passOver: (_ name: String, _ reason: PassedOver) -> Void = { _, _ in }
  ) throws(AudioError) -> [String] {
    var found: [String] = []
    for path in paths {
      if path != "-", kind(path) == S_IFDIR {
        let files = try search(path, passOver)
        if files.isEmpty { throw .noAudio(folder: path) }
        found += files
      } else {
        found.append(path)
      }
    }
    return found
  }

  private static func search(
    _ root: String, _ passOver: (String, PassedOver) -> Void
  ) throws(AudioError) -> [String] {
    guard mayRead(root) else { throw .permissionDenied(name: root) }
    var visited: Set<String> = []
    var files: [String] = []
    collect(root, into: &files, visited: &visited, passOver)
    return files.sorted()
  }

  private static func collect(
    _ folder: String, into files: inout [String], visited: inout Set<String>,
    _ passOver: (String, PassedOver) -> Void
  ) {
    guard mayRead(folder) else { return passOver(folder, .permissionDenied) }
    let identity = URL(fileURLWithPath: folder).resolvingSymlinksInPath().path
    guard visited.insert(identity).inserted else { return }
    // Sorted here too, so that which of two links to a folder is followed does not depend on the file system.
    let names = FolderNames.systemPath(folder).flatMap { FolderNames.all(in: $0) } ?? []
    for name in names.map({ String(decoding: $0, as: UTF8.self) }).sorted() where !name.hasPrefix(".") {
      let path = folder.hasSuffix("/") ? folder + name : folder + "/" + name
      let ending = URL(fileURLWithPath: path).pathExtension.lowercased()
      let kind = kind(path)
      if kind == S_IFDIR {
        collect(path, into: &files, visited: &visited, passOver)
      } else if let kind, kind != S_IFREG {
        if extensions.contains(ending) { passOver(path, .noFile) }
      } else if extensions.contains(ending) {
        files.append(path)
      } else if unreadExtensions.contains(ending) {
        passOver(path, .unreadFormat)
      }
    }
  }

  private static func mayRead(_ folder: String) -> Bool {
    FolderNames.systemPath(folder).map { access($0, R_OK | X_OK) == 0 } ?? false
  }

  /// What a path leads to, of `S_IFMT`; nil where that is nothing: opening it tells.
  private static func kind(_ path: String) -> mode_t? {
    guard let path = FolderNames.systemPath(path) else { return nil }
    var status = stat()
    return stat(path, &status) == 0 ? status.st_mode & S_IFMT : nil
  }
}
