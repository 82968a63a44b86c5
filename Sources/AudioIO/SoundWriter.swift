internal import CSndFile
internal import Foundation

/// Writes what is heard into a FLAC or WAV file that can be read at every moment, 16 kHz mono, 16 bits.
public final class SoundWriter {
  private let handle: OpaquePointer
  private let path: String
  private var unsynced = 0

  /// Samples after which the file is brought up to date: 1 s.
  private static let period = AudioFile.sampleRate

  /// Makes the file; one that is there already is not touched.
  ///
  /// - Parameter path: ends in `.flac` or `.wav`.
  /// - Throws: `AudioError.openFailed` and `.recordingFormat`.
  public init(path: String) throws(AudioError) {
    let format: Int
    switch path.lowercased().split(separator: ".").last {
    case "flac": format = SF_FORMAT_FLAC
    case "wav": format = SF_FORMAT_WAV
    default: throw .recordingFormat(name: path)
    }
    let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      throw .openFailed(name: path, code: Int(errno), message: String(cString: strerror(errno)))
    }
    var info = SF_INFO()
    (info.samplerate, info.channels) = (Int32(AudioFile.sampleRate), 1)
    info.format = Int32(format | SF_FORMAT_PCM_16)
    guard let handle = sf_open_fd(descriptor, Int32(SFM_WRITE), &info, 1) else {
      throw .openFailed(name: path, code: Int(sf_error(nil)), message: String(cString: sf_strerror(nil)))
    }
    (self.handle, self.path) = (handle, path)
    sf_command(handle, Int32(SFC_SET_CLIPPING), nil, 1)
    // A header of a WAV that says how much there is, whenever the process ends.
    sf_command(handle, Int32(SFC_SET_UPDATE_HEADER_AUTO), nil, 1)
    // And a header before there is sound.
    sf_command(handle, Int32(SFC_UPDATE_HEADER_NOW), nil, 0)
  }

  deinit { sf_close(handle) }

  /// Appends samples in -1...1.
  ///
  /// - Throws: `AudioError.recordingFailed`.
  public func append(_ samples: UnsafeBufferPointer<Float>) throws(AudioError) {
    guard let base = samples.baseAddress else { return }
    guard sf_write_float(handle, base, sf_count_t(samples.count)) == sf_count_t(samples.count) else {
      throw .recordingFailed(name: path, message: String(cString: sf_strerror(handle)))
    }
    unsynced += samples.count
    if unsynced >= Self.period {
      sf_write_sync(handle)
      unsynced = 0
    }
  }
}
