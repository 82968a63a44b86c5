internal import AudioIO

extension AudioFile {
  /// What was wrong with a recording that was recognised all the same.
  ///
  /// - Parameters:
  ///   - name: how the user named it.
  ///   - length: of what was read.
  func warnings(named name: String, length: Duration) -> [String] {
    var warnings: [String] = []
    if invalidSampleCount > 0 {
      warnings.append("\(name): \(invalidSampleCount) samples were not numbers and were taken as silence")
    }
    if let first = damagedParts.first {
      let lost = damagedParts.reduce(Duration.zero) { $0 + ($1.upperBound - $1.lowerBound) }
      warnings.append(
        "\(name) is damaged: \(Figures.seconds(lost)) could not be decoded and were taken as silence, the first at "
          + "\(Figures.clock(first.lowerBound)); copy or repair the file to have all of it")
    }
    if isTruncated {
      warnings.append("\(name) ends before its header says; what there is (\(Figures.clock(length))) was used")
    }
    if length == .zero { warnings.append("\(name) holds no sound: zero samples") }
    return warnings
  }
}
