internal import Foundation
internal import Tensors

/// Finds the language of each window, and where in a window the language changes.
///
/// The window is encoded once. The decoder then attends to one piece of it after the other, as if that were all, and tells its language:
/// a token for each, where to encode a piece by itself would cost as much as the window's share. It tells about as much
/// (`docs/decisions/0019-a-language-for-each-piece.md`). What the pieces say together decides; a window ends where the
/// language changes, and what was found behind is known when the next one begins there.
final class LanguageFinder {
  private let model: RecognitionModel
  private let workspace: RecognitionWorkspace
  private let encodesWholeWindows: Bool
  private let audio: AudioWindows
  private let candidates: [String]
  private(set) var tracker: LanguageTracker

  /// Frames that are heard to tell the language of a turn: 8 s. On the shared recordings of 7 languages enough for 44 of 44.
  static let probeFrames = 800

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
    if let known = tracker.known(at: window.lowerBound) { return (known.language, min(known.end, window.upperBound)) }
    let borders = [window.lowerBound] + audio.cuts(of: window) + [window.upperBound]
    let parts = zip(borders, borders.dropFirst()).map { $0..<$1 }
    guard parts.count > 1 else { return (tracker.follow(hear(window)), window.upperBound) }
    let heard = workspace.hear(parts, of: window, audio, wholly: encodesWholeWindows) { probabilities }
    let path = LanguagePath.likeliest(zip(heard, parts).map { ($0, $1.count) }, after: tracker.current?.code)
    var runs: [LanguageTracker.Run] = []
    for (piece, language) in path.enumerated() {
      let found = DetectedLanguage(
        code: candidates[language], probability: heard[piece].values[language].probability)
      if let last = runs.last, last.language.code == found.code {
        runs[runs.count - 1].end = parts[piece].upperBound
      } else {
        runs.append(LanguageTracker.Run(language: found, end: parts[piece].upperBound))
      }
    }
    runs = confirmed(runs, from: window.lowerBound)
    if tracker.current == nil, runs.count == 1 { return (tracker.follow(hear(window)), window.upperBound) }
    tracker.take(runs)
    return (runs[0].language, runs[0].end)
  }

  /// Without the changes that are not heard where the speech behind them is encoded by itself, as it will be when it is recognised.
  private func confirmed(_ runs: [LanguageTracker.Run], from first: Int) -> [LanguageTracker.Run] {
    var kept: [LanguageTracker.Run] = [], start = first
    for run in runs {
      defer { start = run.end }
      if let last = kept.last {
        let alone = last.language.code == run.language.code ? nil : hear((start..<run.end).prefix(Self.probeFrames))
        guard let alone, alone[run.language.code] > alone[last.language.code] else {
          kept[kept.count - 1].end = run.end
          continue
        }
      }
      kept.append(run)
    }
    return kept
  }

  /// The probabilities of the candidates for some audio.
  func probabilities(of frames: Range<Int>) -> LanguageProbabilities { hear(frames.suffix(Self.probeFrames)) }

  /// The language to decode in after what was heard.
  func follow(_ probabilities: LanguageProbabilities) -> DetectedLanguage { tracker.follow(probabilities) }

  /// The probabilities of the candidates for some audio, whole windows as they are, less of it in part.
  private func hear(_ frames: Range<Int>) -> LanguageProbabilities {
    workspace.hear(frames, of: audio, wholly: encodesWholeWindows && frames.count > Self.probeFrames)
    return probabilities
  }

  /// The probabilities of the candidates for what the decoder attends to.
  private var probabilities: LanguageProbabilities {
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
