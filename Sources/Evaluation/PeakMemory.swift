internal import Foundation

/// The most memory that this process has held at once.
public enum PeakMemory {
  /// Bytes resident at the peak since the start or the last `reset()`; nil where the system does not tell.
  ///
  /// - Reference: proc(5), `VmHWM`. `getrusage` would count what the parent held before it started this program.
  public static var current: Int? {
    guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8) else { return nil }
    return residentPeak(inStatus: status)
  }

  /// Makes the present size the peak, so that the next figure belongs to what comes next.
  ///
  /// - Returns: whether the system did so.
  @discardableResult
  public static func reset() -> Bool {
    // proc(5), `clear_refs`: 5 resets the peak resident size.
    guard let file = FileHandle(forWritingAtPath: "/proc/self/clear_refs") else { return false }
    return (try? file.write(contentsOf: Data("5".utf8))) != nil
  }

  static func residentPeak(inStatus status: String) -> Int? {
    guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }) else { return nil }
    let fields = line.split(whereSeparator: \.isWhitespace)
    guard fields.count == 3, fields[2] == "kB", let kibibytes = Int(fields[1]) else { return nil }
    return kibibytes * 1024
  }
}
