internal import Foundation

/// The likeliest languages of pieces of speech that follow each other, where a change has its price.
///
/// What each piece says counts by its length. A language is left for one foreign piece and come back to only where that piece is sure to
/// be in another, or long.
///
/// - Reference: Viterbi 1967, Error bounds for convolutional codes, IEEE Transactions on Information Theory 13(2).
enum LanguagePath {
  /// Natural-log evidence that a change takes. 2 s that are sure of another language outweigh one change, and 2.7 s two.
  static let change = 3.0
  /// The least probability that a piece gives a language: whatever it says, the model may be wrong.
  static let least = 0.01
  /// Frames that count once, and how often a longer piece counts at most.
  private static let unit = 200.0, mostUnits = 2.0

  /// - Parameters:
  ///   - pieces: what each says, of the same languages in the same order, and its frames of 10 ms.
  ///   - current: the language before them; nil where there is none.
  /// - Returns: the index of the language of each piece.
  static func likeliest(_ pieces: [(heard: LanguageProbabilities, frames: Int)], after current: String?) -> [Int] {
    guard let first = pieces.first?.heard else { return [] }
    var scores = first.values.map { current == nil || $0.code == current ? 0 : -change }
    var origins: [[Int]] = []
    for (heard, frames) in pieces {
      let best = scores.indices.max { scores[$0] < scores[$1] }!
      let changed = scores[best] - change
      let weight = min(Double(frames) / unit, mostUnits)
      origins.append(scores.map { $0 >= changed ? -1 : best })
      for index in scores.indices {
        scores[index] =
          max(scores[index], changed) + weight * log(max(heard.values[index].probability, least))
      }
    }
    var path = [scores.indices.max { scores[$0] < scores[$1] }!]
    for origin in origins.dropFirst().reversed() {
      let here = path.last!
      path.append(origin[here] < 0 ? here : origin[here])
    }
    return path.reversed()
  }
}
