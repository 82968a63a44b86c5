internal import ArgumentParser
internal import AudioIO
internal import Foundation

/// `dragoman devices`.
struct DevicesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "devices",
    abstract: "List microphones and what else can be captured, or show how loud one hears.",
    discussion: """
      Sources of PulseAudio or PipeWire come first, as pactl lists them: microphones, and monitors, which hear what the
      computer plays. Inputs of the sound cards follow, as ALSA knows them; a sound server that runs usually holds those.

      Examples:
        dragoman devices
        dragoman devices --meter
        dragoman devices --meter --device "Blue Yeti" --seconds 10
      """)

  @Flag(help: "Print a JSON array instead of a table.")
  var json = false

  @Flag(help: "Show the level that a device hears, until Ctrl-C.")
  var meter = false

  @Option(
    help: ArgumentHelp(
      "Device for --meter: a name of the list, a description or a part of one, or any device of ALSA; the system's "
        + "default unless told.", valueName: "name"))
  var device: String?

  @Option(parsing: .unconditional, help: ArgumentHelp("End --meter after so many seconds.", valueName: "n"))
  var seconds: Double?

  /// A line of the list, and an object of the JSON form.
  struct Row: Encodable, Equatable {
    var name: String
    var description: String
    var kind: String
    var isDefault: Bool
    var sampleRate: Int?
    var channels: Int?

    enum CodingKeys: String, CodingKey {
      case name, description, kind
      case isDefault = "default"
      case sampleRate = "sample_rate"
      case channels
    }

    init(_ device: CaptureDevice) {
      (name, description, kind) = (device.name, device.description, device.kind.rawValue)
      (isDefault, sampleRate, channels) = (device.isDefault, device.sampleRate, device.channelCount)
    }
  }

  func validate() throws {
    if json, meter { throw ValidationError("--json lists devices and --meter shows one: say one of them.") }
    if !meter, device != nil || seconds != nil { throw ValidationError("--device and --seconds go with --meter.") }
    if let seconds, !(seconds > 0 && seconds < 1e9) { throw ValidationError("--seconds takes a number above 0.") }
  }

  func run() throws {
    if meter {
      try DeviceMeter(device: CaptureDeviceList.device(device), limit: seconds.map { .seconds($0) }).run()
      return
    }
    let rows = CaptureDeviceList.current().map(Row.init)
    if json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      try StandardOutput.writeLine(String(decoding: try encoder.encode(rows), as: UTF8.self))
    } else if rows.isEmpty {
      StandardError.write("dragoman: \(AudioError.noCaptureDevice)\n")
    } else {
      try StandardOutput.write(Self.table(rows))
    }
  }

  /// A table with aligned columns and one line per device.
  static func table(_ rows: [Row]) -> String {
    AlignedColumns.text(
      [["NAME", "KIND", "FORMAT", "DESCRIPTION"]]
        + rows.map { row in
          [row.name, row.kind, format(of: row), row.description + (row.isDefault ? " (default)" : "")]
        })
  }

  private static func format(of row: Row) -> String {
    let parts = [row.sampleRate.map { "\($0) Hz" }, row.channels.map { $0 == 1 ? "mono" : "\($0) ch" }]
    let known = parts.compactMap(\.self)
    return known.isEmpty ? "-" : known.joined(separator: " ")
  }
}
