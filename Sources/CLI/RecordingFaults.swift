internal import AudioIO
internal import Foundation

extension AudioFile {
  /// Of recordings whose loudest sample is below this, voice activity loses words: 44 dB below full scale.
  private static let quiet: Float = 0.0063

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
    if cancelled >= .seconds(1) {
      faults.append(
        "its channels cancel each other out for \(Figures.seconds(cancelled)): one is inverted; there the loudest was heard alone"
      )
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
    if let unreadFrom {
      faults.append(
        "another recording stands behind \(Figures.clock(unreadFrom)) in the same file, with another rate or other channels; it was "
          + "not read: split the file")
    }
    return faults
  }

  /// Tells that speech may be lost, where a recording is too quiet for voice activity; nil where it is not.
  var quietness: String? {
    guard peak > 0, peak < Self.quiet else { return nil }
    let level = Int((20 * log10(Double(peak))).rounded())
    return
      "it is very quiet, \(level) dB at its loudest, so that speech may be missed; make it louder, for example with "
      + "ffmpeg -i INPUT -af volume=\(-level - 3)dB OUTPUT.flac"
  }
}
