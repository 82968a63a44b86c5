internal import Foundation

extension CaptureDevices {
  /// Why a device could not be opened, from ALSA's errno and from what the system shows.
  static func failure(opening device: String, code: Int32) -> AudioError {
    switch code {
    case EBUSY, EAGAIN: return .deviceBusy(name: device, holder: holder())
    case EACCES, EPERM: return .devicePermission(name: device)
    case ECONNREFUSED, ECONNRESET, ETIMEDOUT: return .soundServerAway(name: device)
    case ENOENT where device.hasPrefix("pulse:"), ENXIO where device.hasPrefix("pulse:"):
      return .noWayToSoundServer(name: device)
    case ENOENT, ENODEV, ENXIO:
      // Without leave to open a card's control, ALSA says that there is no card.
      if hasForbiddenCard { return .devicePermission(name: device) }
      return device == defaultName ? .noCaptureDevice : .noSuchDevice(name: device)
    default: return .deviceFailed(name: device, code: Int(code), message: CapturePCM.message(code))
    }
  }

  /// Why an open device could not be set up. The pulse plugin opens whatever the name, and fails here.
  static func failure(settingUp device: String, code: Int32) -> AudioError {
    if device.hasPrefix("pulse:"), code == EIO || code == ENOENT { return .noSuchDevice(name: device) }
    return code == EINVAL ? .deviceFormat(name: device) : failure(opening: device, code: code)
  }

  private static var hasForbiddenCard: Bool {
    let nodes = (try? FileManager.default.contentsOfDirectory(atPath: "/dev/snd")) ?? []
    return nodes.contains { $0.hasPrefix("controlC") && access("/dev/snd/\($0)", R_OK) != 0 && errno == EACCES }
  }

  /// Which program captures from a card now, `firefox (1234)`, as far as the kernel tells us.
  private static func holder() -> String? {
    let files = FileManager.default
    let root = "/proc/asound"
    for card in (try? files.contentsOfDirectory(atPath: root))?.sorted() ?? [] where card.hasPrefix("card") {
      let devices = (try? files.contentsOfDirectory(atPath: "\(root)/\(card)")) ?? []
      for device in devices.sorted() where device.hasPrefix("pcm") && device.hasSuffix("c") {
        let status = try? String(contentsOfFile: "\(root)/\(card)/\(device)/sub0/status", encoding: .utf8)
        guard let status, let process = owner(inStatus: status) else { continue }
        let command = try? String(contentsOfFile: "/proc/\(process)/comm", encoding: .utf8)
        return "\(command?.trimmingCharacters(in: .whitespacesAndNewlines) ?? "a process") (\(process))"
      }
    }
    return nil
  }

  /// The process in the kernel's status of a stream: the line `owner_pid   : 1234`.
  static func owner(inStatus status: String) -> Int? {
    for line in status.split(separator: "\n") where line.hasPrefix("owner_pid") {
      return line.split(separator: ":").last.flatMap { Int($0.trimmingCharacters(in: .whitespaces)) }
    }
    return nil
  }
}
