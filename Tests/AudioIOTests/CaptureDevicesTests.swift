import Foundation
import Testing

@testable import AudioIO

@Suite struct CaptureDevicesTests {
  /// As PulseAudio 16 and PipeWire print them, without what is not read.
  static let sources = """
    [{"index":0,"name":"alsa_output.pci-0000_00_1f.3.analog-stereo.monitor","description":"Monitor of Built-in Audio",
      "sample_specification":"s32le 2ch 48000Hz","properties":{"device.class":"monitor"}},
     {"index":1,"name":"alsa_input.usb-Blue_Yeti-00.analog-stereo","description":"Yeti Stereo Microphone",
      "sample_specification":"s16le 1ch 44100Hz","properties":{"device.class":"sound","alsa.card":"1"}},
     {"index":2,"name":"bluez_input.00:1B:66","description":"Casque d\\u2019Anaïs","properties":{}}]
    """

  private func list(default source: String = "alsa_input.usb-Blue_Yeti-00.analog-stereo") throws -> [CaptureDevice] {
    let server = "{\"server_name\":\"x\",\"default_source_name\":\"\(source)\"}"
    return try #require(CaptureDevices.soundServerSources(Data(Self.sources.utf8), server: Data(server.utf8)))
  }

  @Test func sourcesOfTheSoundServer() throws {
    let devices = try list()
    #expect(devices.map(\.kind) == [.input, .input, .monitor])
    #expect(
      devices[0]
        == CaptureDevice(
          name: "pulse:alsa_input.usb-Blue_Yeti-00.analog-stereo", description: "Yeti Stereo Microphone", kind: .input,
          isDefault: true, sampleRate: 44_100, channelCount: 1))
    #expect(devices[1].description == "Casque d’Anaïs" && devices[1].sampleRate == nil && !devices[1].isDefault)
    #expect(devices[2].channelCount == 2)
    #expect(CaptureDevices.soundServerSources(Data("Connection refused".utf8), server: Data()) == nil)
    #expect(CaptureDevices.soundServerSources(Data("[]".utf8), server: Data("?".utf8)) == [])
  }

  @Test func aDeviceIsNamedAsAPersonDoes() throws {
    let devices = try list()
    func name(_ text: String) -> String? { CaptureDevices.device(named: text, among: devices)?.description }
    #expect(name("pulse:bluez_input.00:1B:66") == "Casque d’Anaïs")
    #expect(name("bluez_input.00:1B:66") == "Casque d’Anaïs")
    #expect(name("yeti stereo MICROPHONE") == "Yeti Stereo Microphone")
    #expect(name("yeti") == "Yeti Stereo Microphone")
    #expect(name("built-in") == "Monitor of Built-in Audio")
    #expect(name("a") == nil, "several have it")
    #expect(name("hw:0") == nil && name("nothing like it") == nil)
  }

  @Test func namesForALSA() {
    #expect(CaptureDevices.alsaName(of: "pulse:bluez_input.00:1B:66") == "pulse:DEVICE='bluez_input.00:1B:66'")
    for own in ["default", "pulse", "plughw:CARD=PCH,DEV=0", "pulse:DEVICE=x"] {
      #expect(CaptureDevices.alsaName(of: own) == own)
    }
  }

  @Test func failuresNameTheirRemedy() {
    func failure(_ device: String, _ code: Int32) -> AudioError { CaptureDevices.failure(opening: device, code: code) }
    guard case .deviceBusy("hw:0", _) = failure("hw:0", EBUSY) else {
      Issue.record("\(failure("hw:0", EBUSY))")
      return
    }
    #expect(failure("hw:0", EACCES) == .devicePermission(name: "hw:0"))
    #expect(failure("pulse:x", ECONNREFUSED) == .soundServerAway(name: "pulse:x"))
    #expect(failure("pulse:x", ENOENT) == .noWayToSoundServer(name: "pulse:x"))
    #expect(failure("hw:0", EPROTO) == .deviceFailed(name: "hw:0", code: Int(EPROTO), message: "Protocol error"))
    #expect(CaptureDevices.failure(settingUp: "pulse:x", code: EIO) == .noSuchDevice(name: "pulse:x"))
    #expect(CaptureDevices.failure(settingUp: "hw:0", code: EINVAL) == .deviceFormat(name: "hw:0"))

    let remedies: [(AudioError, String)] = [
      (.noSuchDevice(name: "x"), "dragoman devices"), (.noCaptureDevice, "Plug one in"),
      (.deviceBusy(name: "x", holder: "firefox (12)"), "in use by firefox (12)"),
      (.deviceBusy(name: "x", holder: nil), "pulse:"),
      (.devicePermission(name: "x"), "usermod -aG audio"), (.soundServerAway(name: "x"), "pulseaudio --start"),
      (.deviceHangs(name: "x"), "restart"),
      (.noWayToSoundServer(name: "x"), "libasound2-plugins"), (.deviceFormat(name: "x"), "plughw:"),
      (.deviceFailed(name: "x", code: 5, message: "Input/output error"), "errno 5: Input/output error."),
    ]
    for (error, remedy) in remedies { #expect(error.description.contains(remedy), "\(error)") }
  }

  @Test func theKernelTellsWhoHoldsADevice() {
    let status = "state: RUNNING\nowner_pid   : 2413\ntrigger_time: 1.2\n"
    #expect(CaptureDevices.owner(inStatus: status) == 2_413)
    #expect(CaptureDevices.owner(inStatus: "closed\n") == nil)
  }

  @Test func levels() {
    func level(_ samples: [Float]) -> LevelMeter {
      var meter = LevelMeter()
      samples.withUnsafeBufferPointer { meter.add($0) }
      return meter
    }
    let tone = level(sine(rate: 16_000, seconds: 1).map { 2 * $0 })
    #expect(abs(tone.peak) < 0.01 && abs(tone.rms + 3.01) < 0.01)
    let half = level(sine(rate: 16_000, seconds: 1))
    #expect(abs(half.peak + 6.02) < 0.01 && abs(half.rms + 9.03) < 0.01)
    #expect(
      level([]).peak == LevelMeter.floor && level([]).rms == LevelMeter.floor && level([0]).rms == LevelMeter.floor)
    var sum = tone
    sum.add(level([Float](repeating: 0, count: 16_000)))
    #expect(sum.peak == tone.peak && abs(sum.rms + 6.02) < 0.01 && sum.sampleCount == 32_000)
    #expect(level([-1]).peak == 0)
  }
}
