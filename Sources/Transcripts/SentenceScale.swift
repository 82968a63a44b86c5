/// Carries places of a text over to its translation: sentence by sentence where both have as many, otherwise by their share of the whole.
package struct SentenceScale {
  private let source: [Double], target: [Double]

  /// - Parameters:
  ///   - source: where the sentences of the text end, as shares of its length: ascending, the last one 1.
  ///   - target: the same of the translation.
  package init(source: [Double], target: [Double]) {
    (self.source, self.target) = source.count == target.count ? (source, target) : ([1], [1])
  }

  /// The place in the translation for one in the text, both as shares of the length.
  package func place(for share: Double) -> Double {
    let index = source.firstIndex { $0 >= share } ?? source.count - 1
    guard index >= 0 else { return share }
    let (start, end) = (index > 0 ? source[index - 1] : 0, source[index])
    let (first, last) = (index > 0 ? target[index - 1] : 0, target[index])
    return end > start ? first + (last - first) * min(1, (share - start) / (end - start)) : last
  }

  /// Whether a sentence ends between two words: what goes on in lower case goes on with the sentence.
  package static func sentenceEnds(behind word: some StringProtocol, before next: some StringProtocol) -> Bool {
    Transcript.endsSentenceBeforeMore(word) && next.first { $0.isLetter }?.isLowercase != true
  }
}
