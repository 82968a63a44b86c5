import AudioIO
import Foundation
import TestSupport
import Testing

@testable import CLI

@Suite(.serialized) struct DevicesCommandTests {
  let server: SoundServer
  let command: BuiltCommand

  init() throws {
    server = try SoundServer()
    command = try BuiltCommand()
  }

  private struct Row: Decodable, Equatable {
    var name: String
    var description: String
    var kind: String
    var `default`: Bool
    var sample_rate: Int?
    var channels: Int?
  }

  private func rows(_ environment: [String: String]) throws -> [Row] {
    let result = try command.run("devices", "--json", environment: environment)
    #expect(result.status == 0 && result.errors.isEmpty, "\(result)")
    return try JSONDecoder().decode([Row].self, from: Data(result.output.utf8))
  }

  @Test func theListIsATableOrJSON() throws {
    defer { command.clean() }
    let monitor = Row(
      name: "pulse:test.monitor", description: "Monitor of Null Output", kind: "monitor", default: true,
      sample_rate: 48_000, channels: 2)
    #expect(try rows(server.environment).first == monitor)
    let table = try command.run("devices", environment: server.environment)
    let lines = table.output.split(separator: "\n")
    #expect(lines[0].hasPrefix("NAME ") && lines[0].hasSuffix("DESCRIPTION"))
    #expect(lines[1] == "pulse:test.monitor  monitor  48000 Hz 2 ch  Monitor of Null Output (default)")
  }

  @Test func withoutASoundServerNothingOfItIsListed() throws {
    defer { command.clean() }
    let away = ["PULSE_SERVER": "unix:/nonexistent/socket"]
    let rows = try rows(away)
    #expect(!rows.contains { $0.name.hasPrefix("pulse:") })
    let table = try command.run("devices", environment: away)
    #expect(table.status == 0)
    #expect(rows.isEmpty == table.output.isEmpty)
    if rows.isEmpty { #expect(table.errors.hasPrefix("dragoman: there is no microphone")) }
    // Without pactl neither, and that is no error.
    #expect(try self.rows(["PATH": "/nonexistent", "PULSE_SERVER": "unix:/nonexistent/socket"]) == rows)

    let meter = try command.run("devices", "--meter", "--device", "pulse:test.monitor", environment: away)
    #expect(meter.status == 69 && meter.output.isEmpty)
    #expect(meter.errors.contains("the sound server does not answer. Start it with"))
    #expect(meter.errors.split(separator: "\n").count == 1, "ALSA's own messages: \(meter.errors)")
    let unknown = try command.run("devices", "--meter", "--device", "nobody", environment: server.environment)
    #expect(unknown.status == 69)
    #expect(
      unknown.errors
        == "dragoman: nobody: no capture device has this name. \"dragoman devices\" lists those that are here.\n")
    let nothing = try command.run(
      "devices", "--meter", environment: away.merging(["ALSA_CONFIG_PATH": "/dev/null"]) { _, new in new })
    #expect(nothing.status == 69 && nothing.errors.hasPrefix("dragoman: "), "\(nothing)")
  }

  @Test func theMeterShowsWhatIsPlayed() throws {
    defer { command.clean() }
    try server.play(Places.fixtures.appending(path: "meeting-en.flac"))
    // By a part of its description.
    let result = try command.run(
      "devices", "--meter", "--seconds", "4.5", "--device", "null output", environment: server.environment)
    #expect(result.status == 0, "\(result)")
    #expect(result.errors.hasPrefix("dragoman: Monitor of Null Output, 48000 Hz, 2 channels, "))
    let lines = result.output.split(separator: "\n").map(String.init)
    #expect(lines.count == 4, "\(lines)")
    let peaks = lines.compactMap { $0.firstMatch(of: /^\d s: peak (-?\d+\.\d) dBFS, rms (-?\d+\.\d) dBFS$/) }
    #expect(peaks.contains { Double($0.output.1)! > -20 && Double($0.output.2)! > -40 }, "\(lines)")
    #expect(result.errors.contains(/heard up to -\d+\.\d dBFS/))
  }

  @Test func silenceIsCalledSo() throws {
    defer { command.clean() }
    let result = try command.run("devices", "--meter", "--seconds", "2.5", environment: server.environment)
    #expect(result.status == 0)
    #expect(result.errors.contains("See that the microphone is not muted"), "\(result)")
  }

  @Test func aSignalEndsTheMeter() throws {
    defer { command.clean() }
    let process = command.process(["devices", "--meter"], environment: server.environment)
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    // The first line shows that it captures.
    #expect(!output.fileHandleForReading.availableData.isEmpty)
    kill(process.processIdentifier, SIGINT)
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 130)
  }

  @Test func optionsThatContradictEachOtherEndWith64() throws {
    defer { command.clean() }
    for arguments in [["--json", "--meter"], ["--device", "x"], ["--meter", "--seconds", "0"], ["--seconds", "1"]] {
      #expect(try command.run(["devices"] + arguments).status == 64, "dragoman devices \(arguments)")
    }
  }

  @Test func theBarFitsTheTerminal() {
    func level(_ amplitude: Float) -> LevelMeter {
      var meter = LevelMeter()
      [Float](repeating: amplitude, count: 100).withUnsafeBufferPointer { meter.add($0) }
      return meter
    }
    var loud = level(0.1)
    loud.add(level(0.316_23))
    let bar = DeviceMeter.bar(loud, columns: 94, isColoured: false)
    #expect(
      bar == "[" + String(repeating: "#", count: 47) + "===" + String(repeating: " ", count: 10)
        + "] peak -10.0 rms -12.6 dBFS")
    #expect(
      DeviceMeter.bar(level(0), columns: 54, isColoured: false).hasPrefix("[" + String(repeating: " ", count: 20) + "]")
    )
    #expect(DeviceMeter.bar(level(1), columns: 94, isColoured: true).contains("\u{1B}[31m"))
    for columns in [1, 20, 40, 45, 60, 80, 200] {
      for level in [LevelMeter(), level(1), level(1e-6)] {
        #expect(DeviceMeter.bar(level, columns: columns, isColoured: false).count < columns, "\(columns) columns")
      }
    }
    #expect(DeviceMeter.line(LevelMeter(), at: .seconds(3)) == "3 s: no sound came\n")
    #expect(DeviceMeter.verdict(level(1)).contains("too loud"))
    #expect(DeviceMeter.verdict(LevelMeter()).contains("Choose another device"))
  }
}
