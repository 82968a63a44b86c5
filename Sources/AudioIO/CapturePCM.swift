internal import CALSA
internal import Foundation

/// One open capture device of ALSA.
final class CapturePCM: CapturePort {
  let format: CaptureFormat
  /// About 20 ms.
  let periodFrames: Int
  private let handle: OpaquePointer
  private var isClosed = false

  private static let silence: Void = dragoman_alsa_silence()

  /// Opens and sets up; capture begins with `start`.
  ///
  /// - Parameters:
  ///   - device: as a user says it, or `default`.
  ///   - isRenewed: read ALSA's configuration again, because what it depends on may have changed: `default` is the sound
  ///     server while that runs.
  /// - Throws: the `AudioError` cases that speak of devices.
  init(_ device: String, isRenewed: Bool = false) throws(AudioError) {
    _ = Self.silence
    if isRenewed { snd_config_update_free_global() }
    var opened: OpaquePointer?
    // Without the flag, opening a device that another program holds waits until that lets go.
    let code = snd_pcm_open(
      &opened, CaptureDevices.alsaName(of: device), SND_PCM_STREAM_CAPTURE, Int32(SND_PCM_NONBLOCK))
    guard code >= 0, let opened else { throw CaptureDevices.failure(opening: device, code: -code) }
    let negotiated: (CaptureFormat, Int)
    do throws(AudioError) {
      // ALSA's own rate conversion is poor: libsoxr does it, unless the device is refused without.
      negotiated =
        if let own = try? Self.negotiate(opened, device: device, isResampling: false) { own } else {
          try Self.negotiate(opened, device: device, isResampling: true)
        }
    } catch {
      snd_pcm_close(opened)
      throw error
    }
    handle = opened
    (format, periodFrames) = negotiated
  }

  deinit { close() }

  func close() {
    if !isClosed { snd_pcm_close(handle) }
    isClosed = true
  }

  /// The widest samples, the channels and the rate that the device has itself, near two and 48 kHz where it has several.
  private static func negotiate(
    _ handle: OpaquePointer, device: String, isResampling: Bool
  ) throws(AudioError) -> (CaptureFormat, Int) {
    var parameters: OpaquePointer?
    guard snd_pcm_hw_params_malloc(&parameters) == 0, let parameters else {
      throw .deviceFailed(name: device, code: Int(ENOMEM), message: String(cString: strerror(ENOMEM)))
    }
    defer { snd_pcm_hw_params_free(parameters) }
    var code = snd_pcm_hw_params_any(handle, parameters)
    guard code >= 0 else { throw CaptureDevices.failure(settingUp: device, code: -code) }
    snd_pcm_hw_params_set_rate_resample(handle, parameters, isResampling ? 1 : 0)
    code = snd_pcm_hw_params_set_access(handle, parameters, SND_PCM_ACCESS_RW_INTERLEAVED)
    let encodings: [(CaptureFormat.Encoding, snd_pcm_format_t)] = [
      (.float32, SND_PCM_FORMAT_FLOAT), (.int32, SND_PCM_FORMAT_S32), (.int16, SND_PCM_FORMAT_S16),
    ]
    let found = encodings.first { snd_pcm_hw_params_test_format(handle, parameters, $0.1) == 0 }
    guard code >= 0, let (encoding, sampleFormat) = found else { throw .deviceFormat(name: device) }
    snd_pcm_hw_params_set_format(handle, parameters, sampleFormat)
    var (channels, rate): (UInt32, UInt32) = (2, 48_000)
    snd_pcm_hw_params_set_channels_near(handle, parameters, &channels)
    snd_pcm_hw_params_set_rate_near(handle, parameters, &rate, nil)
    var (period, buffer): (UInt32, UInt32) = (20_000, 500_000)
    snd_pcm_hw_params_set_buffer_time_near(handle, parameters, &buffer, nil)
    snd_pcm_hw_params_set_period_time_near(handle, parameters, &period, nil)
    code = snd_pcm_hw_params(handle, parameters)
    guard code >= 0 else { throw CaptureDevices.failure(settingUp: device, code: -code) }
    var frames: snd_pcm_uframes_t = 0
    snd_pcm_hw_params_get_channels(parameters, &channels)
    snd_pcm_hw_params_get_rate(parameters, &rate, nil)
    snd_pcm_hw_params_get_period_size(parameters, &frames, nil)
    guard AudioFile.sampleRates.contains(Int(rate)), (1...64).contains(channels) else {
      throw .deviceFormat(name: device)
    }
    return (
      CaptureFormat(sampleRate: Int(rate), channelCount: Int(channels), encoding: encoding),
      min(max(Int(frames), 64), Int(rate))
    )
  }

  func start() -> Int32 { max(0, -snd_pcm_start(handle)) }

  func wait(milliseconds: Int32) -> Bool {
    snd_pcm_wait(handle, milliseconds) != 0
  }

  func read(into target: UnsafeMutableRawPointer, frames: Int) -> Int {
    let count = snd_pcm_readi(handle, target, snd_pcm_uframes_t(frames))
    return count == -Int(EAGAIN) || count == -Int(EINTR) ? 0 : count
  }

  var waitingFrames: Int { max(0, snd_pcm_avail_update(handle)) }

  var hasStopped: Bool {
    switch snd_pcm_state(handle) {
    case SND_PCM_STATE_RUNNING, SND_PCM_STATE_PREPARED, SND_PCM_STATE_DRAINING: false
    default: true
    }
  }

  func recoverFromOverrun() -> Int32 {
    let code = snd_pcm_recover(handle, -EPIPE, 1)
    return code < 0 ? -code : start()
  }

  func resume() -> Int32 {
    let code = snd_pcm_resume(handle)
    if code == 0 || code == -EAGAIN { return -code }
    // Devices that cannot resume begin anew.
    let prepared = snd_pcm_prepare(handle)
    return prepared < 0 ? -prepared : start()
  }

  /// ALSA's word for an errno.
  static func message(_ code: Int32) -> String { String(cString: snd_strerror(-code)) }
}
