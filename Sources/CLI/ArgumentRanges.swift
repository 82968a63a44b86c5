internal import ArgumentParser
internal import Foundation

/// What options take that several commands have.
enum ArgumentRanges {
  /// `--beam` of recognition and of translation.
  static let beam = 1...32, translationBeam = 1...64
  /// `--batch`.
  static let batch = 1...32
  /// `--threads`.
  static let threads = 1...1024

  /// Refuses a number outside of what an option takes; an option that is not given is none.
  static func check(_ option: String, _ value: Int?, in range: ClosedRange<Int>) throws {
    guard value.map(range.contains) ?? true else {
      throw ValidationError("\(option) takes \(range.lowerBound) to \(range.upperBound).")
    }
  }

  /// Threads to compute with: all processors unless told, and never more, which is said once. Threads that wait for a processor would
  /// make the others wait for them.
  static func threadCount(_ wanted: Int?) -> Int {
    let processors = ProcessInfo.processInfo.activeProcessorCount
    guard let wanted, wanted > processors else { return wanted ?? processors }
    StandardError.write(
      "dragoman: --threads \(wanted) is more than this machine has processors, which would be slower; \(processors) "
        + "\(processors == 1 ? "is" : "are") used\n")
    return processors
  }
}
