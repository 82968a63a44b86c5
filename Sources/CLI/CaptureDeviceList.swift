internal import AudioIO
internal import Foundation
internal import ModelStore

/// The capture devices that this machine has now, and choosing one as a person names it.
enum CaptureDeviceList {
  /// How long the sound server may take to answer.
  private static let patience = Duration.seconds(3)

  /// Sources of the sound server first, as `pactl` lists them; without it ALSA's default; then the cards themselves.
  static func current() -> [CaptureDevice] {
    let server = soundServer()
    let system = server.isEmpty ? CaptureDevices.systemDefault().map { [$0] } ?? [] : []
    return server + system + CaptureDevices.cards()
  }

  /// The device that `--device` names, by name, description, or a part of one description; what is not in the list is
  /// left to ALSA, which knows more names than it lists. Without a name, the system's default.
  static func device(_ text: String?) -> CaptureDevice {
    let devices = current()
    guard let text, text != CaptureDevices.defaultName else {
      let known = devices.first(where: \.isDefault)
      return CaptureDevice(
        name: CaptureDevices.defaultName, description: known?.description ?? "the default microphone", kind: .system,
        isDefault: true)
    }
    return CaptureDevices.device(named: text, among: devices)
      ?? CaptureDevice(name: text, description: text, kind: .input, isDefault: false)
  }

  private static func soundServer() -> [CaptureDevice] {
    guard let sources = pactl("list", "sources"), let server = pactl("info") else { return [] }
    return CaptureDevices.soundServerSources(sources, server: server) ?? []
  }

  /// What `pactl` prints; nil when it is not there, fails, or takes too long.
  private static func pactl(_ arguments: String...) -> Data? {
    let program = ChildProcess(
      program: "pactl", arguments: ["--format=json"] + arguments, environment: ["LC_ALL": "C.UTF-8"])
    var output = Data()
    let deadline = ContinuousClock.now + patience
    let ending = program.run(tick: { ContinuousClock.now < deadline }) { bytes in
      output.append(contentsOf: bytes)
      return true
    }
    guard case .exited(status: 0, _) = ending else { return nil }
    return output
  }
}
