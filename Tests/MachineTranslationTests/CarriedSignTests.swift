import Foundation
import Testing

@testable import MachineTranslation

/// Signs that a model does not know, through real models and by themselves.
@Suite struct CarriedSignTests {
  @Test(arguments: [
    ("Das kostet 5 ☃ and 3 ♞ pieces", ["5 ☃", "3 ♞"]),
    ("I love this 😀 very much.", ["😀 muito"]),
    ("Press A → B to continue.", ["A → B"]),
    ("The word 漢字 means Chinese characters.", ["palavra 漢字 significa"]),
    ("I live in 東京 and work in 大阪.", ["em 東京 e", "em 大阪."]),
    ("We say привет мир when we meet.", ["dizemos привет мир quando"]),
    ("Tokyo (東京) is big.", ["(東京)"]),
    ("People aged ≥65 years are at risk.", [" ≥65 anos"]),
    ("It costs £5 or €6.", [" £5 ou €6."]),
    ("Patients with fever are 10~20% of cases.", ["10~20%"]),
    ("Type I and III IFNβ and IFN-γ are needed.", ["IFNβ e IFN-γ"]),
    ("Hello ☃", ["Olá ☃"]), ("😀 Good morning", ["😀 Bom dia"]), ("Family 👨‍👩‍👧 is here.", ["👨‍👩‍👧"]),
    ("Thanks for everything ❤️ see you tomorrow!", ["❤️"]), ("2½ cups of sugar", ["2½ "]),
    ("Is 3 > 2 → true?", ["→"]), ("i love this 😀 very much", ["😀 muito."]),
  ]) func signsStayInTheirPlaces(text: String, expected: [String]) throws {
    for beam in [1, 4] {
      let translator = try RealModels.translator("firefox-en-pt") { ($0.beam, $0.hypotheses) = (beam, beam) }
      let found = try translator.translateDetailed([text])[0]
      #expect(try translator.translate([text]) == [found[0].text])
      // A wider beam may say it in other words.
      for part in beam == 1 ? expected : expected.map({ $0.filter { !$0.isASCII } }) {
        #expect(found.allSatisfy { part.allSatisfy($0.text.contains) }, "\(part) in \(found.map(\.text))")
        if beam == 1 { #expect(found[0].text.contains(part), "\(part) in \(found[0].text)") }
      }
      let sentence = found[0].sentences[0]
      #expect(sentence.source == 0..<text.utf8.count && sentence.target.upperBound == found[0].text.utf8.count)
      #expect(sentence.sourceTokens.allSatisfy { $0.upperBound <= text.utf8.count })
      #expect(sentence.attention.count == sentence.sourceTokens.count * sentence.targetTokens.count)
      let ends = sentence.targetTokens.map(\.range.upperBound)
      #expect(ends == ends.sorted() && ends.allSatisfy { $0 <= found[0].text.utf8.count })
    }
  }

  /// Punctuation in any typography, words with a rare letter, and what the model knows.
  @Test func otherTextIsTranslatedAsBefore() throws {
    let texts = [
      "He said “no” — it’s “new”.", "The façade of the naïve Niño.", "In 2010–11 it was 3′ long.", "Is 3 > 2 or X = 1?",
      "The temperature is 20 °C.",
    ]
    let plain = try RealModels.translator("firefox-en-pt") { $0.carriesUnknownSigns = false }
    #expect(try RealModels.translator("firefox-en-pt").translate(texts) == plain.translate(texts))
    let index = ["A Índia e a Áustria são países — grandes."]
    let back = try RealModels.translator("firefox-pt-en") { $0.carriesUnknownSigns = false }
    #expect(try RealModels.translator("firefox-pt-en").translate(index) == back.translate(index))
  }

  /// Numbers, names and terms beside signs; two steps; what has no words.
  @Test func signsGoTogetherWithWhatIsRequired() throws {
    let both = try RealModels.translator("firefox-en-pt") {
      $0.glossary = Glossary([.init(source: "☃", target: "boneco de neve")])
      $0.protectedNames = ["東京"]
    }
    let found = try both.translate(["He saw ☃ in 東京 → 1250 times.", "☃", "See https://a.org/→x today."])
    #expect(found[0].contains("boneco de neve") && found[0].contains("1250"), "\(found[0])")
    #expect(found[0].contains("東京") && found[1] == "☃" && found[2].contains("https://a.org/→x"), "\(found)")
    let models = try ["firefox-pt-en", "firefox-en-pt"].map { try RealModels.model($0) }
    let chain = TranslatorChain(models: models, sourceLanguages: ["pt", "en"], to: "pt")
    #expect(try chain.translate(["O preço é ≥65 reais 😀."])[0].contains("≥65"))
    #expect(try chain.translate(["O preço é ≥65 reais 😀."])[0].contains("😀"))
  }

  func signs(_ text: String) throws -> [(text: String, isWord: Bool, joinsNext: Bool)] {
    let vocabulary = try RealModels.model("firefox-en-pt").sourceVocabulary
    let bytes = Array(text.utf8)
    var parts: [LongSentences.Part] = []
    try LongSentences(vocabulary: vocabulary, maximumPieces: 128).append(0..<bytes.count, of: bytes, to: &parts)
    return CarriedSign.all(in: parts[0], of: bytes, unknown: vocabulary.unknown).map {
      (String(decoding: bytes[$0.range], as: UTF8.self), $0.isWord, $0.joinsNext)
    }
  }

  @Test(arguments: [
    ("aged ≥65 → “old”", ["≥", "→"], [false, false], [true, false]),
    ("IL-1β, Мир! and naïve Å", ["1β", "Мир", "Å"], [true, true, true], [false, false, false]),
    ("a ☃ ☃ 漢字 b", ["☃ ☃ 漢字"], [true], [false]), ("no – signs’ “here”", [], [], []),
    ("my ❤️ and 👩🏽‍🚀", ["❤️", "👩🏽‍🚀"], [false, false], [false, false]), ("see 日本語text", ["日本語"], [true], [true]),
    ("", [], [], []),
  ]) func whatIsCarried(text: String, signs: [String], words: [Bool], joined: [Bool]) throws {
    let found = try text.isEmpty ? [] : self.signs(text)
    #expect(found.map(\.text) == signs && found.map(\.isWord) == words && found.map(\.joinsNext) == joined, "\(found)")
  }

  /// `> b > X` said of `☃ b ♞ 漢`, the symbols crossed by the attention.
  func sentence(_ text: String, attention: [[Float]]) -> RenderedSentence {
    var (tokens, start): ([Translation.Token], Int) = ([], 0)
    for word in text.split(separator: " ") {
      tokens.append(.init(range: start..<start + word.utf8.count, probability: 1))
      start += word.utf8.count + 1
    }
    return RenderedSentence(
      text: Array(text.utf8), score: 0, sourceTokens: [0..<3, 4..<5, 6..<9, 10..<13], targetTokens: tokens,
      attention: attention.flatMap(\.self))
  }

  @Test func attentionTellsWhichIsWhich() {
    let source = Array("☃ b ♞ 漢".utf8)
    let signs = [
      CarriedSign(range: 0..<3, isWord: false, joinsNext: false),
      CarriedSign(range: 6..<9, isWord: false, joinsNext: false),
      CarriedSign(range: 10..<13, isWord: true, joinsNext: false),
    ]
    let standIns = StandIns(symbol: UInt8(ascii: ">"), word: UInt8(ascii: "X"))
    func restored(_ text: String, _ first: [Float], _ third: [Float]) -> RenderedSentence? {
      let sentence = sentence(text, attention: [first, [0, 1, 0, 0], third, [0, 0, 0, 1]])
      return standIns.restored(sentence, signs: signs, of: source)
    }
    let crossed = restored("> b > X", [0.1, 0, 0.9, 0], [0.8, 0, 0.2, 0])
    #expect(crossed.map { String(decoding: $0.text, as: UTF8.self) } == "♞ b ☃ 漢")
    #expect(crossed?.targetTokens.map(\.range) == [0..<3, 4..<5, 6..<9, 10..<13])
    let unclear = restored("> b > X", [0.9, 0, 0.1, 0], [0.8, 0, 0.2, 0])
    #expect(unclear.map { String(decoding: $0.text, as: UTF8.self) } == "☃ b ♞ 漢")
    for text in ["> b c X", "> > > X", "> b > Xa", "> b > Y"] {
      #expect(restored(text, [1, 0, 0, 0], [0, 0, 1, 0]) == nil, "\(text)")
    }
  }

  @Test func standInsAreNoneOfTheTextsOwn() {
    #expect(StandIns.all(for: "abc".utf8).count == 3)
    #expect(StandIns.all(for: "a > b, X".utf8).map(\.symbol) == "=+".utf8.map(\.self))
    #expect(StandIns.all(for: "a > b = c + d".utf8).isEmpty)
  }
}
