internal import Foundation

/// How figures are written in tables and reports: with a point, and as many places as they are worth.
enum Formatted {
  /// `12.30`; a dash for what is no number.
  static func fixed(_ value: Double, places: Int = 2) -> String {
    guard value.isFinite else { return "-" }
    let text = String(format: "%.\(places)f", value)
    // -0.001 at two places is 0.00.
    return text.hasPrefix("-") && !text.contains(where: { ("1"..."9").contains($0) }) ? String(text.dropFirst()) : text
  }

  /// The same without zeros behind the point that say nothing.
  static func trimmed(_ value: Double, places: Int = 2) -> String {
    var text = fixed(value, places: places)
    while text.contains("."), text.hasSuffix("0") || text.hasSuffix(".") { text.removeLast() }
    return text
  }

  /// A fraction in per cent, without the sign: 0.123 is `12.30`.
  static func percent(_ fraction: Double, places: Int = 2) -> String { fixed(fraction * 100, places: places) }

  /// `10.12–14.20`.
  static func range(_ lower: Double, _ upper: Double, places: Int = 2) -> String {
    fixed(lower, places: places) + "–" + fixed(upper, places: places)
  }

  /// A difference with its sign.
  static func signed(_ value: Double, places: Int = 2) -> String {
    let text = fixed(value, places: places)
    return value > 0 && text.contains { ("1"..."9").contains($0) } ? "+" + text : text
  }

  /// Three places below ten, so that fast and slow systems both have figures that tell something.
  static func seconds(_ value: Double) -> String { fixed(value, places: value < 10 ? 3 : 1) }

  /// Bytes in MiB.
  static func mebibytes(_ bytes: Int) -> String { fixed(Double(bytes) / 1_048_576, places: 0) }

  /// A p-value; what is smaller than can be told is told as such.
  static func probability(_ value: Double) -> String { value < 0.001 ? "<0.001" : fixed(value, places: 3) }
}
