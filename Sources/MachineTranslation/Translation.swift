/// A translation of one text: what it says, how sure the model was, and which part came from where.
///
/// Places are byte ranges in UTF-8, of the source text or of `text`; `characters(_:in:)` makes string indices of them.
public struct Translation: Sendable, Equatable {
  /// The translated text.
  public var text: String
  /// The mean score of the sentences, weighted by their tokens; 0 for a text without sentences. Higher is surer, 0 is certain.
  public var score: Float
  /// The sentences in the order of the text; none for a blank text.
  public var sentences: [Sentence]

  /// One sentence, or a part of one that was too long.
  public struct Sentence: Sendable, Equatable {
    /// Where it stands in the source text, in bytes.
    public var source: Range<Int>
    /// Where its translation stands in `Translation.text`, in bytes.
    public var target: Range<Int>
    /// The sum of the tokens' log-probabilities over their number to the power of `TranslationOptions.lengthNormalization`.
    public var score: Float
    /// Where each source token stands in the source text, in bytes, blanks in front left out. The last one is the end of the
    /// sentence, an empty range; so is the first when `TranslationOptions.targetToken` stands there.
    public var sourceTokens: [Range<Int>]
    /// The target tokens, with the end of sentence as the last unless the translation was cut off at the length limit.
    public var targetTokens: [Token]
    /// How much each target token looked at each source token, `[target token, source token]`; each row sums to 1.
    ///
    /// The first head of the decoder's last cross-attention: the one that Marian trains to align. A model that was trained
    /// without guided alignment gives it too, but nothing made it point at the right words.
    ///
    /// - Reference: marian-dev `src/models/transformer.h`, `collectOneHead`, and `transformer-guided-alignment-layer`.
    public var attention: [Float]
  }

  /// A piece of the translation.
  public struct Token: Sendable, Equatable {
    /// Where it stands in `Translation.text`, in bytes, blanks in front left out; empty for the end of the sentence.
    public var range: Range<Int>
    /// How probable the model found it, given the source and what stands before, in 0...1. Where the model has a shortlist, the
    /// probability is that among the words of the list.
    public var probability: Float
  }

  /// A source token and a target token that belong together.
  public struct Link: Sendable, Equatable {
    /// Index among `Sentence.sourceTokens`.
    public var source: Int
    /// Index among `Sentence.targetTokens`.
    public var target: Int
    /// The attention between the two, in 0...1.
    public var weight: Float
  }

  /// The string indices of a byte range of `text`, widened to whole characters.
  ///
  /// - Parameters:
  ///   - bytes: a range of UTF-8 bytes within `text`.
  ///   - text: the source text, or `Translation.text`.
  public static func characters(_ bytes: Range<Int>, in text: String) -> Range<String.Index> {
    let utf8 = text.utf8
    var start = utf8.index(utf8.startIndex, offsetBy: bytes.lowerBound)
    var end = utf8.index(utf8.startIndex, offsetBy: bytes.upperBound)
    // Only a boundary between characters can be sought in the text itself.
    while start > utf8.startIndex, String.Index(start, within: text) == nil { utf8.formIndex(before: &start) }
    while end < utf8.endIndex, String.Index(end, within: text) == nil { utf8.formIndex(after: &end) }
    return start..<end
  }
}

extension Translation.Sentence {
  /// The links between words: for each target token the source token that it looked at most, and any other of at least
  /// `threshold`. The ends of the sentences take no part, nor do tokens without a range of their own.
  ///
  /// - Parameter threshold: least attention of a second link, in 0...1.
  public func alignment(threshold: Float = 0.3) -> [Translation.Link] {
    let width = sourceTokens.count
    var links: [Translation.Link] = []
    for (target, token) in targetTokens.enumerated() where !token.range.isEmpty {
      let row = attention[target * width..<(target + 1) * width]
      var best: Int?
      for source in 0..<width where !sourceTokens[source].isEmpty {
        if best.map({ row[row.startIndex + source] > row[row.startIndex + $0] }) ?? true { best = source }
      }
      for source in 0..<width where !sourceTokens[source].isEmpty {
        let weight = row[row.startIndex + source]
        if source == best || weight >= threshold {
          links.append(Translation.Link(source: source, target: target, weight: weight))
        }
      }
    }
    return links
  }
}
