/// chrF, and chrF++ where words count too: the F score of shared n-grams of characters, recall weighted twice.
///
/// White space does not count, case does, and only lengths of which both sides have an n-gram: sacrebleu's defaults.
///
/// - Reference: Popović 2015, "chrF"; Popović 2017, "chrF++".
public struct CharacterFScore: Sendable, Equatable {
  /// The longest n-gram of characters.
  public let characterOrder: Int
  /// The longest n-gram of words; 2 makes it chrF++.
  public let wordOrder: Int

  /// chrF unless told otherwise.
  ///
  /// - Precondition: the two orders make 1 to 8 together.
  public init(characterOrder: Int = 6, wordOrder: Int = 0) {
    precondition(characterOrder >= 0 && wordOrder >= 0 && (1...8).contains(characterOrder + wordOrder))
    (self.characterOrder, self.wordOrder) = (characterOrder, wordOrder)
  }

  /// chrF++: six characters and two words.
  public static let plusPlus = CharacterFScore(wordOrder: 2)

  /// `chrF2` or `chrF2++`, as sacrebleu names them.
  public var name: String { "chrF2" + String(repeating: "+", count: wordOrder) }

  /// What a pair of lines adds to a corpus; one element for each length, characters first.
  public struct Statistics: AdditiveStatistics {
    /// n-grams of the hypothesis, where the reference has one of that length at all.
    public var hypothesis = SIMD8<Int>.zero
    /// n-grams of the reference.
    public var reference = SIMD8<Int>.zero
    /// n-grams of both.
    public var matches = SIMD8<Int>.zero

    /// No lines yet.
    public static let zero = Statistics()

    /// Adds the lines of another set.
    public static func += (sum: inout Statistics, other: Statistics) {
      sum.hypothesis &+= other.hypothesis
      sum.reference &+= other.reference
      sum.matches &+= other.matches
    }
  }

  /// The statistics of one line.
  public func statistics(hypothesis: String, reference: String) -> Statistics {
    let found = Array(hypothesis.unicodeScalars)
    let wanted = Array(reference.unicodeScalars)
    func characters(_ text: [Unicode.Scalar]) -> [Int32] { text.filter { !$0.isSpace }.map { Int32($0.value) } }
    var grams = NGramMatches.all(
      hypothesis: characters(found), reference: characters(wanted), upTo: characterOrder)
    if wordOrder > 0 {
      var identifiers = TokenIdentifiers()
      grams += NGramMatches.all(
        hypothesis: identifiers.encode(Self.words(of: found)), reference: identifiers.encode(Self.words(of: wanted)),
        upTo: wordOrder)
    }
    var statistics = Statistics()
    for (index, grams) in grams.enumerated() {
      statistics.hypothesis[index] = grams.reference > 0 ? grams.hypothesis : 0
      statistics.reference[index] = grams.reference
      statistics.matches[index] = grams.shared
    }
    return statistics
  }

  /// Words with one sign of punctuation taken off, at the end or else at the start.
  private static func words(of text: [Unicode.Scalar]) -> [String] {
    text.words.flatMap { word -> [String] in
      guard word.count > 1, let first = word.first, let last = word.last else { return [String(word)] }
      if last.isASCIIPunctuation { return [String(word.dropLast()), String(Character(last))] }
      if first.isASCIIPunctuation { return [String(Character(first)), String(word.dropFirst())] }
      return [String(word)]
    }
  }

  /// The score of a set of lines, 0 to 100.
  public func score(_ statistics: Statistics) -> Double {
    var (precision, recall, order) = (0.0, 0.0, 0.0)
    for index in 0..<characterOrder + wordOrder
    where statistics.hypothesis[index] > 0 && statistics.reference[index] > 0 {
      precision += Double(statistics.matches[index]) / Double(statistics.hypothesis[index])
      recall += Double(statistics.matches[index]) / Double(statistics.reference[index])
      order += 1
    }
    guard precision + recall > 0 else { return 0 }
    (precision, recall) = (precision / order, recall / order)
    let weight = 4.0  // beta squared
    return 100 * (1 + weight) * precision * recall / (weight * precision + recall)
  }

  /// The score of hypotheses against references, line by line.
  ///
  /// - Precondition: as many of the one as of the other.
  public func score(hypotheses: [String], references: [String]) -> Double {
    precondition(hypotheses.count == references.count, "a hypothesis for each reference")
    return score(.total(zip(hypotheses, references).lazy.map { statistics(hypothesis: $0, reference: $1) }))
  }

  /// What was computed, in the form of sacrebleu's signatures (see `BLEU.signature`).
  public var signature: String {
    "nrefs:1|case:mixed|eff:yes|nc:\(characterOrder)|nw:\(wordOrder)|space:no|version:\(MetricVersion.signature)"
  }
}

extension Unicode.Scalar {
  fileprivate var isASCIIPunctuation: Bool {
    switch value {
    case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: true
    default: false
    }
  }
}
