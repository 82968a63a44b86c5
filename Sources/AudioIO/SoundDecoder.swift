internal import CSndFile
internal import Foundation

/// libsndfile behind one descriptor: interleaved Float frames in order.
final class SoundDecoder {
  let sampleRate: Int
  let channelCount: Int
  /// Frames that will come as far as is known before reading; nil for streams.
  let expectedFrames: Int64?
  /// Frames that the header announced; more than `expectedFrames` or than come when data is missing.
  let announcedFrames: Int64?
  /// True when the container says that its end is missing.
  let lacksEnd: Bool
  /// Whether fewer frames than asked for may come before the end.
  let isPrompt: Bool
  /// Whether a read may wait for whoever writes.
  let mayWait: Bool
  private var handle: OpaquePointer
  private let stream: SampleStream?
  private let window: FileWindow?
  private let descriptor: Int32
  /// Where in the file a container stands, and libsndfile's code of it.
  private let begin: Int64, format: Int32
  /// How many bytes a file of samples has; nil for containers and pipes.
  private let fileByteCount: Int64?
  private let name: String

  /// A container on a descriptor that can seek. Takes the descriptor over.
  ///
  /// - Parameters:
  ///   - bytes: where it stands in the file; nil for all of it.
  ///   - announcedFrames: what its header was found to promise, where libsndfile corrects that silently.
  init(
    container descriptor: Int32, bytes: Range<Int64>? = nil, announcedFrames: Int64? = nil, name: String
  ) throws(AudioError) {
    var info = SF_INFO()
    let window = bytes.map { FileWindow(descriptor, bytes: $0) }
    guard let handle = Self.open(descriptor, window, &info) else {
      let (code, message) = (Int(sf_error(nil)), String(cString: sf_strerror(nil)))
      close(descriptor)
      throw .unsupported(name: name, code: code, message: message)
    }
    // SF_COUNT_MAX stands for an unknown number: a FLAC made on a pipe, an OGG without its last page.
    let frames = info.frames >= 0 && info.frames < Int64.max / 2 ? info.frames : nil
    expectedFrames = frames
    let isGuess =
      Int(info.format & Int32(SF_FORMAT_TYPEMASK)) == SF_FORMAT_MPEG
      && !MPEGFrames.tellLength(descriptor, from: bytes?.lowerBound ?? 0)
    self.announcedFrames = isGuess ? nil : announcedFrames ?? frames
    lacksEnd = frames == nil && info.format & Int32(SF_FORMAT_TYPEMASK) == Int32(SF_FORMAT_OGG)
    (self.handle, stream, self.descriptor, self.name) = (handle, nil, descriptor, name)
    (self.window, begin, format, fileByteCount) = (window, bytes?.lowerBound ?? 0, info.format, nil)
    (sampleRate, channelCount) = (Int(info.samplerate), Int(info.channels))
    (isPrompt, mayWait) = (false, false)
  }

  private static func open(_ descriptor: Int32, _ window: FileWindow?, _ info: inout SF_INFO) -> OpaquePointer? {
    guard let window else { return sf_open_fd(descriptor, Int32(SFM_READ), &info, 0) }
    var callbacks = FileWindow.callbacks()
    return sf_open_virtual(&callbacks, Int32(SFM_READ), &info, Unmanaged.passUnretained(window).toOpaque())
  }

  /// Samples without a header, from where `bytes` stands.
  ///
  /// - Parameters:
  ///   - format: libsndfile's code of the samples, little-endian.
  ///   - announcedBytes: how many bytes of samples the header announced; nil when it did not know.
  ///   - availableBytes: how many bytes there are; nil on a pipe.
  ///   - isPrompt: deliver frames as they come.
  init(
    samples bytes: ByteStream, format: Int32, sampleRate: Int, channelCount: Int, frameBytes: Int,
    announcedBytes: Int64?, availableBytes: Int64?, isPrompt: Bool = false, name: String
  ) throws(AudioError) {
    let stream = SampleStream(bytes: bytes, limit: announcedBytes, promptUnit: isPrompt ? frameBytes : nil)
    (self.isPrompt, mayWait) = (isPrompt, availableBytes == nil)
    var info = SF_INFO()
    info.samplerate = Int32(clamping: sampleRate)
    info.channels = Int32(clamping: channelCount)
    info.format = Int32(SF_FORMAT_RAW) | Int32(SF_ENDIAN_LITTLE) | format
    var callbacks = SampleStream.callbacks()
    guard
      let handle = sf_open_virtual(
        &callbacks, Int32(SFM_READ), &info, Unmanaged.passUnretained(stream).toOpaque())
    else { throw .unsupported(name: name, code: Int(sf_error(nil)), message: String(cString: sf_strerror(nil))) }
    let known = [announcedBytes, availableBytes].compactMap(\.self).min()
    expectedFrames = known.map { $0 / Int64(frameBytes) }
    announcedFrames = announcedBytes.map { $0 / Int64(frameBytes) }
    lacksEnd = false
    (self.handle, self.stream, descriptor, self.name) = (handle, stream, -1, name)
    (window, begin, self.format, fileByteCount) = (nil, 0, info.format, availableBytes.map { bytes.position + $0 })
    (self.sampleRate, self.channelCount) = (sampleRate, channelCount)
  }

  deinit {
    sf_close(handle)
    if descriptor >= 0 { close(descriptor) }
  }

  /// Up to `frameCount` frames into `target`, `[frame, channel]`; fewer only at the end, or when frames come as they are
  /// there (`isPrompt`): then 0 is the end.
  func read(into target: UnsafeMutablePointer<Float>, frameCount: Int) -> Int {
    max(0, Int(sf_readf_float(handle, target, sf_count_t(frameCount))))
  }

  /// Goes to a frame, counted from the beginning; false where that cannot be done without reading up to it, from the beginning.
  func seek(toFrame frame: Int64) -> Bool {
    guard stream == nil else { return false }
    if sf_seek(handle, sf_count_t(frame), Int32(SEEK_SET)) == sf_count_t(frame) { return true }
    // libFLAC loses its way among joined recordings, and a reader that has failed does not recover.
    _ = reopen()
    return false
  }

  /// Tells whether the beginning of a container is one that libsndfile knows. Closes a descriptor that it refuses.
  static func refuseUnknown(_ descriptor: Int32, name: String) throws(AudioError) {
    var info = SF_INFO()
    lseek(descriptor, 0, SEEK_SET)
    if let handle = sf_open_fd(descriptor, Int32(SFM_READ), &info, 0) {
      sf_close(handle)
    } else if sf_error(nil) == SF_ERR_UNRECOGNISED_FORMAT {
      let message = String(cString: sf_strerror(nil))
      close(descriptor)
      throw .unsupported(name: name, code: Int(SF_ERR_UNRECOGNISED_FORMAT), message: message)
    }
  }

  /// When a frame comes, from the beginning.
  func time(ofFrame frame: Int64) -> Duration {
    let (seconds, rest) = frame.quotientAndRemainder(dividingBy: Int64(sampleRate))
    return .seconds(seconds) + .nanoseconds(rest * 1_000_000_000 / Int64(sampleRate))
  }

  /// Goes on behind what cannot be decoded at `frame`, where the file may be read from elsewhere: a block that is damaged, a bad sector.
  ///
  /// - Returns: the frame that comes next, at most about twice as far away as it had to be; nil where there is none.
  func resume(behind frame: Int64) -> Int64? {
    guard stream == nil, let end = expectedFrames else { return nil }
    var step = Int64(max(1, sampleRate / 4))
    while frame + step < end {
      // A reader that has failed does not recover.
      guard reopen() else { return nil }
      var first = [Float](repeating: 0, count: channelCount)
      if seek(toFrame: frame + step), read(into: &first, frameCount: 1) == 1, seek(toFrame: frame + step) {
        return frame + step
      }
      step *= 2
    }
    return nil
  }

  /// The recording that stands behind this one in the same file, when this has been read to its end; nil where none does that can be
  /// read.
  func successor() -> SoundDecoder? {
    if let stream {
      guard let fileByteCount, announcedFrames != nil else { return nil }
      return AudioSource.waveDecoder(behind: stream.bytes, fileByteCount: fileByteCount, name: name)
    }
    let position = Int64(lseek(descriptor, 0, SEEK_CUR))
    guard let bytes = JoinedRecordings.next(in: descriptor, begin: begin, position: position, format: format) else {
      return nil
    }
    let copy = dup(descriptor)
    return copy < 0 ? nil : try? SoundDecoder(container: copy, bytes: bytes, name: name)
  }

  private func reopen() -> Bool {
    var info = SF_INFO()
    guard lseek(descriptor, 0, SEEK_SET) == 0, let fresh = Self.open(descriptor, window, &info),
      info.samplerate == sampleRate, info.channels == channelCount
    else { return false }
    sf_close(handle)
    handle = fresh
    return true
  }

  /// Why reading stopped, after `frames` frames: nil at the regular end and where the bytes simply end too early.
  func failure(afterFrames frames: Int64) -> AudioError? {
    let seconds = Double(frames) / Double(sampleRate)
    if let code = stream?.failure, code != 0 {
      return .readFailed(name: name, seconds: seconds, code: Int(code), message: String(cString: strerror(code)))
    }
    let code = sf_error(handle)
    guard code != 0 else { return nil }
    // Behind its last frame a decoder of FLAC looks for another one, and finds the beginning of a joined recording.
    if let announcedFrames, frames >= announcedFrames { return nil }
    // A FLAC that is cut off ends in "lost sync" at the end of the file: that is missing data, not a broken decoder.
    if descriptor >= 0, lseek(descriptor, 0, SEEK_CUR) >= Self.byteCount(of: descriptor) { return nil }
    return .readFailed(name: name, seconds: seconds, code: Int(code), message: String(cString: sf_strerror(handle)))
  }

  /// Size of the file behind `descriptor` in bytes.
  static func byteCount(of descriptor: Int32) -> Int64 {
    var status = stat()
    return fstat(descriptor, &status) == 0 ? Int64(status.st_size) : 0
  }
}
