internal import AudioIO

extension AudioFile {
  /// What is wrong with a recording that was heard all the same; to be asked when it was read to its end.
  ///
  /// - Parameter length: of what was read.
  func faults(length: Duration) -> [String] {
    var faults: [String] = []
    if invalidSampleCount > 0 {
      faults.append("\(invalidSampleCount) samples were not numbers or far beyond full scale and were taken as silence")
    }
    if inputFullScale > 1 {
      faults.append("its samples are integers that were written as floats; they were divided by \(Int(inputFullScale))")
    }
    if let first = damagedParts.first {
      let lost = damagedParts.reduce(Duration.zero) { $0 + ($1.upperBound - $1.lowerBound) }
      faults.append(
        "the recording is damaged: \(Figures.seconds(lost)) could not be decoded and were taken as silence, the first at "
          + "\(Figures.clock(first.lowerBound)); copy or repair the file to have all of it")
    }
    if isTruncated {
      faults.append("the recording ends before its header says; what there is (\(Figures.clock(length))) was used")
    }
    return faults
  }
}
