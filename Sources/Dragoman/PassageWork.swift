internal import AudioIO
internal import SpeechRecognition
internal import Transcripts

/// One recording whose passages any worker may take, while what they say is told in the order of time.
///
///     taken     1 2 3 4 5
///     said      1 2   4         3 and 5 are being recognised
///     told      1 2             4 waits for 3
///
/// Passages are taken in their order, and what is taken is recognised to its end: what is told has no holes, however the work ends.
/// Workers take turns: nothing here is done by two of them at once.
final class PassageWork {
  /// What one passage says.
  final class Part {
    /// The language of its speech, where it is news.
    let language: DetectedLanguage?
    /// Audio that is behind with it.
    let end: Duration
    /// nil while it is being recognised.
    fileprivate(set) var segments: [Segment]?

    fileprivate init(_ passage: RecordingPassage) { (language, end) = (passage.newLanguage, passage.end) }
  }

  private let recording: RecordingReader
  private let passages: RecordingPassages
  private let options: RecognitionOptions
  private let cancellation: Cancellation?
  /// Taken and not told, in the order of time.
  private var parts: [Part] = []
  private var segmentCount = 0
  private var isStopped = false
  /// What kept the next passage from being taken.
  private(set) var error: (any Error)?

  init(
    _ recording: RecordingReader, passages: RecordingPassages, options: RecognitionOptions, cancellation: Cancellation?
  ) {
    (self.recording, self.passages, self.options, self.cancellation) = (recording, passages, options, cancellation)
  }

  /// Whether a worker may take a passage, if there is one.
  var hasMore: Bool { !passages.isAtEnd && !isStopped && error == nil && cancellation?.isRequested != true }

  /// Whether a passage is being recognised.
  var isAtWork: Bool { parts.contains { $0.segments == nil } }

  /// Whether there is something to tell.
  var hasNews: Bool { parts.first?.segments != nil }

  /// Lets nobody take a passage any more.
  func stop() { isStopped = true }

  /// Reads the next passage, if there is one, and recognises it.
  func takePassage(in workspace: RecognitionWorkspace) {
    do {
      guard let passage = try readPassage(in: workspace) else { return }
      let part = Part(passage)
      parts.append(part)
      part.segments = RecognitionSession.recognize(passage, in: workspace, options: options)
    } catch {
      self.error = error
    }
  }

  private func readPassage(in workspace: RecognitionWorkspace) throws -> RecordingPassage? {
    while hasMore {
      if let passage = try passages.next(in: workspace) {
        recording.goAhead()
        return passage
      }
      if try !recording.next({ passages.append($0) }) { passages.finish() }
    }
    return nil
  }

  /// What is to be told next, its segments numbered as those of the recording; nil when the next passage is not recognised yet.
  func takeNews() -> Part? {
    guard hasNews else { return nil }
    let part = parts.removeFirst()
    for index in part.segments!.indices { part.segments![index].id = segmentCount + index }
    segmentCount += part.segments!.count
    return part
  }
}

/// Workers that take turns and decode together, and the recordings whose passages they may take from each other.
final class PassagePool: @unchecked Sendable {
  let companions = DecoderCompanions()
  /// Workers that may still begin a recording, or are at one of their own.
  private var owners: Int
  private var open: [PassageWork] = []

  init(workers: Int) { owners = workers }

  /// Lets others take passages of a recording while `body` runs.
  func share<Result>(_ work: PassageWork, _ body: () throws -> Result) rethrows -> Result {
    open.append(work)
    defer { open.removeAll { $0 === work } }
    return try body()
  }

  /// Takes part with recordings of one's own, then with passages of others' until there are none.
  ///
  /// - Parameter workspace: asked only when there is a passage to take.
  func takePart(workspace: () -> RecognitionWorkspace, own: () -> Void) {
    companions.takePart {
      own()
      owners -= 1
      while true {
        companions.wait { owners == 0 || next != nil }
        guard let work = next else { return }
        work.takePassage(in: workspace())
      }
    }
  }

  private var next: PassageWork? { open.first(where: \.hasMore) }
}
