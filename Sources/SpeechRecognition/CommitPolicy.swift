internal import Transcripts

/// Which words of a hypothesis about speech that goes on will not change any more.
public enum CommitPolicy: Sendable, Equatable {
  /// Words that so many hypotheses in a row begin with.
  ///
  /// - Reference: Liu et al. 2020, arXiv:2005.11185; Machacek et al. 2023, arXiv:2307.14743, for Whisper.
  case localAgreement(Int)
  /// Words whose attention stays away from the newest audio by this much: a text is cut where it begins to look at what may
  /// be heard only in part. Words that the model doubts wait longer, `doubtedMargin`.
  ///
  /// - Reference: Papi et al. 2023, arXiv:2305.11408.
  case alignAtt(Duration)

  /// Words that several hypotheses in a row begin with and whose attention stays away from the newest audio, likewise.
  case both(Int, Duration)

  /// Below this probability a word is doubted. Of the words that `attention:0.8` took for certain in `en-read`, 75 % of the wrong ones
  /// and 19 % of the others are below it.
  static let sureProbability = 0.8
  /// What attention keeps away from the newest audio before a doubted word is certain, and before it is shown.
  static let doubtedMargin = Duration.milliseconds(2000), doubtedShownMargin = Duration.milliseconds(1500)

  /// Hypotheses before the newest that it looks at.
  var memory: Int {
    switch self {
    case .localAgreement(let count), .both(let count, _): count - 1
    case .alignAtt: 0
    }
  }

  /// Which words at the start of the newest hypothesis are certain. The last one goes without its punctuation where that is not
  /// certain: at the end of what was heard so far, a model likes to end the sentence.
  ///
  /// - Parameters:
  ///   - newest: words behind those that are committed.
  ///   - earlier: the hypotheses before, newest first, likewise.
  ///   - frames: log-mel frames of the window, 10 ms.
  func certain(_ newest: [AlignedWord], earlier: [[AlignedWord]], frames: Int) -> [AlignedWord] {
    let words =
      switch self {
      case .localAgreement(let count): Self.agreed(newest, earlier: earlier, count: count)
      case .alignAtt(let margin): Self.attended(newest, frames: frames, margin: margin, doubted: Self.doubtedMargin)
      case .both(let count, let margin):
        Self.agreed(
          Self.attended(newest, frames: frames, margin: margin, doubted: Self.doubtedMargin), earlier: earlier,
          count: count)
      }
    return words.count == newest.count ? Self.lastBare(words) : words
  }

  private static func agreed(_ newest: [AlignedWord], earlier: [[AlignedWord]], count: Int) -> [AlignedWord] {
    guard earlier.count >= count - 1 else { return [] }
    let others = earlier.prefix(count - 1)
    var words: [AlignedWord] = []
    for (index, word) in newest.enumerated() {
      guard others.allSatisfy({ index < $0.count && $0[index].bareText == word.bareText }) else { break }
      guard others.allSatisfy({ $0[index].word.text == word.word.text }) else {
        words.append(word.bare)
        break
      }
      words.append(word)
    }
    return words
  }

  /// The words of a hypothesis, behind the certain ones, that are worth being shown: what leans on the newest audio would be taken
  /// back at the next look, and so would the punctuation of the last word.
  ///
  /// - Parameter doubted: the margin of words that the model doubts, where it is wider.
  static func worthShowing(
    _ words: [AlignedWord], frames: Int, margin: Duration, doubted: Duration = .zero
  ) -> [AlignedWord] {
    lastBare(attended(words, frames: frames, margin: margin, doubted: doubted))
  }

  /// The words that end so long before the newest audio that they are certain whatever they look at: a late word is worth less
  /// than one that may be wrong.
  static func overdue(_ words: [AlignedWord], frames: Int, hold: Duration) -> [AlignedWord] {
    let overdue = Array(words.prefix { $0.word.end <= .milliseconds(10 * frames) - hold })
    return overdue.count == words.count ? lastBare(overdue) : overdue
  }

  /// The words of a turn without an end that nobody said: where sound breaks off, a model likes to go on with a sentence that it knows. For such words
  /// there is no room, so that several stand in the last moment, and at the first of them it went astray.
  static func said(_ words: [AlignedWord]) -> [AlignedWord] {
    let squeezed = words.reversed().prefix { $0.word.end - $0.word.start <= .milliseconds(20) }.count
    guard squeezed >= 2 else { return words }
    let doubt = words.indices.suffix(squeezed + 1).first { words[$0].word.probability < straying }
    return doubt.map { lastBare(Array(words[..<$0])) } ?? words
  }

  /// Below this probability a word is one that nothing that was heard led to.
  private static let straying = 0.3

  static func lastBare(_ words: [AlignedWord]) -> [AlignedWord] {
    words.dropLast() + (words.last.map { [$0.bare] } ?? [])
  }

  private static func attended(
    _ newest: [AlignedWord], frames: Int, margin: Duration, doubted: Duration
  ) -> [AlignedWord] {
    func limit(_ margin: Duration) -> Int { frames - margin.frames }
    let (sure, unsure) = (limit(margin), limit(max(margin, doubted)))
    return Array(newest.prefix { $0.lastAttended < ($0.word.probability < sureProbability ? unsure : sure) })
  }
}
