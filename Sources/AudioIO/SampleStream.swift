internal import CSndFile
internal import Foundation

/// A row of samples without a header, read by libsndfile through a descriptor that cannot seek.
///
/// libsndfile's own WAV reader takes a length of 0 at its word and, on a pipe, stops at 4 GiB; its raw reader has neither
/// limit. It seeks nowhere before reading, so the position is all that it has to be told.
final class SampleStream {
  let bytes: ByteStream
  /// Bytes of samples to deliver at most; nil for all there are.
  private let limit: Int64?
  /// Bytes of a frame, when frames are delivered as they come instead of in full buffers.
  private let promptUnit: Int?
  private var delivered: Int64 = 0

  init(bytes: ByteStream, limit: Int64?, promptUnit: Int? = nil) {
    (self.bytes, self.limit, self.promptUnit) = (bytes, limit, promptUnit)
  }

  /// errno of a failed read; 0 while all is well.
  var failure: Int32 { bytes.failure }

  /// The callbacks; their user data is an unretained `SampleStream`.
  static func callbacks() -> SF_VIRTUAL_IO {
    SF_VIRTUAL_IO(
      get_filelen: { pointer in SampleStream.from(pointer).limit ?? Int64.max / 4 },
      seek: { _, _, pointer in SampleStream.from(pointer).delivered },
      read: { target, count, pointer in
        SampleStream.from(pointer).read(UnsafeMutableRawBufferPointer(start: target, count: Int(count)))
      },
      write: { _, _, _ in 0 },
      tell: { pointer in SampleStream.from(pointer).delivered })
  }

  private static func from(_ pointer: UnsafeMutableRawPointer?) -> SampleStream {
    Unmanaged<SampleStream>.fromOpaque(pointer!).takeUnretainedValue()
  }

  private func read(_ buffer: UnsafeMutableRawBufferPointer) -> Int64 {
    let wanted = limit.map { Int(min(Int64(buffer.count), $0 - delivered)) } ?? buffer.count
    let target = UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted])
    let got = promptUnit.map { bytes.readAvailable(into: target, unit: $0) } ?? bytes.read(into: target)
    delivered += Int64(got)
    return Int64(got)
  }
}
