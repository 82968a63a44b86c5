public import Foundation

extension CaptureDevices {
  /// One element of what `pactl --format=json list sources` prints; PipeWire prints the same.
  private struct Source: Decodable {
    var name: String
    var description: String?
    var sampleSpecification: String?
    var properties: [String: String]?

    enum CodingKeys: String, CodingKey {
      case name, description, properties
      case sampleSpecification = "sample_specification"
    }
  }

  private struct Server: Decodable {
    var defaultSource: String?

    enum CodingKeys: String, CodingKey { case defaultSource = "default_source_name" }
  }

  /// The sources of a PulseAudio or PipeWire server, inputs before monitors.
  ///
  /// - Parameters:
  ///   - sources: what `pactl --format=json list sources` printed.
  ///   - server: what `pactl --format=json info` printed, which names the default.
  /// - Returns: nil when `sources` is something else.
  public static func soundServerSources(_ sources: Data, server: Data) -> [CaptureDevice]? {
    let decoder = JSONDecoder()
    guard let list = try? decoder.decode([Source].self, from: sources) else { return nil }
    let preferred = (try? decoder.decode(Server.self, from: server))?.defaultSource
    let devices = list.map { source in
      let isMonitor = source.properties?["device.class"] == "monitor" || source.name.hasSuffix(".monitor")
      let format = (source.sampleSpecification ?? "").split(separator: " ")
      return CaptureDevice(
        name: "pulse:\(source.name)", description: source.description ?? source.name,
        kind: isMonitor ? .monitor : .input, isDefault: source.name == preferred,
        sampleRate: format.first { $0.hasSuffix("Hz") }.flatMap { Int($0.dropLast(2)) },
        channelCount: format.first { $0.hasSuffix("ch") }.flatMap { Int($0.dropLast(2)) })
    }
    return devices.filter { $0.kind == .input } + devices.filter { $0.kind == .monitor }
  }
}
