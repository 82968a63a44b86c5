internal import Foundation

/// The rest of a pipe in a temporary file that has no name, for containers whose reader has to seek.
enum Spool {
  /// Bytes behind which it must be clear whether they are audio at all: a tag with a picture may come first. What never ends would
  /// fill the disk.
  private static let enough: Int64 = 16 << 20

  /// Reads `stream` to its end and returns a descriptor that stands at its first byte.
  ///
  /// Memory stays bounded; the file vanishes with its descriptor, however the program ends.
  static func keep(_ stream: ByteStream, name: String) throws(AudioError) -> Int32 {
    let wanted = getenv("TMPDIR").map { String(cString: $0) } ?? ""
    let folder = wanted.isEmpty ? "/tmp" : wanted
    func failed() -> AudioError {
      .spoolFailed(folder: folder, code: Int(errno), message: String(cString: strerror(errno)))
    }
    var template = Array((folder + "/dragoman-XXXXXX").utf8CString)
    let descriptor = template.withUnsafeMutableBufferPointer { mkstemp($0.baseAddress!) }
    guard descriptor >= 0 else { throw failed() }
    unlink(template)
    var length: Int64 = 0, isKnown = false
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = chunk.withUnsafeMutableBytes { stream.read(into: $0) }
      if count == 0 { break }
      var written = 0
      while written < count {
        let now = chunk.withUnsafeBytes { write(descriptor, $0.baseAddress! + written, count - written) }
        if now >= 0 {
          written += now
        } else if errno != EINTR {
          let failure = failed()
          close(descriptor)
          throw failure
        }
      }
      length += Int64(count)
      if !isKnown, length >= enough {
        isKnown = true
        try SoundDecoder.refuseUnknown(descriptor, name: name)
        lseek(descriptor, 0, SEEK_END)
      }
    }
    guard stream.failure == 0 else {
      close(descriptor)
      throw .readFailed(
        name: name, seconds: 0, code: Int(stream.failure), message: String(cString: strerror(stream.failure)))
    }
    lseek(descriptor, 0, SEEK_SET)
    return descriptor
  }
}
