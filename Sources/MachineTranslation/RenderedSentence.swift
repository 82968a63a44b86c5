internal import Foundation

/// The translation of one sentence, with the places of its tokens, before it is put into its text.
struct RenderedSentence {
  /// UTF-8.
  var text: [UInt8]
  let score: Float
  /// Where each source token stands in the source text, in bytes; empty for the end of the sentence.
  let sourceTokens: [Range<Int>]
  /// Where each target token stands in `text`; empty for the end of the sentence.
  var targetTokens: [Translation.Token]
  /// `[target token, source token]`.
  let attention: [Float]
  /// Whether stand-ins got lost, so that what they stood for could not be put back.
  var lacksSigns = false

  /// How much a target token looked at the source tokens that overlap a range of the source text.
  func attention(of target: Int, to source: Range<Int>) -> Float {
    let row = target * sourceTokens.count
    return sourceTokens.indices.reduce(0) {
      $0 + (sourceTokens[$1].overlaps(source) ? attention[row + $1] : 0)
    }
  }

  /// The source token that a target token looked at most, of those that have a range.
  func source(of target: Int) -> Int? {
    let row = target * sourceTokens.count
    return sourceTokens.indices.filter { !sourceTokens[$0].isEmpty }
      .max { attention[row + $0] < attention[row + $1] }
  }

  /// The words of the translation: runs of tokens without a blank between, single tokens where the script has no blanks.
  var words: [Range<Int>] {
    var words: [Range<Int>] = []
    for (index, token) in targetTokens.enumerated() where !token.range.isEmpty {
      if let last = words.last, let before = targetTokens[..<index].last(where: { !$0.range.isEmpty }),
        before.range.upperBound == token.range.lowerBound,
        !(String(decoding: text[token.range], as: UTF8.self).unicodeScalars.first?.isUnspaced ?? false)
      {
        words[words.count - 1] = last.lowerBound..<index + 1
      } else {
        words.append(index..<index + 1)
      }
    }
    return words
  }

  /// The bytes of a run of tokens.
  func bytes(of tokens: Range<Int>) -> Range<Int> {
    let ranges = targetTokens[tokens].map(\.range).filter { !$0.isEmpty }
    guard let first = ranges.first, let last = ranges.last else { return 0..<0 }
    return first.lowerBound..<last.upperBound
  }

  /// Replaces bytes. The first token that stood there gets the new ones, the others become empty.
  mutating func replace(_ range: Range<Int>, with replacement: some Collection<UInt8>) {
    let change = replacement.count - range.count
    let end = range.upperBound + change
    var isTaken = false
    for index in targetTokens.indices {
      let old = targetTokens[index].range
      if old.upperBound <= range.lowerBound, !(old.isEmpty && old.lowerBound > range.lowerBound) { continue }
      if old.lowerBound >= range.upperBound {
        targetTokens[index].range = old.lowerBound + change..<old.upperBound + change
        continue
      }
      let lower = isTaken ? end : min(old.lowerBound, range.lowerBound)
      let upper = old.upperBound > range.upperBound ? old.upperBound + change : end
      targetTokens[index].range = lower..<max(lower, upper)
      isTaken = true
    }
    text.replaceSubrange(range, with: replacement)
  }
}

extension SourceText {
  /// The sentence that a detailed hypothesis of a part is, with signs in place of what stood for them.
  func rendered(_ hypothesis: Hypothesis, of part: LongSentences.Part, vocabulary: Vocabulary) -> RenderedSentence {
    guard let details = hypothesis.details else { preconditionFailure("the search was asked for details") }
    let (translated, ends) = vocabulary.decodeWithEnds(hypothesis.pieces)
    let text = Array(translated.utf8)
    var targets = Self.ranges(ends, from: 0, in: text)
    if details.logProbabilities.count > targets.count { targets.append(text.count..<text.count) }
    let (start, end) = (part.range.lowerBound, part.range.upperBound)
    var sentence = RenderedSentence(
      text: text, score: hypothesis.score,
      sourceTokens: Array(repeating: start..<start, count: prefix.count)
        + Self.ranges(part.ends, from: start, in: structure.bytes)
        + [end..<end],
      targetTokens: zip(targets, details.logProbabilities).map { range, logProbability in
        Translation.Token(range: range, probability: min(1, exp(logProbability)))
      },
      attention: details.attention)
    guard let standIns = part.standIns else { return sentence }
    if let restored = standIns.restored(sentence, signs: part.signs, of: structure.bytes) { return restored }
    sentence.lacksSigns = true
    return sentence
  }
}
