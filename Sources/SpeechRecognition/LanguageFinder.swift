internal import Foundation
internal import Tensors

/// Finds the language of each window, and where in a window the language changes.
///
/// The model judges a whole window by its beginning, mostly, so its last seconds are heard by themselves as well; only
/// when they are in another language than the window's beginning is the change looked for. Hearing 8 s costs a third
/// of a window.
final class LanguageFinder {
  private let model: RecognitionModel
  private let workspace: RecognitionWorkspace
  private let encodesWholeWindows: Bool
  private let audio: AudioWindows
  private let candidates: [String]
  private(set) var tracker: LanguageTracker

  /// Frames that are heard to tell a language: 8 s. On the shared recordings of 7 languages enough for 44 of 44.
  static let probeFrames = 800
  /// Probability at which a part of a window is in another language than the rest.
  private static let sure = 0.7
  /// How narrowly a change is looked for before the quietest point is taken.
  private static let narrowest = 400

  /// - Parameter tracker: what is known of the language so far.
  init(
    workspace: RecognitionWorkspace, audio: AudioWindows, options: RecognitionOptions,
    tracker: LanguageTracker = LanguageTracker()
  ) {
    self.tracker = tracker
    (model, self.workspace, encodesWholeWindows) = (workspace.model, workspace, options.encodesWholeWindows)
    let candidates = options.candidateLanguages
    self.audio = audio
    self.candidates = candidates.isEmpty ? model.vocabulary.languages : candidates
  }

  /// The language of a window, and where in it another begins: the window's end when none does.
  func examine(_ window: Range<Int>) -> (language: DetectedLanguage, end: Int) {
    guard window.count >= 2 * Self.probeFrames else { return (tracker.follow(hear(window)), window.upperBound) }
    let ending = hear(window.suffix(Self.probeFrames)), tail = ending.best
    var whole: LanguageProbabilities?
    if tail.code == tracker.current?.code {
      whole = hear(window)
      if whole!.best.code == tail.code { return (tracker.follow(whole!), window.upperBound) }
    }
    let head = hear(window.prefix(Self.probeFrames))
    if head.best.code != tail.code, head.best.probability >= Self.sure, tail.probability >= Self.sure {
      return (tracker.follow(head), change(in: window, to: tail.code))
    }
    if tracker.current != nil, head.best.code == tail.code {
      // Both ends speak for it.
      return (tracker.follow(head.joined(with: ending)), window.upperBound)
    }
    return (tracker.follow(whole ?? hear(window)), window.upperBound)
  }

  /// The probabilities of the candidates for some audio.
  func probabilities(of frames: Range<Int>) -> LanguageProbabilities { hear(frames.suffix(Self.probeFrames)) }

  /// The language to decode in after what was heard.
  func follow(_ probabilities: LanguageProbabilities) -> DetectedLanguage { tracker.follow(probabilities) }

  /// The quietest point about where a window goes over into `language`, by bisection.
  private func change(in window: Range<Int>, to language: String) -> Int {
    let half = Self.probeFrames / 2
    var (first, last) = (window.lowerBound + half, window.upperBound - half)
    while last - first > Self.narrowest {
      let middle = (first + last) / 2
      if hear(middle - half..<middle + half).best.code == language { last = middle } else { first = middle }
    }
    let margin = Self.narrowest / 2
    return audio.quietest(in: max(first - margin, window.lowerBound + 1)..<min(last + margin, window.upperBound))
  }

  /// The probabilities of the candidates for some audio, whole windows as they are, less of it in part.
  private func hear(_ frames: Range<Int>) -> LanguageProbabilities {
    workspace.hear(frames, of: audio, wholly: encodesWholeWindows && frames.count > Self.probeFrames)
    let decoder = workspace.decoder
    decoder.reset()
    decoder.advance(CollectionOfOne(model.vocabulary.startOfTranscript))
    decoder.computeLogits()
    let logits = decoder.logits(ofRow: 0)
    let scores = candidates.map { Double(logits[model.vocabulary.languageToken($0)!]) }
    let top = scores.max()!
    let weights = scores.map { exp($0 - top) }
    let total = weights.reduce(0, +)
    return LanguageProbabilities(values: zip(candidates, weights).map { ($0, $1 / total) })
  }
}
