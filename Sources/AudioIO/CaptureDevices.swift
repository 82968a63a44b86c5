internal import CALSA
internal import Foundation

/// Something that sound can be captured from.
public struct CaptureDevice: Sendable, Equatable {
  /// What it is, seen from the person in front of it.
  public enum Kind: String, Sendable, Codable {
    /// A microphone or a line input.
    case input
    /// What the computer plays.
    case monitor
    /// Whatever the system takes unless told.
    case system
  }

  /// What `Microphone(device:)` takes: `default`, `pulse:SOURCE` of the sound server, `plughw:CARD=…,DEV=…` of ALSA.
  public var name: String
  /// As a person knows it.
  public var description: String
  /// What it is.
  public var kind: Kind
  /// Whether it is captured from unless told.
  public var isDefault: Bool
  /// The device's own frames per second, where they are known without opening it.
  public var sampleRate: Int?
  /// The device's own channels, where they are known without opening it.
  public var channelCount: Int?

  /// A device that is known from elsewhere than this list.
  public init(
    name: String, description: String, kind: Kind, isDefault: Bool, sampleRate: Int? = nil, channelCount: Int? = nil
  ) {
    (self.name, self.description, self.kind, self.isDefault) = (name, description, kind, isDefault)
    (self.sampleRate, self.channelCount) = (sampleRate, channelCount)
  }
}

/// The capture devices of this machine.
public enum CaptureDevices {
  /// The name of the system's default.
  public static let defaultName = "default"

  /// Inputs of the sound cards, as the kernel lists them. While a sound server runs it usually holds them.
  public static func cards() -> [CaptureDevice] {
    var devices: [CaptureDevice] = []
    var card: Int32 = -1
    while snd_card_next(&card) == 0, card >= 0 {
      var control: OpaquePointer?
      guard snd_ctl_open(&control, "hw:\(card)", 0) == 0, let control else { continue }
      defer { snd_ctl_close(control) }
      var cardInfo: OpaquePointer?
      var info: OpaquePointer?
      guard snd_ctl_card_info_malloc(&cardInfo) == 0, snd_pcm_info_malloc(&info) == 0, let cardInfo, let info,
        snd_ctl_card_info(control, cardInfo) == 0
      else { continue }
      defer {
        snd_ctl_card_info_free(cardInfo)
        snd_pcm_info_free(info)
      }
      let id = String(cString: snd_ctl_card_info_get_id(cardInfo))
      let cardName = String(cString: snd_ctl_card_info_get_name(cardInfo))
      var number: Int32 = -1
      while snd_ctl_pcm_next_device(control, &number) == 0, number >= 0 {
        snd_pcm_info_set_device(info, UInt32(number))
        snd_pcm_info_set_subdevice(info, 0)
        snd_pcm_info_set_stream(info, SND_PCM_STREAM_CAPTURE)
        guard snd_ctl_pcm_info(control, info) == 0 else { continue }
        let pcmName = String(cString: snd_pcm_info_get_name(info))
        devices.append(
          CaptureDevice(
            name: "plughw:CARD=\(id),DEV=\(number)",
            description: pcmName.isEmpty || pcmName == cardName ? cardName : "\(cardName), \(pcmName)",
            kind: .input, isDefault: false))
      }
    }
    return devices
  }

  /// ALSA's own default, when the configuration names one that can be there; it says which.
  public static func systemDefault() -> CaptureDevice? {
    var hints: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
    guard snd_device_name_hint(-1, "pcm", &hints) == 0, let first = hints else { return nil }
    defer { snd_device_name_free_hint(first) }
    var hint = first
    while let current = hint.pointee {
      func text(_ key: String) -> String? {
        guard let text = snd_device_name_get_hint(current, key) else { return nil }
        defer { free(text) }
        return String(cString: text)
      }
      if text("NAME") == defaultName, text("IOID") != "Output" {
        let description = text("DESC")?.split(separator: "\n").first.map(String.init)
        return CaptureDevice(
          name: defaultName, description: description ?? "The system's default", kind: .system, isDefault: true)
      }
      hint += 1
    }
    return nil
  }

  /// The first device that `text` names: by its name, by its whole description, or by a part of only one description, in
  /// any case. What has a colon is a name, and no part of a description.
  public static func device(named text: String, among devices: [CaptureDevice]) -> CaptureDevice? {
    if let exact = devices.first(where: { $0.name == text || $0.name == "pulse:\(text)" }) { return exact }
    let wanted = text.lowercased()
    if let whole = devices.first(where: { $0.description.lowercased() == wanted }) { return whole }
    if text.contains(":") { return nil }
    let partial = devices.filter { $0.description.lowercased().contains(wanted) }
    return partial.count == 1 ? partial[0] : nil
  }

  /// What ALSA calls a device: `pulse:SOURCE` is its pulse plugin with an argument.
  static func alsaName(of device: String) -> String {
    let prefix = "pulse:"
    guard device.hasPrefix(prefix), !device.hasPrefix("pulse:DEVICE=") else { return device }
    return "pulse:DEVICE='\(device.dropFirst(prefix.count))'"
  }
}
