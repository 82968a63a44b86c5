import Foundation
import Testing

/// Corpus BLEU as sacrebleu computes it by default: 13a tokens, mixed case, up to 4-grams, exponential smoothing.
///
/// - Reference: Post 2018, "A Call for Clarity in Reporting BLEU Scores".
enum BLEU {
  static func score(_ hypotheses: [String], references: [String]) -> Double {
    var matches = [0, 0, 0, 0]
    var totals = [0, 0, 0, 0]
    var hypothesisLength = 0
    var referenceLength = 0
    for (hypothesis, reference) in zip(hypotheses, references) {
      let (found, wanted) = (tokens(hypothesis), tokens(reference))
      hypothesisLength += found.count
      referenceLength += wanted.count
      for order in 1...4 {
        var available = counts(wanted, order)
        for (gram, count) in counts(found, order) {
          matches[order - 1] += min(count, available.removeValue(forKey: gram) ?? 0)
          totals[order - 1] += count
        }
      }
    }
    guard matches[0] > 0 else { return 0 }
    var sum = 0.0
    var smoothing = 1.0
    for order in 0..<4 where totals[order] > 0 {
      if matches[order] == 0 { smoothing *= 2 }
      sum += log(
        matches[order] > 0 ? Double(matches[order]) / Double(totals[order]) : 1 / (smoothing * Double(totals[order])))
    }
    let brevity = hypothesisLength < referenceLength ? 1 - Double(referenceLength) / Double(hypothesisLength) : 0
    return 100 * exp(brevity + sum / 4)
  }

  private static func counts(_ tokens: [String], _ order: Int) -> [ArraySlice<String>: Int] {
    guard tokens.count >= order else { return [:] }
    return (0...tokens.count - order).reduce(into: [:]) { $0[tokens[$1..<$1 + order], default: 0] += 1 }
  }

  /// mteval-13a: punctuation and symbols stand alone, a full stop or comma unless between digits, a hyphen behind a digit.
  private static func tokens(_ line: String) -> [String] {
    let text = line.replacingOccurrences(of: "&quot;", with: "\"").replacingOccurrences(of: "&amp;", with: "&")
      .replacingOccurrences(of: "&lt;", with: "<").replacingOccurrences(of: "&gt;", with: ">")
    var scalars = " \(text) ".unicodeScalars.map { $0 }
    func spaced(_ matches: (Int, [Unicode.Scalar]) -> Bool, before: Bool, after: Bool) {
      var result: [Unicode.Scalar] = []
      for index in scalars.indices {
        let match = matches(index, scalars)
        if match, before { result.append(" ") }
        result.append(scalars[index])
        if match, after { result.append(" ") }
      }
      scalars = result
    }
    func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }
    spaced(
      { index, all in
        let value = all[index].value
        return (0x7B...0x7E).contains(value) || (0x5B...0x60).contains(value) || (0x21...0x26).contains(value)
          || (0x28...0x2B).contains(value) || (0x3A...0x40).contains(value) || value == 0x2F
      }, before: true, after: true)
    spaced(
      { index, all in (all[index] == "." || all[index] == ",") && index > 0 && !isDigit(all[index - 1]) }, before: true,
      after: true)
    spaced(
      { index, all in
        (all[index] == "." || all[index] == ",") && index + 1 < all.count && !isDigit(all[index + 1])
          && all[index + 1] != " "
          || (all[index] == "." || all[index] == ",") && index + 1 < all.count
            && all[index + 1] == " " && all[index - 1] != " "
      }, before: true, after: true)
    spaced({ index, all in all[index] == "-" && index > 0 && isDigit(all[index - 1]) }, before: true, after: true)
    var line = String.UnicodeScalarView()
    line.append(contentsOf: scalars)
    return String(line).split(whereSeparator: \.isWhitespace).map(String.init)
  }
}

@Suite struct BLEUTests {
  @Test func knownScores() {
    #expect(abs(BLEU.score(["the cat sat on the mat."], references: ["the cat sat on the mat."]) - 100) < 1e-9)
    // Computed with sacrebleu 2.6.0.
    #expect(
      abs(BLEU.score(["It costs 3.50, or 10-15% less!"], references: ["It costs 3.50 or 10-20 % less!"]) - 31.8009)
        < 0.01)
    #expect(
      abs(BLEU.score(["a b c", "Hello there, world"], references: ["a x c", "Hello world, there"]) - 17.2860) < 0.01)
  }
}
