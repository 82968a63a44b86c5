internal import Foundation

/// The few file operations of the store, each with the `errno` that the operating system gave.
enum FileSystem {
  /// Size of a regular file, following links; nil where there is none.
  static func size(of url: URL) -> Int? {
    var information = stat()
    guard stat(url.path, &information) == 0, information.st_mode & S_IFMT == S_IFREG else { return nil }
    return Int(information.st_size)
  }

  /// Makes a folder and those above it.
  static func makeFolder(_ url: URL) throws(StoreError) {
    let path = url.path
    if mkdir(path, 0o777) == 0 { return }
    var code = errno
    if code == ENOENT, url.pathComponents.count > 1 {
      try makeFolder(url.deletingLastPathComponent())
      if mkdir(path, 0o777) == 0 { return }
      code = errno
    }
    var information = stat()
    if code == EEXIST, stat(path, &information) == 0, information.st_mode & S_IFMT == S_IFDIR { return }
    throw .fileSystem(operation: "create", path: path, code: code)
  }

  static func rename(_ old: URL, to new: URL) throws(StoreError) {
    guard Foundation.rename(path(old), path(new)) == 0 else {
      throw .fileSystem(operation: "rename \(path(old)) to", path: path(new), code: errno)
    }
  }

  /// Removes a file or a folder with all it holds; a link is removed, not what it points to. Absence is no error.
  static func removeAll(_ url: URL) throws(StoreError) {
    do {
      try FileManager.default.removeItem(atPath: path(url))
    } catch {
      var information = stat()
      guard lstat(path(url), &information) == 0 else { return }
      throw .fileSystem(operation: "remove", path: path(url), code: EACCES)
    }
  }

  /// Makes the entries of a folder durable.
  static func synchronizeFolder(_ url: URL) throws(StoreError) {
    let descriptor = open(url.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .fileSystem(operation: "open", path: url.path, code: errno) }
    defer { close(descriptor) }
    // Some network file systems cannot synchronize a folder and say so with EINVAL: there is nothing better to do there.
    if fsync(descriptor) != 0, errno != EINVAL {
      throw .fileSystem(operation: "synchronize", path: url.path, code: errno)
    }
  }

  /// Bytes that an ordinary user may still write to the file system of `url`.
  static func availableBytes(at url: URL) -> Int? {
    var information = statvfs()
    guard statvfs(url.path, &information) == 0 else { return nil }
    return Int(
      clamping: UInt64(information.f_bavail).multipliedReportingOverflow(by: UInt64(information.f_frsize)).partialValue)
  }

  /// Bytes of all regular files below a folder, following links, the folder's own too. A file or folder that is reached in several
  /// ways counts once.
  static func bytesBelow(_ url: URL) -> Int {
    struct Place: Hashable { var device: dev_t, number: ino_t }
    var visited: Set<Place> = []
    func bytes(at path: String) -> Int {
      var information = stat()
      guard stat(path, &information) == 0,
        visited.insert(Place(device: information.st_dev, number: information.st_ino)).inserted
      else { return 0 }
      switch information.st_mode & S_IFMT {
      case S_IFREG: return Int(information.st_size)
      case S_IFDIR:
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return names.reduce(0) { $0 + bytes(at: path + "/" + $1) }
      default: return 0
      }
    }
    return bytes(at: url.path)
  }

  /// A path without the trailing slash that would make `rename` follow a link.
  private static func path(_ url: URL) -> String {
    let path = url.path
    return path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
  }
}
