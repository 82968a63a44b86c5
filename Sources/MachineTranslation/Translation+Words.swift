internal import Foundation

extension Translation {
  /// A word of the source and a word of the translation that belong together.
  public struct WordLink: Sendable, Equatable {
    /// Where the word stands in the source text, in bytes.
    public var source: Range<Int>
    /// Where the word stands in the translation, in bytes.
    public var target: Range<Int>
    /// The most attention between tokens of the two, in 0...1.
    public var weight: Float
  }

  /// The words of a text in bytes: what stands between blanks, and single characters of scripts without blanks.
  public static func words(of text: String) -> [Range<Int>] {
    let scalars = Scalars(Array(text.utf8))
    var words: [Range<Int>] = []
    var isOpen = false
    for index in 0..<scalars.count {
      let scalar = scalars[index]
      let place = scalars.offset(index)..<scalars.offset(index + 1)
      if scalar.properties.isWhitespace {
        isOpen = false
      } else if isOpen, !scalar.isUnspaced {
        words[words.count - 1] = words[words.count - 1].lowerBound..<place.upperBound
      } else {
        words.append(place)
        isOpen = !scalar.isUnspaced
      }
    }
    return words
  }

  /// The links between the words of the source and those of the translation, in the order of the translation.
  ///
  /// - Parameters:
  ///   - source: the text that was translated.
  ///   - threshold: least attention of a token's second link, as in `Sentence.alignment(threshold:)`.
  public func wordLinks(source: String, threshold: Float = 0.3) -> [WordLink] {
    let (sources, targets) = (Self.words(of: source), Self.words(of: text))
    var weights: [[Int]: Float] = [:]
    for sentence in sentences {
      for link in sentence.alignment(threshold: threshold) {
        let from = Self.overlapping(sentence.sourceTokens[link.source], of: sources)
        let to = Self.overlapping(sentence.targetTokens[link.target].range, of: targets)
        for source in from {
          for target in to { weights[[target, source]] = max(weights[[target, source]] ?? 0, link.weight) }
        }
      }
    }
    return weights.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map {
      WordLink(source: sources[$0.key[1]], target: targets[$0.key[0]], weight: $0.value)
    }
  }

  /// Indices of the ranges, ascending and disjoint, that overlap one.
  private static func overlapping(_ range: Range<Int>, of ranges: [Range<Int>]) -> Range<Int> {
    func first(_ isBehind: (Range<Int>) -> Bool) -> Int {
      var (low, high) = (0, ranges.count)
      while low < high {
        let middle = (low + high) / 2
        if isBehind(ranges[middle]) { high = middle } else { low = middle + 1 }
      }
      return low
    }
    let start = first { $0.upperBound > range.lowerBound }
    return start..<max(start, first { $0.lowerBound >= range.upperBound })
  }
}

extension Translation.Sentence {
  /// How sure the model was of the sentence, in 0...1: the geometric mean of its tokens' probabilities. It compares sentences of
  /// one model; it is no probability that the translation is right.
  ///
  /// Where a name, number or term was put in by force, the figure is that of the words that the model had chosen.
  public var quality: Double { Translation.quality(of: targetTokens) }
}

extension Translation {
  /// The geometric mean of the probabilities of all tokens of all sentences, in 0...1; 1 for a text without any.
  public var quality: Double { Self.quality(of: sentences.flatMap(\.targetTokens)) }

  fileprivate static func quality(of tokens: [Token]) -> Double {
    guard !tokens.isEmpty else { return 1 }
    return exp(tokens.reduce(0) { $0 + log(Double($1.probability)) } / Double(tokens.count))
  }
}
