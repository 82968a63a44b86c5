internal import Foundation

/// Writing a file so that it is there whole or not at all.
public enum AtomicFile {
  /// Writes `text` as UTF-8 to a hidden file beside `path`, brings it to the disk and gives it its name.
  ///
  /// What stood under that name before stays until then, and for good when writing fails; the hidden file is removed. The new file may
  /// be read and written by whom the old one could be. A symbolic link is followed; what is no file, such as a pipe or
  /// `/dev/stdout`, is written into.
  ///
  /// - Throws: `TranscriptError.diskFull`, `.unwritable` or `.writeFailed` with the system's errno.
  public static func write(_ text: String, to path: String) throws(TranscriptError) {
    var status = stat()
    let isThere = stat(path, &status) == 0
    if isThere, ![S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT) { return try pour(text, into: path) }
    let path = target(of: path)
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    // A short name of its own: the file's name may already be as long as the file system allows.
    let hidden = folder + ".dragoman-\(getpid())-\(UInt64.random(in: 0 ... .max))"
    let descriptor = open(hidden, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw failure(errno, path) }
    var code = isThere && fchmod(descriptor, status.st_mode & 0o777) != 0 ? errno : 0
    if code == 0 { code = fill(descriptor, with: text) }
    if code == 0, fsync(descriptor) != 0 { code = errno }
    // A network file system may report a full disk only here.
    if close(descriptor) != 0, code == 0 { code = errno }
    if code == 0, rename(hidden, path) != 0 { code = errno }
    guard code == 0 else {
      unlink(hidden)
      throw failure(code, path)
    }
  }

  /// The file that a name stands for in the end, whether it is there or not.
  private static func target(of path: String) -> String {
    if let resolved = realpath(path, nil) {
      defer { free(resolved) }
      return String(cString: resolved)
    }
    // A link to what is not there yet; one that leads to itself fails when it is opened.
    guard let link = try? FileManager.default.destinationOfSymbolicLink(atPath: path) else { return path }
    let folder = link.hasPrefix("/") ? "" : path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    return folder + link
  }

  private static func pour(_ text: String, into path: String) throws(TranscriptError) {
    let descriptor = open(path, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(errno, path) }
    defer { close(descriptor) }
    let code = fill(descriptor, with: text)
    guard code == 0 else { throw failure(code, path) }
  }

  private static func fill(_ descriptor: Int32, with text: String) -> Int32 {
    var text = text
    return text.withUTF8 { fill(descriptor, with: UnsafeRawBufferPointer($0)) }
  }

  private static func fill(_ descriptor: Int32, with bytes: UnsafeRawBufferPointer) -> Int32 {
    var written = 0
    while written < bytes.count {
      let count = Foundation.write(descriptor, bytes.baseAddress! + written, bytes.count - written)
      if count >= 0 {
        written += count
      } else if errno != EINTR {
        return errno
      }
    }
    return 0
  }

  private static func failure(_ code: Int32, _ path: String) -> TranscriptError {
    switch code {
    case ENOSPC, EDQUOT: .diskFull(path: path, code: code)
    case EACCES, EPERM, EROFS, ENOENT, ENOTDIR, EISDIR: .unwritable(path: path, code: code)
    default: .writeFailed(path: path, code: code)
    }
  }
}
