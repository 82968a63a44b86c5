import Foundation
import Testing

@testable import MachineTranslation

/// Scores, probabilities and alignment of translations.
@Suite struct DetailedTranslationTests {
  static let texts = TranslatorTests.texts + ["", "  a b.  C d!\n\n e f ", "é!"]

  func translate(
    _ texts: [String], model: TinyModel = TinyModel(), _ change: (inout TranslationOptions) -> Void = { _ in }
  ) throws -> (plain: [String], detailed: [[Translation]]) {
    try model.withFolder { folder in
      var options = TranslationOptions()
      change(&options)
      let translator = Translator(model: try TranslationModel(contentsOf: folder), options: options)
      return (try translator.translate(texts), try translator.translateDetailed(texts))
    }
  }

  @Test(arguments: [1, 4]) func detailsChangeNoTranslation(beam: Int) throws {
    let (plain, detailed) = try translate(Self.texts) { $0.beam = beam }
    #expect(detailed.map { $0[0].text } == plain)
    #expect(detailed.allSatisfy { $0.count == 1 })
  }

  @Test(arguments: [1, 3], [Float(-1000), 0]) func everythingHasItsPlace(beam: Int, endBias: Float) throws {
    let (_, detailed) = try translate(Self.texts, model: TinyModel(endBias: endBias)) { $0.beam = beam }
    for (text, translations) in zip(Self.texts, detailed) {
      let translation = translations[0]
      let target = Array(translation.text.utf8)
      let source = Array(text.utf8)
      var (sourceEnd, targetEnd) = (0, 0)
      for sentence in translation.sentences {
        // Between sentences stands the same in both texts.
        #expect(source[sourceEnd..<sentence.source.lowerBound] == target[targetEnd..<sentence.target.lowerBound])
        (sourceEnd, targetEnd) = (sentence.source.upperBound, sentence.target.upperBound)
        let tokens = sentence.sourceTokens.flatMap { source[$0] }
        #expect(tokens == source[sentence.source].filter { $0 != 0x20 })
        #expect(sentence.targetTokens.flatMap { target[$0.range] } == target[sentence.target].filter { $0 != 0x20 })
        #expect(sentence.attention.count == sentence.sourceTokens.count * sentence.targetTokens.count)
        for token in sentence.targetTokens.indices {
          let width = sentence.sourceTokens.count
          let sum = sentence.attention[token * width..<(token + 1) * width].reduce(0, +)
          #expect(abs(sum - 1) < 1e-5)
        }
        #expect(sentence.targetTokens.allSatisfy { $0.probability > 0 && $0.probability <= 1 })
        let logProbability = sentence.targetTokens.map { log($0.probability) }.reduce(0, +)
        #expect(abs(sentence.score - logProbability / Float(sentence.targetTokens.count)) < 1e-4)
        // The end of the sentence is the last token, unless the translation was cut off at the limit.
        let limit = Int((2.5 * Float(sentence.sourceTokens.count)).rounded(.up))
        #expect(sentence.targetTokens.count == limit || sentence.targetTokens.last?.range.isEmpty == true)
        #expect(endBias == 0 || sentence.targetTokens.count == limit)
        for link in sentence.alignment() {
          #expect(link.source < sentence.sourceTokens.count - 1 && link.weight >= 0 && link.weight <= 1)
        }
        let linked = Set(sentence.alignment().map(\.target))
        #expect(linked == Set(sentence.targetTokens.indices.filter { !sentence.targetTokens[$0].range.isEmpty }))
      }
      #expect(source[sourceEnd...] == target[targetEnd...])
    }
  }

  @Test func hypothesesAreRankedAndDifferent() throws {
    let (_, detailed) = try translate(["a b c", "hello, world"]) { ($0.beam, $0.hypotheses) = (4, 4) }
    for translations in detailed {
      #expect(translations.count == 4)
      #expect(Set(translations.map { $0.sentences[0].targetTokens.map(\.probability) }).count == 4)
      #expect(zip(translations, translations.dropFirst()).allSatisfy { $0.score >= $1.score })
    }
    try TinyModel().withFolder { folder in
      var options = TranslationOptions()
      (options.beam, options.hypotheses) = (2, 3)
      let translator = Translator(model: try TranslationModel(contentsOf: folder), options: options)
      #expect(throws: TranslationError.self) { try translator.translateDetailed(["a"]) }
    }
  }

  @Test func byteRangesBecomeCharacters() {
    let text = "né👩‍👧 o"
    func part(_ bytes: Range<Int>) -> String { String(text[Translation.characters(bytes, in: text)]) }
    #expect(part(0..<1) == "n")
    #expect(part(1..<3) == "é" && part(2..<3) == "é")
    #expect(part(5..<9) == "👩‍👧")
    #expect(part(text.utf8.count - 1..<text.utf8.count) == "o" && part(0..<0) == "")
  }

  /// The alignment of a real student, which was trained with guided alignment.
  @Test func wordsFindTheirSource() throws {
    let source = "The black cat drinks milk."
    let translation = try Translator(model: RealModels.model("firefox-en-pt")).translateDetailed([source])[0][0]
    #expect(translation.text == "O gato preto bebe leite.")
    let sentence = try #require(translation.sentences.first)
    func words(_ targetWord: String) throws -> Set<String> {
      let range = try #require(translation.text.range(of: targetWord))
      let links = sentence.alignment().filter {
        range.overlaps(Translation.characters(sentence.targetTokens[$0.target].range, in: translation.text))
      }
      return Set(links.map { String(source[Translation.characters(sentence.sourceTokens[$0.source], in: source)]) })
    }
    #expect(try words("gato") == ["cat"])
    #expect(try words("preto") == ["black"])
    #expect(try words("bebe").isSubset(of: ["drinks", "drink", "s"]))
    #expect(try words("leite") == ["milk"])
    #expect(translation.score > -0.5 && translation.score < 0)
  }
}
