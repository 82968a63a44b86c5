internal import ArgumentParser

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
}
