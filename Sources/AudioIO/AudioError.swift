/// What can go wrong between a file or a device and its samples. `name` is the input as the user named it.
public enum AudioError: Error, Equatable, Sendable {
  /// Nothing exists under that name.
  case noSuchFile(name: String)
  /// Several files whose names are not UTF-8 are shown by this one.
  case ambiguousName(name: String)
  /// A folder where one file was expected.
  case isFolder(name: String)
  /// The file exists and may not be read.
  case permissionDenied(name: String)
  /// No bytes at all.
  case emptyFile(name: String)
  /// A WAV that ends before its samples begin, after `byteCount` bytes.
  case truncatedHeader(name: String, byteCount: Int)
  /// Not audio, or a format that libsndfile does not read; its own code and message.
  case unsupported(name: String, code: Int, message: String)
  /// A sample rate that is not `AudioFile.sampleRates`.
  case unsupportedSampleRate(name: String, rate: Int)
  /// A channel, counted from 0, that the input does not have.
  case noSuchChannel(name: String, channel: Int, channelCount: Int)
  /// A part of a recording that begins at or after its end.
  case partOutside(name: String, start: Double, duration: Double)
  /// The decoder or the system failed after `seconds` of audio; libsndfile's code and message, or errno and its text.
  case readFailed(name: String, seconds: Double, code: Int, message: String)
  /// Another failure of the system on opening: errno and its text.
  case openFailed(name: String, code: Int, message: String)
  /// Standard input could not be kept aside in the temporary folder: errno and its text.
  case spoolFailed(folder: String, code: Int, message: String)
  /// libsoxr refused to start or to go on; its own message.
  case resamplingFailed(name: String, message: String)
  /// A recording is to be kept under a name that tells no format.
  case recordingFormat(name: String)
  /// What is heard cannot be kept any more; libsndfile's own message.
  case recordingFailed(name: String, message: String)
  /// A folder, searched to its leaves, holds no audio file.
  case noAudio(folder: String)
  /// No capture device has this name.
  case noSuchDevice(name: String)
  /// There is nothing to capture from.
  case noCaptureDevice
  /// Another program holds the device, for example `firefox (1234)` where that is known.
  case deviceBusy(name: String, holder: String?)
  /// The device is there and may not be opened.
  case devicePermission(name: String)
  /// The sound server of the device does not answer.
  case soundServerAway(name: String)
  /// The device does not open, nor say why: mostly a sound server that is there and hangs.
  case deviceHangs(name: String)
  /// ALSA has no way to the sound server of the device.
  case noWayToSoundServer(name: String)
  /// The device delivers none of the formats that can be read.
  case deviceFormat(name: String)
  /// Another failure of a device: errno and ALSA's message.
  case deviceFailed(name: String, code: Int, message: String)
}

extension AudioError: CustomStringConvertible {
  /// What happened, to what, and what to do next.
  public var description: String {
    switch self {
    case .noSuchFile(let name):
      "\(name): no such file. Check the spelling and the folder."
    case .ambiguousName(let name):
      "\(name): several files have this name, with letters that are not UTF-8. Rename them, for example with "
        + "convmv -f latin1 -t utf8 --notest -r FOLDER."
    case .isFolder(let name):
      "\(name): this is a folder. Name a file in it."
    case .permissionDenied(let name):
      "\(name): permission denied. Make it readable, for example with chmod u+r."
    case .emptyFile(let name):
      "\(name): the input is empty (0 bytes). Record or copy it again."
    case .truncatedHeader(let name, let byteCount):
      "\(name): the WAV header is cut off after \(byteCount) bytes. Record or copy it again."
    case .unsupported(let name, let code, let message):
      "\(name): not an audio format that can be read (libsndfile \(code): \(Self.sentence(message))) "
        + "Convert it to WAV or FLAC first, for example with ffmpeg -i INPUT OUTPUT.flac"
        + (name == AudioFile.standardInput ? ", or say --raw for 16 kHz mono s16le samples without a header." : ".")
    case .unsupportedSampleRate(let name, let rate):
      "\(name): a sample rate of \(rate) Hz is outside \(AudioFile.sampleRates.lowerBound) to "
        + "\(AudioFile.sampleRates.upperBound) Hz. Convert it to 16000 Hz first."
    case .noSuchChannel(let name, let channel, let channelCount):
      "\(name): there is no channel \(channel + 1); it has \(channelCount). Name another, or none for the mean of all."
    case .partOutside(let name, let start, let duration):
      "\(name): a part from \(Self.rounded(start)) s on was asked for, but it is \(Self.rounded(duration)) s long. "
        + "Check the segment times against the recording."
    case .readFailed(let name, let seconds, let code, let message):
      "\(name): reading failed after \(Self.rounded(seconds)) s (\(code): \(Self.sentence(message))) "
        + "The audio up to there is intact; repair or copy the file again for the rest."
    case .openFailed(let name, let code, let message):
      "\(name): cannot be opened (errno \(code): \(Self.sentence(message))) Check the file and its folder."
    case .spoolFailed(let folder, let code, let message):
      "\(folder): standard input cannot be kept here (errno \(code): \(Self.sentence(message))) "
        + "Free some space, point TMPDIR elsewhere, or save the input to a file and name that."
    case .resamplingFailed(let name, let message):
      "\(name): resampling to 16000 Hz failed (libsoxr: \(Self.sentence(message))) Convert it to 16000 Hz first."
    case .recordingFormat(let name):
      "\(name): recordings are kept as FLAC or WAV. Give the file a name that ends in .flac or .wav."
    case .recordingFailed(let name, let message):
      "\(name): what is heard cannot be written (libsndfile: \(Self.sentence(message))) Free some space on that disk."
    case .noAudio(let folder):
      "\(folder): no audio file in this folder or below. Known endings: "
        + AudioFiles.extensions.sorted().joined(separator: ", ") + ". Name another folder, or the files themselves."
    case .noSuchDevice(let name):
      "\(name): no capture device has this name. \"dragoman devices\" lists those that are here."
    case .noCaptureDevice:
      "there is no microphone, nor anything else to capture from. Plug one in, or start the sound server "
        + "(systemctl --user start pipewire-pulse, or pulseaudio --start); \"dragoman devices\" then lists it."
    case .deviceBusy(let name, let holder):
      "\(name): the device is in use\(holder.map { " by \($0)" } ?? ""). End that program; or, where it is the sound "
        + "server, capture through it: \"dragoman devices\" lists its sources as pulse:NAME (ALSA reaches them through "
        + "the Debian package libasound2-plugins)."
    case .devicePermission(let name):
      "\(name): permission denied. Your user has to be in the group audio: sudo usermod -aG audio $USER, "
        + "then log in again."
    case .soundServerAway(let name):
      "\(name): the sound server does not answer. Start it with systemctl --user start pipewire-pulse or "
        + "pulseaudio --start, or name a device of ALSA; \"dragoman devices\" lists them."
    case .deviceHangs(let name):
      "\(name): the device does not open; the sound server seems to hang. Restart it with systemctl --user restart "
        + "pipewire pipewire-pulse, or pulseaudio --kill and pulseaudio --start, or name a device of ALSA; "
        + "\"dragoman devices\" lists them."
    case .noWayToSoundServer(let name):
      "\(name): ALSA has no plugin for the sound server. Install it: sudo apt-get install libasound2-plugins."
    case .deviceFormat(let name):
      "\(name): the device offers none of 16 or 32 bit or float samples, or a rate outside "
        + "\(AudioFile.sampleRates.lowerBound) to \(AudioFile.sampleRates.upperBound) Hz. Name it with plughw: instead of "
        + "hw:, so that ALSA converts."
    case .deviceFailed(let name, let code, let message):
      "\(name): cannot capture (errno \(code): \(Self.sentence(message))) Unplug it and plug it in again, or choose "
        + "another; \"dragoman devices\" lists them."
    }
  }

  private static func sentence(_ message: String) -> String { message.hasSuffix(".") ? message : message + "." }

  private static func rounded(_ seconds: Double) -> Double { (seconds * 100).rounded() / 100 }
}
