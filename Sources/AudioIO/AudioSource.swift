internal import CSndFile
internal import Foundation

/// Which reader an input gets.
///
///     regular file   WAV, length known      libsndfile, its header checked against the file's size
///                    WAV, length unknown    samples from the header's end to the file's end
///                    anything else          libsndfile
///     pipe           WAV, plain samples     samples as they come
///                    anything else          kept in a temporary file first, then as a file
///     raw, either                           samples as they come
enum AudioSource {
  /// - Parameter isStopped: whether a pipe need not be waited for any longer.
  static func decoder(path: String, raw: Bool, isStopped: (() -> Bool)?) throws(AudioError) -> SoundDecoder {
    guard let systemPath = FolderNames.systemPath(path) else { throw .ambiguousName(name: path) }
    // A pipe that nobody writes into is opened at once, and waited for when it is read.
    let descriptor = open(systemPath, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      switch errno {
      case ENOENT, ENOTDIR: throw .noSuchFile(name: path)
      case EACCES, EPERM: throw .permissionDenied(name: path)
      default: throw .openFailed(name: path, code: Int(errno), message: String(cString: strerror(errno)))
      }
    }
    return try decoder(taking: descriptor, raw: raw, isStopped: isStopped, name: path)
  }

  /// Takes `descriptor` over and closes it in the end.
  ///
  /// - Parameters:
  ///   - isPrompt: samples on a pipe are delivered as they come, not in full buffers.
  ///   - isStopped: whether a pipe need not be waited for any longer.
  static func decoder(
    taking descriptor: Int32, raw: Bool, isPrompt: Bool = false, isStopped: (() -> Bool)? = nil, name: String
  ) throws(AudioError) -> SoundDecoder {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      let code = errno
      close(descriptor)
      throw .openFailed(name: name, code: Int(code), message: String(cString: strerror(code)))
    }
    switch status.st_mode & S_IFMT {
    case S_IFDIR:
      close(descriptor)
      throw .isFolder(name: name)
    case S_IFREG where lseek(descriptor, 0, SEEK_CUR) == 0:
      return try fileDecoder(descriptor, byteCount: Int64(status.st_size), raw: raw, name: name)
    default:
      return try pipeDecoder(
        ByteStream(descriptor: descriptor, closing: true, isWaitedFor: true, isStopped: isStopped), raw: raw,
        isPrompt: isPrompt, name: name)
    }
  }

  private static func fileDecoder(
    _ descriptor: Int32, byteCount: Int64, raw: Bool, name: String
  ) throws(AudioError) -> SoundDecoder {
    guard byteCount > 0 else {
      close(descriptor)
      throw .emptyFile(name: name)
    }
    if raw { return try rawDecoder(ByteStream(descriptor: descriptor, closing: true), byteCount, false, name) }
    // The header is read through a stream of its own; libsndfile gets the descriptor at 0 again.
    let bytes = ByteStream(descriptor: dup(descriptor), closing: true)
    let isWave = WaveHeader.begins(bytes.peek(12))
    let header = isWave ? Result { () throws(WaveHeader.Problem) in try WaveHeader(reading: bytes) } : nil
    if case .success(let header) = header, header.dataLength == nil, let format = header.sampleFormat {
      close(descriptor)
      return try waveDecoder(bytes, header, format, byteCount, false, name)
    }
    lseek(descriptor, 0, SEEK_SET)
    switch header {
    case .success(let header):
      // Only for rows of samples are blocks the same as frames.
      let frames = header.sampleFormat == nil ? nil : header.dataLength.map { $0 / Int64(header.blockAlign) }
      do throws(AudioError) {
        return try SoundDecoder(container: descriptor, announcedFrames: frames, name: name)
      } catch {
        // libsndfile refuses what it does not know behind the samples, such as another recording.
        guard let format = header.sampleFormat, lseek(bytes.descriptor, off_t(header.dataOffset), SEEK_SET) >= 0,
          let decoder = try? waveDecoder(bytes, header, format, byteCount, false, name)
        else { throw error }
        return decoder
      }
    case .failure(.truncated):
      // libsndfile has the last word: it forgives chunks that are not padded.
      let decoder = try? SoundDecoder(container: descriptor, name: name)
      guard let decoder, decoder.expectedFrames != 0 else {
        throw .truncatedHeader(name: name, byteCount: Int(byteCount))
      }
      return decoder
    case .failure, nil:
      return try SoundDecoder(container: descriptor, name: name)
    }
  }

  private static func pipeDecoder(
    _ bytes: ByteStream, raw: Bool, isPrompt: Bool, name: String
  ) throws(AudioError) -> SoundDecoder {
    let first = bytes.peek(12)
    guard bytes.failure == 0 else {
      throw .readFailed(
        name: name, seconds: 0, code: Int(bytes.failure), message: String(cString: strerror(bytes.failure)))
    }
    guard !first.isEmpty else { throw .emptyFile(name: name) }
    if raw { return try rawDecoder(bytes, nil, isPrompt, name) }
    if WaveHeader.begins(first) {
      let header: WaveHeader
      do throws(WaveHeader.Problem) {
        header = try WaveHeader(reading: bytes)
      } catch {
        switch error {
        case .truncated(let byteCount): throw .truncatedHeader(name: name, byteCount: byteCount)
        case .notWave, .malformed: throw .unsupported(name: name, code: 64, message: "Malformed WAV header.")
        }
      }
      guard let format = header.sampleFormat else {
        throw .unsupported(
          name: name, code: 64, message: "A WAV stream with codec \(header.formatTag) has to be a file.")
      }
      return try waveDecoder(bytes, header, format, nil, isPrompt, name)
    }
    let descriptor = try Spool.keep(bytes, name: name)
    return try fileDecoder(
      descriptor, byteCount: SoundDecoder.byteCount(of: descriptor), raw: false, name: name)
  }

  private static func rawDecoder(
    _ bytes: ByteStream, _ byteCount: Int64?, _ isPrompt: Bool, _ name: String
  ) throws(AudioError) -> SoundDecoder {
    try SoundDecoder(
      samples: bytes, format: Int32(SF_FORMAT_PCM_16), sampleRate: AudioFile.sampleRate, channelCount: 1,
      frameBytes: 2, announcedBytes: nil, availableBytes: byteCount, isPrompt: isPrompt, name: name)
  }

  /// A WAV that stands where the samples of another have ended.
  static func waveDecoder(behind bytes: ByteStream, fileByteCount: Int64, name: String) -> SoundDecoder? {
    // Chunks have an even length.
    if bytes.peek(1).first == 0 { _ = bytes.skip(1) }
    let first = bytes.peek(12)
    guard first.count == 12, WaveHeader.begins(first) else { return nil }
    guard let header = try? WaveHeader(reading: bytes), let format = header.sampleFormat else { return nil }
    return try? waveDecoder(bytes, header, format, fileByteCount, false, name)
  }

  private static func waveDecoder(
    _ bytes: ByteStream, _ header: WaveHeader, _ format: Int32, _ byteCount: Int64?, _ isPrompt: Bool, _ name: String
  ) throws(AudioError) -> SoundDecoder {
    try SoundDecoder(
      samples: bytes, format: format, sampleRate: header.sampleRate, channelCount: header.channelCount,
      frameBytes: header.blockAlign, announcedBytes: header.dataLength,
      availableBytes: byteCount.map { max(0, $0 - header.dataOffset) }, isPrompt: isPrompt, name: name)
  }
}
