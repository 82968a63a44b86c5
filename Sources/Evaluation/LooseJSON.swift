internal import Foundation

/// JSON as Python writes it, too: with `NaN` and `Infinity` for numbers that are none.
enum LooseJSON {
  /// An object or an array, with null for numbers that are none; nil of anything else.
  static func value(_ data: Data) -> Any? {
    if let value = try? JSONSerialization.jsonObject(with: data) { return value }
    return withoutNaN(data).flatMap { try? JSONSerialization.jsonObject(with: $0) }
  }

  static func value(_ text: String) -> Any? { value(Data(text.utf8)) }

  private static let numbers = ["NaN", "-Infinity", "Infinity"].map { Array($0.utf8) }

  /// The same with null for numbers that are none, and within texts as it is; nil where there are none.
  private static func withoutNaN(_ data: Data) -> Data? {
    let bytes = [UInt8](data)
    var result = Data(capacity: bytes.count), index = 0, isText = false, isChanged = false
    while index < bytes.count {
      if !isText, let number = numbers.first(where: { bytes[index...].starts(with: $0) }) {
        result.append(contentsOf: "null".utf8)
        (index, isChanged) = (index + number.count, true)
        continue
      }
      // What stands behind a backslash ends no text.
      let count = isText && bytes[index] == UInt8(ascii: "\\") ? 2 : 1
      if bytes[index] == UInt8(ascii: "\"") { isText.toggle() }
      result.append(contentsOf: bytes[index..<min(index + count, bytes.count)])
      index += count
    }
    return isChanged ? result : nil
  }
}
