import Foundation
import Testing

@testable import MachineTranslation

/// Translations that go on from what somebody has read already.
@Suite struct TargetPrefixTests {
  private static let sources: [[Int32]] = [[4, 6, 8, 9, 0], [5, 7, 0], [9, 8, 7, 6, 5, 4, 0]]

  private func found(
    _ prefix: TargetPrefix?, beam: Int = 1, detailed: Bool = false, model: TinyModel = TinyModel(endBias: -2)
  ) throws -> [[Hypothesis]] {
    try model.withFolder { folder in
      var options = TranslationOptions()
      options.beam = beam
      let translator = Translator(model: try TranslationModel(contentsOf: folder), options: options)
      return Self.sources.map { translator.translate([$0], detailed: detailed, prefix: prefix)[0] }
    }
  }

  @Test(arguments: [1, 4]) func whatCostsNothingIsKept(beam: Int) throws {
    let prefix = TargetPrefix(words: [7, 4, 10], tolerance: .infinity)
    for hypotheses in try found(prefix, beam: beam) {
      #expect(!hypotheses.isEmpty)
      for hypothesis in hypotheses { #expect(hypothesis.pieces.starts(with: prefix.words)) }
      #expect(Set(hypotheses.map(\.pieces)).count == hypotheses.count, "the beam opens behind the prefix")
    }
  }

  @Test func withoutToleranceATranslationIsTheFreeOne() throws {
    let free = try found(nil).map { $0[0].pieces }
    let kept = try found(TargetPrefix(words: [7, 4, 10], tolerance: 0)).map { $0[0].pieces }
    #expect(kept == free)
    // What the search would have said anyway changes nothing.
    #expect(try found(TargetPrefix(words: free[0], tolerance: 0))[0][0].pieces == free[0])
  }

  @Test func aPrefixIsFollowedUpToTheFirstWordThatCostsTooMuch() throws {
    let prefix = TargetPrefix(words: [7, 4, 10, 12], tolerance: .infinity)
    for forced in try found(prefix, detailed: true) {
      let details = try #require(forced[0].details)
      #expect(details.logProbabilities.count >= prefix.words.count)
      #expect(details.logProbabilities.allSatisfy { $0 <= 0 && $0.isFinite })
    }
    // With a tolerance in between, some of the prefixes are followed to their ends, some are not.
    var lengths: Set<Int> = []
    for tolerance: Float in [0, 0.5, 1, 2, 3, 4, 6, 100] {
      let pieces = try found(TargetPrefix(words: prefix.words, tolerance: tolerance)).map { $0[0].pieces }
      lengths.formUnion(pieces.map { zip($0, prefix.words).prefix { $0 == $1 }.count })
    }
    #expect(lengths.contains(4) && lengths.contains { $0 < 4 })
  }

  @Test func aRealModelKeepsWhatMayStayAndLeavesWhatIsWrong() throws {
    let chain = TranslatorChain(
      models: [try RealModels.model("firefox-en-pt")], sourceLanguages: ["en"], to: "pt")
    let source = "Good morning, how are you today?"
    let free = try chain.translate([source])[0]
    #expect(try chain.translate(source, keeping: ShownTranslation("", tolerance: 2)) == free)
    // Another way to say the same.
    let kept = try chain.translate(source, keeping: ShownTranslation("Bom dia, como está", tolerance: 3))
    #expect(kept.hasPrefix("Bom dia, como está") && kept != free)
    let left = try chain.translate(source, keeping: ShownTranslation("O comboio para Lisboa", tolerance: 3))
    #expect(left == free)
    // Only the half that is right.
    let half = try chain.translate(source, keeping: ShownTranslation("Bom dia, o comboio", tolerance: 1.5))
    #expect(half.hasPrefix("Bom dia,") && !half.contains("comboio"))
    // Words that no vocabulary has end what can be kept.
    let strange = try chain.translate(source, keeping: ShownTranslation("Bom dia, 🦜", tolerance: 3))
    #expect(strange.hasPrefix("Bom dia,") && !strange.contains("🦜"))
  }

  @Test func severalSentencesAndWhatIsRequiredGoBeforeWhatIsShown() throws {
    let chain = TranslatorChain(
      models: [try RealModels.model("firefox-en-pt")], sourceLanguages: ["en"], to: "pt")
    let two = "The train leaves. The bus waits."
    let shown = ShownTranslation("O autocarro", tolerance: .infinity)
    #expect(try chain.translate(two, keeping: shown) == chain.translate([two])[0])
    let number = "The train leaves at 17:45."
    let wrong = ShownTranslation("O comboio sai às 18:30.", tolerance: .infinity)
    #expect(try chain.translate(number, keeping: wrong).contains("17"))
  }
}
