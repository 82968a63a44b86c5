internal import Foundation
internal import Transcripts

/// The progress of a job over all its recordings.
final class JobProgress {
  private let line = ProgressLine(label: "transcribe")
  private let begin = ContinuousClock.now
  private let count: Int
  private var done = Duration.zero, total: Duration?
  /// How far the recordings are that are under way, by their place: two may have one name.
  private var underWay: [Int: Duration] = [:]

  /// - Parameters:
  ///   - total: length of all recordings; nil where it is not known.
  ///   - count: how many there are.
  init(total: Duration?, count: Int) { (self.count, self.total) = (count, total) }

  /// What one recording tells.
  func recording(_ index: Int, named name: String) -> RecordingProgress {
    RecordingProgress(job: self, index: index, name: name)
  }

  func finish() { line.finish() }

  fileprivate func start(duration: Duration?) {
    if count == 1 { total = duration }
  }

  fileprivate func update(_ index: Int, _ processed: Duration) {
    underWay[index] = processed
    let now = underWay.values.reduce(done, +)
    let elapsed = begin.duration(to: .now)
    if let total, total > .zero {
      line.update(
        fraction: now / total, Figures.audioProgress(done: min(now, total), total: total, elapsed: elapsed))
    } else {
      line.update(fraction: 0, "\(Figures.clock(now)) heard")
    }
  }

  fileprivate func end(_ index: Int, named name: String, _ transcript: Transcript?) {
    underWay[index] = nil
    guard let transcript else { return }
    done += transcript.duration
    guard count > 1 else { return }
    say(
      "\(name): \(Figures.clock(transcript.duration)), language \(transcript.language), "
        + "\(transcript.segments.count) segments")
  }

  fileprivate func say(_ text: String) { line.message(text) }
}

/// The progress of one recording of a job.
struct RecordingProgress {
  fileprivate let job: JobProgress
  fileprivate let index: Int
  fileprivate let name: String

  /// - Parameter duration: as its header tells.
  func start(duration: Duration?) { job.start(duration: duration) }

  /// - Parameter processed: how much of it is behind.
  func update(_ processed: Duration) { job.update(index, processed) }

  /// - Parameter transcript: nil when there is none.
  func end(_ transcript: Transcript?) { job.end(index, named: name, transcript) }

  func say(_ text: String) { job.say(text) }
}
