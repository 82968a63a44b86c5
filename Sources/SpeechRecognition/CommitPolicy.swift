internal import Transcripts

/// Which words of a hypothesis about speech that goes on will not change any more.
public enum CommitPolicy: Sendable, Equatable {
  /// Words that so many hypotheses in a row begin with.
  ///
  /// - Reference: Liu et al. 2020, arXiv:2005.11185; Machacek et al. 2023, arXiv:2307.14743, for Whisper.
  case localAgreement(Int)
  /// Words whose attention stays away from the newest audio by this much: a text is cut where it begins to look at what may
  /// be heard only in part.
  ///
  /// - Reference: Papi et al. 2023, arXiv:2305.11408.
  case alignAtt(Duration)

  /// Hypotheses before the newest that it looks at.
  var memory: Int { if case .localAgreement(let count) = self { count - 1 } else { 0 } }

  /// How many words at the start of the newest hypothesis are certain.
  ///
  /// - Parameters:
  ///   - newest: words behind those that are committed.
  ///   - earlier: the hypotheses before, newest first, likewise.
  ///   - frames: log-mel frames of the window, 10 ms.
  func certain(_ newest: [AlignedWord], earlier: [[AlignedWord]], frames: Int) -> Int {
    switch self {
    case .localAgreement(let count):
      guard earlier.count >= count - 1 else { return 0 }
      return earlier.prefix(count - 1).reduce(newest.count) { agreed, other in
        min(agreed, zip(newest, other).prefix { $0.word.text == $1.word.text }.count)
      }
    case .alignAtt(let margin):
      let limit = frames - Int(margin / .milliseconds(10))
      return newest.prefix { $0.lastAttended < limit }.count
    }
  }
}
