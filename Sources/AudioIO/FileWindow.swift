internal import CSndFile
internal import Foundation

/// A stretch of a file as a file of its own, for recordings that stand behind others.
final class FileWindow {
  private let descriptor: Int32
  private let bytes: Range<Int64>
  private var position: Int64 = 0

  /// - Parameters:
  ///   - descriptor: of a file that can seek; it stays the caller's to close.
  ///   - bytes: where the stretch is.
  init(_ descriptor: Int32, bytes: Range<Int64>) { (self.descriptor, self.bytes) = (descriptor, bytes) }

  /// The callbacks; their user data is an unretained `FileWindow`.
  static func callbacks() -> SF_VIRTUAL_IO {
    SF_VIRTUAL_IO(
      get_filelen: { pointer in Int64(FileWindow.from(pointer).bytes.count) },
      seek: { offset, whence, pointer in FileWindow.from(pointer).seek(offset, whence) },
      read: { target, count, pointer in FileWindow.from(pointer).read(target!, Int(count)) },
      write: { _, _, _ in 0 },
      tell: { pointer in FileWindow.from(pointer).position })
  }

  private static func from(_ pointer: UnsafeMutableRawPointer?) -> FileWindow {
    Unmanaged<FileWindow>.fromOpaque(pointer!).takeUnretainedValue()
  }

  private func seek(_ offset: Int64, _ whence: Int32) -> Int64 {
    let base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? position : Int64(bytes.count)
    let (target, isTooFar) = base.addingReportingOverflow(offset)
    guard !isTooFar, target >= 0 else { return -1 }
    position = target
    return target
  }

  private func read(_ target: UnsafeMutableRawPointer, _ count: Int) -> Int64 {
    let wanted = min(Int64(count), Int64(bytes.count) - position)
    guard wanted > 0, lseek(descriptor, off_t(bytes.lowerBound + position), SEEK_SET) >= 0 else { return 0 }
    var got: Int64 = 0
    while got < wanted {
      let piece = Foundation.read(descriptor, target + Int(got), Int(wanted - got))
      if piece > 0 { got += Int64(piece) } else if piece == 0 || errno != EINTR { break }
    }
    position += got
    return got
  }
}
